"""The outfit lexicon: entries of `lexicon/*.json`, the notation of their looks, and drawing a `Look` from one.

An entry of a theme file:
    {"names": "firefighter|fireman/m|firewoman/f", "shape": "muscular", "looks": ["yellow jacket; …", …]}
`names`: synonyms; '/m' and '/f' mark words for one gender, '/p' proper names. `"proper": true` marks all of them
(but 'a …' takes an article); so does a leading 'the '. `shape`: levels of `vocabulary.SHAPE_WORDS` (underscores for
spaces; 'male', 'old', 'adult' …), 'a|b' spans from the lowest of a to the highest of b.

A look is a list of items separated by ';', garments from the innermost to the outermost:
    skin green|blue            hair long|ponytail blond|*            beard full white            eyes red
    red|dark_red/gold stripes_h|plain jacket|coat                    50% black gloves
    bare_torso   bare_legs   barefoot   only (all three)
'*' is any colour (the one that a caption asks for), '^' a second one, '$' the colour of '*' or else of the first
garment. What a look leaves open (hair, skin, a torso without a garment) is filled in at random by `wardrobe`.
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
from engine.wardrobe.outfit import (
    BEARDS,
    COLORS,
    EYE_COLORS,
    GARMENT_KINDS,
    HAIR_COLORS,
    HAIR_STYLES,
    PATTERNS,
    SKINS,
    Garment,
)

LEXICON_DIR = Path(__file__).parent / "lexicon"
EXPANSION_FILE = LEXICON_DIR / "expansion.json"
COMMON_COLORS = ("black", "white", "red", "blue", "green", "yellow", "grey", "brown", "orange", "purple", "pink")
COLOR_NAMES = tuple(COLORS) + COMMON_COLORS * 3
"""What '*' draws from: the common names four times as often as the others."""
ADULT = (0.5, 0.8)


@dataclass(frozen=True)
class GarmentSpec:
    """Choices for one garment; it is worn with `chance` (0..1)."""

    chance: float
    kinds: tuple[str, ...]
    colors: tuple[str, ...]
    accents: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class LookSpec:
    """Choices for a whole look; empty tuples are left to the wardrobe."""

    garments: tuple[GarmentSpec, ...]
    skins: tuple[str, ...] = ()
    hair_styles: tuple[str, ...] = ()
    hair_colors: tuple[str, ...] = ()
    beards: tuple[str, ...] = ()
    beard_colors: tuple[str, ...] = ()
    eyes: tuple[str, ...] = ()
    bare: frozenset[str] = frozenset()


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


def _names(text: str, known: Sequence[str] | dict, what: str, wild: str = "") -> tuple[str, ...]:
    """'a|dark_red' -> ('a', 'dark red'), each known or one of the wild characters."""
    values = tuple(value.replace("_", " ") for value in text.split("|"))
    for value in values:
        if value not in known and not (len(value) == 1 and value in wild):
            raise ValueError(f"unknown {what} {value!r}")
    return values


def _parse_garment(item: str) -> GarmentSpec:
    """'50% red|blue/white stripes_h jacket' -> its choices."""
    words = item.split()
    chance = 1.0
    if words[0].endswith("%"):
        chance = float(words.pop(0)[:-1]) / 100
    kinds = tuple(words.pop().split("|"))
    for kind in kinds:
        if kind not in GARMENT_KINDS:
            raise ValueError(f"unknown garment {kind!r}")
    main, _, accent = words.pop(0).partition("/")
    patterns = _patterns(words)
    if words:
        raise ValueError(f"words left over in {item!r}")
    return GarmentSpec(
        chance,
        kinds,
        _names(main, COLORS, "colour", "*^$"),
        _names(accent, COLORS, "colour", "*^$") if accent else (),
        patterns,
    )


def _patterns(words: list[str]) -> tuple[str, ...]:
    """Take the pattern word, if there is one."""
    if not words:
        return ("plain",)
    values = tuple(words.pop(0).split("|"))
    for value in values:
        if value not in PATTERNS:
            raise ValueError(f"unknown pattern {value!r}")
    return values


def parse_look(text: str) -> LookSpec:
    """The notation above -> choices. ValueError names what is unknown."""
    garments: list[GarmentSpec] = []
    fields: dict[str, tuple[str, ...]] = {}
    bare: set[str] = set()
    for raw in text.split(";"):
        item = raw.strip()
        word, _, rest = item.partition(" ")
        values = rest.split()
        if not item:
            continue
        if item == "only":
            bare |= {"torso", "legs", "feet"}
        elif item in ("bare_torso", "bare_legs"):
            bare.add(item[5:])
        elif item == "barefoot":
            bare.add("feet")
        elif word == "skin":
            fields["skins"] = _names(values[0], SKINS, "skin")
        elif word == "eyes":
            fields["eyes"] = _names(values[0], EYE_COLORS, "eye colour")
        elif word == "hair":
            fields["hair_styles"] = _names(values[0], HAIR_STYLES, "hair style", "*")
            fields["hair_colors"] = _names(values[1], HAIR_COLORS, "hair colour", "*") if len(values) > 1 else ()
        elif word == "beard":
            fields["beards"] = _names(values[0], BEARDS, "beard")
            fields["beard_colors"] = _names(values[1], HAIR_COLORS, "beard colour", "*") if len(values) > 1 else ()
        else:
            garments.append(_parse_garment(item))
    return LookSpec(tuple(garments), bare=frozenset(bare), **fields)


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
