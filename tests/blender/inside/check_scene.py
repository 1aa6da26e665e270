"""RESULT: what an import builds, and that it leaves everything else alone."""

import math

import bpy
import numpy as np
from common import ARGUMENTS, arrays, empty

from avatarclip_blender import compat, importer
from avatarclip_blender.contract import protocol

(result,) = ARGUMENTS
data = arrays(result)


def fingerprint():
    """Describe what was in the file before."""
    scene = bpy.context.scene
    ours = [child.all_objects for child in scene.collection.children if "avatarclip_seed" in child]
    others = [o for o in scene.objects if not any(o in objects.values() for objects in ours)]
    return (
        [(o.name, o.type, tuple(map(tuple, o.matrix_world)), o.data.name if o.data else "") for o in others],
        (scene.render.fps, scene.render.fps_base, scene.frame_start, scene.frame_current),
        scene.world.name if scene.world else "",
        [collection.name for collection in scene.collection.children if "avatarclip_seed" not in collection],
    )


bpy.ops.wm.read_factory_settings()
scene = bpy.context.scene
scene.frame_end = 20
before = fingerprint()
avatar = importer.import_avatar(bpy.context, result)
assert fingerprint() == before, (before, fingerprint())
assert scene.frame_end == 1 + round(60 * 24 / 30), "the range grows to hold the motion, and no more"

# Collection, names, selection
assert avatar.collection.name == "Firefighter"
assert set(avatar.collection.objects) == {avatar.rig, avatar.body}
assert bpy.context.view_layer.objects.active == avatar.rig
assert set(bpy.context.selected_objects) == {avatar.rig, avatar.body}

# Mesh: colours as sRGB, smooth, weights of at most four bones that sum to one
mesh = avatar.body.data
assert (len(mesh.vertices), len(mesh.polygons)) == (len(data["vertices"]), len(data["faces"]))
assert all(polygon.use_smooth for polygon in mesh.polygons)
color = mesh.color_attributes[mesh.color_attributes.render_color_index]
assert color == mesh.color_attributes.active_color and color.domain == "POINT"
for index in (0, 100, 1000):
    shown = [math.pow(c, 1 / 2.4) * 1.055 - 0.055 if c > 0.0031308 else c * 12.92 for c in color.data[index].color[:3]]
    assert np.allclose(shown, data["colors"][index], atol=1e-4), (shown, data["colors"][index])
assert [group.name for group in avatar.body.vertex_groups] == list(protocol.JOINT_NAMES)
for vertex in list(mesh.vertices)[::37]:
    assert 1 <= len(vertex.groups) <= 4
    assert abs(sum(group.weight for group in vertex.groups) - 1) < 1e-5

# Material: the colour attribute reaches the surface, times a white tint
tree = mesh.materials[0].node_tree
surface = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
tint = surface.inputs["Base Color"].links[0].from_node
(link,) = (socket.links[0] for socket in tint.inputs if socket.is_linked)
assert link.from_node.type == "VERTEX_COLOR" and link.from_node.layer_name == color.name
assert importer.material.tint_of(mesh.materials[0]).node == tint and tint.blend_type == "MULTIPLY"
assert any(node.type == "OUTPUT_MATERIAL" and node.inputs["Surface"].links for node in tree.nodes)

# Armature: SMPL's tree, all bones deform, mirrored sides, chains of connected bones
bones = avatar.rig.data.bones
assert {bone.name for bone in bones} == set(protocol.JOINT_NAMES)
assert all(bone.use_deform for bone in bones)
for name, parent in zip(protocol.JOINT_NAMES, protocol.PARENTS):
    above = bones[name].parent
    assert (above.name if above else None) == (protocol.JOINT_NAMES[parent] if parent >= 0 else None)
assert bones["left_knee"].use_connect and not bones["left_hip"].use_connect
mirror = np.diag([-1.0, 1.0, 1.0])
for name in protocol.JOINT_NAMES:
    if name.startswith("left_"):
        left, right = (np.array(bones[side].matrix_local.to_3x3()) for side in (name, name.replace("left", "right")))
        assert np.abs(mirror @ left @ mirror - right).max() < 1e-3, name

# Action: one slot, quaternions of 24 bones and the pelvis's location, no flips, straight lines, whole frames
curves = compat.action_fcurves(avatar.action)
assert len(curves) == 24 * 4 + 3
keys = {(curve.data_path, curve.array_index): curve for curve in curves}
for name in protocol.JOINT_NAMES:
    assert avatar.rig.pose.bones[name].rotation_mode == "QUATERNION"
    values = []
    for axis in range(4):
        curve = keys[f'pose.bones["{name}"].rotation_quaternion', axis]
        assert curve.group.name == name
        points = np.empty(2 * len(curve.keyframe_points))
        curve.keyframe_points.foreach_get("co", points)
        assert np.array_equal(points[::2], np.arange(1, 50)), "a key on each whole frame"
        assert all(point.interpolation == "LINEAR" for point in curve.keyframe_points)
        values.append(points[1::2])
    values = np.array(values)
    assert np.abs(np.linalg.norm(values, axis=0) - 1).max() < 1e-5
    assert (np.sum(values[:, 1:] * values[:, :-1], axis=0) > 0).all(), f"{name} flips"
assert avatar.rig.animation_data.action == avatar.action
if compat.HAS_SLOTS:
    assert [slot.name_display for slot in avatar.action.slots] == [compat.SLOT_NAME]
    assert avatar.rig.animation_data.action_slot == avatar.action.slots[0]

# Provenance
for datablock in (avatar.collection, avatar.rig, avatar.body):
    assert datablock["avatarclip_appearance_prompt"] == "a firefighter"
    assert (datablock["avatarclip_seed"], datablock["avatarclip_engine_version"]) == (7, "0.1.0")
assert importer.scene.avatar_name({"prompts": {"appearance": "消" * 90}}) == "消" * 13
figures = {"triangles": 19984, "texture_size": 1024, "psnr_db": 43.9, "silhouette_iou": 0.9979}
importer.scene.record_provenance((avatar.rig,), {"seed": 2**31 + 5, "game_mesh": figures})
assert avatar.rig["avatarclip_textures"] == "19,984 triangles, 1024 texels, 43.9 dB"
assert avatar.rig["avatarclip_seed"] == str(2**31 + 5)

# A second one, from within another armature's Edit Mode: beside the first, which keeps its bones
bpy.ops.object.select_all(action="SELECT")
bpy.context.view_layer.objects.active = avatar.rig
bpy.ops.object.mode_set(mode="EDIT")
second = importer.import_avatar(bpy.context, result, name="Second")
assert bpy.context.mode == "OBJECT" and second.collection.name == "Second"
assert len(avatar.rig.data.bones) == len(second.rig.data.bones) == 24
assert not avatar.rig.select_get() and avatar.rig.animation_data.action != second.action

# The first one's action fits the second's armature
second.rig.animation_data.action = avatar.action
scene.frame_set(20)
turned = [rig.pose.bones["left_elbow"].rotation_quaternion.copy() for rig in (avatar.rig, second.rig)]
assert turned[0] == turned[1] and turned[0].angle > 0.5

# A motion that never was: no action, no key, and the range stays
empty()
from pathlib import Path  # noqa: E402
from shutil import copy  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402

with TemporaryDirectory() as folder:
    copy(Path(result) / "avatar.npz", folder)
    still = importer.import_avatar(bpy.context, folder, match_scene_timing=True)
assert still.action is None and still.collection.name == "Avatar" and bpy.context.scene.frame_end == 250

# A broken result leaves the scene as it was
empty()
with TemporaryDirectory() as folder:
    (Path(folder) / "avatar.npz").write_bytes(b"PK half a file")
    try:
        importer.import_avatar(bpy.context, folder)
    except importer.ResultError:
        pass
    else:
        raise AssertionError("it was imported")
for kind in (bpy.data.objects, bpy.data.meshes, bpy.data.armatures, bpy.data.collections, bpy.data.actions):
    assert len(kind) == 0
