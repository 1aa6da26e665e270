"""Words for what `outfit` names: colours, garments, hair, skin, shape; and the words held out for evaluation.

They are read from ``vocabulary.toml`` and ``rare_words.toml``, whose heads tell the notation: a value's words are one
text, divided by '|'.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.tables import read_as

FILE = Path(__file__).with_name("vocabulary.toml")
RARE_FILE = Path(__file__).with_name("rare_words.toml")

Words = dict[str, str]
Levels = dict[str, tuple[float, float, str]]


@dataclass(frozen=True)
class Composite:
    """Several garments under one name."""

    looks: tuple[str, ...]
    """Alternatives in the notation of `entries`."""
    colors: tuple[str, ...] = ()
    """What '*' takes where no colour is asked for; any one if empty."""


@dataclass(frozen=True)
class Vocabulary:
    """The tables of ``vocabulary.toml``."""

    bald: str
    plural_nouns: frozenset[str]
    material_adjectives: tuple[str, ...]
    rejected: frozenset[str]
    misleading: frozenset[str]
    colors: Words
    garments: Words
    implied_colors: dict[str, tuple[str, ...]]
    composites: dict[str, Composite]
    patterns: Words
    pattern_nouns: Words
    hair_colors: Words
    hair_styles: Words
    beards: Words
    skins: Words
    materials: Words
    eyes: Words
    shapes: dict[str, Levels]
    builds: dict[str, Words]
    nouns: dict[str, Words]
    young: dict[str, tuple[float, float]]
    templates: dict[str, tuple[str, ...]]
    held_out: dict[str, tuple[str, str]]


def read_vocabulary(path: Path = FILE) -> Vocabulary:
    """The words of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: Vocabulary = read_as(path, Vocabulary)
    return found


def read_rare_words(path: Path = RARE_FILE) -> dict[str, Words]:
    """Role, value -> rarer words; `ValueError` as `read_vocabulary` has it."""
    found: dict[str, Words] = read_as(path, dict[str, Words])
    return found


_FOUND = read_vocabulary()
COLOR_WORDS, GARMENT_WORDS, IMPLIED_COLORS = _FOUND.colors, _FOUND.garments, _FOUND.implied_colors
COMPOSITES = {words: made.looks for words, made in _FOUND.composites.items()}
COMPOSITE_COLORS = {words: made.colors for words, made in _FOUND.composites.items() if made.colors}
PATTERN_WORDS, PATTERN_NOUNS, MATERIAL_WORDS = _FOUND.patterns, _FOUND.pattern_nouns, _FOUND.materials
HAIR_COLOR_WORDS, HAIR_STYLE_WORDS, BALD_WORDS = _FOUND.hair_colors, _FOUND.hair_styles, _FOUND.bald
BEARD_WORDS, SKIN_WORDS, EYE_WORDS, SHAPE_WORDS = _FOUND.beards, _FOUND.skins, _FOUND.eyes, _FOUND.shapes
BUILD_PHRASES = {(of, level): words for of, levels in _FOUND.builds.items() for level, words in levels.items()}
NOUNS: dict[tuple[str, str | None], str] = {
    (gender, None if age == "any" else age): words
    for age, genders in _FOUND.nouns.items()
    for gender, words in genders.items()
}
"""(gender, age) -> nouns; None for any age."""
AGE_ONLY_NOUNS, PLURAL_NOUNS, MATERIAL_ADJECTIVES = _FOUND.young, _FOUND.plural_nouns, _FOUND.material_adjectives
TEMPLATES, HELD_OUT = _FOUND.templates, _FOUND.held_out
REJECTED, MISLEADING = _FOUND.rejected, _FOUND.misleading
RARE_WORDS = read_rare_words()
