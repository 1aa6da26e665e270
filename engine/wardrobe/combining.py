"""What is worn with what, and in which colours: ``catalog/combining.toml`` and ``catalog/usual.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np

from engine.tables import read_as
from engine.wardrobe.figure_records import Ranges, parse_person
from engine.wardrobe.materials import CATALOG
from engine.wardrobe.notation import Item, Thing, Words, is_one_of, known, parse_look, things
from engine.wardrobe.outfit import COLORS, Garment

AREAS = ("beneath", "torso", "legs", "feet")
"""What a garment may call for: something under its open front, and what covers the others."""


@dataclass(frozen=True)
class With:
    """What goes with a garment."""

    worn: tuple[Thing, ...]
    person: Ranges
    gives: dict[str, Item]
    """Of `AREAS`."""
    bare: frozenset[str]
    """Areas that stay bare."""


class _Goes(TypedDict):
    """A record of ``[[with]]``; its areas are those of `AREAS`."""

    worn: str
    person: NotRequired[str]
    beneath: NotRequired[str]
    torso: NotRequired[str]
    legs: NotRequired[str]
    feet: NotRequired[str]
    bare: NotRequired[str]


class Order(TypedDict):
    """What is worn over what: lines of the notation."""

    inner_to_outer: list[str]
    open: str


Texts = dict[str, str]
Tables = TypedDict(
    "Tables",
    {
        "places": Texts,
        "order": Order,
        "keeps": Texts,
        "takes_off": Texts,
        "as_it_is": Texts,
        "only_on": Texts,
        "named_apart": Texts,
        "denied": dict[str, list[str]],
        "with": list[_Goes],
        "contrast": Texts,
        "palette": Texts,
        "hands": Texts,
        "basics": Texts,
    },
)


def read_combining(path: Path = CATALOG / "combining.toml") -> Tables:
    """The tables of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: Tables = read_as(path, Tables)
    return found


def read_usual(path: Path = CATALOG / "usual.toml") -> Texts:
    """The usual colours of a file; `ValueError` as `read_combining` has it."""
    found: Texts = read_as(path, Texts)
    return found


@cache
def _tables() -> Tables:
    return read_combining()


@cache
def places() -> dict[str, str]:
    """Kind -> the place that it shares with others."""
    return {kind: place for place, kinds in _tables()["places"].items() for kind in kinds.split("|")}


def rank(garment: Garment) -> int:
    """How far outside a garment is worn, where nothing is said of it; a cut that is named itself has its own rank."""
    order = _tables()["order"]["inner_to_outer"]
    places = [index for index, named in enumerate(order) if is_one_of(garment, things(named))]
    return places[-1] if places else len(order)


def shows(garment: Garment) -> bool:
    """Whether what is worn beneath a garment of the torso can be seen."""
    if {"open", "closed"} & set(garment.traits):
        return "open" in garment.traits
    return is_one_of(garment, things(_tables()["order"]["open"]))


def keeps(named: Garment, worn: Garment) -> bool:
    """Whether a garment stays on although one is named that has its place."""
    return named.kind != worn.kind and any(
        is_one_of(named, things(outer)) and is_one_of(worn, things(inner))
        for outer, inner in _tables()["keeps"].items()
    )


def takes_off(named: Garment, worn: Garment) -> bool:
    """Whether a garment cannot stay with one that is named, though that has another place."""
    table = _tables()["takes_off"]
    keys = (places()[named.kind], named.kind, f"{named.kind}.{named.cut}")
    off = (table[key] for key in keys if key in table)
    return any(is_one_of(worn, things(text)) for text in off)


def keeps_color(garment: Garment) -> bool:
    """Whether a garment has its own colour even where everything is said to be of another."""
    return is_one_of(garment, things(_tables()["as_it_is"]["kinds"]))


def named_apart(garment: Garment) -> bool:
    """Whether nobody calls a garment or thing by its kind's plain name."""
    return garment.cut in _tables()["named_apart"].get(garment.kind, "").split("|")


def can_be(kind: str, state: str) -> bool:
    """Whether a garment of a kind can be in a state of `outfit.TRAITS`, or have a ``hood`` or a ``sleeve``."""
    table = _tables()["only_on"]
    return state not in table or places().get(kind, "things") in table[state].split("|")


def denies(kind: str, cut: str | None, worn: Garment) -> bool:
    """Whether who is said not to wear a kind, or a cut of it, does not wear a garment."""
    if worn.kind == kind:
        return cut is None or worn.cut in (None, cut)
    families = [set(family.split("|")) for family in _tables()["denied"]["families"]]
    return any({kind, worn.kind} <= family for family in families)


@cache
def hand_of(kind: str) -> str | None:
    """Which hand holds an extra; None for what is not held."""
    return next((hand for hand, kinds in _tables()["hands"].items() if kind in kinds.split("|")), None)


@cache
def what_goes() -> tuple[With, ...]:
    """The records of what goes with what, in their order."""
    return tuple(
        With(
            things(table["worn"]),
            parse_person(table.get("person", "")),
            {area: _one(str(dict(table)[area])) for area in AREAS if area in table},
            frozenset(table.get("bare", "").split()),
        )
        for table in _tables()["with"]
    )


@cache
def basics() -> dict[str, Item]:
    """What covers torso, legs, feet and hips for which nothing else is known."""
    return {area: _one(item) for area, item in _tables()["basics"].items()}


def _one(text: str) -> Item:
    (item,) = parse_look(text).garments
    return item


@cache
def _usual() -> dict[str, tuple[Words, Words]]:
    found = {}
    for name, colors in read_usual().items():
        main, _, accent = colors.partition("/")
        palette = {*COLORS, "skin", "hair"}
        found[name] = (known(main, palette, "colour"), known(accent, COLORS, "colour") if accent else ())
    return found


def has_own_colors(garment: Garment) -> bool:
    """Whether its cut has usual colours of its own."""
    return f"{garment.kind}.{garment.cut}" in _usual()


def usual_colors(garment: Garment, rng: np.random.Generator) -> tuple[str | None, str | None]:
    """The colour and the second colour in which a garment is usual; None where it may be any."""
    names = (f"{garment.kind}.{garment.cut}", garment.pattern, garment.material, garment.kind)
    for name in names:
        if name in _usual():
            main, accent = ((str(rng.choice(values)) if values else None) for values in _usual()[name])
            return main, accent
    return None, None


def palette(kind: str, rng: np.random.Generator) -> str:
    """A colour that clothes of a kind often have."""
    table = _tables()["palette"]
    return str(rng.choice(known(table.get(places().get(kind, "others"), table["others"]), COLORS, "colour")))


def is_neutral(color: str) -> bool:
    """Whether a colour goes with all others, so that two things may have it by chance."""
    return color in known(_tables()["contrast"]["neutral"], COLORS, "colour")


def contrast(garment: Garment, color: str, pattern: str, rng: np.random.Generator) -> str | None:
    """The second colour of a pattern on a garment of a colour; None where it is left to a shade of the first."""
    table = _tables()["contrast"]
    if pattern not in table["patterns"].split("|") or is_one_of(garment, things(table["subdued"])):
        return None
    light = color in known(table["light"], COLORS, "colour")
    return str(rng.choice(known(table["on_light" if light else "on_dark"], COLORS, "colour")))
