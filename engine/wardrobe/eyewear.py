"""Rims, lenses, bridges and temples of glasses, round the middle between the eyes on the standard figure's nose.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import Form, PartRecord, capped, joined, looped, outward, tube

LOOK = 0.17
"""By how much a lens faces outwards: x of its normal."""


def _outline(part: PartRecord, side: int) -> NDArray:
    """(36, 3) one lens: a superellipse of half ``size`` with ``power`` (2 round, 4 square), ``droop``ing outwards."""
    wide, high = part.get("size", (0.0235, 0.0185))
    power, angle = 2.0 / part.get("power", 2.9), np.linspace(0, 2 * np.pi, 36, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    across = np.sign(c) * np.abs(c) ** power
    x = side * (part.get("apart", 0.0335) + wide * across)
    y = high * np.sign(s) * np.abs(s) ** power
    y = y * (1 - part.get("droop", 0.0) * across * np.sign(y)) + part.get("tilt", 0.0) * across
    return np.stack([x, y + part.get("up", 0.0), -2.6 * x**2 + part.get("out", 0.0)], 1)


def rims(part: PartRecord) -> Form:
    """Rods round the lenses, ``rim`` metres thick, a bridge, and temples that bend down behind the ears."""
    forms, radius = [], part.get("rim", 0.0021)
    for side in (-1, 1) if not part.get("one") else (1,):
        forms.append(looped(_outline(part, side), radius, np.array([side * LOOK, 0, 0.985])))
    if part.get("one"):
        return joined(*forms)
    up, out = part.get("up", 0.0), part.get("out", 0.0)
    wide = part.get("apart", 0.0335) + part.get("size", (0.0235, 0.0185))[0]
    t = np.linspace(0, 1, 12)
    bent = 0.007 - 0.045 * np.clip((t - 0.8) / 0.2, 0, 1) ** 1.5
    for side in (-1, 1):
        x = side * (wide + (0.083 - wide) * np.clip(3 * t, 0, 1) ** 0.8)
        z = -2.6 * wide**2 + out
        forms.append(tube(np.stack([x, bent, z - (0.135 + z + 0.007) * t], 1), np.full(12, min(radius, 0.0026)), 8))
    t, gap = np.linspace(-1, 1, 7), part.get("apart", 0.0335) - part.get("size", (0.0235, 0.0185))[0]
    bridge = np.stack([(gap + 0.0015) * t, 0.007 + up + 0.003 * (1 - t**2), out + 0.001 + 0.002 * (1 - t**2)], 1)
    return joined(*forms, tube(bridge, np.full(7, radius), 8))


def lenses(part: PartRecord) -> Form:
    """The glass within the rims, bulging by ``bulge`` metres."""
    forms = []
    for side in (-1, 1) if not part.get("one") else (1,):
        path = _outline(part, side)
        middle, thick = path.mean(0), part.get("bulge", 0.0008)
        rings = [
            middle + (path - middle) * share + np.array([0, 0, depth * thick])
            for share, depth in ((0.5, 1.0), (0.85, 0.6), (0.98, 0), (0.98, -0.3))
        ]
        ends = [middle + np.array([0, 0, depth * thick]) for depth in (1.1, -0.3)]
        forms.append(outward(capped(np.array(rings), *ends)))
    return joined(*forms)


MADE: dict[str, Callable[[PartRecord], Form]] = {"rims": rims, "lenses": lenses}
"""Forms by the name that a part of a record calls them."""
