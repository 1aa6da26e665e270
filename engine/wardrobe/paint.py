"""Colours of a look at canonical points: skin and face first, then hair, then garments from the inside out.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.garment_masks import layered, mask_of
from engine.wardrobe.hair_masks import BEARD_MASKS, HAIR_MASKS, above_hairline
from engine.wardrobe.outfit import COLORS, EYE_COLORS, HAIR_COLORS, HUMAN_SKINS, SKINS, Garment, Look

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


HEM = 0.009
"""Metres from a garment's border within which its hem is darker."""
SEWN = frozenset({
    "tank_top", "t_shirt", "long_sleeve", "jacket", "coat", "hoodie", "robe", "crop_top", "vest", "bikini_top",
    "trousers",
    "shorts", "briefs", "leggings", "dress", "gown", "jumpsuit", "swimsuit", "socks", "gloves", "apron", "boots",
    "armor_torso", "gauntlets", "wristbands", "scarf",
})  # fmt: skip
"""Garments with a hem, or a rim."""


def wear(garment: Garment, p: Points) -> NDArray:
    """(N,) brightness of a garment's seams, pockets and buttons."""
    tone = np.ones_like(p.x)

    def line(mask: NDArray, depth: float) -> None:
        nonlocal tone
        tone = tone * (1 - depth * np.clip(mask, 0, 1))

    if garment.kind in ("trousers", "shorts"):
        line(smoothstep(np.abs(p.z - 0.0), 0.004, 0.001) * p.above(p.side, 0.12), 0.25)  # side seams
        line(p.band(p.side, -1, 0.002) * p.band(p.y, -0.06, 0.07) * p.front(), 0.30)  # fly
        pocket = np.abs(p.y - 0.045 + 0.9 * (p.side - 0.10)) * p.above(p.side, 0.085) + p.below(p.side, 0.085)
        line(smoothstep(pocket, 0.005, 0.002) * p.front() * p.above(p.y, -0.03), 0.30)
    if garment.kind == "armor_torso":
        for height, curve in ((0.265, 0.9), (0.18, 0.3), (0.105, 0.2), (0.02, 0.2)):  # plates, one over the other
            edge = p.y - height + curve * np.clip(0.06 - p.side, 0, 0.06) * (p.z > 0)
            line(smoothstep(np.abs(edge), 0.006, 0.002), 0.45)
            line(p.band(edge, -0.022, 0.0), 0.14)
        line(smoothstep(p.side, 0.006, 0.002) * p.above(p.y, 0.1) * p.front(), 0.35)
    if garment.kind in ("gauntlets", "boots") and garment.accent is None:
        line(smoothstep(np.sin(2 * np.pi * p.along / 0.075), 0.93, 0.98) * p.above(p.side, 0.08), 0.18)
    if garment.kind == "hoodie":
        pouch = np.maximum(np.abs(p.y - 0.06) - 0.07, 1.2 * (p.side - 0.095 - 0.25 * np.clip(0.06 - p.y, -0.07, 0.07)))
        line(smoothstep(np.abs(pouch), 0.005, 0.002) * p.front() * p.below(p.side, 0.13), 0.30)
    if garment.kind in ("jacket", "coat"):
        flap = p.band(p.side, 0.06, 0.125) * smoothstep(np.abs(p.y - 0.085), 0.005, 0.002) * p.front()
        line(flap, 0.35)
    if garment.kind in ("jacket", "coat", "long_sleeve", "hoodie", "t_shirt", "robe"):
        line(smoothstep(np.abs(p.side - 0.188), 0.004, 0.001) * p.above(p.y, 0.38), 0.14)  # armholes
    return tone


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
    if pattern == "two_tone":
        return p.above(p.x, 0.0)
    if pattern != "camo" and pattern != "plain":  # what a sketch cannot show is spotted
        return smoothstep(np.sin(2 * np.pi * p.along / 0.06) * np.sin(2 * np.pi * p.around / 0.06), 0.3, 0.3 + soft)
    if pattern == "camo":
        noise = np.sin(31 * p.along + 17 * p.around + 2 * np.sin(23 * p.x)) + np.sin(41 * p.around - 29 * p.along)
        return smoothstep(noise + np.sin(53 * p.z + 19 * p.y), 0.1, 0.1 + soft)
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
    if garment.kind in ("jacket", "coat", "hoodie", "robe"):
        out = _front(garment, p, out, shade(color, 0.6) if accent is None else accent)
    elif accent is not None:
        out = blend(out, ACCENT_PLACES.get(garment.kind, _hem)(p), accent)
    return out


OPENINGS = {"jacket": 0.20, "coat": 0.30}
"""Heights down to which the front is open."""


def _spread(kind: str, p: Points) -> NDArray:
    """Half the width of the opening at the points' heights."""
    low = OPENINGS[kind]
    found: NDArray = 0.058 * np.clip((p.y - low) / (0.47 - low), 0, 1.2)
    return found


def opening(kind: str, p: Points) -> NDArray:
    """1 where a jacket or coat leaves what is beneath to be seen."""
    front = p.front() * p.below(p.y, 0.56)
    found: NDArray = p.below(p.side - _spread(kind, p), 0.0) * p.above(p.y, OPENINGS[kind]) * front
    return found


def _front(garment: Garment, p: Points, out: NDArray, accent: NDArray) -> NDArray:
    """The front of a jacket or coat: a V with lapels over a line of buttons; of a hoodie or robe: an edge."""
    color = np.array(COLORS[garment.color])
    front = p.front() * p.below(p.y, 0.56)
    if garment.kind not in OPENINGS:
        return blend(out, p.below(p.side, 0.012) * front, accent)
    low, spread = OPENINGS[garment.kind], _spread(garment.kind, p)
    lapel = (
        p.band(p.side - spread, -p.soft, 0.030 + 0.12 * np.clip(p.y - 0.36, 0, 0.1)) * p.above(p.y, low - 0.01) * front
    )
    out = blend(out, lapel, shade(color, 0.82))
    out = blend(
        out, smoothstep(np.abs(p.side - spread - 0.031), 0.003, 0.001) * p.above(p.y, low) * front, shade(color, 0.6)
    )
    out = blend(out, smoothstep(np.abs(p.x - 0.004), 0.003, 0.001) * p.below(p.y, low) * front, shade(color, 0.55))
    for height in np.arange(low - 0.04, -0.05, -0.085):
        out = blend(out, p.ellipse(0.0, height, 0.0085, 0.0085), shade(color, 0.45 if color.mean() > 0.2 else 1.8))
    return blend(out, opening(garment.kind, p), accent)


def _hem(p: Points) -> NDArray:
    """Cuffs and neckline, where an accent has no better place."""
    return np.maximum(p.band(p.neck, 0.06, 0.10), p.band(p.side, 0.645, 0.68))


ACCENT_PLACES = {
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
}


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


def hair_tones(p: Points) -> NDArray:
    """(N,) brightness of the hair on the scalp: strands that run down from the crown."""
    around = np.arctan2(p.x, p.z - 0.03) + 0.25 * np.sin(30 * p.y)
    fine = np.sin(173 * around + 3 * np.sin(11 * around)) + 0.8 * np.sin(71 * around + 40 * p.y)
    return 1 + 0.07 * fine + 0.06 * np.sin(23 * around + 2)


def paint_skin(look: Look, p: Points) -> NDArray:
    """(N, 3) the bare figure: skin with slightly warmer cheeks, face, beard and hair."""
    skin = np.array(SKINS[look.skin])
    base = np.broadcast_to(skin, (len(p.x), 3)).copy()
    if look.skin in HUMAN_SKINS:
        base = blend(base, 0.14 * p.ellipse(0.045, 0.645, 0.02, 0.018), skin * [1.0, 0.72, 0.70])
    base = paint_face(base, look, p)
    bristles = 1 + 0.10 * np.sin(900 * p.side + 5 * np.sin(130 * p.y)) + 0.06 * np.sin(377 * p.side + 60 * p.y)
    base = blend(base, BEARD_MASKS[look.beard](p), np.array(HAIR_COLORS[look.beard_color]) * bristles[:, None])
    hair = np.array(HAIR_COLORS[look.hair_color])
    strands = hair_tones(p)[:, None]  # keeps big hair from looking like a cap
    strength = 0.7 if look.hair_style == "buzz" else 1.0
    return blend(base, strength * HAIR_MASKS[look.hair_style].mask(p), np.clip(hair * strands, 0, 1))


def paint(look: Look, canonical: NDArray, soft: float = 0.003) -> Floats:
    """(N, 3) sRGB colours in 0..1 of a look at canonical points (N, 3); ``soft`` metres is a border's half width."""
    p = Points(canonical, soft)
    colors = paint_skin(look, p)
    hems = Points(canonical, soft + HEM)
    tie = next((garment for garment in look.garments if garment.kind == "tie"), None)
    for garment in layered(look.garments):
        lying = mask_of(garment)
        color = garment_color(garment, p) * wear(garment, p)[:, None]
        if garment.kind in SEWN:
            inside = lying.mask(hems)
            color = color * (1 - 0.26 * smoothstep(inside, 0.5, 0.6) * smoothstep(inside, 0.97, 0.87))[:, None]
        colors = blend(colors, lying.mask(p), color)
        if garment.kind in OPENINGS and tie is not None:
            colors = blend(colors, mask_of(tie).mask(p) * opening(garment.kind, p), garment_color(tie, p))
    return np.clip(colors, 0, 1).astype(np.float32)


LOOSE = frozenset({"jacket", "coat", "hoodie", "robe", "trousers", "long_sleeve", "spacesuit"})
"""Garments that fall into folds at the joints."""
FOLD = 0.0035
"""Metres of a fold's depth."""


def folds(p: Points) -> NDArray:
    """(N,) folds in -1..1 round elbows, knees, ankles and wrists."""
    slant = p.along + 0.25 * np.where(p.arm, p.z, p.side - 0.11) + 0.012 * np.sin(60 * p.around)
    near = np.zeros_like(p.x)
    for place, wide in ((0.44, 0.10), (0.62, 0.06)):
        near = np.maximum(near, p.arm * np.exp(-(((p.side - place) / wide) ** 2)))
    for place, wide in ((-0.43, 0.10), (-0.80, 0.08), (-0.06, 0.05)):
        near = np.maximum(near, (~p.arm) * (p.y < 0) * np.exp(-(((p.y - place) / wide) ** 2)))
    found: NDArray = near * np.sin(2 * np.pi * slant / 0.052)
    return found


def thickness(look: Look, canonical: NDArray) -> tuple[Floats, Floats]:
    """Metres that hair and garments stand off the skin (N,), and how far they smooth it (N,), with wide soft edges."""
    p = Points(canonical, 0.008)
    offset = np.zeros(len(p.x))
    smooth = np.zeros(len(p.x))
    hair, worn = HAIR_MASKS[look.hair_style], [mask_of(garment) for garment in look.garments]
    for lying in (hair, *worn):
        mask = lying.mask(p)
        full = lying.thickness * (0.4 + 0.9 * smoothstep(above_hairline(p), 0, 0.06) if lying is hair else 1.0)
        offset = np.maximum(offset, mask * full)
        smooth = np.maximum(smooth, mask * lying.smooth)
    for garment, lying in zip(look.garments, worn):
        if garment.kind in LOOSE:
            offset = offset + lying.mask(p) * FOLD * folds(p)
    offset = np.maximum(offset, 0)
    beard = 0.012 * BEARD_MASKS[look.beard](p) * (look.beard == "full")
    return np.maximum(offset, beard).astype(np.float32), smooth.astype(np.float32)
