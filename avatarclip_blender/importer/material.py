"""Builds the materials: one that shows vertex colours, and one with the baked textures."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from .. import compat
from .mesh import COLOR_ATTRIBUTE, srgb_to_linear

ROUGHNESS = 0.7
"""Cloth and skin rather than plastic."""


def build_material(name: str, colors: np.ndarray) -> bpy.types.Material:
    """Build a material with the colour attribute as its base colour.

    Args:
        name: of the material.
        colors: (V,3), sRGB; their mean becomes the colour in solid viewport shading.
    """
    material, tree, surface = _principled(name, colors)
    attribute = tree.nodes.new("ShaderNodeVertexColor")
    attribute.layer_name = COLOR_ATTRIBUTE
    attribute.location = (-220, 0)
    tree.links.new(attribute.outputs["Color"], surface.inputs["Base Color"])
    return material


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
    material.roughness = ROUGHNESS
    return material, tree, surface
