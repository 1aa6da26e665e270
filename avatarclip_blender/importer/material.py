"""Builds the material that shows the avatar's vertex colours."""

from __future__ import annotations

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
    material = bpy.data.materials.new(name)
    tree = compat.empty_node_tree(material)
    attribute = tree.nodes.new("ShaderNodeVertexColor")
    attribute.layer_name = COLOR_ATTRIBUTE
    attribute.location = (-220, 0)
    surface = tree.nodes.new("ShaderNodeBsdfPrincipled")
    surface.inputs["Roughness"].default_value = ROUGHNESS
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    output.location = (300, 0)
    tree.links.new(attribute.outputs["Color"], surface.inputs["Base Color"])
    tree.links.new(surface.outputs["BSDF"], output.inputs["Surface"])
    material.diffuse_color = (*srgb_to_linear(colors.mean(axis=0)).tolist(), 1.0)
    material.roughness = ROUGHNESS
    return material
