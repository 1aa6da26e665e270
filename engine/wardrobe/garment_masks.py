"""Where each garment lies on the standard figure, and how thick it is.

Every mask is a function of canonical `Points` (metres; see `canonical`) to a mask in 0..1. Edges are heights and
distances on the open body's template: hips at y = -0.02, knees -0.44, ankles -0.87, soles -0.94, arm pits 0.38,
shoulders 0.45, neck 0.55, chin 0.58, mouth 0.62, eyes 0.69, crown 0.80; elbows at |x| = 0.44, wrists 0.68.

Thicknesses are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points
from engine.wardrobe.outfit import Garment

Mask = Callable[[Points], NDArray]
SHORT, ELBOW, WRIST, SHOULDER = 0.34, 0.44, 0.672, 0.185


def top(hem: float, sleeve: float, neck: float = 0.085) -> Mask:
    """A top from ``hem`` up to a round neckline of radius ``neck``, with sleeves out to ``sleeve``."""
    return lambda p: p.above(p.y, hem) * p.below(p.side, sleeve) * p.above(p.neck, neck) * p.below(p.y, 0.53)


def strapped(hem: float) -> Mask:
    """A sleeveless top with two shoulder straps."""

    def mask(p: Points) -> NDArray:
        trunk = p.band(p.y, hem, 0.385) * p.below(p.side, 0.19)
        straps = p.band(p.side, 0.06, 0.105) * p.band(p.y, 0.37, 0.53) * p.above(p.neck, 0.06)
        return np.maximum(trunk, straps)

    return mask


def legs(hem: float, waist: float = 0.10) -> Mask:
    """Trousers of any length."""
    return lambda p: p.band(p.y, hem, waist)


def face_opening(p: Points) -> NDArray:
    """The oval that hoods and helmets leave free."""
    radius = np.sqrt((p.x / 0.064) ** 2 + ((p.y - 0.655) / 0.082) ** 2)
    edge = p.soft / 0.064
    return np.clip((1 + edge - radius) / (2 * edge), 0, 1) * p.above(p.z, 0.055)


def _vest(p: Points) -> NDArray:
    opening = p.below(p.side, 0.035) * p.front()
    return top(-0.02, SHOULDER - 0.02, 0.10)(p) * (1 - opening)


def _sandals(p: Points) -> NDArray:
    straps = np.maximum(p.band(p.z, 0.03, 0.055), p.band(p.z, 0.10, 0.125)) * p.below(p.y, -0.86)
    return np.maximum(p.below(p.y, -0.928), np.maximum(straps, p.band(p.y, -0.875, -0.855)))


def _glasses(p: Points) -> NDArray:
    rim = np.sqrt(((p.side - 0.032) / 1.15) ** 2 + (p.y - 0.688) ** 2)
    bridge = p.band(p.y, 0.690, 0.697) * p.below(p.side, 0.014)
    temple = p.band(p.y, 0.690, 0.697) * p.above(p.side, 0.055) * p.above(p.z, 0.03)
    ring = p.band(rim, 0.0185, 0.0235) * p.above(p.z, 0.08)
    return np.maximum(ring, np.maximum(bridge * p.above(p.z, 0.1), temple) * p.above(p.y, 0.6))


def _helmet(p: Points) -> NDArray:
    shell = p.above(p.y, 0.715)
    sides = p.above(p.y, 0.575) * p.below(p.z, 0.075)
    return np.maximum(shell, sides)


def _swimsuit(p: Points) -> NDArray:
    leg_cut = p.above(p.y + 0.45 * np.maximum(0.11 - p.side, -0.1), -0.045)
    return np.maximum(strapped(0.0)(p), p.band(p.y, -0.1, 0.02) * leg_cut)


def _on_trunk(p: Points) -> NDArray:
    return p.below(p.side, 0.20)


def _apron_bib(p: Points) -> NDArray:
    """From the chest to below the waist, wider below; what hangs is a piece of its own."""
    wide = 0.098 + 0.35 * np.clip(0.19 - p.y, 0, 0.2)
    return p.band(p.y, -0.01, 0.36) * p.below(p.side - wide, 0.0) * p.front()


def _apron_ties(p: Points) -> NDArray:
    """Straps round the neck and the waist."""
    neck = p.band(p.side, 0.070, 0.092) * p.band(p.y, 0.35, 0.54) * p.front()
    return np.maximum(neck, p.band(p.y, 0.06, 0.082) * _on_trunk(p))


@dataclass(frozen=True)
class ThickMask:
    """Where something lies on the body, and how it changes the body's form."""

    mask: Mask
    thickness: float = 0.004
    """Metres by which it stands off."""
    smooth: float = 0.0
    """How far it smooths the body beneath, 0-1."""


GARMENT_MASKS: dict[str, ThickMask] = {
    "tank_top": ThickMask(strapped(-0.03)),
    "t_shirt": ThickMask(top(-0.05, SHORT), 0.007, 0.5),
    "long_sleeve": ThickMask(top(-0.05, WRIST, 0.075), 0.007, 0.5),
    "jacket": ThickMask(top(-0.06, WRIST, 0.08), 0.014, 0.9),
    "coat": ThickMask(top(-0.10, WRIST, 0.075), 0.016, 1.0),
    "hoodie": ThickMask(top(-0.06, WRIST, 0.065), 0.016, 0.9),
    "robe": ThickMask(top(-0.10, WRIST, 0.08), 0.018, 1.0),
    "crop_top": ThickMask(top(0.24, SHORT), 0.005, 0.3),
    "vest": ThickMask(_vest, 0.012, 0.5),
    "armor_torso": ThickMask(top(-0.07, SHOULDER, 0.075), 0.020, 0.8),
    "bikini_top": ThickMask(lambda p: p.band(p.y, 0.265, 0.365) * _on_trunk(p), 0.003),
    "trousers": ThickMask(legs(-0.885), 0.009, 0.6),
    "shorts": ThickMask(legs(-0.36), 0.009, 0.6),
    "briefs": ThickMask(lambda p: _swimsuit(p) * p.below(p.y, 0.06), 0.004),
    "skirt": ThickMask(legs(-0.12), 0.006, 0.5),
    "long_skirt": ThickMask(legs(-0.12), 0.006, 0.5),
    "leggings": ThickMask(legs(-0.885), 0.002),
    "dress": ThickMask(lambda p: np.maximum(strapped(-0.12)(p), p.band(p.y, -0.12, 0.1)), 0.006, 0.4),
    "gown": ThickMask(lambda p: np.maximum(strapped(-0.12)(p), p.band(p.y, -0.12, 0.1)), 0.006, 0.4),
    "jumpsuit": ThickMask(lambda p: p.band(p.y, -0.885, 0.56) * p.below(p.side, WRIST) * p.above(p.neck, 0.055), 0.003),
    "spacesuit": ThickMask(lambda p: p.band(p.y, -0.89, 0.56) * p.below(p.side, WRIST), 0.034, 1.0),
    "swimsuit": ThickMask(_swimsuit, 0.003),
    "shoes": ThickMask(lambda p: p.below(p.y, -0.868), 0.008, 1.0),
    "boots": ThickMask(lambda p: p.below(p.y, -0.52), 0.014, 1.0),
    "sandals": ThickMask(_sandals, 0.006),
    "socks": ThickMask(lambda p: p.below(p.y, -0.62), 0.004, 0.3),
    "gloves": ThickMask(lambda p: p.above(p.side, 0.665), 0.004),
    "gauntlets": ThickMask(lambda p: p.above(p.side, 0.53), 0.008),
    "wristbands": ThickMask(lambda p: p.band(p.side, 0.635, 0.69), 0.007),
    "belt": ThickMask(lambda p: p.band(p.y, 0.055, 0.098), 0.014, 0.8),
    "cape": ThickMask(lambda p: p.band(p.neck, 0.075, 0.11) * p.below(p.y, 0.56), 0.016, 0.6),
    "scarf": ThickMask(lambda p: p.band(p.y, 0.495, 0.572) * p.below(p.side, 0.13), 0.030, 1.0),
    "necklace": ThickMask(lambda p: p.band(p.neck, 0.083, 0.095) * p.front() * p.below(p.y, 0.53), 0.006),
    "tie": ThickMask(
        lambda p: p.band(p.y, 0.13, 0.49) * p.below(p.side - 0.02 * (0.45 - p.y), 0.016) * p.front(), 0.008
    ),
    "mask_eyes": ThickMask(
        lambda p: p.band(p.y, 0.668, 0.715) * p.above(p.z, -0.1) * (1 - p.ellipse(0.031, 0.6885, 0.015, 0.007)), 0.004
    ),
    "mask_mouth": ThickMask(lambda p: p.band(p.y, 0.572, 0.663) * p.above(p.z, 0.045), 0.008, 0.8),
    "mask_full": ThickMask(lambda p: p.above(p.y, 0.553), 0.006, 0.3),
    "helmet": ThickMask(_helmet, 0.026, 1.0),
    "hat": ThickMask(lambda p: p.above(p.y + 0.15 * (p.z - 0.05), 0.738), 0.014, 1.0),
    "cap": ThickMask(lambda p: p.above(p.y + 0.2 * (p.z - 0.05), 0.735), 0.016, 1.0),
    "headband": ThickMask(lambda p: p.band(p.y + 0.1 * (p.z - 0.05), 0.728, 0.755), 0.010, 0.8),
    "glasses": ThickMask(_glasses, 0.004),
    "hood": ThickMask(lambda p: p.above(p.y, 0.535) * (1 - face_opening(p)), 0.020, 1.0),
    "apron": ThickMask(lambda p: np.maximum.reduce([_apron_bib(p), _apron_ties(p)]), 0.011, 0.8),
    "backpack": ThickMask(lambda p: p.band(p.side, 0.09, 0.125) * p.band(p.y, 0.22, 0.53), 0.012),
    "suspenders": ThickMask(lambda p: p.band(p.side, 0.065, 0.095) * p.band(p.y, 0.08, 0.53), 0.006),
    "chest_emblem": ThickMask(lambda p: p.ellipse(0.0, 0.345, 0.062, 0.055), 0.005),
    "knee_pads": ThickMask(lambda p: p.band(p.y, -0.50, -0.375) * p.above(p.z, 0.0), 0.016, 0.6),
    "shoulder_pads": ThickMask(lambda p: p.band(p.side, 0.13, 0.26) * p.above(p.y, 0.42), 0.012, 0.8),
}
"""One mask for every garment kind of `outfit.GARMENT_KINDS`."""


def _bib(p: Points) -> NDArray:
    front = p.band(p.y, 0.05, 0.345) * p.below(p.side - 0.05 * np.clip(0.2 - p.y, 0, 1), 0.098) * p.front()
    crossing = np.where(p.z > 0, 0.082, 0.082 - 0.5 * np.clip(0.40 - p.y, 0, 0.2))
    straps = p.band(p.side - crossing, -0.019, 0.019) * p.band(p.y, 0.07, 0.53) * (1 - p.front() * p.below(p.y, 0.3))
    return np.maximum(np.maximum(front, straps), legs(-0.885)(p))


_OPEN_HELMET = ThickMask(lambda p: p.above(p.y + 0.10 * (p.z - 0.05), 0.738), 0.010, 1.0)
CUT_MASKS: dict[tuple[str, str], ThickMask] = {
    ("trousers", "bib"): ThickMask(_bib, 0.011, 0.6),
    ("helmet", "horned"): _OPEN_HELMET,
    ("helmet", "hard"): _OPEN_HELMET,
    ("helmet", "brim"): _OPEN_HELMET,
    ("helmet", "crest"): ThickMask(_helmet, 0.016, 1.0),
    ("helmet", "visor"): ThickMask(lambda p: p.above(p.y, 0.72), 0.004),
    ("helmet", "bubble"): ThickMask(lambda p: p.above(p.y, 0.72), 0.004),
    ("headband", "crown"): ThickMask(lambda p: p.band(p.y, 0.742, 0.758), 0.006),
    ("headband", "tiara"): ThickMask(lambda p: p.band(p.y, 0.745, 0.757), 0.004),
    ("hood", "veil"): ThickMask(lambda p: p.band(p.y + 0.3 * (p.z - 0.05), 0.752, 0.768), 0.008),
    ("long_skirt", "fishtail"): ThickMask(legs(-0.96, 0.09), 0.002, 0.5),
    ("skirt", "tutu"): ThickMask(legs(-0.03, 0.09), 0.005, 0.4),
}
"""Where a cut lies elsewhere than its kind."""


def mask_of(garment: Garment) -> ThickMask:
    """Where a garment lies, as it is cut."""
    return CUT_MASKS.get((garment.kind, garment.cut or ""), GARMENT_MASKS[garment.kind])


LAYERS = (
    ("leggings", "swimsuit", "bikini_top", "jumpsuit", "socks"),
    ("briefs", "trousers", "shorts", "tank_top", "crop_top", "skirt", "long_skirt"),
    ("t_shirt", "long_sleeve", "dress", "gown", "shoes", "sandals"),
    ("vest", "suspenders", "tie", "chest_emblem", "boots", "gloves", "wristbands"),
    ("jacket", "hoodie", "coat", "robe", "armor_torso", "spacesuit", "gauntlets", "knee_pads", "apron"),
)
"""What lies under what; kinds that are not named lie over all."""
_LAYER = {kind: layer for layer, kinds in enumerate(LAYERS) for kind in kinds}


def layered(garments: Sequence[Garment]) -> list[Garment]:
    """Garments from the innermost to the outermost; those of one layer keep their order."""

    def layer(garment: Garment) -> int:
        return _LAYER["suspenders"] if garment.cut == "bib" else _LAYER.get(garment.kind, len(LAYERS))

    return sorted(garments, key=layer)
