"""Cloth that moves as what it lies on, and lies over it in the T-pose too, so that no layer dives under another.

In the stand pose arms and trunk of heavy bodies are within one another: what is nearest there may be the wrong limb.
In the T-pose they are apart.

Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.body import stand_pose
from engine.geometry.edges import edges
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.geometry.skinning import bone_transforms, skin, unpose
from engine.protocol import PARENTS
from engine.rig.weights import smooth
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.piece import Piece, taken_along
from engine.wardrobe.layers import Floats, Joined, Layer

NEAR, FAR = 0.03, 0.08
"""Metres from what is beneath up to which cloth moves as that does, and from which on it moves as it was cut."""
ALIKE, APART = 0.3, -0.2
"""Cosines between the normals of cloth and of what is beneath from which on it moves as that does, and up to which it
moves as it was cut: thighs that touch look at each other."""
SAME, OTHER = 0.5, 0.2
"""Shares of common weights from which on, and up to which, the normals do not count: what has them in common lies on
its own limb, however crumpled it is."""
LEGS, CROSSED = ((1, 4, 7, 10), (2, 5, 8, 11)), 0.5
"""Joints of the left and of the right leg, and how far cloth cut for one may lie on the other to be of it: thighs that
touch are in one another in the T-pose."""
WIDEST = 0.05
"""Metres over which weights are evened at most, else over as many as cloth lies off: loose cloth bends softly."""
ROUNDS = 3
"""How often what is beneath is looked for: by its new weights, or outside of it, cloth is elsewhere."""
GAP, DEEPEST = 0.001, 0.02
"""Metres that finished cloth keeps from the skin at least, and in which it is still brought out."""
SOFT = 3
"""How many rings of neighbours go along with what is brought out."""


class Followed:
    """What is worn already, in the T-pose, as the next garment moves with it and lies over it."""

    def __init__(self, worn: Joined, rest_joints: Floats) -> None:
        self.worn = worn
        self.transforms = bone_transforms(rest_joints, stand_pose()[None], PARENTS)[0]
        points = unpose(worn.vertices, worn.weights, self.transforms)
        self.beneath = Beneath(points, worn.faces)
        on_skin = worn.faces[worn.face_layers == 0]
        self.skin, self.standing = Beneath(points, on_skin), Beneath(worn.vertices, on_skin)

    def piece(self, piece: Piece) -> Piece:
        """A piece at rest with the skinning weights of the closest points of what it lies on.

        What was cut from the body has slipped over it since, and moves by other joints than what is beneath by now.
        """
        weights = piece.weights
        for _ in range(ROUNDS):
            points = unpose(piece.vertices, weights, self.transforms)
            found, distance, own = self._closest(points, vertex_normals(points, piece.faces), piece.weights)
            share = (smoothstep(distance, FAR, NEAR) * own)[:, None]
            weights = (share * found + (1 - share) * piece.weights).astype(np.float32)
        return replace(piece, weights=smooth(weights, piece.vertices, piece.faces, np.minimum(distance, WIDEST)))

    def layer(self, layer: Layer) -> Layer:
        """A finished layer outside of the skin, the middles of its edges too."""
        points = unpose(layer.vertices, layer.weights, self.transforms)
        count, moved = len(points), points.copy()
        ends, mean = edges(layer.faces), averaging(layer.faces, count)
        normals, weights = (
            np.concatenate([values, values[ends].mean(1)])
            for values in (vertex_normals(points, layer.faces), layer.weights)
        )
        for _ in range(ROUNDS):
            found = np.concatenate([moved, moved[ends].mean(1)])
            distance, normal = self.skin.signed(found)
            lack = np.clip(GAP - distance, 0, None) * (distance > -DEEPEST)
            near = np.flatnonzero(lack > 0)
            if len(near):
                lack[near] *= self._closest(found[near], normals[near], weights[near])[2] > 0
            lack, between = lack[:count], lack[count:]
            np.maximum.at(lack, ends, between[:, None])
            move = lack[:, None] * normal[:count]
            moved += taken_along(move, mean, SOFT, np.ones(len(move), bool))
        changed = np.flatnonzero((moved != points).any(1))
        vertices = layer.vertices.copy()
        vertices[changed] = skin(moved[changed], layer.weights[changed], self.transforms[None])[0]
        before, after = (self.standing.signed(found[changed])[0] for found in (layer.vertices, vertices))
        worse = changed[(after < 0) & (after < before)]  # out of the trunk and into the arm that lies on it
        vertices[worse] = layer.vertices[worse]
        return layer.moved(vertices)

    def _closest(self, points: Floats, normals: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Weights (N, J) of the closest points of what is worn, metres from them (N,), and how surely (N,), 0 to 1,
        these belong to the limb that the points (N, 3) lie on, by their normals and weights."""
        caster = self.beneath.caster
        face, bary, distance = caster.closest_point(points, signed=False)
        corners = self.worn.faces[face]
        found = np.einsum("nk,nkj->nj", bary, self.worn.weights[corners])
        normal = np.einsum("nk,nkc->nc", bary, caster.normals[corners])
        cosine = (normals * normal).sum(1) / np.maximum(np.linalg.norm(normal, axis=1), 1e-9)
        common = np.minimum(found, weights).sum(1)
        own = np.maximum(smoothstep(cosine, APART, ALIKE), smoothstep(common, OTHER, SAME))
        (left, right), (own_left, own_right) = ([w[:, leg].sum(1) for leg in LEGS] for w in (found, weights))
        own = own * smoothstep(left * own_right + right * own_left, CROSSED, 0.5 * CROSSED)
        return found, distance, own.astype(np.float32)
