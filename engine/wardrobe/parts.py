"""The parts that a look is made of: skin, hair, beard and one for each slot of garments.

What a text says and what a picture shows are both said part by part ("a red cape": the back is red), which keeps
colours with the garments that they belong to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points
from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, HAIR_COLORS, SKINS, Look
from engine.wardrobe.regions import BEARD, HAIR, REGIONS, layered

PARTS = ("skin", "hair", "beard", *dict.fromkeys(slot for slot, _ in GARMENT_KINDS.values()))
"""Skin, hair and beard, then the garments' slots."""
_INDEX = {name: index for index, name in enumerate(PARTS)}


_TO_CONES = np.array(
    [[0.4122214708, 0.2119034982, 0.0883024619], [0.5363325363, 0.6806995451, 0.2817188376],
     [0.0514459929, 0.1073969566, 0.6299787005]]
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 1.9779984951, 0.0259040371], [0.7936177850, -2.4285922050, 0.7827717662],
     [-0.0040720468, 0.4505937099, -0.8086757660]]
)  # fmt: skip


def oklab(srgb: NDArray) -> NDArray[np.float32]:
    """(..., 3) sRGB 0-1 to OKLab (Ottosson 2020), where equal distances look equally different."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4)
    found: NDArray[np.float32] = (np.cbrt(linear @ _TO_CONES) @ _TO_LAB).astype(np.float32)
    return found


GREY_LEVEL = 0.6
"""OKLab lightness that counts as no statement."""
CHROMA = 2.5
"""How much hue and chroma count beside lightness: "navy" is nearer to blue than to black."""


def tone(srgb: NDArray) -> NDArray[np.float32]:
    """(..., 3) a colour as the space of truths has it: OKLab about mid grey, chroma stretched."""
    shifted = oklab(srgb) - np.array([GREY_LEVEL, 0, 0], np.float32)
    return shifted * np.array([1, CHROMA, CHROMA], np.float32)


PART_SIZE = 7
"""Numbers that a part has: its tone, whether it is colourless (grey is not nothing), and its accent's tone."""


def colorless(srgb: NDArray) -> float:
    """1 for greys, falling to 0 as chroma grows."""
    return float(np.exp(-((np.linalg.norm(oklab(srgb)[1:]) / 0.045) ** 2)))


def _main(srgb: tuple[float, float, float]) -> NDArray[np.float32]:
    color = np.array(srgb)
    return np.array([*tone(color), 0.5 * colorless(color)], np.float32)


_GARMENT = {name: _main(rgb) for name, rgb in COLORS.items()}
_HAIR = {name: _main(rgb) for name, rgb in HAIR_COLORS.items()}
_SKIN = {name: _main(rgb) for name, rgb in SKINS.items()}


def part_colors(look: Look) -> NDArray[np.float32]:
    """(parts, PART_SIZE) the colour of each part; zero where a look has none."""
    out = np.zeros((len(PARTS), PART_SIZE), np.float32)
    out[_INDEX["skin"], :4] = _SKIN[look.skin]
    if look.hair_style not in ("bald", "hood"):
        out[_INDEX["hair"], :4] = _HAIR[look.hair_color]
    if look.beard != "none":
        out[_INDEX["beard"], :4] = _HAIR[look.beard_color]
    for garment in look.garments:
        row = out[_INDEX[GARMENT_KINDS[garment.kind][0]]]
        row[:4] = _GARMENT[garment.color]
        row[4:] = _GARMENT[garment.accent][:3] if garment.accent else 0
    return out


def part_labels(look: Look, canonical: NDArray) -> NDArray[np.uint8]:
    """(N,) indices into `PARTS` of what lies outermost at canonical points (N, 3)."""
    p = Points(canonical, 0.003)
    labels = np.full(len(p.x), _INDEX["skin"], np.uint8)
    labels[BEARD[look.beard](p) > 0.3] = _INDEX["beard"]
    labels[HAIR[look.hair_style].mask(p) > 0.5] = _INDEX["hair"]
    for garment in layered(look.garments):
        labels[REGIONS[garment.kind].mask(p) > 0.5] = _INDEX[GARMENT_KINDS[garment.kind][0]]
    return labels
