"""Where a motion faces and goes, measured on its joints, and how it is made to face and go elsewhere.

Angles are about the vertical in degrees, 0 along +z, positive to the left (towards +x).
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from engine.geometry.rotations import about_y, axis_angle_to_matrix, matrix_to_axis_angle
from engine.motion.arrays import Array, array
from engine.motion.sequence import Sequence
from engine.motion.skeleton import JOINT, positions_of

FLAT = array([1, 0, 1])


def wrapped(degrees: float) -> float:
    """An angle in degrees, brought into -180..180."""
    return float((degrees + 180) % 360 - 180)


def facing(made: Sequence, joints: Array) -> Array:
    """(T,) where hips and shoulders face, unwrapped over time; meaningless for a body that lies."""
    places = positions_of(made[0], made[1], joints)
    across = places[:, JOINT["left_hip"]] - places[:, JOINT["right_hip"]]
    across = across + places[:, JOINT["left_shoulder"]] - places[:, JOINT["right_shoulder"]]
    return np.degrees(np.unwrap(np.arctan2(-across[:, 2], across[:, 0])))


def travel(made: Sequence) -> tuple[float, float]:
    """How far the pelvis gets along the floor, in metres, and in which direction."""
    way = made[1][-1] - made[1][0]
    return float(np.hypot(way[0], way[2])), float(np.degrees(np.arctan2(way[0], way[2])))


def net_turn(made: Sequence, joints: Array, least: float = 35.0) -> float:
    """By how much a motion turns from its start to its end; 0 for less than a gait or a blow twists the body."""
    way = facing(made, joints)
    edge = max(1, min(5, len(way) // 4))
    turn = float(way[-edge:].mean() - way[:edge].mean())
    return turn if abs(turn) > least else 0.0


def turned(made: Sequence, degrees: float) -> Sequence:
    """The whole motion turned about where it starts."""
    return bent(made, np.full(len(made[0]), degrees, np.float32))


def bent(made: Sequence, degrees: Array) -> Sequence:
    """Turn the body by angles (T,) over time, and each of its steps along the floor with it: a path becomes a curve."""
    turn = about_y(np.radians(np.asarray(degrees, np.float32)))
    local = axis_angle_to_matrix(made[0])
    local[:, 0] = turn @ local[:, 0]
    steps = np.diff(made[1], axis=0) * FLAT
    walked = np.einsum("tij,tj->ti", turn[:-1], steps)
    root = made[1].copy()
    root[1:] = root[0] * FLAT + np.cumsum(walked, 0) + root[1:] * array([0, 1, 0])
    return matrix_to_axis_angle(local), root.astype(np.float32)


def redirected(made: Sequence, degrees: float) -> Sequence:
    """Let a motion travel elsewhere while the body faces where it did."""
    start = made[1][0] * FLAT
    along = (made[1] - start) * FLAT
    root = start + along @ about_y(np.radians(np.float32(degrees))).T + made[1] * array([0, 1, 0])
    return made[0], root.astype(np.float32)


def backward_in_time(made: Sequence) -> Sequence:
    """The motion from its end to its beginning, starting where it started."""
    root = made[1][::-1]
    return made[0][::-1].copy(), (root - (root[0] - made[1][0]) * FLAT).astype(np.float32)


def straightened(made: Sequence, joints: Array) -> Sequence:
    """A gait of the way it goes: its travel lies on the axis, ahead, behind or aside, to which it is nearest."""
    far, way = travel(made)
    if far < 0.4:
        return made
    ahead = float(np.degrees(np.angle(np.exp(1j * np.radians(facing(made, joints))).mean())))
    aside = 90.0 * round(wrapped(way - ahead) / 90.0)
    return turned(made, aside - way)


def flown(made: Sequence, joints: Array, metres: float, degrees: float) -> Sequence:
    """Let each flight of a motion that leaves the floor carry it so many metres that way, and nothing else."""
    low = positions_of(made[0], made[1], joints)[:, [JOINT["left_foot"], JOINT["right_foot"]], 1].min(1)
    high = low > np.percentile(low, 5) + 0.3 * max(float(np.ptp(low)), 0.04)
    share = gaussian_filter1d(high.astype(float), 1.0)
    flights = max(int((np.diff(np.concatenate([[0], high.astype(int)])) == 1).sum()), 1)
    share = np.cumsum(share) / max(float(share.sum()), 1e-6) * flights * metres
    way = array([np.sin(np.radians(degrees)), 0, np.cos(np.radians(degrees))])
    root = made[1][:1] * FLAT + made[1] * array([0, 1, 0]) + share[:, None] * way
    return made[0], root.astype(np.float32)


def ramp(frames: int, start: float, end: float) -> Array:
    """(T,) from 0 to 1 between two shares of the time, smoothly."""
    share = np.clip((np.linspace(0, 1, frames) - start) / max(end - start, 1e-6), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)
