"""RESULT OTHER SMALL OUT: layers are imported, hidden, removed, tinted, put on another avatar, joined and exported.

RESULT has a game mesh and shape keys, OTHER rests in the A-pose, has none, and another number of vertices; SMALL is
RESULT at another scale.
"""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, arrays, coordinates, empty, evaluated, to_blender
from lbs import skin

import avatarclip_blender
from avatarclip_blender import api, compat, export, importer, layers, twist
from avatarclip_blender.contract import protocol
from avatarclip_blender.importer import coverage, material, relief

result, other, small, out = *ARGUMENTS[:3], Path(ARGUMENTS[3])
data = arrays(result)
names, kinds, of_face = data["layer_names"].tolist(), data["layer_materials"].tolist(), data["face_layers"]
of_vertex = np.zeros(len(data["vertices"]), int)
of_vertex[data["faces"]] = of_face[:, None]
floor = np.array([0, 0, data["vertices"][:, 1].min()])
empty()
avatarclip_blender.register()
ops, scene = bpy.ops.avatarclip, bpy.context.scene
scene.render.fps = 30


def select(*things):
    """Select objects, the last one active."""
    bpy.ops.object.select_all(action="DESELECT")
    for thing in things:
        thing.select_set(True)
        bpy.context.view_layer.objects.active = thing


def seen(mesh):
    """How many vertices of a mesh its modifiers leave."""
    bpy.context.view_layer.update()
    return len(evaluated(mesh))


def refused(function, words):
    """Expect one sentence with these words."""
    try:
        function()
    except (RuntimeError, ValueError) as error:
        assert words in str(error), str(error)
    else:
        raise AssertionError(words)


# --- what an import builds ----------------------------------------------------------------------------------
avatar = importer.import_avatar(bpy.context, result, match_scene_timing=True)
rig, body = avatar.rig, avatar.body
assert [mesh.name for mesh in avatar.layers] == names == [mesh.name for mesh in layers.layers_of(rig)]
assert set(avatar.collection.objects) == {rig, *avatar.layers}
assert set(bpy.context.selected_objects) == {rig, *avatar.layers}
assert api.show_game(rig) is None and avatar.game.visible_get() and not body.visible_get()
assert export.wanted_meshes(rig, "GAME") == [avatar.game] and export.wanted_meshes(rig, "FULL") == list(avatar.layers)
assert api.show_game(rig, False) is None and not avatar.game.visible_get() and body.visible_get()
for number, mesh in enumerate(avatar.layers):
    own = of_vertex == number
    rest = to_blender(data["vertices"][own]) - floor
    assert np.abs(coordinates(mesh.data.vertices) - rest).max() < 1e-5
    assert len(mesh.data.polygons) == (of_face == number).sum() and all(p.use_smooth for p in mesh.data.polygons)
    uvs = np.array([loop.uv for loop in mesh.data.uv_layers[0].data]).reshape(-1, 3, 2)
    assert np.abs(uvs - data["uvs"][of_face == number]).max() < 1e-6
    colors = np.array([list(c.color) for c in mesh.data.color_attributes.active_color.data])
    assert np.abs(colors[:, :3] - importer.mesh.srgb_to_linear(data["colors"][own])).max() < 1e-5
    assert mesh.parent == rig and mesh.find_armature() == rig and mesh.add_rest_position_attribute
    assert [group.name for group in mesh.vertex_groups][:24] == list(protocol.JOINT_NAMES)
    assert mesh["avatarclip_layer"] == names[number] and mesh["avatarclip_appearance_prompt"] == "a firefighter"
    (made,) = mesh.data.materials
    surface = next(node for node in made.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert abs(surface.inputs["Metallic"].default_value - data["metallic"][own].mean()) < 1e-5
    assert abs(surface.inputs["Alpha"].default_value - data["opacity"][own].mean()) < 1e-5
    rough = data["roughness"][own]
    assert abs(surface.inputs["Roughness"].default_value - rough.mean()) < 1e-5
    if np.ptp(rough) > 0:
        assert surface.inputs["Roughness"].links[0].from_node.attribute_name == "Roughness"
        kept = np.array([value.value for value in mesh.data.attributes["Roughness"].data])
        assert np.abs(kept - rough).max() < 1e-6
    else:
        assert not surface.inputs["Roughness"].is_linked and "Roughness" not in mesh.data.attributes
    bump, record = surface.inputs["Normal"].links[0].from_node, relief.catalogue()[kinds[number]]
    assert bump.type == "BUMP" and abs(bump.inputs["Distance"].default_value - record["depth"]) < 1e-7
    assert [key.name for key in mesh.data.shape_keys.key_blocks[1:]] == list(protocol.SHAPE_KEYS)
trousers, shirt, belt = avatar.layers[1:]
for kind, record in relief.catalogue().items():  # every material of the engine has a relief here that can be built
    made = material.build_material(kind, np.full((1, 3), 0.5), kind)
    assert record.get("relief", "none") in ("none", *relief.RELIEFS), kind
    bumps = [node for node in made.node_tree.nodes if node.type == "BUMP"]
    assert len(bumps) == bool(record.get("depth")) and all(link.is_valid for link in made.node_tree.links), kind
    bpy.data.materials.remove(made)

# --- what is covered is hidden as long as what covers it is seen ----------------------------------------------
hidden = [int(data["covered"][of_vertex == number].sum()) for number in range(len(names))]
whole = [len(mesh.data.vertices) for mesh in avatar.layers]
assert hidden[0] and hidden[2] and not hidden[1] and not hidden[3]
assert [seen(mesh) for mesh in avatar.layers] == [w - h for w, h in zip(whole, hidden)]
assert [mask.vertex_group for mask in coverage.masks_of(shirt)] == ["Covered by Belt"]
ring = np.arange(whole[0]) // (16 * 8) + 1  # the joint at whose bone a vertex of the body is
for layer, joint in (("Shirt", 9), ("Trousers", 4)):  # those that nothing else comes near
    covering = {
        body.vertex_groups[g.group].name for v in body.data.vertices if ring[v.index] == joint for g in v.groups
    }
    assert {name for name in covering if name.startswith("Covered")} == {f"Covered by {layer}"}
ops.show_layer(layer=belt.name)
assert seen(shirt) == whole[2] and seen(body) <= whole[0] - hidden[0] + 16 * 8 and belt.hide_render and belt.hide_get()
ops.show_layer(layer=shirt.name)
ops.show_layer(layer=trousers.name)
assert seen(body) == whole[0] and not any(mask.show_render for mask in coverage.masks_of(body))
for mesh in (belt, shirt, trousers):
    ops.show_layer(layer=mesh.name)
assert [seen(mesh) for mesh in avatar.layers] == [w - h for w, h in zip(whole, hidden)]
shirt.hide_set(True)  # by Blender's own means
assert seen(body) > whole[0] - hidden[0]
shirt.hide_set(False)
assert seen(body) == whole[0] - hidden[0]

# --- shape keys: all follow the body's -----------------------------------------------------------------------
tall = body.data.shape_keys.key_blocks["Taller"]
before = evaluated(shirt)[:, 2].max()
tall.value = 1.0
bpy.context.view_layer.update()
assert evaluated(shirt)[:, 2].max() > before + 0.1 and importer.shape_keys.shaped_mesh(rig) == body
tall.value = 0.0
refused(lambda: ops.remove_layer(layer=body.name), "Hide Body instead")

# --- the same motion, twist bones included -------------------------------------------------------------------
scene.frame_set(20)
weights = np.where(data["weights"] >= np.sort(data["weights"], axis=1)[:, -4:-3], data["weights"], 0)
weights /= weights.sum(1, keepdims=True)
posed = (
    to_blender(skin(data["vertices"], weights, data["joints"], data["parents"], data["poses"][19], data["trans"][19]))
    - floor
)
assert np.abs(evaluated(trousers) - posed[of_vertex == 1]).max() < 1e-4
select(rig)
assert ops.add_twist() == {"FINISHED"} and twist.ALL[0] in shirt.vertex_groups
for vertex in body.data.vertices:
    bones = [g for g in vertex.groups if not body.vertex_groups[g.group].name.startswith("Covered")]
    assert len(bones) <= 4 and abs(sum(g.weight for g in bones) - 1) < 1e-5

# --- a garment on another avatar ------------------------------------------------------------------------------
twin = importer.import_avatar(bpy.context, result, name="Twin", match_scene_timing=True)
resting = importer.import_avatar(bpy.context, other, name="Resting")
scene.frame_set(20)
select(rig, twin.rig)
assert not ops.wear_layer.poll()
select(shirt, twin.rig)
assert ops.wear_layer() == {"FINISHED"}
(copy,) = (mesh for mesh in layers.layers_of(twin.rig) if mesh not in twin.layers)
assert copy["avatarclip_layer"] == "Shirt 2" and copy.find_armature() == twin.rig and not coverage.masks_of(copy)
assert not any(name in copy.vertex_groups for name in twist.ALL)
assert np.abs(coordinates(copy.data.vertices) - coordinates(shirt.data.vertices)).max() == 0, "the same body: exact"
assert copy.visible_get()
twin_shirt = twin.layers[2]
layers.show_layer(twin.layers[3], False)
assert np.abs(evaluated(copy) - evaluated(twin_shirt)).max() < 1e-5, "it moves with its new wearer"
beneath = seen(twin.body)
layers.show_layer(twin_shirt, False)
assert seen(twin.body) == beneath < whole[0], "and covers what it covered before"
layers.show_layer(copy, False)
assert seen(twin.body) > beneath
twin.body.data.shape_keys.key_blocks["Taller"].value = 1.0
bpy.context.view_layer.update()
assert evaluated(copy)[:, 2].max() > evaluated(shirt)[:, 2].max() + 0.1
twin.body.data.shape_keys.key_blocks["Taller"].value = 0.0
copy.data.materials[0].node_tree.nodes["Tint"].inputs[7].default_value = (1, 0, 0, 1)
assert tuple(material.tint_of(shirt.data.materials[0]).default_value) == (1, 1, 1, 1), "its material is its own"
refused(lambda: api.wear_layer(copy, twin.rig), "layer of another avatar")
worn = api.wear_layer(belt, resting.rig)  # made in the T-pose, worn in the A-pose
a_pose = arrays(other)["rest_pose"].ravel()
own = of_vertex == 3
there = to_blender(skin(data["vertices"], weights, data["joints"], data["parents"], a_pose, np.zeros(3)))[own]
rested = skin(*(arrays(other)[n] for n in ("vertices", "weights", "joints", "parents")), a_pose, np.zeros(3))
there -= (0, 0, rested[:, 1].min())
away = np.linalg.norm(coordinates(worn.data.vertices) - there, axis=1)
assert np.median(away) < 1e-4, away
assert worn.data.shape_keys is None, "this wearer has none to follow"
child = importer.import_avatar(bpy.context, small, name="Child")
scale = np.ptp(arrays(small)["joints"][:, 1]) / np.ptp(data["joints"][:, 1])
worn = api.wear_layer(trousers, child.rig)  # both bodies of the same triangles: it goes with the skin
away = np.linalg.norm(coordinates(worn.data.vertices) - scale * coordinates(trousers.data.vertices), axis=1)
assert np.median(away) < 0.005 and away.max() < 0.03 and scale < 0.8, (np.median(away), away.max())

# --- exports hold what is seen; games get one mesh --------------------------------------------------------------
select(rig)
assert ops.remove_twist() == {"FINISHED"}
assert export.wanted_meshes(rig, "GAME") == [avatar.game] and export.wanted_meshes(rig, "FULL") == list(avatar.layers)
api.tint_layer(trousers, (0.5, 1.0, 0.25))
assert export.wanted_meshes(rig, "GAME") == list(avatar.layers), "the game mesh does not show the tint"
layers.show_layer(belt, False)
kinds_of = ("objects", "meshes", "armatures", "actions", "materials", "images", "collections", "shape_keys")
everything = [(kind, item.name) for kind in kinds_of for item in getattr(bpy.data, kind)]
shown = [body, trousers, shirt]
expected = {mesh.name: evaluated(mesh) for mesh in shown}
tinted = np.array([list(c.color) for c in trousers.data.color_attributes[0].data]) * (0.5, 1, 0.25, 1)
endings = (".fbx", ".usdz") if "usd_export" in dir(bpy.ops.wm) else (".fbx",)  # distributions build without USD
for detail in ("FULL", "GAME"):
    api.export_fbx(rig, out / f"{detail}.fbx", detail=detail)
    if ".usdz" in endings:
        api.export_usd(rig, out / f"{detail}.usdz", detail=detail)
assert [(kind, item.name) for kind in kinds_of for item in getattr(bpy.data, kind)] == everything
select(rig, *shown)
if bpy.app.version >= (4, 3, 0):  # bpy 4.2 crashes at exit after any glTF export, with or without the add-on
    bpy.ops.export_scene.gltf(filepath=str(out / "seen.glb"), use_selection=True)
bpy.ops.wm.save_as_mainfile(filepath=str(out / "saved.blend"))


def read(path):
    """Open an export in an empty file; returns its meshes by name."""
    empty()
    bpy.context.scene.render.fps = 30
    if path.suffix == ".fbx":
        compat.import_fbx(str(path))
    elif path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    else:
        bpy.ops.wm.usd_import(filepath=str(path))
    found = [o for o in bpy.context.scene.objects if o.type == "MESH" and o.find_armature() is not None]
    first = round(bpy.data.actions[0].frame_range[0])
    bpy.context.scene.frame_set(first + 19)
    return {mesh.name: mesh for mesh in found}


def same_points(mesh, *parts):
    """Expect the vertices of a mesh to be those of parts, in any order."""
    wanted, there = np.concatenate(parts), evaluated(mesh)
    assert len(there) == len(wanted), (len(there), len(wanted))
    order = [points[np.lexsort(points.round(3).T)].mean(0) for points in (wanted, there)]
    assert np.abs(order[0] - order[1]).max() < 1e-3
    gaps = np.linalg.norm(wanted[:, None] - there[None], axis=-1)
    assert gaps.min(1).max() < 2e-3 and gaps.min(0).max() < 2e-3, (gaps.min(1).max(), gaps.min(0).max())


for ending in endings:
    found = read(out / f"FULL{ending}")
    assert set(found) == set(expected), (ending, set(found))
    for name, mesh in found.items():
        same_points(mesh, expected[name])
    colors = found["Trousers"].data.color_attributes[0]
    again = np.unique(np.array([list(c.color) for c in colors.data]).round(2), axis=0)
    assert np.abs(again[:, None, :3] - tinted[None, :, :3]).max(-1).min(1).max() < 0.02, "the tint is in the colours"
    (mesh,) = read(out / f"GAME{ending}").values()
    same_points(mesh, *expected.values())
if (out / "seen.glb").exists():
    found = read(out / "seen.glb")
    assert len(found) == 3 and all(mesh.data.color_attributes and mesh.data.uv_layers for mesh in found.values())

# --- removed, joined ----------------------------------------------------------------------------------------------
bpy.ops.wm.open_mainfile(filepath=str(out / "saved.blend"))
rig = bpy.data.objects["Firefighter Rig"]
shows = seen(bpy.data.objects["Body"])
bpy.ops.ed.undo_push(message="Before")
assert ops.remove_layer("EXEC_DEFAULT", True, layer="Shirt") == {"FINISHED"}
assert "Shirt" not in bpy.data.objects and seen(bpy.data.objects["Body"]) > shows
bpy.ops.ed.undo()
assert "Shirt" in bpy.data.objects and seen(bpy.data.objects["Body"]) == shows
rig = bpy.data.objects["Firefighter Rig"]
body, trousers, shirt, belt = (bpy.data.objects[name] for name in names)
select(shirt)
assert ops.remove_layer() == {"FINISHED"} and "Shirt" not in bpy.data.objects and "Shirt" not in bpy.data.meshes
assert bpy.context.active_object == rig and len(layers.layers_of(rig)) == 3
shows = seen(body)
assert whole[0] - hidden[0] < shows < whole[0]
bpy.data.objects.remove(trousers)  # by Blender's own means
assert seen(body) == whole[0]
bpy.ops.wm.open_mainfile(filepath=str(out / "saved.blend"))
rig, body = bpy.data.objects["Firefighter Rig"], bpy.data.objects["Body"]
select(rig)
bpy.context.scene.frame_set(20)
keys = len(bpy.data.shape_keys)
assert ops.join_layers() == {"FINISHED"}
assert layers.layers_of(rig) == [body, bpy.data.objects["Belt"]] and len(body.data.materials) == 3
assert not coverage.masks_of(body) and len(body.vertex_groups) == 24 and len(bpy.data.shape_keys) == keys - 2
same_points(body, *expected.values())
before = evaluated(body)
body.data.shape_keys.key_blocks["Taller"].value = 1.0
bpy.context.view_layer.update()
assert np.abs(evaluated(body) - before).max() > 0.1
refused(ops.join_layers, "only one layer")
avatarclip_blender.unregister()
assert not [f for f in bpy.app.handlers.depsgraph_update_post if "avatarclip" in f.__module__]
print("ok")
