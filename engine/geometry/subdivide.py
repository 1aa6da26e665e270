"""Finer triangles over the same surface, without gaps: edges are halved, and faces split where they were."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.geometry.edges import Indices, edges


def quartered(faces: NDArray, count: int) -> tuple[sparse.csr_matrix, Indices]:
    """`halved` for all edges: every triangle becomes four."""
    return halved(faces, edges(faces), count)


def halved(faces: NDArray, chosen: NDArray, count: int) -> tuple[sparse.csr_matrix, Indices]:
    """Halve some edges of a mesh.

    Args:
        faces: (F, 3).
        chosen: (E, 2) edges, each once.
        count: of the vertices.

    Returns:
        A matrix (count + E, count) that gives the new points from the old ones, which come first, and faces (Q, 3):
        each old one in two, three or four where edges of it were halved.
    """
    rows = np.repeat(np.arange(len(chosen)), 2)
    halves = sparse.csr_matrix(
        (np.full(2 * len(chosen), 0.5, np.float32), (rows, chosen.ravel())), (len(chosen), count)
    )
    mix = sparse.vstack([sparse.eye(count, format="csr", dtype=np.float32), halves]).tocsr()
    return mix, _split(faces, chosen, count)


def _split(faces: NDArray, chosen: NDArray, count: int) -> Indices:
    """Faces (F, 3) with the edges ``chosen`` (E, 2) halved by points count, count + 1, ...: into two, three or four."""
    middles = sparse.csr_matrix((np.arange(len(chosen)) + count, (chosen.min(1), chosen.max(1))), (count, count))
    sides = np.stack([faces, np.roll(faces, -1, 1)], 2)  # (F, 3, 2)
    low, high = sides.min(2), sides.max(2)
    middle = np.asarray(middles[low.ravel(), high.ravel()]).reshape(-1, 3).astype(np.int64)  # 0: not halved
    number = (middle > 0).sum(1)
    turn = np.where(number == 1, (middle > 0).argmax(1), np.where(number == 2, ((middle == 0).argmax(1) + 1) % 3, 0))
    index = (turn[:, None] + np.arange(3)) % 3
    (a, b, c), (ab, bc, ca) = np.take_along_axis(faces, index, 1).T, np.take_along_axis(middle, index, 1).T
    patterns = {
        0: [(a, b, c)],
        1: [(a, ab, c), (ab, b, c)],
        2: [(ab, b, bc), (a, ab, c), (ab, bc, c)],
        3: [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)],
    }
    parts = [np.stack([corner[number == n] for corner in triangle], 1) for n, ts in patterns.items() for triangle in ts]
    return np.concatenate(parts).astype(np.int32)
