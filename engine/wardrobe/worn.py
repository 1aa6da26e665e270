"""Capes, packs, pauldrons, shoes and hoods that lie on the neck, as forms on the standard figure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import ACCENT, Form, capped, ellipsoid, joined, sheet, tube


def cape(high_collar: bool = False, over_gown: bool = False) -> Form:
    """A sheet on the back from the shoulders to the calves, 2 cm thick, with folds.

    ``high_collar``: with a standing collar; ``over_gown``: far enough from the body for a wide skirt.
    """
    rows, columns = 24, 33
    t, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    fold = np.cos(3 * np.pi * u) + 0.6 * np.cos(7 * np.pi * u + 1)
    x = u * (0.16 + 0.17 * t)
    y = 0.50 - 1.12 * t - 0.02 * u**2
    away = 0.12 * np.clip((t - 0.3) / 0.7, 0, 1) ** 1.3 if over_gown else 0.0
    z = -0.085 - away - 0.02 * np.sin(np.pi * t) - 0.12 * t - 0.022 * t * fold + 0.05 * u**2 * (1 - t)
    outer = np.stack([x, y, z], -1)
    form = sheet(outer, outer + np.array([0, 0, 0.02]))
    form = form.toned(np.tile((1 - 0.07 * t * fold).ravel(), 2)).painted(
        np.arange(2 * rows * columns) >= rows * columns, ACCENT
    )
    return joined(form, _collar()) if high_collar else form


def _collar() -> Form:
    """A stiff collar that stands round the back of the neck."""
    t, u = np.meshgrid(np.linspace(0, 1, 8), np.linspace(-1, 1, 33), indexing="ij")
    phi = u * (2.1 - 0.35 * t)
    y = 0.505 + 0.175 * t * (0.72 + 0.28 * np.cos(phi)) + 0.02 * np.abs(u)

    def shell(out: float) -> NDArray:
        wide = 0.088 + 0.075 * t + out
        return np.stack([wide * np.sin(phi), y, 0.01 - wide * np.cos(phi)], -1)

    form = sheet(shell(0.005), shell(-0.005))
    return form.painted(np.arange(len(form.vertices)) >= len(form.vertices) // 2, ACCENT)


def apron(fine: bool, over_skirt: bool) -> Form:
    """What of an apron hangs from the waist to below the knees, in front and on the sides of the hips.

    ``fine``: with enough points for a pattern; ``over_skirt``: wide enough for one.
    """
    rows, columns = (60, 90) if fine else (24, 45)
    t, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    angle = u * (1.25 - 0.1 * t)
    fold = t * (0.7 * np.sin(8 * angle + 0.4) + 0.5 * np.sin(13 * angle))
    y = 0.075 - 0.52 * t - 0.012 * np.abs(u) ** 3
    out = 0.152 + 0.036 * np.clip(t / 0.25, 0, 1) ** 0.7 + (0.055 if over_skirt else 0.02) * t

    def shell(thick: float) -> NDArray:
        wide = out * (1 + 0.035 * fold) + thick
        return np.stack([wide * np.sin(angle), y, 0.022 + wide * (0.80 + 0.06 * t) * np.cos(angle)], -1)

    form = sheet(shell(0.018), shell(0.0))
    rim = (np.abs(u) > 0.955) | (t > 0.965)
    return form.toned(np.tile((1 + 0.06 * fold - 0.2 * rim).ravel(), 2))


def rucksack() -> Form:
    """A pack on the back with a pocket and a flap, on the standard figure."""
    body = ellipsoid((0, 0.31, -0.15), (0.13, 0.18, 0.085), 0.5, columns=40)
    pocket = ellipsoid((0, 0.235, -0.235), (0.095, 0.075, 0.035), 0.5, columns=32)
    flap = ellipsoid((0, 0.455, -0.165), (0.125, 0.045, 0.085), 0.6, columns=32)
    return joined(
        body, pocket.toned(np.full(len(pocket.vertices), 0.88)), flap.toned(np.full(len(flap.vertices), 0.78))
    )


def pauldron() -> Form:
    """A plate on the left shoulder with a second one below, on the standard figure."""
    form = ellipsoid((0.20, 0.478, 0.01), (0.088, 0.052, 0.090), columns=36)
    low = ellipsoid((0.245, 0.462, 0.01), (0.070, 0.046, 0.080), columns=36)
    rim = np.abs(form.vertices[:, 1] - 0.462) < 0.008
    return joined(form.painted(rim, ACCENT), low.toned(np.full(len(low.vertices), 0.88)))


def shoe(sole: float) -> Form:
    """The left shoe's rounded toe box, and a sole with a heel ``sole`` metres high."""
    box = ellipsoid((0.113, -0.909, 0.080), (0.050, 0.040, 0.134), 0.75, columns=32)
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    along = np.cos(angle)
    wide = 0.050 + 0.010 * np.clip(along, -0.2, 1)  # the ball is wider than the heel
    x = 0.114 + wide * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.8
    z = 0.070 + 0.151 * np.sign(along) * np.abs(along) ** 0.9
    levels = [-0.928, -0.930, -0.953, -0.955]
    inset = [0.93, 1.0, 1.0, 0.96]
    rings = np.stack(
        [
            np.stack([0.114 + (x - 0.114) * k, np.full(48, level), 0.07 + (z - 0.07) * k], -1)
            for level, k in zip(levels, inset)
        ]
    )
    tread = capped(rings, *(np.array([0.114, level, 0.07]) for level in (levels[0], levels[-1])))
    heel_height = np.clip((-0.02 - tread.vertices[:, 2]) / 0.02, 0, 1) * (tread.vertices[:, 1] < -0.94)
    tread = tread.moved(tread.vertices - sole * heel_height[:, None] * [0, 1, 0])
    return joined(box, tread.painted(np.ones(len(tread.vertices), bool), ACCENT))


def lying_hood() -> Form:
    """A hood that lies on the back of the neck."""
    t = np.linspace(0, 1, 26)
    phi = 1.35 * np.pi * (t - 0.5)
    path = np.stack([0.098 * np.sin(phi), 0.515 - 0.012 * np.cos(phi), -0.012 - 0.072 * np.cos(phi)], 1)
    roll = tube(path, 0.012 + 0.024 * np.sin(np.pi * t) ** 0.7, 16)
    bag = ellipsoid((0, 0.465, -0.092), (0.085, 0.075, 0.035), columns=32)
    return joined(roll, bag.toned(np.full(len(bag.vertices), 0.93)))
