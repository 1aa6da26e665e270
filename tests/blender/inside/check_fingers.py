"""RESULT PLAIN OUT: an avatar of 54 bones poses, bakes, retargets, dresses and exports; PLAIN has the 24 alone."""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, arrays, empty, to_blender
from lbs import skin

from avatarclip_blender import controls, export, importer, wear
from avatarclip_blender.contract import protocol
from avatarclip_blender.export_presets import PRESETS
from avatarclip_blender.importer import takes

result, plain_result, out = ARGUMENTS
data = arrays(result)
FRAMES = (1, 20, 47)


def joints_of(rig):
    """Joints (N, 54, 3) at the frames, in the world."""
    found = []
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame)
        names = [name for name in protocol.SKELETON_NAMES if name in rig.pose.bones]
        found.append([list(rig.matrix_world @ rig.pose.bones[name].head) for name in names])
    return np.array(found)


def expected(frame):
    """Joints (54, 3) by the oracle: the left hand moves, the right one holds something."""
    left, right = data["left_hand_pose"][frame - 1], data["hands"][1]
    pose = np.concatenate([data["poses"][frame - 1].ravel(), left, right])
    return to_blender(skin(data["joints"], np.eye(54), data["joints"], data["parents"], pose, data["trans"][frame - 1]))


empty()
bpy.context.scene.render.fps = 30
avatar = importer.import_avatar(bpy.context, result)
rig = avatar.rig

# Names, parents, collections, sides
assert {bone.name for bone in rig.data.bones if bone.use_deform} == set(protocol.SKELETON_NAMES)
for name, parent in zip(protocol.SKELETON_NAMES, protocol.SKELETON_PARENTS):
    above = rig.data.bones[name].parent
    assert (above.name if above else None) == (protocol.SKELETON_NAMES[parent] if parent >= 0 else None)
for side in "LR":
    bones = {bone.name for bone in rig.data.collections[f"Fingers {side}"].bones}
    assert bones == {name for name in protocol.FINGER_NAMES if name[0].upper() == side}
left, right = (rig.data.bones[f"{side}_index2"] for side in ("left", "right"))
assert abs(left.head_local.x + right.head_local.x) < 1e-5 and left.use_connect

# Poses are the oracle's: those of the motion, and of the hand that holds something
moved, wanted = joints_of(rig), np.array([expected(frame) for frame in FRAMES])
shift = moved[:1, :1] - wanted[:1, :1]
assert np.abs(moved - wanted - shift).max() < 1e-5

# Controls leave fingers alone, and baking too
controls.add_controls(bpy.context, rig)
assert np.abs(joints_of(rig) - moved).max() < 1e-3
controls.bake_controls(bpy.context, rig)
assert np.abs(joints_of(rig) - moved).max() < 1e-3 and len(rig.data.bones) == 54

# Takes go from 54 bones to 24 and back: fingers of which nothing is said are as the avatar's usually are
plain = importer.import_avatar(bpy.context, plain_result)
carried = takes.retarget_take(bpy.context.scene, rig, takes.takes_of(rig)[0], plain.rig)
assert len(plain.rig.data.bones) == 24 and np.isfinite(joints_of(plain.rig)).all()
takes.retarget_take(bpy.context.scene, plain.rig, carried, rig)
bpy.context.scene.frame_set(20)
turn = np.array(rig.pose.bones["left_middle1"].matrix_basis.to_quaternion())
assert abs(2 * np.arccos(min(abs(turn[0]), 1.0)) - np.linalg.norm(data["hands"][0, :3])) < 1e-4
wear.merge_fingers(avatar.body)
groups = {group.name for group in avatar.body.vertex_groups}
assert not groups & set(protocol.FINGER_NAMES) and {"left_hand", "right_hand"} <= groups
sums = [sum(item.weight for item in vertex.groups) for vertex in avatar.body.data.vertices]
assert np.abs(np.array(sums) - 1).max() < 1e-4

# Every engine gets its own names
for key, preset in PRESETS.items():
    path = Path(out) / f"{key}.fbx"
    export.export_fbx(bpy.context, path, rig, preset=key)
    known = set(bpy.data.objects)
    bpy.ops.import_scene.fbx(filepath=str(path))
    again = next(thing for thing in set(bpy.data.objects) - known if thing.type == "ARMATURE")
    names = {bone.name for bone in again.data.bones}
    assert set(preset.with_fingers().names.values()) <= names, (key, set(preset.with_fingers().names.values()) - names)
    for thing in set(bpy.data.objects) - known:
        bpy.data.objects.remove(thing)
print("FINGERS OK")
