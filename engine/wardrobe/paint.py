"""Colours of a look at canonical points: skin and face first, then hair, then garments from the inside out."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.outfit import COLORS, EYE_COLORS, HAIR_COLORS, HUMAN_SKINS, SKINS, Garment, Look
from engine.wardrobe.regions import BEARD, HAIR, REGIONS, layered

Floats = NDArray[np.float32]
BANDED = ("jacket", "coat", "vest", "trousers", "jumpsuit", "spacesuit", "robe")
"""Garments on which stripes across are bands: firefighters', road workers'."""


def shade(color: NDArray, factor: float) -> NDArray:
    """The same hue darker (factor < 1) or lighter (> 1); black and white move the way they can."""
    hue, light, saturation = colorsys.rgb_to_hls(*np.asarray(color, float).tolist())
    light = light * factor if light * factor <= 0.92 else light / factor
    return np.array(colorsys.hls_to_rgb(hue, max(light, 0.12 if factor > 1 else 0.0), saturation))


def blend(base: NDArray, mask: NDArray, color: NDArray) -> NDArray:
    """Lay a colour (3,) or colours (N, 3) over base colours (N, 3) where the mask (N,) is 1."""
    return base + mask[:, None] * (np.asarray(color) - base)


def pattern_mask(pattern: str, p: Points, bands: bool = False) -> NDArray:
    """1 where a pattern shows its accent; ``bands``: stripes across are few and narrow, as on work clothes."""
    soft = max(p.soft / 0.05, 0.06)

    def wave(value: NDArray, period: float) -> NDArray:
        return smoothstep(np.sin(2 * np.pi * value / period), -soft * 4, soft * 4)

    if pattern == "stripes_h" and bands:
        return smoothstep(np.cos(2 * np.pi * (p.along - 0.06) / 0.17), 0.72 - soft, 0.72 + soft)
    if pattern == "stripes_h":
        return wave(p.along, 0.07)
    if pattern == "stripes_v":
        return wave(p.around + 0.0125, 0.05)
    if pattern == "checks":
        a, b = wave(p.along, 0.08), wave(p.around, 0.08)
        return a * (1 - b) + b * (1 - a)
    if pattern == "dots":
        return smoothstep(np.sin(2 * np.pi * p.along / 0.06) * np.sin(2 * np.pi * p.around / 0.06), 0.3, 0.3 + soft)
    if pattern == "camo":
        noise = np.sin(31 * p.along + 17 * p.around + 2 * np.sin(23 * p.x)) + np.sin(41 * p.around - 29 * p.along)
        return smoothstep(noise + np.sin(53 * p.z + 19 * p.y), 0.1, 0.1 + soft)
    if pattern == "two_tone":
        return p.above(p.x, 0.0)
    return np.zeros_like(p.x)


def garment_color(garment: Garment, p: Points) -> NDArray:
    """(N, 3) a garment's colours with its pattern and accents."""
    color = np.array(COLORS[garment.color])
    accent = np.array(COLORS[garment.accent]) if garment.accent else None
    out = np.broadcast_to(color, (len(p.x), 3)).copy()
    if garment.pattern != "plain":
        return blend(
            out,
            pattern_mask(garment.pattern, p, garment.kind in BANDED),
            shade(color, 1.6) if accent is None else accent,
        )
    if garment.kind in ("jacket", "coat", "hoodie", "robe"):  # the front opening
        half = 0.045 if garment.kind == "jacket" else 0.012
        spread = half * np.clip((p.y + 0.05) / 0.5, 0.15, 1.0) if garment.kind == "jacket" else half
        line = p.below(p.side - spread, 0.0) * p.front() * p.below(p.y, 0.56)
        out = blend(out, line, shade(color, 0.6) if accent is None else accent)
    elif accent is not None:
        out = blend(out, ACCENTS.get(garment.kind, _hem)(p), accent)
    return out


def _hem(p: Points) -> NDArray:
    """Cuffs and neckline, where an accent has no better place."""
    return np.maximum(p.band(p.neck, 0.06, 0.10), p.band(p.side, 0.645, 0.68))


ACCENTS = {
    "belt": lambda p: p.below(p.side, 0.025) * p.front(),
    "chest_emblem": lambda p: 1 - p.ellipse(0.0, 0.345, 0.046, 0.040),
    "mask_full": lambda p: p.ellipse(0.033, 0.69, 0.024, 0.012),
    "helmet": lambda p: p.band(p.side, -1.0, 0.016) * p.above(p.y, 0.72),
    "hat": lambda p: p.band(p.y, 0.735, 0.76),
    "armor_torso": lambda p: np.maximum(p.band(p.neck, 0.07, 0.10), p.below(p.side, 0.012) * p.front()),
    "spacesuit": lambda p: np.maximum.reduce(
        [p.band(p.side, 0.42, 0.47), p.band(p.y, -0.47, -0.41), p.ellipse(0.0, 0.30, 0.08, 0.06)]
    ),
    "trousers": lambda p: p.band(p.z, -0.02, 0.0),
    "shorts": lambda p: p.band(p.z, -0.02, 0.0),
    "shoes": lambda p: p.below(p.y, -0.925),
    "boots": lambda p: p.band(p.y, -0.56, -0.5),
    "jumpsuit": lambda p: p.band(p.z, -0.02, 0.01),
}  # fmt: skip


def paint_face(base: NDArray, look: Look, p: Points) -> NDArray:
    """Lips, brows, eyes on a skin."""
    skin = np.array(SKINS[look.skin])
    human = look.skin in HUMAN_SKINS
    lips = skin * np.array([0.82, 0.58, 0.56]) if human else shade(skin, 0.7)
    base = blend(base, 0.85 * p.ellipse(0.0, 0.6185, 0.025, 0.0085), lips)
    hair = np.array(HAIR_COLORS[look.hair_color])
    brow_line = 0.7085 + 0.006 * np.sin(np.clip((p.side - 0.012) / 0.038, 0, 1) * np.pi * 0.8)
    brow = p.band(p.side, 0.013, 0.048) * smoothstep(np.abs(p.y - brow_line), 0.0055, 0.003) * p.above(p.z, 0.08)
    base = blend(base, 0.85 * brow, hair * 0.7 + skin * 0.1)
    base = blend(base, 0.5 * p.ellipse(0.0315, 0.690, 0.0185, 0.0095), skin * 0.45)  # lids and lashes
    base = blend(base, p.ellipse(0.0315, 0.6885, 0.0145, 0.0062), np.array([0.95, 0.94, 0.93]))
    base = blend(base, p.ellipse(0.0312, 0.689, 0.0066, 0.0064), np.array(EYE_COLORS[look.eye_color]))
    return blend(base, p.ellipse(0.0312, 0.689, 0.0031, 0.0031), np.array([0.03, 0.03, 0.03]))


def paint_skin(look: Look, p: Points) -> NDArray:
    """(N, 3) the bare figure: skin with slightly warmer cheeks, face, beard and hair."""
    skin = np.array(SKINS[look.skin])
    base = np.broadcast_to(skin, (len(p.x), 3)).copy()
    if look.skin in HUMAN_SKINS:
        base = blend(base, 0.14 * p.ellipse(0.045, 0.645, 0.02, 0.018), skin * [1.0, 0.72, 0.70])
    base = paint_face(base, look, p)
    base = blend(base, BEARD[look.beard](p), np.array(HAIR_COLORS[look.beard_color]))
    hair = np.array(HAIR_COLORS[look.hair_color])
    strands = (
        1 + 0.07 * np.sin(620 * p.x + 8 * np.sin(40 * p.y) + 90 * p.z)[:, None]
    )  # keeps big hair from looking like a cap
    strength = 0.7 if look.hair_style == "buzz" else 1.0
    return blend(base, strength * HAIR[look.hair_style].mask(p), np.clip(hair * strands, 0, 1))


def paint(look: Look, canonical: NDArray, soft: float = 0.003) -> Floats:
    """(N, 3) sRGB colours in 0..1 of a look at canonical points (N, 3); ``soft`` metres is a border's half width."""
    p = Points(canonical, soft)
    colors = paint_skin(look, p)
    for garment in layered(look.garments):
        colors = blend(colors, REGIONS[garment.kind].mask(p), garment_color(garment, p))
    return np.clip(colors, 0, 1).astype(np.float32)


def thickness(look: Look, canonical: NDArray) -> tuple[Floats, Floats]:
    """Metres that hair and garments stand off the skin (N,), and how far they smooth it (N,), with wide soft edges."""
    p = Points(canonical, 0.008)
    offset = np.zeros(len(p.x))
    smooth = np.zeros(len(p.x))
    for region in [HAIR[look.hair_style], *(REGIONS[g.kind] for g in look.garments)]:
        mask = region.mask(p)
        offset = np.maximum(offset, mask * region.thickness)
        smooth = np.maximum(smooth, mask * region.smooth)
    beard = 0.012 * BEARD[look.beard](p) * (look.beard == "full")
    return np.maximum(offset, beard).astype(np.float32), smooth.astype(np.float32)
