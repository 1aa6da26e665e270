"""Builds the mesh: geometry, vertex colours, skinning weights. Fast enough for half a million vertices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import bmesh
import bpy
import numpy as np

from .result import Surface

COLOR_ATTRIBUTE = "Color"
"""Blender's own default name, which exporters and game engines' importers find."""
UV_LAYER = "UVMap"
MAX_INFLUENCES = 4
"""Bones that may move one vertex: what game engines skin with."""


def build_mesh(
    name: str,
    surface: Surface,
    groups: Sequence[str],
    uvs: np.ndarray | None = None,
    values: Mapping[str, np.ndarray] | None = None,
) -> bpy.types.Object:
    """Build a smooth-shaded mesh with vertex groups; the object is in no collection yet.

    Args:
        name: of object and mesh.
        surface: in Blender's frame.
        groups: names of the vertex groups, one for each column of the surface's weights.
        uvs: (F,3,2) texture coordinates of the faces' corners, v up, or None.
        values: further attributes of the vertices, (V,) each, by name; even ones are left out.
    """
    vertices, faces = surface.vertices, surface.faces
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, dtype=np.float32).ravel())
    mesh_object = bpy.data.objects.new(name, mesh)
    for group in groups:
        mesh_object.vertex_groups.new(name=group)
    _write_weights(mesh, *strongest_influences(surface.weights))
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(faces.ravel(), dtype=np.int32))
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, 3, dtype=np.int32))
    if uvs is not None:
        mesh.uv_layers.new(name=UV_LAYER).uv.foreach_set("vector", np.ascontiguousarray(uvs, np.float32).ravel())
    for title, numbers in (values or {}).items():
        if not is_even(numbers):
            attribute = mesh.attributes.new(title, "FLOAT", "POINT")
            attribute.data.foreach_set("value", np.ascontiguousarray(numbers, np.float32))
    mesh.update(calc_edges=True)
    mesh.validate()  # a doubled or degenerate triangle must not crash Blender later
    mesh.shade_smooth()
    _write_colors(mesh, surface.colors)
    return mesh_object


def is_even(values: np.ndarray) -> bool:
    """Tell whether numbers are all the same, as far as anybody could see."""
    return bool(np.ptp(values) < 1e-3)


def strongest_influences(weights: np.ndarray, count: int = MAX_INFLUENCES) -> tuple[np.ndarray, np.ndarray]:
    """Return the bones (V,count) and weights (V,count) of the strongest influences, which again sum to 1."""
    rows, columns = np.nonzero(weights)
    totals = np.bincount(rows, minlength=len(weights))
    many = totals > count
    if many.any():
        cut = weights[many]
        least = np.partition(cut, -count, axis=1)[:, -count]
        weights = weights.copy()
        weights[many] = np.where(_first(cut >= least[:, None], count), cut, 0.0)
        rows, columns = np.nonzero(weights)
        totals = np.bincount(rows, minlength=len(weights))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(totals) - totals, totals)  # of an influence in its row
    bones, strongest = np.zeros((len(weights), count), np.int64), np.zeros((len(weights), count))
    bones[rows, place], strongest[rows, place] = columns, weights[rows, columns]
    return bones, strongest / strongest.sum(axis=1, keepdims=True)


def _first(wanted: np.ndarray, count: int) -> np.ndarray:
    """Of each row's true entries (V,G) the first so many, for those that are alike."""
    return wanted & (np.cumsum(wanted, axis=1) <= count)


def srgb_to_linear(colors: np.ndarray) -> np.ndarray:
    """Convert sRGB values 0-1 into linear ones (IEC 61966-2-1), which is what colour attributes store."""
    return np.where(colors <= 0.04045, colors / 12.92, ((np.maximum(colors, 0.0) + 0.055) / 1.055) ** 2.4)


def _write_weights(mesh: bpy.types.Mesh, bones: np.ndarray, weights: np.ndarray) -> None:
    """Write the weights through bmesh, four times as fast as `VertexGroup.add`.

    Done before there are faces, which would pass through bmesh too, and after the groups have names, for Blender 5.2
    drops the weights of groups that have none.
    """
    work = bmesh.new()
    work.from_mesh(mesh)
    layer = work.verts.layers.deform.verify()
    for vertex, indices, values in zip(work.verts, bones.tolist(), weights.tolist()):
        influences = vertex[layer]
        for index, value in zip(indices, values):
            if value > 0.0:
                influences[index] = value
    work.to_mesh(mesh)
    work.free()


def _has_8_bits(colors: np.ndarray) -> bool:
    """Tell whether sRGB colours have no more than 256 steps each, so that a byte holds them."""
    steps = colors * 255.0
    return bool(np.abs(steps - np.round(steps)).max() < 1e-2)


def _write_colors(mesh: bpy.types.Mesh, colors: np.ndarray) -> None:
    rgba = np.ones((len(colors), 4), dtype=np.float32)
    if _has_8_bits(colors):
        rgba[:, :3] = colors
        attribute = mesh.color_attributes.new(COLOR_ATTRIBUTE, "BYTE_COLOR", "POINT")
        attribute.data.foreach_set("color_srgb", rgba.ravel())
    else:
        rgba[:, :3] = srgb_to_linear(colors)
        attribute = mesh.color_attributes.new(COLOR_ATTRIBUTE, "FLOAT_COLOR", "POINT")
        attribute.data.foreach_set("color", rgba.ravel())
    index = mesh.color_attributes.find(COLOR_ATTRIBUTE)
    mesh.color_attributes.active_color_index = index
    mesh.color_attributes.render_color_index = index
