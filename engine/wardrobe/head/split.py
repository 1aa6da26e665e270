"""Halve the long edges of a triangle mesh where it has to be finer, without gaps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.mesh.surface import edges


def split_long(
    places: NDArray, faces: NDArray, longest: Callable[[NDArray], NDArray], rounds: int
) -> tuple[sparse.csr_matrix, NDArray[np.int32]]:
    """Halve edges that are too long for where they are.

    Args:
        places: (V, 3) metres in which edges are measured.
        faces: (F, 3).
        longest: from the middles (E, 3) of edges to the lengths (E,) that they may have.
        rounds: how often at most.

    Returns:
        A matrix (P, V) that gives the points from the old ones, which come first, and faces (Q, 3).
    """
    mix = sparse.eye(len(places), format="csr", dtype=np.float32)
    for _ in range(rounds):
        pairs = edges(faces)
        a, b = places[pairs[:, 0]], places[pairs[:, 1]]
        chosen = pairs[np.linalg.norm(a - b, axis=1) > longest(0.5 * (a + b))]
        if not len(chosen):
            break
        count, k = len(places), np.arange(len(chosen))
        halves = sparse.csr_matrix(
            (np.full(2 * len(k), 0.5, np.float32), (np.repeat(k, 2), chosen.ravel())), (len(k), count)
        )
        step = sparse.vstack([sparse.eye(count, format="csr", dtype=np.float32), halves]).tocsr()
        faces, places, mix = _split(faces, chosen, count), step @ places, step @ mix
    return mix, faces


def _split(faces: NDArray, chosen: NDArray, count: int) -> NDArray[np.int32]:
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
