"""The surface that is painted: the body's own, or a finer one where its triangles are too large for sharp hems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.body import Body
from engine.geometry.subdivide import quartered

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
