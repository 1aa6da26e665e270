"""Colours of cloth: patterns whose borders are edges of the mesh, and marks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.details import Mark
from engine.wardrobe.cloth.finish import EDGE, grained
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Floats
from engine.wardrobe.outfit import COLORS, Garment
from engine.wardrobe.paint import BANDED, blend, shade

METAL, SAND = np.array([0.72, 0.72, 0.74]), np.array([0.60, 0.55, 0.40])
"""Colours of zips, and of what camouflage has beside a garment's own."""


def patterned(piece: Piece, garment: Garment) -> Piece:
    """The cloth with edges on both sides of its pattern's borders."""
    pattern = pattern_of(garment)
    for index in range(len(pattern_borders(pattern, grained(piece)))):
        for shift in (EDGE, -EDGE):
            piece = piece.lined(pattern_borders(pattern, grained(piece))[index] + shift, 0.05)
    return piece


def pattern_of(garment: Garment) -> str:
    """The name of a garment's pattern: stripes across work clothes are few and narrow, of tape."""
    return "bands" if garment.pattern == "stripes_h" and garment.kind in BANDED else garment.pattern


def pattern_borders(pattern: str, p: Points) -> list[NDArray]:
    """Functions (N,) of the grain that are zero on a pattern's borders, and distances near them."""
    return [signed(p.around, p.along) for signed in PATTERNS.get(pattern, [])] if pattern != "two_tone" else [p.x]


def _wave(value: NDArray, period: float) -> NDArray:
    """Positive in half of each period, metres from the border near it."""
    return np.asarray(np.sin(2 * np.pi * value / period) * period / (2 * np.pi))


def _spots(u: NDArray, v: NDArray) -> NDArray:
    """Discs of 21 mm in staggered rows."""
    row = np.round(v / 0.042)
    du = (u / 0.048 + 0.5 * (row % 2)) % 1 - 0.5
    return np.asarray(0.0105 - np.hypot(0.048 * du, v - 0.042 * row))


def _blotches(scale: float, phase: float) -> Callable[[NDArray, NDArray], NDArray]:
    """Uneven patches, of about ``scale`` metres."""

    def signed(u: NDArray, v: NDArray) -> NDArray:
        x, y = 2 * np.pi * u / scale + phase, 2 * np.pi * v / (0.8 * scale) + 2 * phase
        noise = np.sin(0.55 * x + 1.2 * np.sin(0.45 * y + phase)) + np.sin(0.6 * y + 1.1 * np.sin(0.5 * x - phase))
        noise = noise + 0.55 * np.sin(1.3 * x - 0.8 * y + phase) + 0.35 * np.sin(2.1 * y + 1.7 * np.sin(1.1 * x))
        return np.asarray(0.09 * scale * (noise - 0.35))

    return signed


PATTERNS: dict[str, list[Callable[[NDArray, NDArray], NDArray]]] = {
    "stripes_h": [lambda u, v: _wave(v, 0.07)],
    "stripes_v": [lambda u, v: _wave(u + 0.012, 0.048)],
    "bands": [lambda u, v: np.asarray(0.024 - np.abs((v + 0.025) % 0.17 - 0.085))],
    "checks": [lambda u, v: _wave(v, 0.096), lambda u, v: _wave(u, 0.096)],
    "dots": [_spots],
    "camo": [_blotches(0.10, 0.7), _blotches(0.085, 2.9)],
}
"""Patterns by name: functions of metres round and along the cloth, positive where they show."""


def _pattern(garment: Garment, p: Points, colors: NDArray, accent: NDArray) -> NDArray:
    """Colours (N, 3) with the garment's pattern."""
    masks = [smoothstep(signed, -EDGE, EDGE) for signed in pattern_borders(pattern_of(garment), p)]
    if garment.pattern == "checks":
        a, b = masks
        return blend(blend(colors, 0.5 * (a + b), accent), a * b, 0.75 * accent)
    if garment.pattern == "camo":
        for mask, color in zip(masks, (accent, np.array([0.16, 0.15, 0.11]))):
            colors = blend(colors, mask, color)
        return colors
    return blend(colors, masks[0], accent) if masks else colors


def paint(garment: Garment, found: list[Mark], piece: Piece) -> tuple[Floats, Floats]:
    """Colours (P, 3) of a garment's cloth, and where (P,) it is metal."""
    p, count = grained(piece), len(piece.vertices)
    main = np.array(COLORS[garment.color])
    accent = np.array(COLORS[garment.accent]) if garment.accent else second_color(main, garment.pattern)
    colors = np.broadcast_to(main, (count, 3)).astype(np.float64).copy()
    if garment.pattern != "plain":
        colors = _pattern(garment, p, colors, accent)
    metallic = np.zeros(count)
    for mark in found:
        signed = mark.signed(p)
        inside = smoothstep(signed, 0.0, 0.0015)
        if mark.accent and garment.accent:
            colors = blend(colors, inside, accent)
        if mark.color:
            colors = blend(colors, inside, np.array(COLORS[mark.color]))
        if mark.metal:
            colors = blend(colors, inside, METAL)
            metallic = np.maximum(metallic, inside)
        rim = smoothstep(np.abs(signed - 0.0004), 0.0022, 0.0004)
        colors *= (1 - (1 - mark.tone) * inside - (1 - mark.rim) * rim)[:, None]
    return colors.astype(np.float32), metallic.astype(np.float32)


def second_color(main: NDArray, pattern: str) -> NDArray:
    """A pattern's other colour where none is named."""
    if pattern == "camo":
        return 0.45 * main + 0.55 * SAND
    return shade(main, 0.6 if pattern == "plain" else 1.6)


def knob(garment: Garment, color: str | None = None) -> NDArray:
    """The colour of buttons, where they have none of their own."""
    if color is not None:
        return np.array(COLORS[color])
    main = np.array(COLORS[garment.color])
    return shade(main, 0.45) if main.mean() > 0.25 else np.clip(main + 0.16, 0, 1)
