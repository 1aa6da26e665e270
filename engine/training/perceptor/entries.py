"""The outfit lexicon: entries of `lexicon/*.json`, the notation of their looks, and drawing a `Look` from one.

An entry of a theme file:
    {"names": "firefighter|fireman/m|firewoman/f", "shape": "muscular", "looks": ["yellow jacket; …", …]}
`names`: synonyms; '/m' and '/f' mark words for one gender, '/p' proper names. `"proper": true` marks all of them
(but 'a …' takes an article); so does a leading 'the '. `shape`: levels of `vocabulary.SHAPE_WORDS` (underscores for
spaces; 'male', 'old', 'adult' …), 'a|b' spans from the lowest of a to the highest of b.

Looks are written as `engine.wardrobe.notation` has them; '*' is the colour that a caption asks for. What a look leaves
open (hair, skin, a torso without a garment) is filled in at random by `wardrobe`.

Its numbers are set by hand.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.training.perceptor.vocabulary import AGE_ONLY_NOUNS, SHAPE_WORDS
from engine.wardrobe.costume import COLOR_NAMES
from engine.wardrobe.notation import LookSpec, parse_look
from engine.wardrobe.outfit import Garment

LEXICON_DIR = Path(__file__).parent / "lexicon"
EXPANSION_FILE = LEXICON_DIR / "expansion.json"
ADULT = (0.5, 0.8)


@dataclass(frozen=True)
class Name:
    """A surface form: gender 'male', 'female' or None; article False for proper names."""

    text: str
    gender: str | None
    article: bool


@dataclass(frozen=True)
class Entry:
    """A figure of the lexicon. `shape`: attribute -> (lowest, highest), only where it is typical."""

    key: str
    theme: str
    names: tuple[Name, ...]
    shape: dict[str, tuple[float, float]]
    looks: tuple[LookSpec, ...]


def pick(dice: random.Random, values: Sequence[Any]) -> Any:
    """One of the values; cheaper than `random.choice`."""
    return values[int(dice.random() * len(values))]


def level_range(token: str) -> tuple[str, tuple[float, float]]:
    """'very_muscular' -> ('muscle', (0.75, 1.0)); 'adult', 'toddler' and 'baby' are ages."""
    level = token.replace("_", " ")
    if level == "adult":
        return "age", ADULT
    if level in AGE_ONLY_NOUNS:
        return "age", AGE_ONLY_NOUNS[level]
    for attribute, levels in SHAPE_WORDS.items():
        if level in levels:
            return attribute, levels[level][:2]
    raise ValueError(f"unknown shape level {level!r}")


def parse_shape(text: str) -> dict[str, tuple[float, float]]:
    """'male tall|towering' -> {'gender': (0.6, 1.0), 'height': (0.35, 1.0)}."""
    ranges: dict[str, tuple[float, float]] = {}
    for token in text.split():
        parts = [level_range(part) for part in token.split("|")]
        ranges[parts[0][0]] = (min(p[1][0] for p in parts), max(p[1][1] for p in parts))
    return ranges


def _parse_name(text: str, proper: bool) -> Name:
    """'fireman/m' -> male; 'Bruce Lee/p' -> proper; 'a Klingon' in a proper entry -> takes an article."""
    surface, mark = (text[:-2], text[-1]) if text[-2:] in ("/m", "/f", "/p") else (text, "")
    for article in ("a ", "an "):
        if surface.startswith(article):
            return Name(surface.removeprefix(article), None, True)
    takes = not (proper or mark == "p" or surface.startswith("the "))
    return Name(surface, {"m": "male", "f": "female"}.get(mark), takes)


def parse_entry(record: dict[str, Any], theme: str) -> Entry:
    """One record of a theme file; ValueError names the entry and the fault."""
    names = tuple(_parse_name(name, record.get("proper", False)) for name in record["names"].split("|"))
    try:
        shape = parse_shape(record.get("shape", ""))
        looks = tuple(parse_look(look) for look in record["looks"])
    except ValueError as fault:
        raise ValueError(f"{theme}: {names[0].text}: {fault}") from fault
    return Entry(names[0].text, theme, names, shape, looks)


@lru_cache(maxsize=1)
def load_lexicon() -> tuple[Entry, ...]:
    """All entries of all theme files, in the order of file names; keys are unique."""
    entries = [
        parse_entry(record, path.stem)
        for path in sorted(LEXICON_DIR.glob("*.json"))
        if path != EXPANSION_FILE
        for record in json.loads(path.read_text())
    ]
    keys = [entry.key for entry in entries]
    double = {key for key in keys if keys.count(key) > 1}
    if double:
        raise ValueError(f"entries given twice: {sorted(double)}")
    return tuple(entries)


def draw_garments(spec: LookSpec, dice: random.Random, star: str | None = None) -> list[Garment]:
    """Garments of one look; `star` stands for '*' if given, else a random colour."""
    chosen: dict[str, str] = {"*": star} if star else {}
    garments: list[Garment] = []

    def color(values: tuple[str, ...]) -> str:
        value = pick(dice, values)
        if value == "$":
            return chosen.get("*") or (garments[0].color if garments else pick(dice, COLOR_NAMES))
        if value in "*^":
            if value not in chosen:
                chosen[value] = pick(dice, COLOR_NAMES)
            return chosen[value]
        return value

    for item in spec.garments:
        if item.chance < 1 and dice.random() >= item.chance:
            continue
        main = color(item.colors)
        accent = color(item.accents) if item.accents else None
        garments.append(Garment(pick(dice, item.kinds), main, accent, pick(dice, item.patterns)))
    return garments
