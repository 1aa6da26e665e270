"""Which way is up in a clip, by what all of it says: its floor, gravity, and what its file's kind promises.

A trunk tells little: whoever lies, crawls, swims or stands on the hands has it level or upside down. But whoever
touches the floor stands still there, at one level, and in most files the floor is at zero.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from engine.motion.arrays import Array, array
from engine.motion.skeleton import MOVING, positions_of, reference_joints

TURNS: dict[str, Array] = {
    "y": np.eye(3, dtype=np.float32),
    "z": array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "-y": array([[1, 0, 0], [0, -1, 0], [0, 0, -1]]),
    "-z": array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]),
}
"""Rotations (3,3) from axes in which that one is up to ours, in which +y is."""
_THICK = array([0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.12, 0.06, 0.06, 0.12, 0.02, 0.02, 0.06, 0.1, 0.1, 0.12, 0.08, 0.08,
                0.05, 0.05, 0.03, 0.03])  # fmt: skip
"""Metres from each joint to the skin below it. Set by hand."""
UPRIGHT, LEVEL, UPSIDE_DOWN = 0.9, 0.07, 0.04
"""How common these trunks are among clips. Set by hand."""
FAR_FROM_ZERO = {"y": 0.25, "z": 0.25, "-y": 0.1, "-z": 0.1}
"""How common a floor elsewhere than at zero is. Set by hand."""
RELATIVE = 0.5
"""How common it is that the path is told relative to the standing pelvis. Set by hand."""
PELVIS = 0.24
"""Metres by which SMPL's path lies above the pelvis, along the model's own +y."""


def find_up(poses: Array, trans: Array, fps: float, priors: Mapping[str, float], floor: bool) -> tuple[str, bool]:
    """The axis that is up in a motion's axes.

    Args:
        poses: (T,24,3) axis-angle.
        trans: (T,3) of the pelvis, metres.
        priors: how likely each axis is by the file's kind.
        floor: whether a floor at zero speaks for an axis.
    Returns:
        Its name in `TURNS`, and whether that is sure.
    """
    places = positions_of(poses, trans, reference_joints())[:, :MOVING]
    trunk = axis_angle_to_matrix(poses[:, 0])[:, :, 1].mean(0)
    weight = {
        up: prior
        * _commonness(float(TURNS[up][1] @ trunk))
        * _contact(places, fps, up)
        * (_level(places, up) if floor else 1.0)
        for up, prior in priors.items()
    }
    best, *others = sorted(weight, key=lambda up: -weight[up])
    return best, not others or weight[best] > 2 * weight[others[0]]


def _commonness(cosine: float) -> float:
    return UPRIGHT if cosine > 0.5 else LEVEL if cosine > -0.5 else UPSIDE_DOWN


def _contact(places: Array, fps: float, up: str) -> float:
    """How well a clip's lowest parts rest on one floor, from nearly 0 to 1.

    Args:
        places: (T,22,3) joints in the file's axes, metres.
    """
    step = max(1, round(fps / 30))
    if len(places) <= step:
        return 1.0
    there = places @ TURNS[up].T
    height = there[..., 1] - _THICK
    low = height.min(1)
    gap = low - np.percentile(low, 10)
    speed = np.linalg.norm(there[step:] - there[:-step], axis=-1) * fps / step
    still = np.where(height[:-step] - low[:-step, None] < 0.06, speed, np.inf).min(1)
    resting = float(np.mean(np.exp(-((gap[:-step] / 0.15) ** 2) - (still / 0.4) ** 2)))
    return float((resting + 0.1) ** 2 / (1 + np.ptp(low) ** 2) ** 2)


def _level(places: Array, up: str) -> float:
    """How well the floor's height fits the files in which that axis is up."""
    low = float(np.percentile((places @ TURNS[up][1] - _THICK).min(1), 10))
    if any(abs(low + shift) < 0.35 for shift in ((0.0, -PELVIS) if up == "y" else (0.0,))):
        return 1.0
    pelvis = float(np.median(places[:, 0] @ TURNS[up][1]))
    return RELATIVE if up == "y" and abs(pelvis) < 0.15 else FAR_FROM_ZERO[up]


def turned(poses: Array, trans: Array, up: str) -> tuple[Array, Array]:
    """A motion (T,24,3), (T,3) in whose axes ``up`` is up, in ours."""
    if up == "y":
        return poses, trans
    poses = poses.copy()
    poses[:, 0] = matrix_to_axis_angle(TURNS[up] @ axis_angle_to_matrix(poses[:, 0]))
    return poses, (trans @ TURNS[up].T).astype(np.float32)
