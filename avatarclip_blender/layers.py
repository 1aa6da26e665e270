"""The layers of an avatar in the scene: body, garments, hair, ...; showing, removing and joining them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bmesh
import bpy
import numpy as np

from .importer import shape_keys
from .importer.coverage import layer_name, mask_name, masks_of
from .importer.marks import BEHIND_GAME, GAME_MESH, HIDDEN, LAYER, LAYERS
from .importer.material import tint_of
from .importer.mesh import COLOR_ATTRIBUTE

WHITE = (1.0, 1.0, 1.0, 1.0)
"""A tint that changes nothing."""


def bound_meshes(rig: bpy.types.Object) -> list[bpy.types.Object]:
    """Return the meshes that an armature deforms."""
    return [child for child in rig.children_recursive if child.type == "MESH" and child.find_armature() == rig]


def layers_of(rig: bpy.types.Object) -> list[bpy.types.Object]:
    """Return the meshes of an avatar's layers, the innermost first; without the game mesh."""
    order = str(rig.get(LAYERS, "")).split("\n")
    found = [mesh for mesh in bound_meshes(rig) if mesh.get(LAYER) and not mesh.get(GAME_MESH)]
    return sorted(found, key=lambda mesh: order.index(mesh[LAYER]) if mesh[LAYER] in order else len(order))


def is_shown(mesh: bpy.types.Object) -> bool:
    """Tell whether a layer is seen in this view layer."""
    return bool(mesh.visible_get())


def show_layer(mesh: bpy.types.Object, shown: bool) -> None:
    """Show a layer or hide it, in views and renders; what it covers is seen when it is hidden."""
    mesh.hide_render = not shown
    if shown:
        mesh.hide_viewport = False
    mesh.hide_set(not shown)
    update_masks(layers_of(mesh.find_armature()))


def update_masks(layers: Iterable[bpy.types.Object]) -> None:
    """Let the masks of one avatar's layers act only for layers that are there and seen."""
    layers = list(layers)
    seen = {mask_name(layer_name(mesh)) for mesh in layers if is_shown(mesh)}
    rendered = {mask_name(layer_name(mesh)) for mesh in layers if not mesh.hide_render}
    for mesh in layers:
        for mask in masks_of(mesh):
            for attribute, names in (("show_viewport", seen), ("show_render", rendered)):
                if getattr(mask, attribute) != (mask.name in names):
                    setattr(mask, attribute, mask.name in names)


def update_all_masks(scene: bpy.types.Scene) -> None:
    """Let masks of all avatars of a scene act only for layers that are there and seen, however others were hidden."""
    avatars: dict[bpy.types.Object, list[bpy.types.Object]] = {}
    for thing in scene.objects:
        if thing.type == "MESH" and LAYER in thing and thing.parent is not None and LAYERS in thing.parent:
            avatars.setdefault(thing.parent, []).append(thing)
    for layers in avatars.values():
        update_masks(layers)


def remove_layer(context: bpy.types.Context, mesh: bpy.types.Object) -> None:
    """Remove a layer; what it covers is seen again.

    Raises:
        ValueError: for the mesh whose shape keys all the others follow.
    """
    rig = mesh.find_armature()
    if mesh.data.shape_keys is not None and shape_keys.leading_mesh(rig) == mesh:
        raise ValueError(f"Hide {layer_name(mesh)} instead: the other layers take their shape from it")
    if context.view_layer.objects.active == mesh:
        context.view_layer.objects.active = rig
        rig.select_set(True)
    data = mesh.data
    bpy.data.objects.remove(mesh)
    if not data.users:
        bpy.data.meshes.remove(data)
    update_masks(layers_of(rig))


def game_mesh_of(rig: bpy.types.Object) -> bpy.types.Object | None:
    """Return an avatar's light mesh, if it has one."""
    return next((mesh for mesh in bound_meshes(rig) if mesh.get(GAME_MESH)), None)


def game_is_shown(rig: bpy.types.Object) -> bool:
    """Tell whether the game mesh is seen in place of the layers."""
    return BEHIND_GAME in rig


def show_game(rig: bpy.types.Object, shown: bool) -> None:
    """Show the game mesh in place of the layers, or the layers that were seen before.

    Raises:
        ValueError: if there is no game mesh.
    """
    game = game_mesh_of(rig)
    if game is None:
        raise ValueError("This avatar has no game mesh")
    if shown == game_is_shown(rig):
        return
    if shown:
        rig[BEHIND_GAME] = "\n".join(mesh[LAYER] for mesh in layers_of(rig) if is_shown(mesh))
    before = str(rig[BEHIND_GAME]).split("\n")
    for collection in game.users_collection:
        if collection.get(HIDDEN):
            collection.hide_viewport = collection.hide_render = not shown
    for mesh in layers_of(rig):
        if mesh[LAYER] in before:
            show_layer(mesh, not shown)
    if not shown:
        del rig[BEHIND_GAME]


LAYERED, FULL, GAME = "LAYERS", "FULL", "GAME"
VIEWS = {
    LAYERED: ("Layers", "The layers that were chosen to be seen"),
    FULL: ("All", "All layers, those that were hidden too"),
    GAME: ("Game", "The light mesh with textures in place of the layers"),
}
"""What of an avatar is seen: labels and descriptions."""


def view_of(rig: bpy.types.Object) -> str:
    """Return which of `VIEWS` an avatar shows."""
    if game_is_shown(rig):
        return GAME
    return FULL if all(is_shown(mesh) for mesh in layers_of(rig)) else LAYERED


def show_view(rig: bpy.types.Object, view: str) -> None:
    """Show one of `VIEWS`.

    Raises:
        ValueError: if there is no game mesh to show.
    """
    if view == GAME or game_is_shown(rig):
        show_game(rig, view == GAME)
    if view == FULL:
        for mesh in layers_of(rig):
            show_layer(mesh, True)


def seen_layers(rig: bpy.types.Object) -> list[bpy.types.Object]:
    """Return the layers that are seen, or were before the game mesh took their place."""
    if game_is_shown(rig):
        before = str(rig[BEHIND_GAME]).split("\n")
        return [mesh for mesh in layers_of(rig) if mesh[LAYER] in before]
    return [mesh for mesh in layers_of(rig) if is_shown(mesh)]


def is_as_imported(rig: bpy.types.Object) -> bool:
    """Tell whether an avatar shows the layers that it came with, untinted: what its game mesh shows."""
    shown = seen_layers(rig)
    if LAYERS in rig and sorted(mesh[LAYER] for mesh in shown) != sorted(rig[LAYERS].split("\n")):
        return False
    return all(tuple(socket.default_value) == WHITE for mesh in shown for socket in tints_of(mesh).values())


def join_layers(context: bpy.types.Context, rig: bpy.types.Object) -> bpy.types.Object:
    """Make one mesh of the layers that are shown, with their materials; what they cover is deleted for good.

    Raises:
        ValueError: if there are not two.
    """
    if game_is_shown(rig):
        show_game(rig, False)
    shown = seen_layers(rig)
    if len(shown) < 2:
        raise ValueError("There is only one layer to be seen; show those that are to be joined")
    as_imported = is_as_imported(rig)
    joined = join_meshes(context, shown)
    if as_imported:
        rig[LAYERS] = joined[LAYER]
    return joined


def join_meshes(context: bpy.types.Context, meshes: Sequence[bpy.types.Object]) -> bpy.types.Object:
    """Join meshes of layers into the first, without what their masks hide. Needs Object Mode."""
    for mesh in meshes:
        apply_masks(mesh)
    first, others = meshes[0], [mesh.data for mesh in meshes[1:]]
    names = {key.name for mesh in meshes for key in (mesh.data.shape_keys,) if key is not None and mesh != first}
    override = {"active_object": first, "object": first, "selected_editable_objects": list(meshes)}
    with context.temp_override(**override):
        bpy.ops.object.join()
    bpy.data.batch_remove([data for data in others if not data.users])
    left = [bpy.data.shape_keys.get(name) for name in names]
    bpy.data.batch_remove([key for key in left if key is not None and key != first.data.shape_keys])
    return first


def tint_layer(mesh: bpy.types.Object, color: Sequence[float]) -> None:
    """Multiply a layer's colours with three linear numbers; white gives back its own."""
    for socket in tints_of(mesh).values():
        socket.default_value = (*color[:3], 1.0)


def bake_tints(mesh: bpy.types.Object) -> None:
    """Multiply a mesh's colours with the tints of its materials, for readers that know no such nodes."""
    attribute = mesh.data.color_attributes.get(COLOR_ATTRIBUTE)
    tints = {slot: tuple(socket.default_value) for slot, socket in tints_of(mesh).items()}
    if attribute is None or all(tint == WHITE for tint in tints.values()):
        return
    flat = np.empty(4 * len(mesh.data.vertices), np.float32)
    attribute.data.foreach_get("color", flat)
    colors = flat.reshape(-1, 4)
    corners = np.empty(len(mesh.data.loops), np.int32)
    mesh.data.loops.foreach_get("vertex_index", corners)
    slots = np.empty(len(mesh.data.polygons), np.int32)
    mesh.data.polygons.foreach_get("material_index", slots)
    totals = np.empty(len(mesh.data.polygons), np.int32)
    mesh.data.polygons.foreach_get("loop_total", totals)
    slots = np.repeat(slots, totals)
    for slot, tint in tints.items():
        colors[np.unique(corners[slots == slot]), :3] *= tint[:3]
    attribute.data.foreach_set("color", colors.ravel())


def tints_of(mesh: bpy.types.Object) -> dict[int, bpy.types.NodeSocket]:
    """The tints of a mesh's materials by slot."""
    found = {number: tint_of(slot.material) for number, slot in enumerate(mesh.material_slots)}
    return {number: socket for number, socket in found.items() if socket is not None}


def apply_masks(mesh: bpy.types.Object) -> None:
    """Delete what a mesh's acting masks hide, and remove all its masks with their groups."""
    masks = masks_of(mesh)
    hiding = {mesh.vertex_groups[mask.vertex_group].index for mask in masks if mask.show_viewport}
    if hiding:
        work = bmesh.new()
        work.from_mesh(mesh.data)
        weights = work.verts.layers.deform.verify()
        gone = [vertex for vertex in work.verts if any(group in vertex[weights] for group in hiding)]
        bmesh.ops.delete(work, geom=gone, context="VERTS")
        work.to_mesh(mesh.data)
        work.free()
    remove_masks(mesh)


def remove_masks(mesh: bpy.types.Object) -> None:
    """Remove a mesh's masks and their groups; it is whole."""
    for mask in masks_of(mesh):
        mesh.vertex_groups.remove(mesh.vertex_groups[mask.vertex_group])
        mesh.modifiers.remove(mask)
