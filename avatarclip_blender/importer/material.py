"""Builds the materials: those of layers in vertex colours, and one with the baked textures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import bpy
import numpy as np

from .. import compat
from .mesh import COLOR_ATTRIBUTE, is_even, srgb_to_linear
from .relief import add_relief

ROUGHNESS = 0.7
"""Cloth and skin rather than plastic; where the result says nothing."""
TINT = "Tint"
"""Name of the node that multiplies the base colour."""


def build_material(
    name: str, colors: np.ndarray, kind: str = "", values: Mapping[str, np.ndarray] | None = None
) -> bpy.types.Material:
    """Build a layer's material: the colour attribute times a tint, roughness and metalness, and a small relief.

    Args:
        name: of the material.
        colors: (V,3), sRGB; their mean becomes the colour in solid viewport shading.
        kind: of the engine's catalogue, for the relief; empty has none.
        values: numbers (V,) of the vertices by the names of the shader's inputs; what is even over the layer becomes
            the input's number, what is not is read from the mesh's attribute (`mesh.build_mesh`).
    """
    material, tree, surface = _principled(name, colors)
    attribute = tree.nodes.new("ShaderNodeVertexColor")
    attribute.layer_name = COLOR_ATTRIBUTE
    attribute.location = (-440, 0)
    tint = tree.nodes.new("ShaderNodeMix")
    tint.data_type, tint.blend_type, tint.name, tint.label = "RGBA", "MULTIPLY", TINT, TINT
    tint.location = (-220, 0)
    tint.inputs["Factor"].default_value = 1.0
    tint_socket(tint).default_value = (1.0, 1.0, 1.0, 1.0)
    tree.links.new(attribute.outputs["Color"], tint.inputs[6])  # A and B of colours
    tree.links.new(tint.outputs[2], surface.inputs["Base Color"])
    for row, (title, numbers) in enumerate((values or {}).items()):
        _feed(tree, surface, title, numbers, row)
    material.roughness = surface.inputs["Roughness"].default_value
    material.metallic = surface.inputs["Metallic"].default_value
    add_relief(tree, surface, kind)
    return material


def tint_of(material: bpy.types.Material | None) -> bpy.types.NodeSocket | None:
    """Return the colour that a layer's material multiplies its own with; None if it has no such node."""
    node = material.node_tree.nodes.get(TINT) if material is not None and material.node_tree is not None else None
    return tint_socket(node) if node is not None and node.type == "MIX" else None


def tint_socket(node: bpy.types.ShaderNode) -> bpy.types.NodeSocket:
    """Return the second colour of a Mix node; its sockets of other types have the same names."""
    return node.inputs[7]


def _feed(tree: bpy.types.NodeTree, surface: bpy.types.ShaderNode, title: str, values: np.ndarray, row: int) -> None:
    """Give one input of the shader its mean, and where the values (V,) differ the attribute of the same name too."""
    surface.inputs[title].default_value = float(values.mean())
    if is_even(values):
        return
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_name, node.location = title, (-440, -160 - 180 * row)
    tree.links.new(node.outputs["Fac"], surface.inputs[title])


def build_textured_material(name: str, colors: np.ndarray, textures: dict[str, Path]) -> bpy.types.Material:
    """Build a material with the baked textures, which are packed so that the file needs no others.

    Args:
        name: of the material.
        colors: (V,3), sRGB; for solid viewport shading.
        textures: files by name: ``color``, ``normal`` and ``orm``, any of which may be missing. The occlusion, which is
            red in the last, is for game engines and not part of the shader, as Blender's own light makes it.
    """
    material, tree, surface = _principled(name, colors)
    nodes = {}
    for row, (kind, path) in enumerate(textures.items()):
        image = bpy.data.images.load(str(path), check_existing=False)
        label = "ORM" if kind == "orm" else kind.title()
        image.name = f"{name} {label}"
        image.pack()
        image.filepath_raw = f"//{bpy.path.clean_name(f'{name} {label}')}{path.suffix}"  # no folder of this machine's
        for packed in image.packed_files:
            packed.filepath = image.filepath_raw
        node = nodes[kind] = tree.nodes.new("ShaderNodeTexImage")
        node.image, node.label, node.location = image, label, (-620, 300 - 300 * row)
        if kind != "color":
            image.colorspace_settings.name = "Non-Color"
    if "color" in nodes:
        tree.links.new(nodes["color"].outputs["Color"], surface.inputs["Base Color"])
        tree.nodes.active = nodes["color"]
    if "normal" in nodes:
        bumps = tree.nodes.new("ShaderNodeNormalMap")
        bumps.location = (-260, -60)
        tree.links.new(nodes["normal"].outputs["Color"], bumps.inputs["Color"])
        tree.links.new(bumps.outputs["Normal"], surface.inputs["Normal"])
    if "orm" in nodes:
        parts = tree.nodes.new("ShaderNodeSeparateColor")
        parts.location = (-260, -300)
        tree.links.new(nodes["orm"].outputs["Color"], parts.inputs["Color"])
        tree.links.new(parts.outputs["Green"], surface.inputs["Roughness"])
        tree.links.new(parts.outputs["Blue"], surface.inputs["Metallic"])
    return material


def _principled(name: str, colors: np.ndarray) -> tuple[bpy.types.Material, bpy.types.NodeTree, bpy.types.ShaderNode]:
    """Make a material with a rough surface and return it, its tree and that node."""
    material = bpy.data.materials.new(name)
    tree = compat.empty_node_tree(material)
    surface = tree.nodes.new("ShaderNodeBsdfPrincipled")
    surface.inputs["Roughness"].default_value = ROUGHNESS
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    output.location = (300, 0)
    tree.links.new(surface.outputs["BSDF"], output.inputs["Surface"])
    material.diffuse_color = (*srgb_to_linear(colors.mean(axis=0)).tolist(), 1.0)
    surface.inputs["Base Color"].default_value = material.diffuse_color  # for readers that know no vertex colours
    material.roughness = ROUGHNESS
    return material, tree, surface
