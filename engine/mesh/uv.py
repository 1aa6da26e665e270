"""Texture coordinates: a chart for each region of the body (see `engine.mesh.chart_regions`), packed by xatlas.

Coordinates are (u, v) in 0-1 with v up, as Blender and OBJ have them; row 0 of a picture is v = 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import compact
from engine.geometry.measures import vertex_normals
from engine.mesh.chart_regions import connected
from engine.mesh.flatten import flatten
from engine.mesh.surface import Floats, Indices

PADDING = 4
"""Texels between two charts. Set by hand."""
GRID = 1024
"""Most cells along the square's side among which charts look for their places: xatlas tries them all. Set by hand."""
MANY = 300
"""Charts from which they are packed quickly rather than closely. Set by hand."""
MAX_COST = 8.0
"""How crooked a chart of xatlas's own may get before it begins another; larger means fewer seams. Set by hand."""
CUTS, WORST = 3, 0.1
"""How often what folds over is cut out of a region, and the share of its faces from which that is not tried. Set by
hand."""


Pieces = list[tuple[Indices, Floats | None]]
"""Charts: faces (F, 3) and their plane coordinates (V, 2), or None where xatlas shall find some."""
Lay = Callable[[np.ndarray, Indices], Pieces]
"""Makes charts of the vertices (V, 3) and a region's faces (F, 3)."""


def unwrap(
    vertices: np.ndarray,
    faces: Indices,
    region: NDArray[np.int64],
    size: int,
    lay: Lay | None = None,
) -> tuple[Indices, Floats]:
    """Lay a mesh out in the unit square without overlaps.

    Each region becomes one chart where it can be laid flat; what folds over is cut out of it, and xatlas, which packs
    the charts, makes smaller ones of that.

    Args:
        vertices: (V, 3); a chart's share of the square follows its area here, so enlarged places get finer texels.
        faces: (F, 3).
        region: (F,) number of the connected region that a face belongs to.
        size: side of the texture in texels, from which the charts' distance follows.
        lay: makes charts of the vertices and a region's faces, which are then not turned; None for `_charts`.

    Returns:
        The faces (F, 3) sorted by chart, and the coordinates (F, 3, 2) of their corners.
    """
    import xatlas  # has no build for the newest Pythons; see `engine.mesh.stage`

    atlas, sorted_faces = xatlas.Atlas(), []
    for group, plane in (
        chart
        for number in range(int(region.max()) + 1)
        for chart in (lay or _charts)(vertices, faces[region == number])
    ):
        points, triangles = compact(vertices, group)
        normals = vertex_normals(points, triangles)
        atlas.add_mesh(points.astype(np.float32), triangles.astype(np.uint32), normals, plane)
        sorted_faces.append(group)
    charts, packing = xatlas.ChartOptions(), xatlas.PackOptions()
    charts.max_cost, charts.use_input_mesh_uvs = MAX_COST, True
    grid = min(size, GRID)
    packing.resolution, packing.padding, packing.bilinear = grid, max(1, round(PADDING * grid / size)), True
    packing.bruteForce = len(sorted_faces) <= MANY
    packing.rotate_charts = packing.rotate_charts_to_axis = lay is None
    atlas.generate(charts, packing)
    corners = []
    for number in range(len(sorted_faces)):
        _, triangles, uvs = atlas[number]
        corners.append(uvs[triangles])
    return np.concatenate(sorted_faces).astype(np.int32), np.concatenate(corners).astype(np.float32)


def _charts(vertices: np.ndarray, faces: Indices, cuts: int = CUTS) -> Pieces:
    """Charts of a connected region (F, 3), laid as flat as they can be."""
    points, triangles = compact(vertices, faces)
    plane, bad = flatten(points, triangles)
    if not bad.any():
        return [(faces, plane)]
    if cuts == 0 or bad.mean() > WORST:
        return [(faces, None)]
    around = np.asarray(np.isin(triangles, triangles[bad]).any(1), np.int64)
    pieces: Pieces = []
    number = connected(around, triangles)
    for piece in range(int(number.max()) + 1):
        group = faces[number == piece]
        pieces += [(group, None)] if around[number == piece].all() else _charts(vertices, group, cuts - 1)
    return pieces


def split_seams(faces: Indices, uvs: Floats) -> tuple[NDArray[np.int64], Indices, Floats]:
    """Vertices for formats that keep one coordinate a vertex: those on seams are doubled.

    Args:
        faces: (F, 3).
        uvs: (F, 3, 2) of the corners.

    Returns:
        The original vertex (W,) of each new one, faces (F, 3) of the new ones, and their coordinates (W, 2).
    """
    keys = np.empty(faces.size, [("vertex", "<i8"), ("u", "<f4"), ("v", "<f4")])
    keys["vertex"], keys["u"], keys["v"] = faces.reshape(-1), uvs[..., 0].reshape(-1), uvs[..., 1].reshape(-1)
    unique, index = np.unique(keys, return_inverse=True)
    source: NDArray[np.int64] = unique["vertex"]
    return source, index.reshape(-1, 3).astype(np.int32), np.stack((unique["u"], unique["v"]), -1)


def tangents(vertices: np.ndarray, normals: np.ndarray, faces: Indices, uvs: np.ndarray) -> Floats:
    """Tangents (W, 4) along u as glTF has them: unit vector, and the sign of the bitangent along v.

    As in MikkTSpace the faces' tangents are weighted by their corner's angle, after they were laid into the plane of
    the vertex's normal.

    Args:
        vertices: (W, 3), split at seams.
        normals: (W, 3) unit.
        faces: (F, 3).
        uvs: (W, 2), v up.
    """
    p, t = vertices[faces].astype(np.float64), uvs[faces].astype(np.float64)  # (F, 3, 3), (F, 3, 2)
    d1, d2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    s1, s2 = t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]
    area = s1[:, 0] * s2[:, 1] - s1[:, 1] * s2[:, 0]  # (F,) negative where the chart is mirrored
    along = np.sign(area)[:, None] * (d1 * s2[:, 1:2] - d2 * s1[:, 1:2])  # (F, 3) towards larger u
    total, handed = np.zeros((len(vertices), 3)), np.zeros(len(vertices))
    for corner in range(3):
        index = faces[:, corner]
        normal = normals[index].astype(np.float64)
        a, b = (p[:, (corner + k) % 3] - p[:, corner] for k in (1, 2))
        cosine = (_flat(a, normal) * _flat(b, normal)).sum(1)
        weighted = np.arccos(np.clip(cosine, -1.0, 1.0))[:, None] * _flat(along, normal)
        for axis in range(3):
            total[:, axis] += np.bincount(index, weighted[:, axis], len(vertices))
        handed += np.bincount(index, area, len(vertices))
    fallback = np.cross(normals, np.roll(normals, 1, axis=1) + np.array([0.31, 0.17, 0.07]))
    total[np.linalg.norm(total, axis=1) < 1e-9] = fallback[np.linalg.norm(total, axis=1) < 1e-9]
    return np.hstack((_flat(total, normals.astype(np.float64)), np.where(handed < 0.0, -1.0, 1.0)[:, None])).astype(
        np.float32
    )


def _flat(vectors: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Unit vectors (N, 3) of ``vectors`` in the planes of ``normals``."""
    flat = vectors - (vectors * normals).sum(1, keepdims=True) * normals
    unit: np.ndarray = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-20)
    return unit
