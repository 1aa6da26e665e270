"""Hair as a layer: locks grown from the scalp by style, over a shell in their colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.falling import fall
from engine.wardrobe.head.frame import Head, hairline, sample
from engine.wardrobe.head.locks import hair_layer, together
from engine.wardrobe.head.scalp import shell
from engine.wardrobe.head.standing import coils, crest, stubble
from engine.wardrobe.head.styles import STYLES
from engine.wardrobe.head.tied import gather
from engine.wardrobe.layers import Layer
from engine.wardrobe.outfit import HAIR_COLORS

HIDING = frozenset({"helmet", "hood", "mask_full"})
"""Headgear beneath which there is no hair."""
BRIMMED = frozenset({"hat", "cap"})
"""Headgear beneath which hair shows at the sides and the back only."""
BRIM = 0.738
"""Canonical height of their border at the ears; it rises to the front like the regions'."""
GROWTH = {"fall": fall, "gather": gather, "coils": coils, "crest": crest, "stubble": stubble}
"""How hair grows, by `Style.grow`."""


def hair_layers(
    style: str, color: str, head: Head, rng: np.random.Generator, covered_by: frozenset[str]
) -> list[Layer]:
    """The hair of one of `outfit.HAIR_STYLES` in one of `HAIR_COLORS`; empty for bald heads and beneath helmets."""
    if style not in STYLES or covered_by & HIDING:
        return []
    variants, mannequin = STYLES[style], head.mannequin
    record = variants[rng.integers(len(variants))]
    record = replace(record, parting=rng.choice([-1.0, 1.0]) * record.parting + rng.normal(0, 0.003))
    covered = bool(covered_by & BRIMMED)
    if covered and record.grow in ("coils", "crest"):
        record = STYLES["short"][0]

    def where(canonical: NDArray) -> NDArray:
        grown = smoothstep(hairline(canonical), -0.001, 0.004)
        if record.grow == "crest":
            grown = grown * smoothstep(np.abs(canonical[:, 0]), 0.020, 0.014)
        if record.grow == "fall":  # roots stand close along the parting
            line = np.exp(-(((canonical[:, 0] - record.parting) / 0.008) ** 2)) * smoothstep(
                canonical[:, 1], 0.735, 0.76
            )
            grown = grown * (0.5 + 0.5 * np.maximum(line, smoothstep(hairline(canonical), 0.014, 0.006)))
        return grown * (_brim(canonical) < 0) if covered else grown

    seeds = sample(mannequin, where, record.count, rng)
    if not len(seeds):
        return []
    within = (
        (lambda c: -_brim(c)) if covered else (lambda c: 0.024 - np.abs(c[:, 0])) if record.grow == "crest" else None
    )
    under = shell(head, record.shell, rng, within)
    tufts = together(under, GROWTH[record.grow](record, head, seeds, rng))
    return [hair_layer("Hair", tufts, np.array(HAIR_COLORS[color]), head)]


def _brim(canonical: NDArray) -> NDArray:
    """(N,) metres above the border of a hat."""
    found: NDArray = canonical[:, 1] + 0.2 * (canonical[:, 2] - 0.05) - BRIM
    return found
