"""Cloth moves as what it lies on: a layer with the weights of the one beneath never dives under it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.render.raycast import MeshRaycaster, vertex_normals
from engine.rig.weights import smooth
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Joined

NEAR, FAR = 0.03, 0.08
"""Metres from what is beneath up to which cloth moves as that does, and from which on it moves as it was cut."""
ALIKE, APART = 0.3, -0.2
"""Cosines between the two normals from which on, and up to which, the same holds: a sleeve is no part of the trunk."""
WIDEST = 0.05
"""Metres over which weights are evened at most, else over as many as cloth lies off: loose cloth bends softly."""


def followed(piece: Piece, worn: Joined) -> Piece:
    """A piece at rest with the skinning weights of the closest points of what it lies on, ``worn``.

    What was cut from the body has slipped over it since, and moves by other joints than what is beneath it by now.
    """
    caster = MeshRaycaster(worn.vertices, worn.faces)
    face, bary, distance = caster.closest_point(piece.vertices, signed=False)
    corners = worn.faces[face]
    beneath = np.einsum("nk,nkj->nj", bary, worn.weights[corners])
    normal = np.einsum("nk,nkc->nc", bary, caster.normals[corners])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    cosine = (normal * vertex_normals(piece.vertices, piece.faces)).sum(1)
    share = (smoothstep(distance, FAR, NEAR) * smoothstep(cosine, APART, ALIKE))[:, None]
    weights = smooth(
        share * beneath + (1 - share) * piece.weights, piece.vertices, piece.faces, np.minimum(distance, WIDEST)
    )
    return replace(piece, weights=weights)
