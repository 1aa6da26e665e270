"""Finger weights for whatever lies on hands: gloves and rings go as the skin beneath, what is held with the hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.body import Body, stand_pose
from engine.body.fingers import BODY_JOINTS, HANDS, OF_HAND, SIDES, shared_out
from engine.body.hands import both_hands
from engine.geometry.edges import pieces
from engine.protocol import JOINT_NAMES
from engine.rig.weights import transfer
from engine.wardrobe.hard.attached import grips
from engine.wardrobe.holding import hand_turns, held_poses, standing_pose
from engine.wardrobe.outfit import Look

Floats = NDArray[np.float32]
RIGID = 1e-4
"""A piece whose weights differ by less than this is stiff. Set by hand."""
OFF, MOST = 0.012, 0.25
"""A piece that hands alone carry is held, not worn, if more than this share of it is so many metres off the skin. Set
by hand."""
AGREEMENT = 0.3
"""Least cosine between the normals of a point and of the skin that it follows: in a fist the next finger is near. Set
by hand."""
RING = 0.05
"""Metres: stiff pieces up to this size go with the finger that they sit on, larger ones with the hand. Set by hand."""
WRISTS = tuple(JOINT_NAMES.index(f"{side}_wrist") for side in SIDES)
REACH = 0.02
"""Metres from the skin within which a soft point follows the fingers. Set by hand."""


@dataclass(frozen=True)
class StandingHands:
    """How hands are in the pose in which a surface was made."""

    poses: Floats
    """(2, 45) of the left and the right hand's fingers."""
    usual: Floats
    """(2, 45) how they are while nothing is said of them: round what they hold, or relaxed."""
    holds: NDArray[np.bool_]
    """(2,) which hold something for as long as the avatar wears it."""
    fused: bool
    """Whether a hand that holds something is one piece with it."""
    turns: NDArray = field(default_factory=lambda: np.tile(np.eye(3), (2, 1, 1)))
    """(2, 3, 3) how the left and the right hand are turned against their arms, at rest too."""
    stand: Floats = field(default_factory=stand_pose)
    """(24, 3) the pose in which the surface was made."""

    def turned(self, joints: NDArray) -> Floats:
        """Rest joints (54, 3) of these hands, of those of hands as they grow."""
        found = np.array(joints, np.float32)
        for side, (wrist, hand, turn) in enumerate(zip(WRISTS, HANDS, self.turns)):
            own = [hand, *range(BODY_JOINTS + side * OF_HAND, BODY_JOINTS + (side + 1) * OF_HAND)]
            found[own] = joints[wrist] + (joints[own] - joints[wrist]) @ turn.T
        return found

    def about(self, poses: NDArray) -> Floats:
        """Poses (2, 45) of the fingers, about the axes of these hands."""
        found = np.einsum("hij,hfj->hfi", self.turns, poses.reshape(2, -1, 3))
        return np.asarray(found.reshape(2, -1), np.float32)


def standing_hands(look: Look | None, layered: bool) -> StandingHands:
    """Of a surface of layers, the hands that `wardrobe.dressing` gives it; of one solid, flat hands, and fists that are
    part of it."""
    solid = not layered or look is None
    usual = both_hands() if look is None else held_poses(look)
    holds = np.array([look is not None and side in grips(look) for side in SIDES])
    if solid or look is None:
        return StandingHands(np.zeros_like(usual), usual, holds, solid)
    return StandingHands(usual, usual, holds, solid, hand_turns(look), standing_pose(look))


def with_fingers(
    weights: Floats,
    vertices: Floats,
    faces: NDArray[np.int32],
    body: Body,
    posed: Floats,
    fused: NDArray[np.bool_] | tuple[bool, bool] = (False, False),
) -> Floats:
    """Weights (V, 54) of (V, 24), with what hands carry shared out among the fingers.

    Args:
        weights: (V, 24).
        vertices: (V, 3) in the pose of ``posed``.
        faces: (F, 3), which tell pieces apart.
        body: with fingers.
        posed: (B, 3) its skin, the fingers as those of ``vertices``.
        fused: of the left and the right hand, whether it stays one piece.
    """
    assert body.fingers is not None
    shares = np.zeros((len(weights), 2 * OF_HAND), np.float32)
    touched = np.flatnonzero(weights[:, HANDS].max(1) > 0.0)
    if not len(touched):
        return shared_out(weights, shares)
    around = faces[np.isin(faces, touched).any(axis=1)]
    used, corners = np.unique(np.concatenate([around.ravel(), touched]), return_inverse=True)
    near = corners[: -len(touched)].reshape(-1, 3)
    carried = np.flatnonzero(body.fingers.shares.any(axis=1))
    on_hand, own = np.unique(body.faces[np.isin(body.faces, carried).all(axis=1)].ravel(), return_inverse=True)
    found, _, distance = transfer(
        vertices[used], near, posed[on_hand], own.reshape(-1, 3), body.fingers.shares[on_hand], REACH, AGREEMENT
    )
    rows = np.searchsorted(used, touched)
    shares[touched] = _settled(found[rows], distance[rows], weights, vertices, faces, touched)
    shares[:, np.repeat(fused, OF_HAND)] = 0.0
    return shared_out(weights, shares)


def _settled(
    shares: Floats, distance: Floats, weights: Floats, vertices: Floats, faces: NDArray, touched: NDArray
) -> Floats:
    """Shares (T, 30) of the touched points: nought of what is held, and of a large stiff piece such as a plate of
    armour; the same over a small one."""
    found = np.where((distance < REACH)[:, None], shares, 0.0)
    label = pieces(faces, len(vertices))
    for piece in np.unique(label[touched]):
        whole, rows = weights[label == piece], label[touched] == piece
        if whole[:, [*WRISTS, *HANDS]].sum(1).min() > 1.0 - RIGID and (distance[rows] > OFF).mean() > MOST:
            found[rows] = 0.0
        elif np.ptp(whole, axis=0).max() < RIGID:
            found[rows] = shares[rows].mean(0) if np.ptp(vertices[label == piece], axis=0).max() < RING else 0.0
    return _one_side(found, weights[touched])


def _one_side(shares: Floats, weights: Floats) -> Floats:
    """Shares (T, 30) that sum to 1 on the side whose hand carries the point, and to 0 on the other."""
    sides = shares.reshape(-1, 2, OF_HAND) * (weights[:, HANDS] > 0.0)[..., None]
    total = sides.sum(-1, keepdims=True)
    return np.where(total > 1e-6, sides / np.maximum(total, 1e-9), 0.0).reshape(len(shares), -1).astype(np.float32)
