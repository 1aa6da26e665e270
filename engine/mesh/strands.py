"""Fewer locks of hair for the game mesh: a lock that is as light as it can be still has some thirty triangles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import compact, pieces
from engine.mesh.surface import Indices

STAYS = 0.25
"""Share of the triangles that is left at least. Set by hand."""


def fewer_pieces(vertices: NDArray, faces: Indices, max_faces: int) -> tuple[NDArray, Indices]:
    """A mesh of loose pieces without some of them, so that about ``max_faces`` triangles are left.

    The largest piece, such as the shell beneath the locks, stays; of the others some are left out here and there.
    """
    if len(faces) <= max_faces:
        return vertices, faces
    piece = pieces(faces, len(vertices))[faces[:, 0]]
    sizes = np.bincount(piece)
    order = np.random.default_rng(0).permutation(len(sizes))
    order = order[np.argsort(sizes[order] < sizes.max(), kind="stable")]  # the largest first
    room = max(max_faces, STAYS * len(faces))
    kept = np.zeros(len(sizes), bool)
    kept[order[np.cumsum(sizes[order]) <= room]] = True
    kept[order[0]] = True
    return compact(vertices, faces[kept[piece]])
