"""The notation in which records say what is worn: one line a look, with alternatives, into choices.

A look is a list of items separated by ';', garments from the innermost to the outermost:

    skin green|blue        hair long|ponytail blond|*        beard full white        eyes red
    bare_torso   bare_legs   barefoot   only (all three)
    [NN%] colours[/accents] [patterns] kind[.cut][(trait,trait)][=material][#decal]
    red|dark_red/gold stripes_h|plain jacket.turnout(buttoned)=leather#text:FD      50% black gloves      silver +sword

'NN%' is how often it is worn, '+' marks an extra (`outfit.EXTRA_KINDS`), '|' divides alternatives at any place and '_'
stands for a space. An alternative after a cut may be another cut of the kind (``jacket.suit|leather``), or another
kind; what follows a kind goes for the kinds before it that nothing follows (``trousers|shorts=denim``).
Colours: '*' is any colour (the one that is asked for), '^' a second one, '$' that of '*' or else of the first garment;
an extra may have the look's ``skin`` or ``hair``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache

from engine.wardrobe.cloth.records import records
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.outfit import (
    BEARDS,
    COLORS,
    CUTS,
    EXTRA_KINDS,
    EYE_COLORS,
    GARMENT_KINDS,
    HAIR_COLORS,
    HAIR_CUTS,
    HAIR_STYLES,
    PATTERNS,
    SKINS,
    TRAITS,
    Garment,
    known_decal,
)

WILD = "*^$"
"""Colours that are not named."""
BARE = {"bare_torso": {"torso"}, "bare_legs": {"legs"}, "barefoot": {"feet"}, "only": {"torso", "legs", "feet"}}
Words = tuple[str, ...]
HAIR = frozenset({*HAIR_STYLES, *(f"{style}.{cut}" for style, names in HAIR_CUTS.items() for cut in names)})
"""Styles of hair, and their cuts."""


@dataclass(frozen=True)
class Thing:
    """One of the things that an item may be, with the choices of how it is made; empty ones are left open."""

    kind: str
    cuts: Words = ()
    traits: tuple[Words, ...] = ()
    """Alternatives of each trait that it has."""
    materials: Words = ()
    decals: Words = ()

    @property
    def bare(self) -> bool:
        """Whether nothing but its name and cut is said."""
        return not (self.traits or self.materials or self.decals)


@dataclass(frozen=True)
class Item:
    """Choices for one garment or extra; it is worn with `chance` (0..1)."""

    chance: float
    things: tuple[Thing, ...]
    colors: Words
    accents: Words
    patterns: Words
    extra: bool = False

    @property
    def kinds(self) -> Words:
        """The kinds that it may be."""
        return tuple(thing.kind for thing in self.things)


@dataclass(frozen=True)
class LookSpec:
    """Choices for a whole look; what is empty the look leaves open."""

    garments: tuple[Item, ...]
    skins: Words = ()
    hair_styles: Words = ()
    hair_colors: Words = ()
    beards: Words = ()
    beard_colors: Words = ()
    eyes: Words = ()
    bare: frozenset[str] = frozenset()
    """Areas that stay bare: of torso, legs, feet."""
    extras: tuple[Item, ...] = ()


def parse_look(text: str) -> LookSpec:
    """One look's line into choices.

    Raises:
        ValueError: it names what is unknown.
    """
    items: list[Item] = []
    fields: dict[str, Words] = {}
    bare: set[str] = set()
    for part in text.split(";"):
        item = part.strip()
        word, _, rest = item.partition(" ")
        if not item:
            continue
        if item in BARE:
            bare |= BARE[item]
        elif word in ("skin", "eyes", "hair", "beard") and "+" not in rest:
            fields |= _of_person(word, rest.split(), item)
        else:
            items.append(_item(item))
    garments, extras = (tuple(item for item in items if item.extra == extra) for extra in (False, True))
    return LookSpec(garments, bare=frozenset(bare), extras=extras, **fields)


@cache
def cuts() -> dict[str, Words]:
    """The cuts of each kind, with those of the user's own records."""
    found = dict(CUTS)
    for record in records().values():
        if record.cut is not None and record.cut not in found.get(record.kind, ()):
            found[record.kind] = (*found.get(record.kind, ()), record.cut)
    return found


@cache
def things(text: str) -> tuple[Thing, ...]:
    """'jacket.suit|tuxedo|coat' -> what it names, garments and extras, for `is_one_of`.

    Raises:
        ValueError: it names what is unknown.
    """
    return parse_things(text, {**GARMENT_KINDS, **EXTRA_KINDS}, {**cuts(), **EXTRA_KINDS})


def is_one_of(garment: Garment, named: Iterable[Thing]) -> bool:
    """Whether a garment is one of those that are named; a kind without a cut stands for all its cuts."""
    return any(thing.kind == garment.kind and (not thing.cuts or garment.cut in thing.cuts) for thing in named)


def _of_person(word: str, values: list[str], item: str) -> dict[str, Words]:
    """'hair long|bun grey' -> styles and colours."""
    if not 1 <= len(values) <= (1 if word in ("skin", "eyes") else 2):
        raise ValueError(f"words missing or left over in {item!r}")
    if word == "skin":
        return {"skins": known(values[0], SKINS, "skin")}
    if word == "eyes":
        return {"eyes": known(values[0], EYE_COLORS, "eye colour")}
    styles = known(values[0], HAIR if word == "hair" else BEARDS, f"{word} style", "*")
    colors = known(values[1], HAIR_COLORS, f"{word} colour", "*") if len(values) > 1 else ()
    return {"hair_styles" if word == "hair" else "beards": styles, f"{word}_colors": colors}


def known(text: str, names: Collection[str], what: str, wild: str = "") -> Words:
    """'a|dark_red' -> ('a', 'dark red'), each known or one of the wild characters.

    Raises:
        ValueError: it names the one that is unknown.
    """
    values = tuple(value if value in names else value.replace("_", " ") for value in text.split("|"))
    for value in values:
        if value not in names and not (len(value) == 1 and value in wild):
            raise ValueError(f"unknown {what} {value!r}")
    return values


def _item(item: str) -> Item:
    """'50% red|blue/white stripes_h jacket.suit(open)=wool' -> its choices."""
    words = re.sub(r",\s+", ",", item).split()
    chance = 1.0
    if words[0].endswith("%"):
        if not words[0][:-1].isdigit():
            raise ValueError(f"{words[0]!r} is no share in {item!r}")
        chance = float(words.pop(0)[:-1]) / 100
    if not 2 <= len(words) <= 3:
        raise ValueError(f"words missing or left over in {item!r}")
    extra = words[-1].startswith("+")
    kinds, known_cuts = (EXTRA_KINDS, EXTRA_KINDS) if extra else (GARMENT_KINDS, cuts())
    things = parse_things(words[-1].removeprefix("+"), kinds, known_cuts)
    main, _, accent = words[0].partition("/")
    palette = {*COLORS, "skin", "hair"} if extra else COLORS
    colors = known(main, palette, "colour", WILD)
    accents = known(accent, COLORS, "colour", WILD) if accent else ()
    patterns = known(words[1], PATTERNS, "pattern") if len(words) > 2 else ("plain",)
    return Item(chance, things, colors, accents, patterns, extra)


def parse_things(text: str, kinds: Collection[str], cuts: dict[str, Words]) -> tuple[Thing, ...]:
    """'jacket.suit|leather|coat(open)=wool' -> what it may be."""
    found: list[Thing] = []
    for part in re.split(r"\|(?![^(]*\))", text):
        name = re.match(r"[\w*]*", part.partition(".")[0]).group()  # type: ignore[union-attr]
        if found and name not in kinds:
            found[-1] = _other(found[-1], part, cuts)
        else:
            found.append(_thing(part, kinds, cuts))
    for index in reversed(range(len(found) - 1)):  # what is said behind several kinds goes for all of them
        after = found[index + 1]
        if found[index].bare:
            found[index] = replace(found[index], traits=after.traits, materials=after.materials, decals=after.decals)
    return tuple(found)


_PART = re.compile(
    r"(?P<kind>\w+)(?:\.(?P<cut>\w+))?(?:\((?P<traits>[^)]*)\))?(?:=(?P<material>\w+))?(?:#(?P<decal>\w+:\S+))?"
)


def _thing(text: str, kinds: Collection[str], cuts: dict[str, Words]) -> Thing:
    match = _PART.fullmatch(text)
    if match is None or match["kind"] not in kinds:
        raise ValueError(f"unknown garment or extra {text!r}")
    kind = match["kind"]
    if match["cut"] and match["cut"] not in cuts.get(kind, ()):
        raise ValueError(f"unknown cut {match['cut']!r} of {kind}")
    traits = tuple(known(trait.strip(), TRAITS, "trait") for trait in (match["traits"] or "").split(",") if trait)
    materials = known(match["material"], MATERIALS, "material") if match["material"] else ()
    decals = (_decal(match["decal"]),) if match["decal"] else ()
    return Thing(kind, (match["cut"],) if match["cut"] else (), traits, materials, decals)


def _other(thing: Thing, text: str, cuts: dict[str, Words]) -> Thing:
    """A thing with one more decal, material or cut to choose from."""
    if thing.decals:
        return replace(thing, decals=(*thing.decals, _decal(text)))
    name, _, decal = text.partition("#")
    if thing.materials and name in MATERIALS:
        decals = (_decal(decal),) if decal else ()
        return replace(thing, materials=(*thing.materials, name), decals=decals)
    if thing.cuts:
        more = _thing(f"{thing.kind}.{text}", {thing.kind}, cuts)
        return replace(more, cuts=(*thing.cuts, *more.cuts))
    raise ValueError(f"unknown garment, extra or cut {text!r}")


def _decal(text: str) -> str:
    """'text:FIRE_DEPT' -> 'text:FIRE DEPT'."""
    decal = text.replace("_", " ") if text.startswith("text:") else text
    if not known_decal(decal):
        raise ValueError(f"unknown decal {text!r}")
    return decal
