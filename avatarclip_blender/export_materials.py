"""Materials and pictures of what is exported, as the formats and programs want them."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

from .export_twins import Copy, marked, twin
from .importer.marks import EXPORT_COPY
from .importer.mesh import COLOR_ATTRIBUTE
from .layers import WHITE, tints_of


def split_orm(copy: Copy) -> None:
    """Give roughness and metalness pictures of their own: FBX takes only what is linked to the surface directly."""
    for tree in _own_trees(copy, "ORM"):
        surface = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
        if surface is None:
            continue
        for node in _pictures(tree, "ORM"):
            for channel, title in ((1, "Roughness"), (2, "Metallic")):
                pixels = _pixels(node.image)
                for other in range(3):
                    pixels[other::4] = pixels[channel::4].copy()
                alone = tree.nodes.new("ShaderNodeTexImage")
                alone.image, alone.label = marked(_picture(node.image, title, pixels)), title
                tree.links.new(alone.outputs["Color"], surface.inputs[title])


def without_colors(copy: Copy) -> None:
    """Take the vertices' colours off meshes that have them as a texture: many readers multiply one with the other."""
    for mesh in copy.meshes:
        colors = mesh.data.color_attributes.get(COLOR_ATTRIBUTE)
        if colors is not None and mesh.data.materials and all(map(_is_painted, mesh.data.materials)):
            mesh.data.color_attributes.remove(colors)


def _is_painted(material: bpy.types.Material | None) -> bool:
    """Whether a picture is the base colour."""
    nodes = material.node_tree.nodes if material is not None and material.node_tree is not None else ()
    bases = [node.inputs["Base Color"].links for node in nodes if node.type == "BSDF_PRINCIPLED"]
    return any(link.from_node.type == "TEX_IMAGE" for links in bases for link in links)


def flip_green(copy: Copy) -> None:
    """Give the copies' materials a normal map whose green points down."""
    for tree in _own_trees(copy, "Normal"):
        for node in _pictures(tree, "Normal"):
            pixels = _pixels(node.image)
            pixels[1::4] = 1.0 - pixels[1::4]
            node.image = marked(_picture(node.image, "DirectX", pixels))


def whiten(copy: Copy) -> None:
    """Give the copies' materials without a picture a white colour of their own."""
    for material in twin_materials(copy, lambda item: item.node_tree is not None and not _is_painted(item)):
        for node in material.node_tree.nodes:
            if node.type == "BSDF_PRINCIPLED":
                node.inputs["Base Color"].default_value = WHITE


def _own_trees(copy: Copy, label: str) -> list[bpy.types.NodeTree]:
    """Trees of the copies' materials with the picture of a label; these materials become copies themselves."""
    made = twin_materials(copy, lambda item: item.node_tree is not None and bool(_pictures(item.node_tree, label)))
    return [material.node_tree for material in made]


def twin_materials(copy: Copy, wanted: Callable[[bpy.types.Material], bool]) -> list[bpy.types.Material]:
    """Let some of the copies' materials be copies themselves, and give these."""
    twins: dict[bpy.types.Material, bpy.types.Material] = {}
    for mesh in copy.meshes:
        for slot in mesh.material_slots:
            material = slot.material
            if material is not None and wanted(material):
                if material not in twins:
                    twins[material] = material if EXPORT_COPY in material else twin(material)
                slot.link, slot.material = "OBJECT", twins[material]
    return list(twins.values())


def _pictures(tree: bpy.types.NodeTree, label: str) -> list[bpy.types.ShaderNode]:
    """Nodes with the picture of a label."""
    return [node for node in tree.nodes if node.type == "TEX_IMAGE" and node.label == label and node.image is not None]


def _pixels(image: bpy.types.Image) -> np.ndarray:
    """The numbers of an image, four a pixel."""
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    return pixels


def _picture(image: bpy.types.Image, title: str, pixels: np.ndarray) -> bpy.types.Image:
    """A packed picture of data, not colours, with the size of another and its name with a title."""
    other = bpy.data.images.new(f"{image.name} {title}", *image.size)
    other.colorspace_settings.name = "Non-Color"
    other.pixels.foreach_set(pixels)
    name = bpy.path.clean_name(other.name)
    other.filepath_raw, other.file_format = f"//{name}.png", "PNG"  # readers tell its kind by the ending
    other.pack()
    return other


def without_tints(mesh: bpy.types.Object) -> None:
    """Give a copy materials that do not tint once more what was tinted for good."""
    tinted = [slot for slot, socket in tints_of(mesh).items() if tuple(socket.default_value) != WHITE]
    for slot in tinted:
        mesh.data.materials[slot] = twin(mesh.material_slots[slot].material)
    for slot in tinted:
        tints_of(mesh)[slot].default_value = WHITE
