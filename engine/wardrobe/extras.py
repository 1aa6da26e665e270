"""What grows or is worn beside garments and no record of simpler forms describes, on the standard figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import ACCENT, Form, ellipsoid, joined, ring, sheet, tube
from engine.wardrobe.hairdo import strands


def wing(
    reach: Callable[[NDArray], NDArray], low: float, high: float, back: float = 0.5
) -> tuple[Form, NDArray, NDArray]:
    """The left wing: a thin plate between two angles in radians from level, ``reach`` metres long at each.

    Returns:
        The form, and of its vertices the share of the reach (P,) and the angle (P,).
    """
    t, a = np.meshgrid(np.linspace(0.04, 1, 26), np.linspace(low, high, 75), indexing="ij")
    r = reach(a) * t
    x, y = 0.02 + r * np.cos(a), 0.36 + r * np.sin(a)
    z = -0.095 - back * (x - 0.02) - 0.10 * np.sin(np.pi * t) * np.clip(r, 0, 1)
    middle = np.stack([x, y, z], -1)
    thick = 0.006 + 0.010 * (1 - t)
    normal = np.array([back, 0, 1]) / np.hypot(back, 1)
    outer, inner = middle - thick[..., None] * normal, middle + thick[..., None] * normal
    return sheet(outer, inner), np.tile(t.ravel(), 2), np.tile(a.ravel(), 2)


def _both(form: Form) -> Form:
    return joined(form, form.mirrored())


def _feathers() -> Form:
    def reach(a: NDArray) -> NDArray:
        s = (a + 1.05) / 2.0
        scallop = 0.045 * np.abs(np.sin(14 * np.pi * s)) * np.clip((0.98 - s) * 6, 0, 1)
        return np.interp(s, [0, 0.35, 0.7, 0.9, 1], [0.42, 0.60, 0.82, 0.80, 0.42]) - scallop

    form, t, a = wing(reach, -1.05, 0.95)
    s = (a + 1.05) / 2.0
    rows = np.floor(t * 3.2)
    quill = np.abs(np.sin(14 * np.pi * s + rows * np.pi / 2))
    return _both(form.toned(0.80 + 0.20 * quill**0.5 - 0.10 * ((t * 3.2) % 1 < 0.10)))


def _bat() -> Form:
    fingers = 4

    def reach(a: NDArray) -> NDArray:
        s = (a + 0.75) / 1.75
        sag = np.abs(np.sin(fingers * np.pi * s)) ** 0.9
        return np.interp(s, [0, 0.5, 1], [0.52, 0.74, 0.84]) - 0.16 * sag

    form, t, a = wing(reach, -0.75, 1.0)
    bone = np.abs(np.sin(fingers * np.pi * (a + 0.75) / 1.75)) < 0.13
    return _both(form.toned(np.where(bone | (t < 0.08), 0.62, 1.0 - 0.15 * t)))


def _butterfly() -> Form:
    def upper(a: NDArray) -> NDArray:
        return 0.70 * np.clip(np.cos((a - 0.72) * 1.55), 0.05, 1) ** 0.6

    def lower(a: NDArray) -> NDArray:
        return 0.48 * np.clip(np.cos((a + 0.62) * 1.7), 0.05, 1) ** 0.6

    parts = []
    for reach, low, high in ((upper, -0.18, 1.36), (lower, -1.45, 0.15)):
        form, t, a = wing(reach, low, high, 0.45)
        vein = np.abs(np.sin((a - low) * 9)) < 0.12
        parts.append(form.painted((t > 0.9) | vein & (t > 0.15), ACCENT).toned(1.08 - 0.2 * t))
    return _both(joined(*parts))


def _halo() -> Form:
    angle, turn = np.linspace(0, 2 * np.pi, 48, endpoint=False), np.linspace(0, 2 * np.pi, 10, endpoint=False)
    path = np.stack([0.105 * np.sin(angle), np.full(48, 0.905), 0.02 + 0.105 * np.cos(angle)], 1)
    stalk = tube(np.array([[0, 0.76, -0.04], [0, 0.85, -0.075], [0, 0.905, -0.085]]), np.full(3, 0.010), 8)
    return joined(ring(path, 0.012 * np.stack([np.cos(turn), np.sin(turn)], 1)), stalk)


def _cone(base: list[float], tip: list[float], wide: float, flat: tuple[float, float, float]) -> Form:
    """A bent cone whose rings are squeezed by ``flat`` along x, y and z."""
    t = np.linspace(0, 1, 12)[:, None]
    path = np.array(base) + (np.array(tip) - np.array(base)) * t
    form = tube(path, wide * (1 - t[:, 0]) ** 0.7 * (0.75 + 0.9 * t[:, 0] * (1 - t[:, 0])) + 0.001, 18)
    line = np.concatenate([np.repeat(path, 18, axis=0), path[[0, -1]]])
    return form.moved(line + (form.vertices - line) * np.array(flat))


def _pointed_ears() -> Form:
    return _both(_cone([0.070, 0.668, 0.035], [0.135, 0.748, -0.03], 0.034, (0.55, 1, 1)))


def _cat_ears() -> Form:
    ear = _cone([0.052, 0.765, 0.045], [0.088, 0.875, 0.03], 0.042, (1, 1, 0.45))
    inner = (ear.vertices[:, 2] > 0.046) & (np.abs(ear.vertices[:, 0] - 0.066) < 0.018)
    return _both(ear.painted(inner, ACCENT))


def _rabbit_ears() -> Form:
    t = np.linspace(0, 1, 16)
    path = np.stack([0.035 + 0.035 * t, 0.775 + 0.25 * t, 0.035 - 0.03 * t], 1)
    ear = tube(path, 0.034 * np.sin(np.pi * np.clip(0.16 + 0.82 * t, 0, 1)) ** 0.7 + 0.001, 18)
    line = np.concatenate([np.repeat(path, 18, axis=0), path[[0, -1]]])
    ear = ear.moved(line + (ear.vertices - line) * [1, 1, 0.4])
    inner = (ear.vertices[:, 2] > line[:, 2] + 0.004) & (ear.vertices[:, 1] > 0.80) & (ear.vertices[:, 1] < 0.98)
    return _both(ear.painted(inner & (np.abs(ear.vertices[:, 0] - line[:, 0]) < 0.017), ACCENT))


def _eye_patch() -> Form:
    """Over the left eye, on a cord that rises round the right side of the head."""
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    path = np.stack(
        [
            0.082 * np.sin(angle),
            0.706 - 0.035 * np.sin(angle),
            0.030 + np.where(np.cos(angle) > 0, 0.122, 0.096) * np.cos(angle),
        ],
        1,
    )
    cord = ring(path, np.array([[0.004, -0.004], [0.004, 0.004], [-0.006, 0.004], [-0.006, -0.004]]))
    patch = ellipsoid((0.034, 0.689, 0.122), (0.026, 0.023, 0.015), columns=32)
    return joined(patch, cord)


def _long_beard() -> Form:
    t = np.linspace(0, 1, 24)
    path = np.stack([0 * t, 0.615 - 0.25 * t, 0.105 + 0.06 * np.sin(1.5 * t)], 1)
    columns = 40
    form = tube(path, 0.064 * np.sin(np.pi * np.clip(0.30 + 0.69 * t, 0, 1)) ** 0.8 + 0.001, columns)
    line = np.concatenate([np.repeat(path, columns, axis=0), path[[0, -1]]])
    out = (form.vertices - line) * [1, 1, 0.62]
    lock = np.arctan2(out[:, 0], out[:, 2])
    falling = np.concatenate([np.repeat(t, columns), t[[0, -1]]])
    wave = 1 + 0.07 * np.sin(11 * lock + 5 * falling) * np.clip(falling * 3, 0, 1)
    return form.moved(line + out * wave[:, None]).toned(strands(24 * lock + 6 * np.sin(7 * falling)))


def _ruff() -> Form:
    count = 144
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    path = np.stack([0.062 * np.sin(angle), 0.535 + 0.010 * np.sin(14 * angle), 0.012 + 0.062 * np.cos(angle)], 1)
    path[:, 1] -= 0.02 * np.cos(angle)
    section = np.array([[0.0, 0.012], [0.0, -0.012], [0.05, -0.018], [0.098, -0.008], [0.098, 0.006], [0.05, 0.008]])
    form = ring(path, section)
    return form.toned(1 - 0.12 * (np.sin(14 * np.arctan2(form.vertices[:, 0], form.vertices[:, 2] - 0.012)) < 0))


MADE: dict[str, Callable[[Mapping[str, Any]], Form]] = {
    name: lambda part, made=made: made()  # type: ignore[misc]
    for name, made in (
        ("feathered_wings", _feathers),
        ("bat_wings", _bat),
        ("butterfly_wings", _butterfly),
        ("halo", _halo),
        ("pointed_ears", _pointed_ears),
        ("cat_ears", _cat_ears),
        ("rabbit_ears", _rabbit_ears),
        ("eye_patch", _eye_patch),
        ("long_beard", _long_beard),
        ("ruff", _ruff),
    )
}
"""Forms on the standard figure by the name that a part of a record calls them."""
