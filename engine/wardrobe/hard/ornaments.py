"""What is set on plates: lamps and rivets. Its numbers are set by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import ACCENT, Form, capped, outward
from engine.wardrobe.hard.pieces import BRIGHT

PROFILE = np.array([[0.35, 1.6], [0.7, 0.6], [0.72, 0.0], [0.76, 2.5], [0.82, 3.5], [0.97, 3.5], [1.05, 2], [1.08, -8]])
"""A lamp's rings from its middle out: share of its radius, and millimetres before its foot."""


def lamp(foot: NDArray, axis: NDArray, radius: float, k: float) -> Form:
    """A round lamp in a ring.

    Args:
        foot: (3,) its middle.
        axis: (3,) where it shines.
        radius: metres.
        k: metres that one of `PROFILE`'s millimetres is.
    """
    axis = axis / np.linalg.norm(axis)
    side = np.cross([0, 1.0, 0], axis)
    side /= np.linalg.norm(side)
    up, angle = np.cross(axis, side), np.linspace(0, 2 * np.pi, 32, endpoint=False)
    around = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up
    rings = np.stack([foot + radius * r * around + h * k * axis for r, h in PROFILE])
    form = outward(capped(rings, foot + 1.8 * k * axis, foot - 8 * k * axis))
    middle = np.arange(len(form.vertices)) < 3 * len(angle)
    middle[-2] = True
    return form.painted(middle, BRIGHT)


def rivet(point: NDArray, radius: float) -> Form:
    """A head of few triangles, in the accent's colour."""
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    rings = np.stack(
        [
            np.stack([np.cos(t) * np.sin(angle), 0 * angle + np.sin(t), np.cos(t) * np.cos(angle)], 1)
            for t in (0.7, 0.0, -0.7)
        ]
    )
    up = np.array([0, radius, 0])
    form = capped(point + radius * rings, point + up, point - up)
    return outward(form).painted(np.ones(len(form.vertices), bool), ACCENT)
