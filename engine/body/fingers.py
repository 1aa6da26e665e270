"""Fingers of the open body: thirty bones behind the 24 joints, which share what the two hand joints carry.

The skeleton is `protocol.SKELETON_NAMES`: a finger hangs on its wrist, as SMPL-X's do, and the joints ``left_hand`` and
``right_hand``, which carry all fingers where there are only 24 joints, carry what a hand holds. With the fingers at
rest a body is posed by 54 joints exactly as by 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine.geometry.skinning import bone_transforms, skin
from engine.protocol import FINGER_NAMES, JOINT_NAMES, SKELETON_PARENTS

if TYPE_CHECKING:
    from engine.body.model import Body

Floats = NDArray[np.float32]
ASSET = Path(__file__).resolve().parent.parent / "assets" / "fingers.safetensors"
SIDES = ("left", "right")
HANDS = tuple(JOINT_NAMES.index(f"{side}_hand") for side in SIDES)
BODY_JOINTS, OF_HAND = len(JOINT_NAMES), len(FINGER_NAMES) // 2


@dataclass(frozen=True)
class Fingers:
    """What thirty finger bones carry of a body's skin, and where they are."""

    weights: Floats
    """(V, 30); a side's fifteen sum to the body's weights of that hand."""
    regressor: Floats
    """(30, V) rows sum to 1."""

    @cached_property
    def shares(self) -> Floats:
        """(V, 30) how the skin's hand weights are shared out: a side's fifteen sum to 1, or to 0 off the fingers."""
        found = self.weights.reshape(-1, 2, OF_HAND)
        total = found.sum(-1, keepdims=True)
        found = np.where(total > 1e-4, found / np.maximum(total, 1e-9), 0.0)
        return found.reshape(len(self.weights), -1).astype(np.float32)

    def full(self, weights: NDArray) -> Floats:
        """(V, 54) weights of the body's own skin, of its (V, 24)."""
        return shared_out(weights, self.shares)


@cache
def open_fingers(vertices: int) -> Fingers:
    """The fingers of the bundled body; ``engine/training/fingers.py`` made them."""
    data = load_file(ASSET)
    found = {}
    for name, shape in (("weights", (vertices, len(FINGER_NAMES))), ("J_regressor", (len(FINGER_NAMES), vertices))):
        found[name] = np.zeros(shape, np.float32)
        found[name][data[f"{name}.row"], data[f"{name}.column"]] = data[f"{name}.value"]
    regressor = found["J_regressor"]
    return Fingers(found["weights"], regressor / regressor.sum(1, keepdims=True))


def full_joints(body: Body, betas: NDArray) -> Floats:
    """(54, 3) the joints of the shaped body in the T-pose, or (24, 3) of one without fingers."""
    joints = body.rest_joints(betas)
    if body.fingers is None:
        return joints
    return np.concatenate([joints, body.fingers.regressor @ body.rest_vertices(betas)]).astype(np.float32)


def shared_out(weights: NDArray, shares: NDArray) -> Floats:
    """Weights (V, 54): of (V, 24) what the hands carry goes to fingers by shares (V, 30), rows of a side sum to 1 or 0.

    Rows whose shares of a side are nought leave their weight to the hand.
    """
    full = np.zeros((len(weights), BODY_JOINTS + len(FINGER_NAMES)), np.float32)
    full[:, :BODY_JOINTS] = weights
    for side, hand in enumerate(HANDS):
        columns = slice(side * OF_HAND, (side + 1) * OF_HAND)
        total = shares[:, columns].sum(1)
        full[:, BODY_JOINTS:][:, columns] = weights[:, hand, None] * shares[:, columns]
        full[:, hand] *= 1.0 - np.clip(total, 0.0, 1.0)
    return full


def full_pose(pose: NDArray, hands: NDArray) -> Floats:
    """Poses (T, 54, 3) of bodies' (T, 24, 3) and the left and right hand's (T, 2, 45) or (2, 45)."""
    body = np.asarray(pose, np.float32).reshape(len(pose), BODY_JOINTS, 3)
    fingers = np.broadcast_to(np.asarray(hands, np.float32).reshape(-1, len(FINGER_NAMES), 3), (len(body), 30, 3))
    return np.concatenate([body, fingers], 1)


def posed_body(body: Body, betas: NDArray, pose: NDArray) -> Floats:
    """(V, 3) the skin in a pose (54, 3) of a body with fingers."""
    assert body.fingers is not None
    transforms = bone_transforms(full_joints(body, betas), np.asarray(pose, np.float32)[None], SKELETON_PARENTS)
    return np.asarray(skin(body.rest_vertices(betas), body.fingers.full(body.weights), transforms)[0], np.float32)
