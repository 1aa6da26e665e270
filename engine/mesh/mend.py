"""Close what an edge collapse tore: faces at edges of three or more are cut out, and the holes are filled."""

from __future__ import annotations

import numpy as np

from engine.mesh.surface import Indices, directed_edges, is_closed, largest_component

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


def _simple(faces: np.ndarray) -> Indices:
    """Without degenerate and doubled faces, and without those that share a directed edge with another."""
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    faces = faces[distinct]
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    faces = faces[np.sort(first)]
    forward, _, _ = directed_edges(faces)
    _, place, count = np.unique(forward, return_inverse=True, return_counts=True)
    kept: Indices = faces[(count[place].reshape(-1, 3) == 1).all(1)].astype(np.int32)
    return kept


def _filled(faces: Indices) -> Indices | None:
    """Every hole filled by a fan of triangles; None if a hole is large."""
    forward, backward, base = directed_edges(faces)
    open_edges = backward[~np.isin(backward, forward)]  # the edges that a filling face has
    starts, ends = np.divmod(open_edges, base)
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
