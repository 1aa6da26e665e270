"""What lies hidden beneath other layers: a vertex group and a Mask modifier for each layer that covers some of it.

A mask acts as long as the layer that it is named for is seen, so that a body whose shirt goes is whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import bmesh
import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from .marks import LAYER

PREFIX = "Covered by "
"""Of the names of groups and modifiers, before the covering layer's."""


def add_masks(meshes: Sequence[bpy.types.Object], covered: Sequence[np.ndarray | None]) -> None:
    """Hide what lies beneath other layers.

    The result tells what is hidden, not by which layer: that is the nearest of those further out. Where two lie over a
    vertex, it is there again as soon as the inner one goes, beneath the outer one: at worst too much, never a hole.

    Args:
        meshes: of the layers at rest, the innermost first, named in the order of their layers.
        covered: (V,) of each, whether a vertex is hidden.
    """
    trees: dict[int, BVHTree] = {}
    for number, (mesh, hidden) in enumerate(zip(meshes, covered)):
        if hidden is None or not hidden.any() or len(meshes) == 1:
            continue
        outer = list(range(number + 1, len(meshes))) or [other for other in range(len(meshes)) if other != number]
        rows = np.flatnonzero(hidden)
        nearest = _nearest(_points(mesh)[rows], outer, meshes, trees)
        for other in outer:
            own = rows[nearest == other]
            if len(own):
                add_mask(mesh, layer_name(meshes[other]), own)


def layer_name(mesh: bpy.types.Object) -> str:
    """Return the name of a mesh's layer."""
    return str(mesh.get(LAYER, mesh.name))


def mask_name(layer: str) -> str:
    """Name of group and modifier for what a layer covers, within Blender's 63 bytes."""
    return (PREFIX + layer).encode()[:63].decode(errors="ignore")


def masks_of(mesh: bpy.types.Object) -> list[bpy.types.Modifier]:
    """Return a mesh's own Mask modifiers of this kind."""
    return [modifier for modifier in mesh.modifiers if modifier.type == "MASK" and modifier.name.startswith(PREFIX)]


def add_mask(mesh: bpy.types.Object, layer: str, vertices: np.ndarray) -> None:
    """Hide vertices (N,) of a mesh as long as a layer of that name is seen."""
    name = mask_name(layer)
    group = mesh.vertex_groups.new(name=name)
    group.add(vertices.tolist(), 1.0, "REPLACE")
    modifier = mesh.modifiers.new(name, "MASK")
    modifier.vertex_group, modifier.invert_vertex_group = group.name, True
    modifier.show_expanded = False
    mesh.modifiers.move(len(mesh.modifiers) - 1, 0)  # what is hidden need not be deformed


def _nearest(
    points: np.ndarray, others: Sequence[int], meshes: Sequence[bpy.types.Object], trees: dict[int, BVHTree]
) -> np.ndarray:
    """Which of the other meshes is nearest to each point (N,)."""
    best = np.full(len(points), 1e9)
    found = np.full(len(points), others[0])
    for other in others:
        there = _points(meshes[other])
        gap = np.maximum(np.maximum(there.min(0) - points, points - there.max(0)), 0.0)
        bound = np.linalg.norm(gap, axis=1)
        rows = np.flatnonzero(bound < best)
        if not len(rows):
            continue
        if other not in trees:
            trees[other] = _tree(meshes[other])
        for row in rows.tolist():
            distance = trees[other].find_nearest(points[row], best[row])[3]
            if distance is not None and distance < best[row]:
                best[row], found[row] = distance, other
    return found


def _points(mesh: bpy.types.Object) -> np.ndarray:
    """Vertices (V,3) at rest."""
    points = np.empty(3 * len(mesh.data.vertices), np.float32)
    mesh.data.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


def _tree(mesh: bpy.types.Object) -> BVHTree:
    """The triangles at rest, through bmesh, which takes a quarter of the time that lists take."""
    work = bmesh.new()
    work.from_mesh(mesh.data)
    tree = BVHTree.FromBMesh(work)
    work.free()
    return tree
