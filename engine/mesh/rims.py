"""Borders of open surfaces: hems, cuffs, necklines. They keep their course when triangles become fewer."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import distinct, simple_loops
from engine.geometry.measures import face_normals
from engine.mesh.surface import Indices

TOLERANCE = 0.0006
"""Metres by which a thinned border may leave its course. Set by hand."""
LONGEST = 0.03
"""Metres between two vertices of a thinned border. Set by hand."""
UPRIGHT = 0.2
"""Least cosine between a face's normals before and after a border was thinned. Set by hand."""


def thinned(vertices: np.ndarray, faces: Indices) -> tuple[np.ndarray, Indices]:
    """Drop vertices of borders that lie on the line between their neighbours: each falls to the nearer one kept.

    Args:
        vertices: (V, 3) metres.
        faces: (F, 3).

    Returns:
        Vertices, all of them, and the faces left.
    """
    target = np.arange(len(vertices))
    for loop in simple_loops(faces):
        _thin(vertices, loop, target)
    for _ in range(4):  # what would turn a face over stays
        moved = target[faces]
        alive = distinct(moved)
        changed = alive & (moved != faces).any(1)
        before, after = face_normals(vertices, faces[changed]), face_normals(vertices, moved[changed])
        turned = np.unique(faces[changed][(before * after).sum(1) < UPRIGHT])
        if not len(turned):
            return vertices, moved[alive].astype(np.int32)
        target[turned] = turned
    return vertices, faces


def _thin(vertices: np.ndarray, loop: NDArray[np.int64], target: NDArray[np.int64]) -> None:
    """Send the vertices of one border that are not needed to those that are, in ``target`` (V,)."""
    points = vertices[loop].astype(np.float64)
    count, start = len(loop), 0
    kept = [0]
    while start < count:
        end = start + 1
        while end < count and _straight(points, start, end + 1):
            end += 1
        kept.append(end)
        start = end
    if len(kept) - 1 < 3:
        return
    for first, last in pairwise(kept):
        inner = np.arange(first + 1, last)
        middle = 0.5 * (first + last)
        target[loop[inner]] = loop[np.where(inner <= middle, first, last) % count]


def _straight(points: np.ndarray, first: int, last: int) -> bool:
    """Whether the border (N, 3) between two of its places, the last of which may be beyond its end, is a short line."""
    a, b = points[first], points[last % len(points)]
    chord = b - a
    length = float(np.linalg.norm(chord))
    if not 0.0 < length <= LONGEST:
        return False
    offset = points[first + 1 : last] - a
    along = np.clip(offset @ chord / length**2, 0.0, 1.0)
    return bool((np.linalg.norm(offset - along[:, None] * chord, axis=1) <= TOLERANCE).all())
