"""Forearms that keep their thickness when hands turn: bones that take a quarter, a half and three quarters of the turn.

Linear blend skinning shrinks a section that two bones share in halves to cos(a / 2) at the angle a between them: to
nothing at half a turn. Between the elbow's bone, three such bones and the hand's it is 45°, and 92 % are left. Numpy
only, no bpy.
"""

from __future__ import annotations

import numpy as np

COUNT = 3
"""Twist bones of a forearm."""
REACH = 0.9
"""Where along the forearm, from elbow 0 to wrist 1, the hand's own weights begin to take the rest of the turn."""


def twist_name(side: str, number: int) -> str:
    """Name of a forearm's twist bone, 1 to `COUNT` from the elbow on."""
    return f"{side}_forearm_twist{number}"


def fraction(number: int) -> float:
    """Share of the hand's turn that a twist bone takes; 0 is the elbow's bone."""
    return number / (COUNT + 1)


def station(number: int) -> float:
    """Where along the forearm, from 0 to 1, a bone carries the skin alone."""
    return REACH * fraction(number)


def spread(stations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of what the elbow's bone carries at places (V,) along the forearm: the first bone (V,) and the next one's share.

    The first bone is 0 for the elbow's own, else a twist bone's number; the share belongs to that number plus one.
    """
    steps = np.clip(np.asarray(stations) / (REACH / (COUNT + 1)), 0.0, COUNT)
    first = np.minimum(steps.astype(int), COUNT - 1)
    return first, steps - first


def twist_angles(rotations: np.ndarray) -> np.ndarray:
    """Turn (T,) in -π..π about its own Y axis of a bone with the rotations (T,4), w first."""
    sign = np.where(rotations[:, 0] < 0, -1.0, 1.0)
    return np.asarray(2.0 * np.arctan2(sign * rotations[:, 2], sign * rotations[:, 0]))
