"""Builds the armature: SMPL's 24 joints, and fingers where there are some, as deform bones that point where an animator
expects them to."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from ..contract import protocol, rotations, skinning
from . import conversions

NAMES = protocol.JOINT_NAMES
PARENTS = protocol.SKELETON_PARENTS
"""Of the 24 joints and of the fingers behind them; a rig without fingers uses the first 24."""
INDEX = {name: index for index, name in enumerate(protocol.SKELETON_NAMES)}

# The child that a bone points to; a joint with several has one that continues the limb or the trunk.
NEXT = {
    "pelvis": "spine1",
    "spine1": "spine2",
    "spine2": "spine3",
    "spine3": "neck",
    "neck": "head",
    "left_hip": "left_knee",
    "left_knee": "left_ankle",
    "left_ankle": "left_foot",
    "right_hip": "right_knee",
    "right_knee": "right_ankle",
    "right_ankle": "right_foot",
    "left_collar": "left_shoulder",
    "left_shoulder": "left_elbow",
    "left_elbow": "left_wrist",
    "left_wrist": "left_hand",
    "right_collar": "right_shoulder",
    "right_shoulder": "right_elbow",
    "right_elbow": "right_wrist",
    "right_wrist": "right_hand",
} | {name: f"{name[:-1]}{int(name[-1]) + 1}" for name in protocol.FINGER_NAMES if name[-1] != "3"}
FRONT, UP = Vector((0.0, -1.0, 0.0)), Vector((0.0, 0.0, 1.0))
REST_POSE = "avatarclip_rest_pose"
"""Custom property of an armature object that doesn't rest in the T-pose: its rest pose, three numbers a joint."""
HANDS, HOLDS = "avatarclip_hands", "avatarclip_holds"
"""Custom properties of an armature object with fingers: how the left and the right hand are while no motion says
otherwise, 90 numbers in SMPL's terms, and which of the two hold something."""
MIN_LENGTH = 0.005
"""Metres; Blender deletes bones of no length."""


def names_of(rig: bpy.types.Object) -> tuple[str, ...]:
    """Return the names of an avatar's own bones, 24 or 54 of `protocol.SKELETON_NAMES`."""
    return protocol.SKELETON_NAMES if protocol.FINGER_NAMES[0] in rig.data.bones else NAMES


def bone_tails(joints: np.ndarray) -> np.ndarray:
    """Return where the bones end, (J,3), for joints (J,3) in Blender's frame; J is 24, or 54 with fingers.

    A bone reaches to the next joint of its limb. The last ones have no next joint: the head rises by one
    and a half times the neck, toes go straight ahead, hands and fingertips on in the direction of the bone before.
    """
    tails = np.array(joints, dtype=np.float64)
    for name, following in NEXT.items():
        if INDEX[following] < len(joints):
            tails[INDEX[name]] = joints[INDEX[following]]
    for tip in range(len(NAMES) + 2, len(joints), 3):
        tails[tip] += 0.85 * (joints[tip] - joints[tip - 1])
    neck = float(np.linalg.norm(joints[INDEX["head"]] - joints[INDEX["neck"]]))
    tails[INDEX["head"]] += np.array(UP) * max(1.5 * neck, 0.1)
    for side in ("left", "right"):
        foot, ankle = joints[INDEX[f"{side}_foot"]], joints[INDEX[f"{side}_ankle"]]
        tails[INDEX[f"{side}_foot"]] += np.array(FRONT) * max(0.6 * float(np.linalg.norm(foot - ankle)), 0.03)
        tails[INDEX[f"{side}_hand"]] += joints[INDEX[f"{side}_hand"]] - joints[INDEX[f"{side}_wrist"]]
    short = np.linalg.norm(tails - joints, axis=1) < MIN_LENGTH
    tails[short] = joints[short] + np.array(UP) * 0.05
    return tails


def build_armature(
    context: bpy.types.Context, name: str, joints: np.ndarray, collection: bpy.types.Collection
) -> bpy.types.Object:
    """Build the armature object in ``collection``, which must be in the view layer; it ends up active and selected.

    Blender makes bones in Edit Mode only; the caller has left every mode and deselected everything, so that no other
    armature goes there too.

    Args:
        context: Blender's.
        name: of object and armature.
        joints: (J,3), Blender's frame, metres.
        collection: to put the object into.
    """
    armature = bpy.data.armatures.new(name)
    armature.display_type = "STICK"
    rig = bpy.data.objects.new(name, armature)
    rig.show_in_front = True
    collection.objects.link(rig)
    context.view_layer.objects.active = rig
    rig.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        _add_bones(armature, joints)
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    _sort_bones(armature)
    return rig


def _sort_bones(armature: bpy.types.Armature) -> None:
    """Sort the bones into collections, which the armature's properties show and hide as groups."""
    groups = {
        "Fingers": protocol.FINGERS,
        "Trunk": ("pelvis", "spine", "neck", "head"),
        "Arm": ("collar", "shoulder", "elbow", "wrist", "hand"),
    }
    made: dict[str, bpy.types.BoneCollection] = {}
    for name in armature.bones.keys():
        side, _, part = name.rpartition("_")
        group = next((group for group, starts in groups.items() if part.startswith(starts)), "Leg")
        title = f"{group} {side[0].upper()}" if side else group
        if title not in made:
            made[title] = armature.collections.new(title)
        made[title].assign(armature.bones[name])


def _add_bones(armature: bpy.types.Armature, joints: np.ndarray) -> None:
    """Add the bones."""
    bones = [armature.edit_bones.new(name) for name in protocol.SKELETON_NAMES[: len(joints)]]
    for bone, parent in zip(bones, PARENTS):
        if parent >= 0:
            bone.parent = bones[parent]
    place_bones(armature, joints)


def place_bones(armature: bpy.types.Armature, joints: np.ndarray) -> None:
    """Place the bones in Edit Mode; symmetric ones get mirrored rolls, so that Blender's mirrored posing works.

    Args:
        armature: with the bones.
        joints: (J,3), Blender's frame, metres.
    """
    names = protocol.SKELETON_NAMES[: len(joints)]
    bones = [armature.edit_bones[name] for name in names]
    for bone in bones:
        bone.use_connect = False  # or moving one would move the next
    for bone, head, tail in zip(bones, joints.tolist(), bone_tails(joints).tolist()):
        bone.head, bone.tail = head, tail
    for bone, name, parent in zip(bones, names, PARENTS):
        if parent >= 0:
            bone.use_connect = NEXT.get(names[parent]) == name and (bone.head - bones[parent].tail).length < 1e-6
        bone.align_roll(_back(name))


def _back(name: str) -> Vector:
    """Return where a bone's Z axis faces: front; of feet, which point there themselves, up.

    Fingers' face the back of the hand and thumbs' the body, so that all bend about their X axes.
    """
    if name.endswith(("_ankle", "_foot")):
        return UP
    side, _, part = name.partition("_")
    if part.startswith("thumb"):
        return Vector((-1.0 if side == "left" else 1.0, 0.0, 0.0))
    return UP if part.startswith(protocol.FINGERS) else FRONT


def rest_frames(rig: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """Return what turns SMPL's rotations R, relative to the T-pose, into a bone's own: left⁻¹ R right, each (J,3,3).

    With B the bones' orientations at rest, and A the joints' rotations in the rest pose, left is A_parent⁻¹ B and right
    A⁻¹ B; in the T-pose both are B.
    """
    rest = rest_rotations(rig)
    turned = world_rotations(rest_pose_of(rig))
    above = np.array([turned[parent] if parent >= 0 else np.eye(3) for parent in PARENTS[: len(rest)]])
    return above.transpose(0, 2, 1) @ rest, turned.transpose(0, 2, 1) @ rest


def rest_pose_of(rig: bpy.types.Object) -> np.ndarray:
    """Return the pose (J,3) that an avatar rests in: axis-angle relative to the T-pose, SMPL's frame."""
    return np.array(rig.get(REST_POSE, np.zeros(3 * len(names_of(rig)))), dtype=np.float64).reshape(-1, 3)


def world_rotations(pose: np.ndarray) -> np.ndarray:
    """Return the joints' rotations (J,3,3) in the world, Blender's frame, of a pose (J,3) in SMPL's."""
    local = rotations.axis_angle_to_matrix(conversions.to_blender(pose))
    return skinning.forward_kinematics(local[None], np.zeros_like(pose), PARENTS)[1][0]


def rest_rotations(rig: bpy.types.Object) -> np.ndarray:
    """Return the bones' rest orientations, (J,3,3), in the armature's space, as Blender stored them."""
    return np.array([np.array(rig.data.bones[name].matrix_local.to_3x3()) for name in names_of(rig)], dtype=np.float64)
