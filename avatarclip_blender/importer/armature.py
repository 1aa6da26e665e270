"""Builds the armature: SMPL's 24 joints as deform bones that point where an animator expects them to."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from ..contract import protocol
from . import rotations

NAMES = protocol.JOINT_NAMES
PARENTS = protocol.PARENTS
INDEX = {name: index for index, name in enumerate(NAMES)}

# The child that a bone points to; a joint with several has one that continues the limb or the trunk.
NEXT = {
    "pelvis": "spine1", "spine1": "spine2", "spine2": "spine3", "spine3": "neck", "neck": "head",
    "left_hip": "left_knee", "left_knee": "left_ankle", "left_ankle": "left_foot",
    "right_hip": "right_knee", "right_knee": "right_ankle", "right_ankle": "right_foot",
    "left_collar": "left_shoulder", "left_shoulder": "left_elbow", "left_elbow": "left_wrist",
    "left_wrist": "left_hand", "right_collar": "right_shoulder", "right_shoulder": "right_elbow",
    "right_elbow": "right_wrist", "right_wrist": "right_hand",
}  # fmt: skip
FRONT, UP = Vector((0.0, -1.0, 0.0)), Vector((0.0, 0.0, 1.0))
REST_POSE = "avatarclip_rest_pose"
"""Custom property of an armature object that doesn't rest in the T-pose: its rest pose, 72 numbers."""
MIN_LENGTH = 0.005
"""Metres; Blender deletes bones of no length."""


def bone_tails(joints: np.ndarray) -> np.ndarray:
    """Return where the bones end, (24,3), for joints (24,3) in Blender's frame.

    A bone reaches to the next joint of its limb. The last ones have no next joint: the head rises by one
    and a half times the neck, toes go straight ahead, hands on in the direction of the wrist.
    """
    tails = np.array(joints, dtype=np.float64)
    for name, following in NEXT.items():
        tails[INDEX[name]] = joints[INDEX[following]]
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
        joints: (24,3), Blender's frame, metres.
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
    groups = {"Trunk": ("pelvis", "spine", "neck", "head"), "Arm": ("collar", "shoulder", "elbow", "wrist", "hand")}
    made: dict[str, bpy.types.BoneCollection] = {}
    for name in NAMES:
        side, _, part = name.rpartition("_")
        group = next((group for group, starts in groups.items() if part.startswith(starts)), "Leg")
        title = f"{group} {side[0].upper()}" if side else group
        if title not in made:
            made[title] = armature.collections.new(title)
        made[title].assign(armature.bones[name])


def _add_bones(armature: bpy.types.Armature, joints: np.ndarray) -> None:
    """Add the bones."""
    bones = [armature.edit_bones.new(name) for name in NAMES]
    for bone, parent in zip(bones, PARENTS):
        if parent >= 0:
            bone.parent = bones[parent]
    place_bones(armature, joints)


def place_bones(armature: bpy.types.Armature, joints: np.ndarray) -> None:
    """Place the bones in Edit Mode; symmetric ones get mirrored rolls, so that Blender's mirrored posing works.

    Args:
        armature: with the 24 bones.
        joints: (24,3), Blender's frame, metres.
    """
    bones = [armature.edit_bones[name] for name in NAMES]
    for bone in bones:
        bone.use_connect = False  # or moving one would move the next
    for bone, head, tail in zip(bones, joints.tolist(), bone_tails(joints).tolist()):
        bone.head, bone.tail = head, tail
    for bone, name, parent in zip(bones, NAMES, PARENTS):
        if parent >= 0:
            bone.use_connect = NEXT.get(NAMES[parent]) == name and (bone.head - bones[parent].tail).length < 1e-6
        # The bone's Z axis faces front; for those of the feet, which point to the front themselves, up.
        bone.align_roll(UP if name.endswith(("_ankle", "_foot")) else FRONT)


def rest_frames(rig: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """Return what turns SMPL's rotations R, relative to the T-pose, into a bone's own: left⁻¹ R right, each (24,3,3).

    With B the bones' orientations at rest, and A the joints' rotations in the rest pose, left is A_parent⁻¹ B and right
    A⁻¹ B; in the T-pose both are B.
    """
    rest = rest_rotations(rig)
    turned = world_rotations(rest_pose_of(rig))
    above = np.array([turned[parent] if parent >= 0 else np.eye(3) for parent in PARENTS])
    return above.transpose(0, 2, 1) @ rest, turned.transpose(0, 2, 1) @ rest


def rest_pose_of(rig: bpy.types.Object) -> np.ndarray:
    """Return the pose (24,3) that an avatar rests in: axis-angle relative to the T-pose, SMPL's frame."""
    return np.array(rig.get(REST_POSE, np.zeros(3 * len(NAMES))), dtype=np.float64).reshape(-1, 3)


def world_rotations(pose: np.ndarray) -> np.ndarray:
    """Return the joints' rotations (24,3,3) in the world, Blender's frame, of a pose (24,3) in SMPL's."""
    local = rotations.quaternion_to_matrix(rotations.axis_angle_to_quaternion(rotations.to_blender(pose)))
    world = np.empty_like(local)
    for joint, parent in enumerate(PARENTS):
        world[joint] = world[parent] @ local[joint] if parent >= 0 else local[joint]
    return world


def rest_rotations(rig: bpy.types.Object) -> np.ndarray:
    """Return the bones' rest orientations, (24,3,3), in the armature's space, as Blender stored them."""
    return np.array([np.array(rig.data.bones[name].matrix_local.to_3x3()) for name in NAMES], dtype=np.float64)
