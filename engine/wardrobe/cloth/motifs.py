"""Patterns of cloth: each a list of functions of metres round and along the cloth, positive where a colour shows.

They are distances from the pattern's borders near these, which become edges of the mesh.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.cloth.decal import symbol
from engine.wardrobe.cloth.details import wave_of

Signed = Callable[[NDArray, NDArray], NDArray]


def _spots(u: NDArray, v: NDArray) -> NDArray:
    """Discs of 21 mm in staggered rows."""
    row = np.round(v / 0.042)
    du = (u / 0.048 + 0.5 * (row % 2)) % 1 - 0.5
    return np.asarray(0.0105 - np.hypot(0.048 * du, v - 0.042 * row))


def _blotches(scale: float, phase: float) -> Signed:
    """Uneven patches, of about ``scale`` metres."""

    def noise(u: NDArray, v: NDArray) -> NDArray:
        x, y = 2 * np.pi * u / scale + phase, 2 * np.pi * v / (0.8 * scale) + 2 * phase
        found = np.sin(0.55 * x + 1.2 * np.sin(0.45 * y + phase)) + np.sin(0.6 * y + 1.1 * np.sin(0.5 * x - phase))
        found = found + 0.55 * np.sin(1.3 * x - 0.8 * y + phase) + 0.35 * np.sin(2.1 * y + 1.7 * np.sin(1.1 * x))
        return np.asarray(found - 0.35)

    def signed(u: NDArray, v: NDArray) -> NDArray:
        found, step = noise(u, v), 1e-3 * scale
        slope = np.hypot(noise(u + step, v) - found, noise(u, v + step) - found) / step
        return np.asarray(found / np.maximum(slope, 1.5 / scale))

    return signed


def strewn(shape: Signed, wide: float, high: float, turning: float = 0.0, shift: float = 0.0) -> Signed:
    """A motif in staggered rows, every ``wide`` metres of a row, the rows ``high`` metres apart, each motif turned by
    up to ``turning`` (a full turn is 1)."""

    def signed(u: NDArray, v: NDArray) -> NDArray:
        row = np.round(v / high + shift)
        column = u / wide + 0.5 * (row % 2) + shift
        cell = np.round(column)
        angle = 2 * np.pi * turning * ((np.sin(12.9898 * cell + 78.233 * row) * 43758.5453) % 1)
        x, y = (column - cell) * wide, v - high * (row - shift)
        return shape(x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle))

    return signed


def _petals(u: NDArray, v: NDArray, radius: float = 0.021, count: int = 5) -> NDArray:
    """A flower."""
    turn, away = np.arctan2(u, v), np.hypot(u, v)
    return np.asarray(0.85 * (radius * (0.72 + 0.28 * np.cos(count * turn)) - away))


def _leaves(u: NDArray, v: NDArray) -> NDArray:
    """Two leaves beside a flower."""
    x, y = np.abs(u) - 0.027, v + 0.010
    x, y = 0.8 * x - 0.6 * y, 0.6 * x + 0.8 * y
    return np.asarray(0.0055 * (1 - np.hypot(x / 0.014, y / 0.0055)))


def _rosette(u: NDArray, v: NDArray) -> NDArray:
    """A leopard's broken ring."""
    turn, away = np.arctan2(u, v), np.hypot(u, 1.15 * v)
    ring = 0.0052 - np.abs(away - 0.0145 * (1 + 0.13 * np.sin(3 * turn + 1)))
    gaps = np.minimum.reduce([np.abs(turn - 0.5) - 0.38, np.abs(turn + 1.5) - 0.28, np.abs(turn - 2.6) - 0.15])
    return np.minimum(ring, 0.014 * gaps)


def _zebra(u: NDArray, v: NDArray) -> NDArray:
    """Stripes that wander and fork."""
    bend = 0.9 * np.sin(2 * np.pi * u / 0.31 + 1.1 * np.sin(2 * np.pi * v / 0.37)) + 0.45 * np.sin(
        2 * np.pi * u / 0.12 + v / 0.04
    )
    phase = 2 * np.pi * v / 0.055 + 1.5 * bend
    return np.asarray(0.0075 * (np.sin(phase) - 0.25 * np.sin(2 * np.pi * u / 0.17 + 2)))


def _lozenges(u: NDArray, v: NDArray) -> NDArray:
    """Diamonds that meet at their points."""
    du, dv = u / 0.064 % 1 - 0.5, v / 0.11 % 1 - 0.5
    return np.asarray(0.055 * (0.5 - np.abs(du) - np.abs(dv)))


def _drop(u: NDArray, v: NDArray, grow: float = 1.0) -> NDArray:
    """A paisley's drop with its bent tip."""
    found = np.full(np.shape(u), -1.0)
    for t in np.linspace(0, 1, 9):
        radius = grow * 0.018 * (1 - t) ** 0.8
        x, y = 0.024 * t**2 * np.sign(1), 0.034 * t - 0.014
        found = np.maximum(found, radius - np.hypot(u - x, v - y))
    return found


def _scales(u: NDArray, v: NDArray) -> NDArray:
    """The seams between lozenge scales."""
    a, b = (u / 0.028 + v / 0.036), (u / 0.028 - v / 0.036)
    near = np.minimum(np.abs(a - np.round(a)), np.abs(b - np.round(b)))
    return np.asarray(0.0024 - 0.022 * near)


def _saddles(u: NDArray, v: NDArray) -> NDArray:
    """A snake's dark saddles."""
    du, dv = u / 0.12 % 1 - 0.5, (v / 0.14 + 0.5 * (np.floor(u / 0.12) % 2)) % 1 - 0.5
    return np.asarray(0.1 * (0.31 - np.abs(du) - 0.9 * np.abs(dv) + 0.05 * np.cos(30 * dv)))


def _flames(tall: float, phase: float) -> Signed:
    """Tongues that rise from the lower end."""

    def signed(u: NDArray, v: NDArray) -> NDArray:
        rise = v - v.min()
        bent = u + 0.020 * np.sin(rise / 0.05 + phase)
        big = np.abs((bent / 0.096 + phase) % 1 - 0.5) * 2
        small = np.abs((bent / 0.048 + 2 * phase) % 1 - 0.5) * 2
        height = tall * (0.30 + 0.55 * (1 - big) ** 1.3 + 0.25 * (1 - small) ** 1.5)
        return np.asarray(0.30 * (height - rise))

    return signed


PATTERNS: dict[str, list[tuple[Signed, str]]] = {
    "stripes_h": [(lambda u, v: wave_of(v, 0.07), "accent")],
    "stripes_v": [(lambda u, v: wave_of(u + 0.012, 0.048), "accent")],
    "pinstripes": [(lambda u, v: np.asarray(0.0012 - np.abs((u + 0.013) % 0.026 - 0.013)), "accent")],
    "bands": [(lambda u, v: np.asarray(0.024 - np.abs((v + 0.025) % 0.17 - 0.085)), "accent")],
    "checks": [(lambda u, v: wave_of(v, 0.096), "accent"), (lambda u, v: wave_of(u, 0.096), "accent")],
    "dots": [(_spots, "accent")],
    "camo": [(_blotches(0.10, 0.7), "accent"), (_blotches(0.085, 2.9), "earth")],
    "floral": [
        (strewn(_leaves, 0.096, 0.078, 1.0), "green"),
        (strewn(_petals, 0.096, 0.078, 1.0), "accent"),
        (strewn(lambda u, v: 0.007 - np.hypot(u, v), 0.096, 0.078), "yellow"),
        (strewn(lambda u, v: _petals(u, v, 0.013), 0.096, 0.078, 1.0, 0.5), "light"),
    ],
    "leopard": [
        (strewn(lambda u, v: 0.0125 - np.hypot(u, 1.15 * v), 0.058, 0.044, 1.0), "tone"),
        (strewn(_rosette, 0.058, 0.044, 1.0), "dark"),
        (strewn(lambda u, v: 0.006 - np.hypot(u, v), 0.058, 0.044, 0.0, 0.5), "dark"),
    ],
    "zebra": [(_zebra, "accent")],
    "stars": [(strewn(symbol("star", 0.020), 0.072, 0.058, 0.2), "accent")],
    "hearts": [(strewn(symbol("heart", 0.018), 0.066, 0.054), "accent")],
    "diamonds": [(_lozenges, "accent")],
    "paisley": [
        (strewn(_drop, 0.082, 0.070, 1.0), "accent"),
        (strewn(lambda u, v: _drop(u, v, 0.5), 0.082, 0.070, 1.0), "main"),
        (strewn(lambda u, v: 0.0055 - np.hypot(u, v + 0.014), 0.082, 0.070, 1.0), "accent"),
        (strewn(lambda u, v: _petals(u, v, 0.010), 0.082, 0.070, 1.0, 0.5), "light"),
    ],
    "snake": [(_saddles, "accent"), (_scales, "dark")],
    "flames": [(_flames(0.34, 0.0), "accent"), (_flames(0.22, 0.3), "yellow")],
}
"""Patterns by name: functions and the colours that they show, of which the last prevails: a colour's name, or one of
`colors.tints`."""
FINE = frozenset({"floral", "leopard", "stars", "hearts", "paisley", "snake", "dots", "pinstripes"})
"""Patterns of small forms, for which long edges are divided."""
