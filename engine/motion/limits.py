"""How far joints turn: anatomical limits of the 22 moving joints, and poses brought back within them.

A joint's rotation is split into a twist about its bone and a swing, whose axis is at right angles to the bone; each of
the three numbers has a range. Ranges are those of mobile people (gymnasts, dancers), so that they stop what no body
does and
leave everything else alone. SMPL frame; the right side mirrors the left.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle, matrix_to_quaternion, multiply
from engine.motion.arrays import Array, array
from engine.motion.skeleton import JOINT, MIRROR, MOVING

Range = tuple[float, float]

_LIMITS: dict[str, tuple[str, Range, Range, Range]] = {
    "left_hip": ("y", (-145, 90), (-75, 126), (-50, 90)),
    "left_knee": ("y", (-8, 165), (-35, 35), (-20, 20)),
    "left_ankle": ("z", (-65, 75), (-60, 60), (-50, 50)),
    "spine1": ("y", (-45, 65), (-45, 45), (-40, 40)),
    "spine2": ("y", (-45, 60), (-45, 45), (-40, 40)),
    "spine3": ("y", (-40, 55), (-45, 45), (-40, 40)),
    "neck": ("y", (-60, 60), (-70, 70), (-45, 45)),
    "head": ("y", (-60, 60), (-70, 70), (-45, 45)),
    "left_collar": ("x", (-35, 35), (-40, 35), (-25, 50)),
    "left_shoulder": ("x", (-140, 140), (-155, 85), (-110, 120)),
    "left_elbow": ("x", (-135, 135), (-165, 10), (-35, 35)),
    "left_wrist": ("x", (-80, 80), (-60, 60), (-95, 95)),
}
"""Bone axis, then degrees about x, y and z; the range of the bone's own axis is its twist. Set by hand."""


@cache
def _table() -> tuple[Array, Array, Array]:
    """Bone axes (22,), lowest and highest angles (22,3) in radians; joints that have no entry are free."""
    axis = np.ones(MOVING, int)
    low, high = np.full((MOVING, 3), -np.inf, np.float32), np.full((MOVING, 3), np.inf, np.float32)
    for name, (bone, *ranges) in _LIMITS.items():
        joint = JOINT[name]
        axis[joint] = "xyz".index(bone)
        low[joint], high[joint] = np.radians(ranges).T
        other = MIRROR[joint]
        if other != joint:
            # The mirror image keeps angles about x and turns those about y and z round.
            axis[other] = axis[joint]
            low[other], high[other] = (
                array([low[joint, 0], *-high[joint, 1:]]),
                array([high[joint, 0], *-low[joint, 1:]]),
            )
    return axis, low, high


def angles(poses: Array) -> Array:
    """Swing and twist of poses (T,24,3) as three angles about x, y and z, radians, (T,22,3)."""
    quaternion = matrix_to_quaternion(axis_angle_to_matrix(poses[:, :MOVING])).astype(np.float64)
    bone = _table()[0]
    rows = np.arange(MOVING)
    along = quaternion[:, rows, 1 + bone]  # (T,22)
    size = np.maximum(np.hypot(quaternion[..., 0], along), 1e-9)
    twist = np.stack([quaternion[..., 0] / size, along / size], -1)
    inverse = np.zeros_like(quaternion)
    inverse[..., 0], inverse[:, rows, 1 + bone] = twist[..., 0], -twist[..., 1]
    swing = multiply(quaternion, inverse)
    swing = swing * np.where(swing[..., :1] < 0, -1.0, 1.0)
    sine = np.linalg.norm(swing[..., 1:], axis=-1, keepdims=True)
    out = swing[..., 1:] * (2 * np.arctan2(sine, swing[..., :1]) / np.maximum(sine, 1e-9))
    out[:, rows, bone] = 2 * np.arctan2(twist[..., 1], twist[..., 0])
    out[:, rows, bone] = (out[:, rows, bone] + np.pi) % (2 * np.pi) - np.pi
    return out.astype(np.float32)


def excess(poses: Array) -> Array:
    """By how much poses (T,24,3) go beyond the limits: radians (T,22), 0 within them."""
    _, low, high = _table()
    turned = angles(poses)
    return np.maximum(np.maximum(low - turned, turned - high), 0).max(-1)


def limited(poses: Array) -> Array:
    """Poses (T,24,3) with every joint within its limits; those that are stay exactly as they were."""
    _, low, high = _table()
    turned = angles(poses)
    over = ((turned < low) | (turned > high)).any(-1)  # (T,22)
    if not over.any():
        return poses
    out = poses.copy()
    frames, joints = np.nonzero(over)
    out[frames, joints] = _rotation(np.clip(turned, low, high)[frames, joints], joints)
    return out


def _rotation(turned: Array, joints: Array) -> Array:
    """Angles (N,3) of joints (N,) back to axis-angle (N,3): swing after twist."""
    rows, bone = np.arange(len(joints)), _table()[0][joints]
    twist, swing = np.zeros_like(turned), turned.copy()
    twist[rows, bone] = turned[rows, bone]
    swing[rows, bone] = 0
    return matrix_to_axis_angle(axis_angle_to_matrix(swing) @ axis_angle_to_matrix(twist))
