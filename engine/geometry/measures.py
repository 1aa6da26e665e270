"""Lengths, areas, volumes and normals of triangle meshes and paths, in float64 where nothing else is said."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def _doubles(vertices: NDArray) -> Doubles:
    return np.asarray(vertices, np.float64)


def arc_lengths(paths: NDArray) -> NDArray:
    """(..., K) how far along paths (..., K, D) their points are: nought at the first. Of the paths' kind."""
    steps = np.diff(paths, axis=-2, prepend=paths[..., :1, :])
    return np.asarray(np.cumsum(np.linalg.norm(steps, axis=-1), axis=-1))


def face_vectors(vertices: NDArray, faces: NDArray) -> NDArray:
    """(F, 3) along the faces' normals, twice their areas long; outward if faces are counter-clockwise. Of the
    vertices' kind."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def face_normals(vertices: NDArray, faces: NDArray) -> Doubles:
    """(F, 3) unit vectors; nought of faces without an area."""
    found = face_vectors(_doubles(vertices), faces)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-20))


def face_areas(vertices: NDArray, faces: NDArray) -> Doubles:
    """(F,) in the square of the vertices' unit."""
    return np.asarray(0.5 * np.linalg.norm(face_vectors(_doubles(vertices), faces), axis=1))


def vertex_normals(vertices: NDArray, faces: NDArray) -> NDArray[np.float32]:
    """Unit normals (V, 3), the area-weighted mean of the faces' normals; outward if faces are counter-clockwise."""
    across = face_vectors(_doubles(vertices), faces)
    corners, count = faces.T.reshape(-1), len(vertices)
    total = np.stack([np.bincount(corners, np.tile(across[:, k], 3), count) for k in range(3)], -1)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.maximum(length, 1e-20)).astype(np.float32)


def face_volumes(vertices: NDArray, faces: NDArray) -> Doubles:
    """(F,) of the tetrahedra between faces and the origin, positive where a face looks away from it."""
    a, b, c = (_doubles(vertices)[faces[:, corner]] for corner in range(3))
    return np.asarray(np.einsum("fc,fc->f", a, np.cross(b, c)) / 6.0)


def volume(vertices: NDArray, faces: NDArray) -> float:
    """What a closed mesh encloses; positive if the faces look outwards."""
    return float(face_volumes(vertices, faces).sum())


def edge_lengths(vertices: NDArray, pairs: NDArray) -> NDArray:
    """(E,) of edges (E, 2)."""
    return np.asarray(np.linalg.norm(vertices[pairs[:, 0]] - vertices[pairs[:, 1]], axis=1))
