"""RESULT OUT: shape keys make an avatar taller, game mesh and rig follow, and exports hold the shape."""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, coordinates, empty, evaluated

import avatarclip_blender
from avatarclip_blender import avatar, compat, export, layers
from avatarclip_blender.contract import protocol
from avatarclip_blender.importer import shape_keys
from avatarclip_blender.operators.fit_rig import misfit

result, out = ARGUMENTS[0], Path(ARGUMENTS[1])
empty()
avatarclip_blender.register()
ops, scene = bpy.ops.avatarclip, bpy.context.scene
scene.render.fps = 30
ops.import_avatar(directory=result)
rig = avatar.find_avatar(bpy.context.active_object)
body = shape_keys.shaped_mesh(rig)
layers.show_game(rig, True)  # or Blender would not evaluate it
game = next(mesh for mesh in export.bound_meshes(rig) if mesh != body)
assert body.name.endswith("Body") and [key.name for key in body.data.shape_keys.key_blocks[1:]] == list(
    protocol.SHAPE_KEYS
)


def rested(mesh):
    """The mesh in its rest pose, with its keys."""
    rig.data.pose_position = "REST"
    bpy.context.view_layer.update()
    points = evaluated(mesh)
    rig.data.pose_position = "POSE"
    return points


def heads():
    """The bones' heads at rest."""
    return np.array([list(rig.data.bones[name].head_local) for name in protocol.JOINT_NAMES])


before, light, bones = rested(body), rested(game), heads()
body.data.shape_keys.key_blocks["Taller"].value = 0.5
after, lighter = rested(body), rested(game)
assert abs(after[:, 2].min() - before[:, 2].min()) < 0.02, "the feet stay on the floor"
for old, new in ((before, after), (light, lighter)):
    growth = np.ptp(new[:, 2]) / np.ptp(old[:, 2])
    assert 1.04 < growth < 1.06, growth
assert np.abs(heads() - bones).max() < 1e-6

# Adding twist bones rewrites weights, not shapes; the rig is fitted without them
assert ops.add_twist() == {"FINISHED"} and np.abs(rested(body) - after).max() < 1e-5
try:
    ops.fit_rig()
except RuntimeError as error:
    assert "twist bones first" in str(error)
assert ops.remove_twist() == {"FINISHED"} and np.abs(rested(body) - after).max() < 1e-5
assert misfit(rig) > 0.05
assert ops.fit_rig() == {"FINISHED"} and misfit(rig) < 1e-5
grown = heads()
low = before[:, 2].min()
if "avatarclip_rest_pose" not in rig:
    assert np.abs((grown[:, 2] - low) - 1.05 * (bones[:, 2] - low)).max() < 1e-4
assert np.ptp(grown[:, 2]) > 1.04 * np.ptp(bones[:, 2]) and np.abs(rested(body) - after).max() < 1e-5
scene.frame_set(20)
moved = evaluated(body)
export.export_fbx(bpy.context, out / "tall.fbx", rig, "SMPL", detail="FULL")
assert len(body.data.shape_keys.key_blocks) == 6 and np.abs(evaluated(body) - moved).max() < 1e-5
for detail in ("FULL", "GAME"):  # keys that an export leaves behind would keep the file from being saved
    export.export_fbx(bpy.context, out / "once_more.fbx", rig, "UNITY", detail=detail)
assert len(bpy.data.shape_keys) == 2
bpy.ops.wm.save_as_mainfile(filepath=str(out / "saved.blend"), check_existing=False, copy=True)
body.data.shape_keys.key_blocks["Taller"].value = 0.0
ops.fit_rig()
assert np.abs(heads() - bones).max() < 1e-5 and np.abs(rested(body) - before).max() < 1e-5
empty()
bpy.context.scene.render.fps = 30
compat.import_fbx(str(out / "tall.fbx"))
mesh = next(o for o in bpy.context.scene.objects if o.type == "MESH")
assert mesh.data.shape_keys is None and np.ptp(coordinates(mesh.data.vertices), axis=0).max() > 0.5
bpy.context.scene.frame_set(int(bpy.data.actions[0].frame_range[0]) + 19)
assert np.abs(evaluated(mesh) - moved).max() < 1e-3, np.abs(evaluated(mesh) - moved).max()
avatarclip_blender.unregister()
print("ok")
