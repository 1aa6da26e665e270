"""RESULT OUT: twist bones keep a turned forearm thick, are exported by every preset, and go without a trace."""

import math
from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, coordinates, empty, evaluated
from mathutils import Quaternion

import avatarclip_blender
from avatarclip_blender import avatar, compat, export, twist
from avatarclip_blender.contract import protocol
from avatarclip_blender.export_presets import PRESETS

result, out = ARGUMENTS[0], Path(ARGUMENTS[1])
empty()
avatarclip_blender.register()
ops, scene = bpy.ops.avatarclip, bpy.context.scene
ops.import_avatar(directory=result, match_scene_timing=True)
rig = avatar.find_avatar(bpy.context.active_object)
meshes = export.bound_meshes(rig)
body = next(mesh for mesh in meshes if mesh.name.endswith("Body"))
action = rig.animation_data.action


def weights():
    """Weights (V, G) by the groups' names in order, of the 24 joints first."""
    names = [*protocol.JOINT_NAMES, *(name for name in twist.ALL if name in body.vertex_groups)]
    order = {body.vertex_groups[name].index: column for column, name in enumerate(names)}
    found = np.zeros((len(body.data.vertices), len(names)))
    for vertex in body.data.vertices:
        for influence in vertex.groups:
            found[vertex.index, order[influence.group]] = influence.weight
    return found


def thinnest():
    """The least radius of the left forearm's tube, with the hand turned by half a turn; at rest it is 5 cm."""
    rig.animation_data.action = None
    for bone in rig.pose.bones:
        bone.matrix_basis.identity()
    forearm, hand = (rig.data.bones[f"left_{name}"].matrix_local.to_quaternion() for name in ("elbow", "wrist"))
    half_turn = forearm @ Quaternion((0.0, 1.0, 0.0), math.pi - 1e-3) @ forearm.inverted()  # about the forearm
    rig.pose.bones["left_wrist"].rotation_quaternion = hand.inverted() @ half_turn @ hand
    bpy.context.view_layer.update()
    rest, posed = coordinates(body.data.vertices), evaluated(body)
    bone = rig.data.bones["left_elbow"]
    head, axis = np.array(bone.head_local), np.array((bone.tail_local - bone.head_local).normalized())
    along = (rest - head) @ axis
    away = [np.linalg.norm(p - head - np.outer((p - head) @ axis, axis), axis=1) for p in (rest, posed)]
    ring = (away[0] < 0.06) & (along > 0.1 * bone.length) & (along < 0.9 * bone.length)
    rig.pose.bones["left_wrist"].matrix_basis.identity()
    compat.assign_action(rig, action)
    return away[1][ring].min() / away[0][ring].min()


# The tube of the forearm, its weights passing evenly from the elbow to the hand: the worst that can be
for vertex in body.data.vertices:
    groups = {body.vertex_groups[g.group].name for g in vertex.groups}
    if groups & {"left_elbow", "left_wrist"}:
        bone = rig.data.bones["left_elbow"]
        along = float(
            np.clip((vertex.co - bone.head_local).dot(bone.tail_local - bone.head_local) / bone.length**2, 0, 1)
        )
        share = float(np.clip((along - 0.6) / 0.4, 0, 1))  # half at the last ring but one
        for group in body.vertex_groups:
            group.remove([vertex.index])
        body.vertex_groups["left_elbow"].add([vertex.index], 1 - share, "REPLACE")
        body.vertex_groups["left_wrist"].add([vertex.index], share, "REPLACE")
before, plain = weights(), thinnest()
scene.frame_set(12)
joints = np.array([list(rig.pose.bones[name].head) for name in protocol.JOINT_NAMES])
assert ops.add_twist() == {"FINISHED"} and len(rig.data.bones) == 30
added = weights()
assert np.abs(added.sum(1) - 1).max() < 1e-5 and ((added > 0).sum(1) <= 4).all()
assert (
    added[:, 24:].max() > 0.5
    and np.abs(added[:, 18:20].sum(1) + added[:, 24:].sum(1) - before[:, 18:20].sum(1)).max() < 1e-5
)
assert np.abs(joints - [list(rig.pose.bones[name].head) for name in protocol.JOINT_NAMES]).max() < 1e-6
assert plain < 0.1 and thinnest() > 0.9, (plain, thinnest())
try:
    ops.add_twist()
except RuntimeError as error:
    assert "twist bones already" in str(error)

# Every preset, with the bones that the avatar has: what is read back moves like the avatar
scene.frame_set(30)
expected = evaluated(body)
names = [mesh.name for mesh in bpy.data.objects], [a.name for a in bpy.data.actions], len(compat.action_fcurves(action))
for key in PRESETS:
    export.export_fbx(bpy.context, out / f"{key}.fbx", rig, key, detail="FULL")
assert ([mesh.name for mesh in bpy.data.objects], [a.name for a in bpy.data.actions]) == names[:2]
assert ops.remove_twist() == {"FINISHED"}
assert np.abs(weights() - before).max() < 1e-5 and set(rig.data.bones.keys()) == set(protocol.JOINT_NAMES)
assert not rig.animation_data.drivers and len(compat.action_fcurves(action)) == names[2]
export.export_fbx(bpy.context, out / "ADDED.fbx", rig, "SMPL", detail="FULL", twist_bones=True)
assert not twist.has_twist(rig) and np.abs(weights() - before).max() < 1e-5
export.export_fbx(bpy.context, out / "PLAIN.fbx", rig, "SMPL", detail="FULL")
for name, bones in (("SMPL", 30), ("ADDED", 30), ("UNREAL", 31), ("PLAIN", 24)):
    empty()
    bpy.context.scene.render.fps = 30
    compat.import_fbx(str(out / f"{name}.fbx"))
    objects = {o.type: o for o in bpy.context.scene.objects}
    found = set(objects["ARMATURE"].data.bones.keys())
    assert len(found) == bones, (name, sorted(found))
    if name == "UNREAL":
        assert {"lowerarm_twist_01_l", "lowerarm_twist_03_r"} <= found
        continue
    first = int(bpy.data.actions[0].frame_range[0])
    bpy.context.scene.frame_set(first + 29)
    error = np.abs(evaluated(objects["MESH"]) - expected).max()
    assert (error < 1e-3) == (name != "PLAIN"), (name, error)
avatarclip_blender.unregister()
print("ok")
