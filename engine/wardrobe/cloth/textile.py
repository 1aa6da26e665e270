"""Dye and yarn: how the colour of cloth varies over a garment by its material, coarser than a relief's period.

Its numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.noise import noise
from engine.wardrobe.materials import MATERIALS

GREY = np.array([0.36, 0.40, 0.48])
"""What denim washes out to."""


def dyed(colors: NDArray, material: str, p: Points) -> NDArray:
    """Colours (N, 3) of cloth of a material at points whose ``around`` and ``along`` are its grain."""
    made = MATERIALS[material]
    if made.mottle:
        mottled = noise(p, 0.16, 0.3) + 0.7 * noise(p, 0.055, 1.7) + 0.5 * noise(p, 0.024, 2.9)
        colors = colors * (1 + made.mottle * np.clip(mottled, -1.6, 1.6))[:, None]
    if made.fade:
        worn = _rubbed(p) * (0.8 + 0.3 * noise(p, 0.05, 0.9))
        washed = 0.80 * colors + 0.20 * GREY
        pale = 0.45 * washed + 0.55 * np.array([0.72, 0.76, 0.82])
        share = made.fade * np.clip(0.12 + worn, 0, 1)[:, None]
        colors = (1 - share) * washed + share * pale
    return np.clip(colors, 0, 1)


def _rubbed(p: Points) -> NDArray:
    """(N,) 0-1: where clothes are rubbed pale, on thighs, knees, seat, elbows and shoulder blades, and not at seams."""
    front = 0.5 + 0.5 * np.cos(p.turn)
    thigh = front**2 * smoothstep(p.y, -0.04, -0.14) * smoothstep(p.y, -0.56, -0.40)
    shin = 0.45 * front * smoothstep(p.y, -0.45, -0.60) * smoothstep(p.y, -0.9, -0.75)
    seat = 0.7 * (1 - front) ** 2 * smoothstep(p.y, 0.06, 0.0) * smoothstep(p.y, -0.22, -0.12)
    trunk = 0.5 * smoothstep(p.y, 0.05, 0.20) * np.abs(np.cos(p.turn))
    arms = 0.6 * (0.6 + 0.4 * np.cos(p.turn)) * smoothstep(np.abs(p.side - 0.44), 0.22, 0.05)
    return np.where(p.arm, arms, thigh + shin + seat + trunk)
