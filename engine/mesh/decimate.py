"""Fewer triangles: quadric edge collapse (Garland and Heckbert 1997) closed meshes stay closed, hems stay whole."""

from __future__ import annotations

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.mesh.mend import components, mended
from engine.mesh.rims import rim_vertices, thinned
from engine.mesh.surface import Indices, is_closed

UNIT = 100.0
"""Of the library's thresholds, which are absolute, a metre: small steps, so that no part is emptied before another."""
AGGRESSIONS = (7.0, 5.0, 9.0, 3.0)
"""How boldly edges are collapsed; tried in this order."""
SLACK = 0.9
"""Share of the wanted triangles that a result must reach to be taken."""


def decimate(
    vertices: np.ndarray, faces: np.ndarray, max_faces: int, insist: bool = False
) -> tuple[np.ndarray, NDArray[np.int32]]:
    """At most ``max_faces`` triangles of a mesh; what is closed stays closed, and open borders keep their course.

    Fast-simplification does not check that a collapse keeps the mesh a manifold: what it tears is mended, and where
    that cannot be done another attempt is made.

    Args:
        vertices: (V, 3) metres.
        faces: (F, 3).
        max_faces: wanted; open borders of many turns may need some more.
        insist: take the attempt with the fewest tears if all have some; otherwise the mesh itself is given back then.
    """
    if len(faces) <= max_faces:
        return vertices, faces.astype(np.int32)
    rim = np.zeros((0, 3))
    points, triangles = np.asarray(vertices), faces.astype(np.int32)
    if not is_closed(faces):
        points, triangles = thinned(points, triangles)
        rim = points[rim_vertices(triangles)]
    best: tuple[int, np.ndarray, Indices] | None = None
    single = len(components(triangles)) == 1
    for aggression in AGGRESSIONS:
        found, torn = _attempt(points, triangles, max_faces, aggression, rim, single)
        if found is None:
            continue
        count = len(found[1])
        if torn == 0 and SLACK * max_faces <= count and (count <= max_faces or len(rim)):
            return found
        fault = torn + max(0, count - max_faces) + (len(faces) if count < 0.5 * max_faces else 0)
        if best is None or fault < best[0]:
            best = (fault, *found)
    if insist and best is not None:
        return best[1], best[2]
    return vertices, faces.astype(np.int32)


def _attempt(
    vertices: np.ndarray, faces: Indices, max_faces: int, aggression: float, rim: np.ndarray, single: bool
) -> tuple[tuple[np.ndarray, Indices] | None, int]:
    """One run of the library, mended, and the number of edges at which it is still torn."""
    points, triangles = fast_simplification.simplify(
        (UNIT * vertices).astype(np.float32), faces, target_count=max_faces, agg=aggression, preserve_border=True
    )
    points = np.asarray(points) / UNIT
    on_rim = np.zeros(len(points), bool)
    if len(rim):
        on_rim = cKDTree(rim).query(points)[0] < 1e-5
    return mended(points, triangles, on_rim, single)


def shares(vertices: np.ndarray, faces: np.ndarray, face_layers: np.ndarray, max_faces: int) -> NDArray[np.int64]:
    """How many triangles (L,) each of several layers gets, so that all are equally true to their form.

    All are simplified together to the wanted number; what is left of each is its share, though none gets less than
    `LEAST` or than it has.

    Args:
        vertices: (V, 3) of all layers; what is enlarged here gets more.
        faces: (F, 3).
        face_layers: (F,) numbers from 0.
        max_faces: in all.
    """
    count = int(face_layers.max()) + 1
    has = np.bincount(face_layers, minlength=count)
    if len(faces) <= max_faces:
        return has
    points, triangles = fast_simplification.simplify(
        (UNIT * vertices).astype(np.float32), faces.astype(np.int32), target_count=max_faces, agg=AGGRESSIONS[0]
    )
    owner = np.full(len(vertices), -1)
    owner[faces] = face_layers[:, None]
    used = np.flatnonzero(owner >= 0)
    nearest = cKDTree(vertices[used]).query(np.asarray(points)[triangles].mean(1) / UNIT)[1]
    left = np.bincount(owner[used][nearest], minlength=count).astype(float)
    least = np.minimum(has, LEAST)
    spare = max(max_faces - int(least.sum()), 0)
    wanted = np.maximum(left - least, 0.0)
    return np.minimum(has, least + np.floor(spare * wanted / max(wanted.sum(), 1.0)).astype(np.int64))


LEAST = 48
"""Triangles that every layer keeps."""
