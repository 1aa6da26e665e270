"""Colours that a text names outright ("a purple belt"): which part of a look, and which colour of the palette.

Words for colours and for garments are looked up among those of the training grammar; where a phrase has no known word
for a garment, a linear classifier on the bundled text tower's embedding says which part it speaks of
(`training/perceptor/naming.py` makes both). The space of truths says what a text leads one to expect, and neighbouring
shades run together there; a colour that is named is meant.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.outfit import GARMENT_KINDS, Look
from engine.wardrobe.parts import PARTS
from engine.wardrobe.readout import bundled, phrases, stored, stored_bytes

NONE = "none"
PART_CLASSES = (*PARTS, NONE)
SURE = 0.2
"""Least probability from which on a phrase with a colour counts as speaking of its likeliest part."""
HAIRY = ("hair", "beard")
"""Parts whose colours have names of their own."""


def named_colors(text: str) -> dict[str, str]:
    """The colours that a text names: part -> colour of the palette; empty where it names none."""
    found: dict[str, str] = {}
    for phrase in phrases(text) or [text]:
        parts = part_words(phrase)
        if parts is None and color_word(phrase, "garment"):
            chance = part_chances([phrase])[0]
            likeliest = PARTS[int(chance[: len(PARTS)].argmax())]
            parts = [likeliest] if likeliest != "skin" and chance[PARTS.index(likeliest)] > SURE else []
        for part in parts or ():
            color = color_word(phrase, "hair" if part in HAIRY else "garment")
            if color is not None:
                found[part] = color
    return found


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = json.loads(stored_bytes("naming.words"))
    return words


@lru_cache(maxsize=3)
def _pattern(table: str) -> re.Pattern[str]:
    words = sorted(_words()[table], key=len, reverse=True)
    return re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, words)) + r")(?![\w])", re.IGNORECASE)


def color_word(phrase: str, palette: str) -> str | None:
    """The palette's colour for the first colour word of a phrase; ``palette`` is garment or hair (red is ginger)."""
    match = _pattern(palette).search(phrase)
    if match is None:
        return None
    word = match.group(1).lower()
    return "ginger" if palette == "hair" and word == "red" else str(_words()[palette][word])


def part_words(phrase: str) -> list[str] | None:
    """The parts that the last known noun of a phrase means ("suit": torso and legs); None where none is known."""
    nouns = _pattern("parts").findall(phrase)
    return list(_words()["parts"][nouns[-1].lower()]) if nouns else None


def part_chances(texts: list[str]) -> NDArray[np.float32]:
    """(N, classes) how probably each phrase speaks of each of `PART_CLASSES`."""
    weights = stored()["naming.part"]
    scores = bundled().encode_text(texts).numpy() @ weights[:-1] + weights[-1]
    chance = np.exp(scores - scores.max(1, keepdims=True))
    found: NDArray[np.float32] = chance / chance.sum(1, keepdims=True)
    return found


def fit(look: Look, named: dict[str, str]) -> int:
    """How many of the named parts a look shows in their colours."""
    worn = {GARMENT_KINDS[garment.kind][0]: garment.color for garment in look.garments}
    worn |= {"hair": look.hair_color} if look.hair_style not in ("bald", "hood") else {}
    worn |= {"beard": look.beard_color} if look.beard != "none" else {}
    return sum(worn.get(part) == color for part, color in named.items())
