"""RESULT OUT: the game mesh is built with its textures, and each preset is written from a copy that leaves no trace."""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS

from avatarclip_blender import export, importer
from avatarclip_blender.export_presets import PRESETS

result, out = ARGUMENTS[0], Path(ARGUMENTS[1])
KINDS = ("objects", "meshes", "armatures", "actions", "materials", "images", "collections", "scenes")


def everything():
    """Names of all datablocks, the pose and the scene's settings."""
    scene, names = bpy.context.scene, [(kind, item.name) for kind in KINDS for item in getattr(bpy.data, kind)]
    pose = np.array([bone.matrix for bone in avatar.rig.pose.bones]).round(5).tolist()
    units = scene.unit_settings
    state = scene.name, scene.frame_start, scene.frame_end, scene.frame_current, units.system, units.scale_length
    return names, pose, state, [o.name for o in bpy.context.selected_objects], bpy.context.active_object.name


bpy.ops.wm.read_factory_settings()
avatar = importer.import_avatar(bpy.context, result, match_scene_timing=True)
game = avatar.game
assert game is not None and not game.visible_get() and avatar.body.visible_get()
assert len(game.data.uv_layers) == 1 and len(game.data.color_attributes) == 1 and game.find_armature() == avatar.rig
with np.load(Path(result) / "avatar.npz") as stored:
    uvs = np.array([loop.uv for loop in game.data.uv_layers[0].data])
    assert np.abs(uvs.reshape(-1, 3, 2) - stored["game_uvs"]).max() < 1e-6
nodes = game.data.materials[0].node_tree.nodes
images = {node.label: node.image for node in nodes if node.type == "TEX_IMAGE"}
assert set(images) == {"Color", "Normal", "ORM"} and all(image.packed_file for image in images.values())
surface = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
assert surface.inputs["Base Color"].links[0].from_node.image == images["Color"]
assert images["Normal"].colorspace_settings.name == "Non-Color"
bpy.context.scene.frame_set(5)
before = everything()
for key in PRESETS:
    export.export_fbx(bpy.context, out / f"{key}.fbx", avatar.rig, key)
    written = (out / f"{key}.fbx").read_bytes()
    assert b".partial-" not in written and str(out).encode() not in written, key
    assert b"Firefighter_Game_Color.png" in written
    for kind, link in (("Roughness", b"ShininessExponent"), ("Metallic", b"ReflectionFactor")):
        assert f"Firefighter_Game_ORM_{kind}.png".encode() in written and link in written, (key, kind)
export.export_fbx(bpy.context, out / "IN_PLACE.fbx", avatar.rig, "UNITY", "IN_PLACE")
assert everything() == before, "the scene is as it was"
try:
    export.export_fbx(bpy.context, out / "x.fbx", avatar.rig, "NOTHING")
except export.ExportError as error:
    assert "NOTHING" in str(error)
else:
    raise AssertionError("an unknown preset is refused")
print("TAKE", avatar.action.name)
