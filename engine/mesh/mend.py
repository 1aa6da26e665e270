"""Close what an edge collapse tore: faces at edges of three or more are cut out, and the holes are filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.mesh.surface import is_closed, largest_component

Indices = NDArray[np.int32]
ROUNDS = 4
LONGEST = 24
"""Edges round a hole that is still filled by a fan; a larger one would show."""


def mended(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, Indices] | None:
    """A nearly closed mesh closed, its vertices unchanged; None where that takes more than small fans.

    Args:
        vertices: (V, 3).
        faces: (F, 3), wound alike.
    """
    for _ in range(ROUNDS):
        faces = _simple(faces)
        if not len(faces):
            return None
        vertices, faces, _ = largest_component(vertices, faces)
        if is_closed(faces):
            return vertices, faces.astype(np.int32)
        filled = _filled(faces)
        if filled is None:
            return None
        faces = filled
    return None


def _edges(faces: np.ndarray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(3F,) directed edges as numbers, and the same reversed; edge k of face f at 3f + k."""
    base = int(faces.max(initial=0)) + 1
    start, end = faces.reshape(-1).astype(np.int64), np.roll(faces, -1, axis=1).reshape(-1).astype(np.int64)
    return start * base + end, end * base + start


def _simple(faces: np.ndarray) -> Indices:
    """Without degenerate and doubled faces, and without those that share a directed edge with another."""
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    faces = faces[distinct]
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    faces = faces[np.sort(first)]
    forward, _ = _edges(faces)
    _, place, count = np.unique(forward, return_inverse=True, return_counts=True)
    kept: Indices = faces[(count[place].reshape(-1, 3) == 1).all(1)].astype(np.int32)
    return kept


def _filled(faces: Indices) -> Indices | None:
    """Every hole filled by a fan of triangles; None if a hole is large."""
    forward, backward = _edges(faces)
    base = int(faces.max()) + 1
    open_edges = backward[~np.isin(backward, forward)]  # the edges that a filling face has
    starts, ends = open_edges // base, open_edges % base
    pinched = np.flatnonzero(np.bincount(starts, minlength=base) > 1)
    if len(pinched):  # two holes meet in a vertex: open them to one
        kept: Indices = faces[~np.isin(faces, pinched).any(1)]
        return kept
    after = dict(zip(starts.tolist(), ends.tolist()))
    fans = []
    while after:
        loop = [next(iter(after))]
        while loop[-1] in after:
            loop.append(after.pop(loop[-1]))
        ring = loop[:-1]
        if loop[0] != loop[-1] or not 3 <= len(ring) <= LONGEST:
            return None
        fans += [(ring[0], ring[i], ring[i + 1]) for i in range(1, len(ring) - 1)]
    return np.concatenate([faces, np.array(fans, np.int32).reshape(-1, 3)])
