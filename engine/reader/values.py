"""What a chunk in its role stands for, in the catalogue's terms; unknown words mean what the nearest known one does."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.reader.chunks import Chunk
from engine.reader.lexicon import FOLDER, PIECE, lexicon, read_words
from engine.reader.reading import Worn
from engine.reader.vectors import vectors
from engine.wardrobe.outfit import COLORS, EYE_COLORS, HAIR_COLORS, SKINS

SOURCES: dict[str, tuple[str, ...]] = {
    "color": ("color",),
    "accent": ("color",),
    "figure_color": ("color",),
    "dress": ("color", "material", "pattern"),
    "dress_accent": ("color",),
    "decal": ("symbol",),
    "hair_color": ("hair_color", "color"),
    "beard_color": ("hair_color", "color"),
    "eye_color": ("eye_color", "color"),
    "skin": ("skin", "color", "material"),
    "hair_style": ("hair_style",),
    "side": ("fn.side_left", "fn.side_right", "fn.one"),
    "same": ("fn.same",),
    "whole": ("fn.whole",),
    "only": ("fn.only", "fn.except"),
}
"""Categories that a role takes its value from; other roles have the name of theirs."""
PALETTES = {"hair_color": HAIR_COLORS, "beard_color": HAIR_COLORS, "eye_color": EYE_COLORS, "skin": SKINS}
"""What garments' colours become there: the nearest."""
FREE = ("none", "text")
"""Roles that any chunk may have."""
LIKE = {"figure": 0.8, "color": 0.7, "accent": 0.7, "dress": 0.72, "figure_color": 0.72}
"""Least cosine of an unknown word to the known one whose value it takes, in the role; else `LEAST`. Set by hand."""
LEAST = 0.68
"""Least cosine of an unknown word to a known one in roles that `LIKE` does not name. Set by hand."""
GUESSED = (
    "garment",
    "extra",
    "figure",
    "color",
    "accent",
    "dress",
    "material",
    "pattern",
    "trait",
    "hair_style",
    "figure_color",
)
"""Roles in which unknown words are guessed."""


def sources(role: str) -> tuple[str, ...]:
    """The categories that a role takes its value from."""
    return SOURCES.get(role, (role,))


def may_be(chunk: Chunk, role: str) -> bool:
    """Whether the catalogue has something for a chunk in a role."""
    if role in FREE:
        return True
    if not chunk.senses:
        return role in GUESSED and not chunk.quoted and guess(chunk.words[-1], role) is not None
    return any(chunk.value(category) is not None for category in sources(role))


def value(chunk: Chunk, role: str) -> tuple[str, str] | None:
    """(category, value) of a chunk in a role."""
    for category in sources(role):
        found = chunk.value(category)
        if found is not None:
            if role in PALETTES and category == "color":
                return role, nearest_color(found, role)
            return category, found
    return guess(chunk.words[-1], role) if not chunk.senses else None


@lru_cache(maxsize=4096)
def nearest_color(color: str, role: str) -> str:
    """The palette's colour that is nearest to one of garments."""
    palette = PALETTES[role]
    if color in palette:
        return color
    near: dict[str, str] = read_words(FOLDER / "become.toml")["near"]
    rgb = np.array(COLORS[color])
    closest = min(palette, key=lambda name: float(np.square(np.array(palette[name]) - rgb).sum()))
    return next((name for name in near.get(color, "").split("|") if name in palette), closest)


@lru_cache(maxsize=4096)
def guess(word: str, role: str) -> tuple[str, str] | None:
    """What an unknown word means in a role by its likeness to known words; None where nothing is like it."""
    vector = vectors().of((word,))
    best, found = LIKE.get(role, LEAST), None
    for category in sources(role):
        names, table = _known(category)
        alike = table @ vector
        if len(names) and alike.max() > best:
            best, found = float(alike.max()), (category, names[int(alike.argmax())])
    return found


@lru_cache(maxsize=32)
def _known(category: str) -> tuple[list[str], NDArray[np.float32]]:
    """Values of a category's single words, and their vectors (N, 64)."""
    found = [
        (sense.value, vectors().of(words))
        for words, senses in lexicon().exact.items()
        for sense in senses
        if sense.category == category and len(words) == 1
    ]
    found = [(name, vector) for name, vector in found if vector.any()]
    return [name for name, _ in found], np.stack([vector for _, vector in found] or [np.zeros(64, np.float32)])


@lru_cache(maxsize=4096)
def pieces(notation: str) -> tuple[tuple[bool, Worn], ...]:
    """(whether what is said of the whole speaks of it, what is worn) of a lexicon's value."""
    out = []
    for part in notation.split(" + "):
        match = PIECE.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"the reader's lexicon has {part!r}")
        name, traits, material, pattern, color = match.groups()
        kind, _, cut = name.lstrip("~").partition(".")
        made = Worn(kind, cut or None, color, material=material, pattern=pattern)
        out.append((not name.startswith("~"), replace(made, traits=tuple(traits.split(",")) if traits else ())))
    return tuple(out)
