"""The parts that a look is made of: skin, hair, beard and one for each slot of garments.

What a text says and what a picture shows are both said part by part ("a red cape": the back is red), which keeps
colours with the garments that they belong to.

Its numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.render.oklab import oklab
from engine.wardrobe.canonical import Points
from engine.wardrobe.garment_masks import GARMENT_MASKS, layered
from engine.wardrobe.hair_masks import BEARD_MASKS, HAIR_MASKS
from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, HAIR_COLORS, SKINS, Look

PARTS = ("skin", "hair", "beard", *dict.fromkeys(slot for slot, _ in GARMENT_KINDS.values()))
"""Skin, hair and beard, then the garments' slots."""
_INDEX = {name: index for index, name in enumerate(PARTS)}
CHROMA = 2.5
"""How much hue and chroma count beside lightness: "navy" is nearer to blue than to black."""


def tone(srgb: NDArray) -> NDArray[np.float32]:
    """(..., 3) OKLab with its chroma stretched: where colours are compared."""
    return oklab(srgb) * np.array([1, CHROMA, CHROMA], np.float32)


SHADES = (
    "black", "grey", "white", "beige", "brown", "maroon", "red", "orange", "yellow", "green", "lime", "cyan",
    "light blue", "blue", "navy", "purple", "pink", "magenta",
)  # fmt: skip
"""Names of `COLORS` that every colour is said by."""
SHADE_TONES = np.stack([tone(np.array(COLORS[name])) for name in SHADES])
SHADE_WIDTH = 0.15
ACCENT = 0.25
"""Share of a part that its accent takes."""


def shades(srgb: NDArray) -> NDArray[np.float32]:
    """(..., 18) shares of `SHADES`, summing to one, that colours (..., 3) are nearest to.

    Unlike coordinates of a colour space, whose scalar product is largest for the most vivid colour, shares agree most
    with those of the same colour.
    """
    distance = ((tone(srgb)[..., None, :] - SHADE_TONES) ** 2).sum(-1) / (2 * SHADE_WIDTH**2)
    near = np.exp(distance.min(-1, keepdims=True) - distance)
    found: NDArray[np.float32] = (near / near.sum(-1, keepdims=True)).astype(np.float32)
    return found


_SHADES = [{name: shades(np.array(srgb)) for name, srgb in palette.items()} for palette in (COLORS, HAIR_COLORS, SKINS)]


def part_colors(look: Look) -> NDArray[np.float32]:
    """(parts, 18) shades of each part, its accent's among them; zero where a look has none."""
    colors, hair, skin = _SHADES
    out = np.zeros((len(PARTS), len(SHADES)), np.float32)
    out[_INDEX["skin"]] = skin[look.skin]
    if look.hair_style not in ("bald", "hood"):
        out[_INDEX["hair"]] = hair[look.hair_color]
    if look.beard != "none":
        out[_INDEX["beard"]] = hair[look.beard_color]
    for garment in look.garments:
        main = colors[garment.color]
        accent = colors[garment.accent] if garment.accent else main
        out[_INDEX[GARMENT_KINDS[garment.kind][0]]] = (1 - ACCENT) * main + ACCENT * accent
    return out


def part_labels(look: Look, canonical: NDArray) -> NDArray[np.uint8]:
    """(N,) indices into `PARTS` of what lies outermost at canonical points (N, 3)."""
    p = Points(canonical, 0.003)
    labels = np.full(len(p.x), _INDEX["skin"], np.uint8)
    labels[BEARD_MASKS[look.beard](p) > 0.3] = _INDEX["beard"]
    labels[HAIR_MASKS[look.hair_style].mask(p) > 0.5] = _INDEX["hair"]
    for garment in layered(look.garments):
        labels[GARMENT_MASKS[garment.kind].mask(p) > 0.5] = _INDEX[GARMENT_KINDS[garment.kind][0]]
    return labels
