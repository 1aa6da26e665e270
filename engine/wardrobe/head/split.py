"""Halve the long edges of a triangle mesh where it has to be finer, without gaps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.geometry.edges import edges
from engine.geometry.subdivide import halved


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
        step, faces = halved(faces, chosen, len(places))
        places, mix = step @ places, step @ mix
    return mix, faces
