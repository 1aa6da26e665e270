"""RESULT OUT: the FBX holds what a game engine needs, by importing it again and by reading the file itself."""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, arrays, coordinates, empty, evaluated

from avatarclip_blender import compat, export, importer
from avatarclip_blender.contract import protocol

result, out = ARGUMENTS[0], Path(ARGUMENTS[1])
bpy.ops.wm.read_factory_settings()  # with a cube, a camera and a lamp, none of which belongs into the file
avatar = importer.import_avatar(bpy.context, result, match_scene_timing=True)
second = importer.import_avatar(bpy.context, result, name="Second")  # nor another avatar with its action
bpy.context.scene.frame_set(7)
bpy.context.scene.frame_end = 300
bpy.context.view_layer.objects.active = avatar.rig
bpy.ops.object.mode_set(mode="POSE")
path = out / "avatar.fbx"
export.export_fbx(bpy.context, path, export.find_rig(avatar.body))
assert [entry.name for entry in out.iterdir()] == ["avatar.fbx"], "one whole file"
scene = bpy.context.scene
assert (scene.frame_current, scene.frame_start, scene.frame_end) == (7, 1, 300), "the scene is as it was"
assert bpy.context.mode == "POSE" and set(bpy.context.selected_objects) == {second.rig, second.body}
bpy.ops.object.mode_set(mode="OBJECT")


def world(frame):
    """Return the vertices at a frame."""
    bpy.context.scene.frame_set(frame)
    return evaluated(body)


body = avatar.body
count = len(arrays(result)["poses"])  # at 30 a second
expected = {frame: world(frame) for frame in (1, 20, count)}
rest = coordinates(body.data.vertices)
colors = np.empty(4 * len(rest), dtype=np.float32)
body.data.color_attributes.active_color.data.foreach_get("color", colors)
colors = colors.reshape(-1, 4)

# --- imported again ---------------------------------------------------------------------------------------
empty()
bpy.context.scene.render.fps = 30
compat.import_fbx(str(path))
objects = {o.type: o for o in bpy.context.scene.objects}
assert len(bpy.context.scene.objects) == 2 and set(objects) == {"MESH", "ARMATURE"}, list(bpy.context.scene.objects)
body, rig = objects["MESH"], objects["ARMATURE"]
assert sorted(bone.name for bone in rig.data.bones) == sorted(protocol.JOINT_NAMES)
for o in (rig, body):
    assert np.allclose(o.matrix_world.to_scale(), 1, atol=1e-4), f"{o.name} has the scale {o.matrix_world.to_scale()}"
assert len(body.data.vertices) == len(rest)
assert len(bpy.data.actions) == 1, [action.name for action in bpy.data.actions]
first, last = bpy.data.actions[0].frame_range
assert (first, last) == (1, count)
for frame, points in expected.items():
    error = np.abs(world(int(first) + frame - 1) - points).max()
    assert error < 1e-4, f"frame {frame}: {error:.2e} m off"
assert np.abs(expected[1] - expected[20]).max() > 0.1, "it moves"
rig.data.pose_position = "REST"
assert np.abs(world(1) - rest).max() < 1e-4, "the rest pose is the T-pose"
attribute = body.data.color_attributes[0]
again = np.array([tuple(c.color) for c in attribute.data])
if attribute.domain == "CORNER":
    corner = np.array([loop.vertex_index for loop in body.data.loops])
    assert np.abs(again - colors[corner]).max() < 0.01
else:
    assert np.abs(again - colors).max() < 0.01

# --- read by ourselves ------------------------------------------------------------------------------------
from io_scene_fbx import parse_fbx  # noqa: E402

root, _version = parse_fbx.parse(str(path))


def children(element, name):
    """Return the child elements of a name."""
    return [child for child in element.elems if child is not None and child.id == name]


def properties(element):
    """Return an element's Properties70 as a dict of name to values."""
    block = children(element, b"Properties70")
    return {p.props[0]: p.props[4:] for p in block[0].elems if p} if block else {}


settings = properties(children(root, b"GlobalSettings")[0])
assert settings[b"UnitScaleFactor"] == [100.0], "a unit is a metre"
content = children(root, b"Objects")[0]
models = children(content, b"Model")
assert sorted(m.props[2] for m in models) == sorted([b"LimbNode"] * 24 + [b"Null", b"Mesh"])
for model in models:
    scale = properties(model).get(b"Lcl Scaling", [1.0, 1.0, 1.0])
    assert np.allclose(scale, 1, atol=1e-4), (model.props[1], scale)
assert len(children(content, b"AnimationStack")) == 1, "one take"
stack = properties(children(content, b"AnimationStack")[0])
ticks = 46186158000
assert b"LocalStart" not in stack, "it begins at 0, the default"
assert abs(stack[b"LocalStop"][0] / ticks - (count - 1) / 30) < 1e-3
clusters = [d for d in children(content, b"Deformer") if d.props[2] == b"Cluster"]
assert 20 <= len(clusters) <= 24
