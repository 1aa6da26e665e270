"""Close what an edge collapse tore: faces at edges of three or more are cut out, and the holes are filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import chains, compact, directed_edges, distinct, pieces, rim_edges
from engine.mesh.surface import Indices, largest_component

ROUNDS = 4
"""Of mending. Set by hand."""
LONGEST = 24
"""Edges round a hole that is still filled by a fan; a larger one would show. Set by hand."""


def mended(
    vertices: np.ndarray, faces: np.ndarray, rim: NDArray[np.bool_] | None = None, single: bool = True
) -> tuple[tuple[np.ndarray, Indices] | None, int]:
    """A torn mesh without its tears, its vertices unchanged.

    Args:
        vertices: (V, 3).
        faces: (F, 3), wound alike.
        rim: (V,) which vertices lie on a border that is no tear; None for a closed mesh.
        single: keep the largest of its parts only.

    Returns:
        The mesh (None without faces), and the number of edges at which it is still torn.
    """
    rim = np.zeros(len(vertices), bool) if rim is None else rim
    closed = not rim.any()
    marked = np.hstack((vertices, rim[:, None]))
    for _ in range(ROUNDS):
        faces = simple(faces, closed)
        if not len(faces):
            return None, 0
        if single and closed:
            points, faces, _ = largest_component(marked[:, :3], faces)
            marked = np.hstack((points, np.zeros((len(points), 1))))
        else:
            marked, faces = compact(marked, faces)
        torn = _tears(faces, marked[:, 3] > 0.5)
        if not len(torn):
            break
        filled = _filled(faces, torn)
        if filled is None:
            break
        faces = filled
    return (marked[:, :3], faces.astype(np.int32)), len(_tears(faces, marked[:, 3] > 0.5))


def components(faces: np.ndarray) -> NDArray[np.int64]:
    """Faces (C,) of each connected part of a mesh, by the vertices they share."""
    counts = np.bincount(pieces(faces, int(faces.max()) + 1)[faces[:, 0]])
    return np.asarray(counts[counts > 0])


def simple(faces: np.ndarray, closed: bool) -> Indices:
    """Without degenerate and doubled faces, and, of a closed mesh, without those that share a directed edge."""
    faces = faces[distinct(faces)]
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    faces = faces[np.sort(first)]
    if not closed or not len(faces):
        return faces.astype(np.int32)
    forward, _, _ = directed_edges(faces)
    _, place, count = np.unique(forward, return_inverse=True, return_counts=True)
    kept: Indices = faces[(count[place].reshape(-1, 3) == 1).all(1)].astype(np.int32)
    return kept


def _tears(faces: Indices, rim: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(E, 2) the edges that faces filling the holes have."""
    pairs = rim_edges(faces)[:, ::-1]
    return pairs[~rim[pairs].all(1)]


def _filled(faces: Indices, torn: NDArray[np.int64]) -> Indices | None:
    """The holes at torn edges (E, 2) filled by fans of triangles; None where no hole is small enough."""
    pinched = np.flatnonzero(np.bincount(torn[:, 0]) > 1)
    if len(pinched):  # two holes meet in a vertex: open them to one
        kept: Indices = faces[~np.isin(faces, pinched).any(1)]
        return kept
    fans = []
    for ring, closed in chains(torn):
        if closed and 3 <= len(ring) <= LONGEST:
            fans += [(ring[0], ring[i], ring[i + 1]) for i in range(1, len(ring) - 1)]
    return np.concatenate([faces, np.array(fans, np.int32)]) if fans else None
