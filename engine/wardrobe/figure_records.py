"""The figures of the catalogue: who is called what, how they are built and what they wear.

``catalog/figures/*.toml`` and the user's ``wardrobe/figures.toml`` hold them, ``catalog/everyday.toml`` what people
wear of whom nothing is said:

    [firefighter]                                       [[outfit]]
    words = "firefighter|fireman/m|firewoman/f"         person = "female young"
    person = "muscular adult"                           weight = 2
    looks = ["...", "..."]                              look = "..."

``words``: names divided by '|', /m and /f of one gender only. ``person``, which may be left out: levels of
``catalog/people.toml``, one for each of height, weight, muscle, age and gender that is usual, 'a|b' from the lowest of
a to the highest of b. The looks' notation stands in `engine.wardrobe.notation`. ``being = true``, which may be left
out: the name says what somebody is rather than what he wears, so that beside another figure ("a zombie nurse") it
gives skin, eyes, build and what grows, and the other one the clothes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np

from engine import userdata
from engine.errors import EngineError
from engine.tables import read_as, read_toml
from engine.wardrobe.costume import Costume, Draw, instead, unfitting
from engine.wardrobe.materials import CATALOG
from engine.wardrobe.notation import LookSpec, Thing, parse_look, things

Ranges = dict[str, tuple[float, float]]
"""Attributes of `outfit.Shape` to their lowest and highest usual value."""
GENDERS = {"/m": "male", "/f": "female"}


@dataclass(frozen=True)
class FigureRecord:
    """One figure."""

    name: str
    words: tuple[tuple[str, str | None], ...]
    """What it is called, and the gender that a word means: male, female or None."""
    person: Ranges
    looks: tuple[LookSpec, ...]
    being: bool = False
    """Whether the name says what somebody is rather than what he wears."""

    def draw(
        self,
        rng: np.random.Generator,
        color: str | None = None,
        gender: float = 0.0,
        named: frozenset[str] = frozenset(),
    ) -> Costume:
        """One of the figure's looks.

        Args:
            rng: decides between alternatives.
            color: what '*' in it stands for, or None for any.
            gender: of who wears it, as `outfit.Shape` has it; what only others wear is left out where there is else.
            named: kinds of garments that are to be in it where one of the looks has them: "a nurse in a white cap".
        """
        unfit = things(people()["hints"]["female" if gender > 0 else "male"]) if gender else ()
        fitting = [
            look
            for look in self.looks
            if not any(item.chance == 1 and all(unfitting(t, unfit) for t in item.things) for item in look.garments)
        ]
        among = tuple(fitting) or self.looks
        shared = [len(named & {thing.kind for item in look.garments for thing in item.things}) for look in among]
        among = tuple(look for look, count in zip(among, shared) if count == max(shared))
        costume = Draw(rng, color, unfit, named).costume(among[int(rng.integers(len(among)))])
        womans = self.person.get("gender", (0.0, 1.0))[1] <= 0
        return instead(costume, _for_men()) if womans and gender > 0 and not fitting else costume

    def gender_of(self, word: str) -> str | None:
        """The gender that one of its names means."""
        return dict(self.words).get(word.lower())


@dataclass(frozen=True)
class Everyday:
    """Clothes of people of whom nothing is said: for whom, how common against others, and what."""

    person: Ranges
    weight: float
    look: LookSpec


@cache
def levels() -> dict[str, tuple[str, float, float]]:
    """Level -> attribute, lowest and highest value, as ``catalog/people.toml`` has them."""
    return people()["levels"]


class Style(TypedDict):
    """Which styles of hair or beard people have."""

    person: NotRequired[str]
    styles: str


class People(TypedDict):
    """The tables of ``catalog/people.toml``."""

    levels: dict[str, tuple[str, float, float]]
    hints: dict[str, str]
    instead: dict[str, str]
    skins: dict[str, str]
    hair_colors: dict[str, str]
    ancestry: dict[str, str]
    faces: dict[str, dict[str, float]]
    eyes: dict[str, str]
    hair: list[Style]
    beard: list[Style]


def read_people(path: Path = CATALOG / "people.toml") -> People:
    """The tables of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: People = read_as(path, People)
    return found


@cache
def people() -> People:
    """The bundled tables."""
    return read_people()


@cache
def _for_men() -> tuple[tuple[tuple[Thing, ...], tuple[Thing, ...]], ...]:
    """What men wear in place of what only women wear, where a woman's figure has no look for them."""
    return tuple((things(worn), things(other) if other else ()) for worn, other in people()["instead"].items())


def parse_person(text: str) -> Ranges:
    """'male tall|towering' -> {'gender': (0.6, 1.0), 'height': (0.35, 1.0)}.

    Raises:
        ValueError: a level is unknown, or alternatives are of different things.
    """
    found: Ranges = {}
    for token in text.split():
        names = token.split("|")
        if unknown := [name for name in names if name not in levels()]:
            raise ValueError(f"unknown level {unknown[0]!r}")
        said = [levels()[name] for name in names]
        if len({of for of, _, _ in said}) > 1:
            raise ValueError(f"{token!r} are levels of different things")
        found[said[0][0]] = (min(low for _, low, _ in said), max(high for _, _, high in said))
    return found


def read_figures(path: Path) -> dict[str, FigureRecord]:
    """The figures of one file by their names.

    Raises:
        ValueError: one sentence with the file, the record, the key and what is wrong.
    """
    return {name: _figure(path.name, name, table) for name, table in read_toml(path).items()}


def _figure(file: str, name: str, table: Any) -> FigureRecord:
    where = f"{file}: [{name}]"
    if not isinstance(table, dict):
        raise ValueError(f"{where} is no table.")
    _check_keys(where, table, {"words", "looks"}, {"person", "being"})
    looks = table["looks"]
    if not isinstance(looks, list) or not looks or not all(isinstance(look, str) for look in looks):
        raise ValueError(f"{where} has no list of texts under 'looks'.")
    words = tuple(
        (word.removesuffix(word[-2:]), GENDERS[word[-2:]]) if word[-2:] in GENDERS else (word, None)
        for word in _text(where, table, "words").lower().split("|")
    )
    if any(not word.strip() or word != word.strip() for word, _ in words):
        raise ValueError(f"{where} has an empty name, or one with spaces around it, under 'words'.")
    person = _parsed(where, "person", parse_person, _text(where, table, "person"))
    being = table.get("being", False)
    if not isinstance(being, bool):
        raise ValueError(f"{where} has {being!r} under 'being', which is neither true nor false.")
    drawn = tuple(_parsed(where, "looks", parse_look, look) for look in looks)
    return FigureRecord(name, words, person, drawn, being)


def _check_keys(where: str, table: dict[str, Any], needed: set[str], allowed: set[str]) -> None:
    if unknown := set(table) - needed - allowed:
        raise ValueError(f"{where} has the unknown key {min(unknown)!r}.")
    if missing := needed - set(table):
        raise ValueError(f"{where} lacks the key {min(missing)!r}.")


def _text(where: str, table: dict[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{where} has {value!r} under {key!r}, which is no text.")
    return value


def _parsed(where: str, key: str, parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except ValueError as fault:
        raise ValueError(f"{where} under {key!r}: {fault}.") from None


@cache
def figures() -> dict[str, FigureRecord]:
    """The bundled figures, and over them those of ``wardrobe/figures.toml`` in the user's data folder.

    Raises:
        EngineError: ``bad_config``: a record of the user's cannot be read.
    """
    found: dict[str, FigureRecord] = {}
    for path in sorted((CATALOG / "figures").glob("*.toml")):
        found |= read_figures(path)
    own = userdata.data_folder() / "wardrobe" / "figures.toml"
    try:
        return found | (read_figures(own) if own.is_file() else {})
    except ValueError as error:
        raise EngineError("bad_config", f"In your own wardrobe, {error}", f"Mend or remove {own}.") from None


def read_everyday(path: Path = CATALOG / "everyday.toml") -> tuple[Everyday, ...]:
    """The everyday outfits of a file.

    Raises:
        ValueError: one sentence with the file, the number of the outfit, the key and what is wrong.
    """
    found = []
    for number, table in enumerate(read_toml(path).get("outfit", []), 1):
        where = f"{path.name}: [[outfit]] {number}"
        _check_keys(where, table, {"look"}, {"person", "weight"})
        weight = table.get("weight", 1)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or weight <= 0:
            raise ValueError(f"{where} has {weight!r} under 'weight', which is no positive number.")
        person = _parsed(where, "person", parse_person, _text(where, table, "person"))
        found.append(Everyday(person, float(weight), _parsed(where, "look", parse_look, _text(where, table, "look"))))
    return tuple(found)


@cache
def everyday() -> tuple[Everyday, ...]:
    """The bundled everyday outfits."""
    return read_everyday()
