"""Cloth as wear and weather leave it: holes and frays, water, dirt and shine.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.details import ARM, LEG, TRUNK, Borders
from engine.wardrobe.cloth.finish import grained
from engine.wardrobe.cloth.noise import noise
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Floats, Layer
from engine.wardrobe.paint import blend

HOLES = (
    ("leg", 0.10, -0.43, 0.034, 0.022), ("leg", -0.15, -0.455, 0.040, 0.016), ("leg", 0.25, -0.24, 0.022, 0.012),
    ("leg", -0.6, -0.60, 0.020, 0.010), ("leg", 2.8, -0.30, 0.024, 0.011),
    ("trunk", 0.45, 0.08, 0.028, 0.018), ("trunk", -0.75, 0.24, 0.022, 0.013), ("trunk", 2.6, 0.20, 0.034, 0.020),
    ("trunk", -2.3, 0.0, 0.026, 0.014), ("trunk", 0.9, -0.25, 0.030, 0.024), ("trunk", -2.0, -0.40, 0.034, 0.026),
    ("arm", 2.6, 0.43, 0.022, 0.013), ("arm", 0.8, 0.33, 0.016, 0.009),
)  # fmt: skip
"""Where cloth tears: limb, turn, place along it, half length round it and half height, in metres."""
MUD = np.array([0.30, 0.22, 0.14])
THREAD = 0.007
"""Metres from a hole within which cloth is frayed."""


def intact(p: Points, borders: Borders) -> NDArray:
    """(N,) metres from the nearest hole or torn hem, negative in it."""
    found = np.full_like(p.y, 0.05)
    ragged = 0.006 * noise(p, 0.03, 1.0) + 0.003 * noise(p, 0.011, 2.0)
    limb = {"arm": p.arm, "leg": ~p.arm & (p.y < -0.1), "trunk": ~p.arm & (p.y > -0.5)}
    radius = {"arm": ARM, "leg": LEG, "trunk": TRUNK}
    for where, turn, along, wide, high in HOLES:
        across = ((p.turn - turn + np.pi) % (2 * np.pi) - np.pi) * radius[where]
        reach = min(wide, high) * (np.hypot(across / wide, (p.along - along) / high) - 1) + ragged
        found = np.where(limb[where], np.minimum(found, reach), found)
    for border in ("hem", "cuff"):
        if borders.has(border):
            teeth = 0.010 + 0.018 * np.abs(noise(p, 0.07, 3.0)) + 0.012 * np.clip(noise(p, 0.16), 0, 1)
            found = np.minimum(found, borders.distance(border, p) - teeth)
    return found


def torn(piece: Piece, borders: Borders) -> Piece:
    """A piece with holes and frayed hems."""
    piece = piece.lined(intact(grained(piece), borders) - THREAD)
    return piece.cut(intact(grained(piece), borders)).compact()


def weathered(colors: NDArray, traits: tuple[str, ...], p: Points, borders: Borders) -> Floats:
    """Colours (N, 3) of cloth that is torn, wet or dirty."""
    if "torn" in traits:
        frayed = smoothstep(intact(p, borders), THREAD, 0.3 * THREAD)
        colors = blend(colors, frayed, 0.45 * colors.mean() + 0.55 * np.array([0.85, 0.84, 0.80]))
    if "dirty" in traits:
        low = 0.35 * smoothstep(p.y, -0.3, -0.85)
        stain = smoothstep(noise(p, 0.22, 0.4) + 0.5 * noise(p, 0.07, 1.3) + 2 * low, 0.25, 0.75)
        colors = blend(colors, 0.62 * stain, MUD)
        colors = blend(colors, np.full(len(colors), 0.14), MUD)
    if "wet" in traits:
        colors = colors**1.35 * 0.72
    return colors.astype(np.float32)


def roughness(layer: Layer, traits: tuple[str, ...]) -> Layer:
    """A layer that gleams where its garment is wet or shiny."""
    share = 0.62 if "wet" in traits else 0.45 if "shiny" in traits else 1.0
    return layer if share == 1.0 else replace(layer, roughness=(share * layer.roughness).astype(np.float32))
