"""The surface that is painted: the body's own, or a finer one where its triangles are too large for sharp hems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.body import Body

Floats = NDArray[np.float32]
FINE = 20_000
"""Triangles from which on a body is painted as it is; SMPL has 13,776, the open body 25,266."""


@dataclass(frozen=True)
class Skin:
    """A surface whose points are fixed mixtures of a body's vertices.

    ``mix`` (P, V) rows sum to one; ``faces`` (F, 3); ``weights`` (P, 24) skinning weights.
    """

    mix: sparse.csr_matrix
    faces: NDArray[np.int32]
    weights: Floats

    @staticmethod
    def of(body: Body) -> Skin:
        """The body's surface, its triangles quartered until there are enough."""
        mix, faces = sparse.eye(len(body.template), format="csr", dtype=np.float32), body.faces
        while len(faces) < FINE:
            halved, faces = quartered(faces, mix.shape[0])
            mix = halved @ mix
        return Skin(mix, faces, np.asarray(mix @ body.weights, np.float32))


def quartered(faces: NDArray[np.int32], count: int) -> tuple[sparse.csr_matrix, NDArray[np.int32]]:
    """Split every triangle at the middles of its edges.

    Returns:
        A matrix (count + E, count) that gives the new points from the old ones, and the faces (4F, 3).
    """
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, inverse = np.unique(edges, axis=0, return_inverse=True)
    rows = np.repeat(np.arange(len(unique)), 2)
    middles = sparse.csr_matrix(
        (np.full(2 * len(unique), 0.5, np.float32), (rows, unique.ravel())), (len(unique), count)
    )
    ab, bc, ca = (count + inverse.reshape(3, -1)).astype(np.int32)
    a, b, c = faces.T
    split = np.concatenate([np.stack(f, 1) for f in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    return sparse.vstack([sparse.eye(count, format="csr", dtype=np.float32), middles]).tocsr(), split
