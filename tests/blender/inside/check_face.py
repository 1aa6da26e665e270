"""RESULT OUT: face shapes are keys of the layers they move, the take moves them, and FBX holds both."""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, coordinates, empty

import avatarclip_blender
from avatarclip_blender import avatar, compat, export, importer, layers
from avatarclip_blender.importer import face_keys, shape_keys
from avatarclip_blender.importer.result import Faces

result, out = ARGUMENTS[0], Path(ARGUMENTS[1])
names = ["eyeBlinkLeft", "jawOpen", "tongueOut"]
empty()
avatarclip_blender.register()
scene = bpy.context.scene
scene.render.fps = 30
bpy.ops.avatarclip.import_avatar(directory=result)
rig = avatar.find_avatar(bpy.context.active_object)
body = shape_keys.leading_mesh(rig)
assert shape_keys.shaped_mesh(rig) is None, "no keys of the body"
assert [key.name for key in face_keys.face_keys(rig)] == names
assert [key.name for key in body.data.shape_keys.key_blocks] == ["Basis", *names]
belt = next(mesh for mesh in export.bound_meshes(rig) if "Belt" in mesh.name)
game = next(mesh for mesh in export.bound_meshes(rig) if "Game" in mesh.name)
assert belt.data.shape_keys is None, "what no shape moves has no keys"
keys = game.data.shape_keys.key_blocks
assert [key.name for key in keys[1:]] == names[:2]

# Each key moves what its name says, by what the file says, and nothing else
rest = coordinates(body.data.vertices)
for name, lift in (("eyeBlinkLeft", 0.02), ("jawOpen", -0.05), ("tongueOut", 0.0)):
    moved = coordinates(body.data.shape_keys.key_blocks[name].data) - rest
    assert (
        np.abs(moved[:, :2]).max() < 1e-6 and np.abs(moved[:, 2][np.abs(moved[:, 2]) > 0] - lift).max(initial=0) < 1e-4
    )
    assert (np.abs(moved[:, 2]) > 0).any() == bool(lift)
    if name == "eyeBlinkLeft":
        assert (rest[np.abs(moved[:, 2]) > 0, 0] > 0).all(), "the avatar's left is +x in Blender too"


def values(datablock, frame):
    """The keys' values at a frame."""
    scene.frame_set(frame)
    return [round(float(key.value), 4) for key in datablock.key_blocks[1:]]


layers.show_game(rig, True)  # or Blender would not evaluate it
start = scene.frame_start
assert values(body.data.shape_keys, start) == [0, 0, 0]
assert values(body.data.shape_keys, start + 60)[1] == 1 and values(body.data.shape_keys, start + 30) == [1, 0.5, 0]
assert values(game.data.shape_keys, start + 30) == [1, 0.5], "other meshes follow"
assert len(compat.action_fcurves(body.data.shape_keys.animation_data.action)) == 2, "no curve for what rests"

# Takes bring their faces along
take = rig.animation_data.action
other = importer.retarget_take(scene, rig, take, rig)
assert other[face_keys.TAKE_FACE] != take[face_keys.TAKE_FACE]
assert values(body.data.shape_keys, start + 30) == [1, 0.5, 0]
calm = bpy.data.actions.new("Calm")
compat.ActionCurves(rig, calm)
importer.use_take(rig, calm)
assert values(body.data.shape_keys, start + 30) == [0, 0, 0]
importer.use_take(rig, take)
assert values(body.data.shape_keys, start + 30) == [1, 0.5, 0]

count = len(bpy.data.shape_keys)
for detail in ("FULL", "GAME"):
    export.export_fbx(bpy.context, out / f"{detail}.fbx", rig, "UNITY", detail=detail)
assert len(bpy.data.shape_keys) == count and values(body.data.shape_keys, start + 30) == [1, 0.5, 0]
bpy.ops.wm.save_as_mainfile(filepath=str(out / "saved.blend"), check_existing=False, copy=True)
for detail in ("FULL", "GAME"):
    empty()
    bpy.context.scene.render.fps = 30
    compat.import_fbx(str(out / f"{detail}.fbx"))
    shaped = [o for o in bpy.context.scene.objects if o.type == "MESH" and o.data.shape_keys]
    assert shaped, detail
    found = {key.name for mesh in shaped for key in mesh.data.shape_keys.key_blocks}
    assert {"eyeBlinkLeft", "jawOpen"} <= found, found
    mesh = max(shaped, key=lambda mesh: len(mesh.data.vertices))
    key = mesh.data.shape_keys.key_blocks["jawOpen"]
    moved = np.linalg.norm(coordinates(key.data) - coordinates(mesh.data.shape_keys.reference_key.data), axis=1)
    scale = np.abs(np.array(mesh.matrix_world.to_scale())).max()
    assert abs(moved.max() * scale - 0.05) < 1e-3, (moved.max(), scale)
    assert mesh.data.shape_keys.animation_data is not None, "the face's curves are in the file"
# Keys that make another face go both ways and are none of what takes move
plain = bpy.data.objects.new("Plain", bpy.data.meshes.new("Plain"))
plain.data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
rows = np.array([0, 1], np.int32)
face_keys.add_face_keys(plain, Faces(("jawOpen", "Nose Width"), rows, rows, np.full((2, 3), 0.01, np.float32)), False)
ranges = [(key.name, key.slider_min, key.slider_max, key.value) for key in plain.data.shape_keys.key_blocks[1:]]
assert ranges == [("jawOpen", 0.0, 1.0, 0.0), ("Nose Width", -1.0, 1.0, 0.0)], ranges
avatarclip_blender.unregister()
print("ok")
