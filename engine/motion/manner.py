"""How something is done: words such as "sadly" or "quickly", and what they change in a movement."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.geometry.rotations import axis_angle_to_matrix, euler, matrix_to_axis_angle, slerp
from engine.motion.sequence import Sequence
from engine.motion.skeleton import JOINT
from engine.tables import read_as

FILE = Path(__file__).with_name("manners.toml")
Angles = tuple[float, float, float]


@dataclass(frozen=True)
class Manner:
    """What a manner changes; without effect by default."""

    words: frozenset[str]
    speed: float = 1.0
    strength: float = 1.0
    """How far joints go from where they rest, see `strengthen`."""
    bends: dict[str, Angles] = field(default_factory=dict)
    """Degrees (pitch, yaw, roll) that joints are bent by."""
    sway: float = 0.0
    """Degrees by which the trunk rolls to and fro."""


def read_manners(path: Path = FILE) -> dict[str, Manner]:
    """The manners of a file; `ValueError` names the file, the manner, the key and what is wrong."""
    found: dict[str, Manner] = read_as(path, dict[str, Manner])
    return found


MANNERS = read_manners()
OF_WORD = {word: name for name, manner in MANNERS.items() for word in manner.words}
"""Word -> name of its manner."""

_HANGING = {
    "left_shoulder": (0, 0, -78),
    "right_shoulder": (0, 0, 78),
    "left_elbow": (0, -12, 0),
    "right_elbow": (0, 12, 0),
}
"""Degrees about x, y and z of arms that hang. Set by hand."""
_LEGS = tuple(JOINT[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle"))


def in_manner(made: Sequence, name: str, fps: float) -> Sequence:
    """Bend and sway a movement as a manner asks."""
    manner = MANNERS[name]
    if not manner.bends and not manner.sway:
        return made
    poses = made[0].copy()
    for joint, angles in manner.bends.items():
        poses[:, JOINT[joint]] = matrix_to_axis_angle(axis_angle_to_matrix(poses[:, JOINT[joint]]) @ euler(*angles))
    if manner.sway:
        clock = np.arange(len(poses)) / fps
        roll, pitch = (
            manner.sway * np.sin(2 * np.pi * 0.45 * clock),
            0.6 * manner.sway * np.sin(2 * np.pi * 0.31 * clock),
        )
        for joint, share in (("spine1", 0.6), ("spine3", 0.4), ("head", -0.5)):
            turn = euler(pitch * share, np.zeros_like(roll), roll * share)
            poses[:, JOINT[joint]] = matrix_to_axis_angle(axis_angle_to_matrix(poses[:, JOINT[joint]]) @ turn)
    return poses, made[1]


def hanging(made: Sequence, sides: tuple[str, ...]) -> np.ndarray:
    """Poses (T,24,3) of a movement with the arms of these sides at rest."""
    poses = made[0].copy()
    for side in sides:
        for part in ("collar", "shoulder", "elbow", "wrist"):
            angles = _HANGING.get(f"{side}_{part}", (0, 0, 0))
            poses[:, JOINT[f"{side}_{part}"]] = matrix_to_axis_angle(euler(*angles))
    return poses


def strengthen(made: Sequence, strength: float) -> Sequence:
    """Make a movement larger (strength above 1) or smaller (below 1).

    Larger: every rotation goes farther from the movement's own mean. Smaller: the legs come nearer to that mean,
    trunk and arms
    to a standing figure's, so that raised arms are raised less. Steps and hops scale the pelvis's path with the legs.
    """
    if strength == 1.0:
        return made
    poses, root = made
    local = axis_angle_to_matrix(poses)
    centre = _mean_rotation(local)
    if strength < 1:
        neutral = np.broadcast_to(np.eye(3, dtype=np.float32), centre.shape).copy()
        for name, angles in _HANGING.items():
            neutral[JOINT[name]] = euler(*angles)
        keep = [0, *_LEGS]
        neutral[keep] = centre[keep]
        centre = neutral
    centre = np.broadcast_to(centre, local.shape)
    share = np.full(poses.shape[:2], strength, np.float32)
    share[:, 0] = 1.0  # the figure keeps facing where it did
    out = slerp(centre, local, share)
    mean = root.mean(0)
    scaled = mean + (root - mean) * strength
    return matrix_to_axis_angle(out), scaled.astype(np.float32)


def _mean_rotation(local: np.ndarray) -> np.ndarray:
    """Mean over time of rotations (T,24,3,3): the one nearest to the matrices' mean."""
    u, _, vt = np.linalg.svd(local.mean(0))
    sign = np.sign(np.linalg.det(u @ vt))
    u[..., -1] *= sign[..., None]
    return (u @ vt).astype(np.float32)
