"""Who wears the clothes: build, skin, hair, beard and eyes, by what is said, then what is usual, and else the seed.

What the body's text says goes before what the appearance's says, and both before what its figure usually is; who is
named by neither has what ``catalog/people.toml`` has for the age and gender.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from engine.reader.reading import Reading, Who
from engine.wardrobe.costume import Costume
from engine.wardrobe.figure_records import FigureRecord, Ranges, levels, parse_person, people
from engine.wardrobe.measures import measures
from engine.wardrobe.notation import is_one_of, things
from engine.wardrobe.outfit import HAIR_CUTS, HUMAN_SKINS, NATURAL_HAIR, Garment
from engine.wardrobe.readout import expected_shape

GENDERS = {"male": 0.8, "female": -0.8}
ADULT, OLD, GREYING = 0.6, 0.83, 0.7
"""Age of whom nothing is said, and from which on hair is grey, and may be."""
GROWN = 0.46
"""Age from which on beards grow."""
GREY_SHARE = 1 / 3
CROPPED = ("short", "buzz")
SAID = np.array([0.2, 0.2, 0.2, 0.25, 0.35])
"""Changes of height, weight, muscle, age and gender, as texts are read out, from which on a text speaks of them."""
WIDE = 0.06
"""By how much an age or a build may lie outside of what a record is for."""


@dataclass(frozen=True)
class Person:
    """How somebody is built, as `outfit.Shape` has it; None where nothing is said."""

    gender: float | None = None
    age: float | None = None
    height: float | None = None
    weight: float | None = None
    muscle: float | None = None

    def over(self, other: Person) -> Person:
        """This person, with the other's traits where nothing is said."""
        mine = {name: value for name, value in asdict(self).items() if value is not None}
        return Person(**(asdict(other) | mine))

    def fits(self, ranges: Ranges) -> bool:
        """Whether a record for such people is for this one; what is open fits."""
        values = asdict(self)
        return all(
            values[name] is None or low - WIDE <= values[name] <= high + WIDE for name, (low, high) in ranges.items()
        )


def person_of(reading: Reading, figure: FigureRecord | None, being: FigureRecord | None = None) -> Person:
    """The person that a text means: as it says, as the being is that wears its figure's clothes, as its figure usually
    is, or as its garments are worn by some only."""
    who = reading.who
    years = measures(reading.text).age
    age = who.age if years is None else (1 + years) / 2
    said = Person(GENDERS.get(who.gender or ""), age, who.height, who.weight, who.muscle)
    usual = _usual(figure)
    if being is not None:
        usual = replace(_usual(being).over(usual), gender=usual.gender)
    return said.over(usual).over(Person(_hinted(reading)))


def _usual(figure: FigureRecord | None) -> Person:
    """How a figure is built by its record."""
    ranges = figure.person if figure is not None else {}
    return Person(**{name: round((low + high) / 2, 3) for name, (low, high) in ranges.items()})


def read_out(text: str) -> Person:
    """How somebody is built by the bundled perceptor's reading of a text, where it says anything of it."""
    numbers = expected_shape(text) - expected_shape("a person")
    said = np.where(np.abs(numbers) > SAID, numbers, np.nan)
    height, weight, muscle, age, gender = (None if np.isnan(value) else float(value) for value in said)
    if age is not None:
        age = float(np.clip((1 + expected_shape(text)[3]) / 2, 0, 1))
    return Person(None if gender is None else 0.8 * float(np.sign(gender)), age, height, weight, muscle)


def _hinted(reading: Reading) -> float | None:
    """The gender that garments, a beard or a bare chest mean."""
    if reading.who.beard not in (None, "none") or "torso" in reading.who.bare:
        return GENDERS["male"]
    worn = [Garment(worn.kind, "white", cut=worn.cut) for worn in reading.worn if not worn.denied]
    for gender, named in people()["hints"].items():
        if any(is_one_of(garment, things(named)) for garment in worn):
            return GENDERS[gender]
    return None


def settled(person: Person, rng: np.random.Generator) -> Person:
    """The person with a gender and an age."""
    return person.over(Person(float(rng.choice([-0.8, 0.8])), ADULT))


TIED = ("ponytail", "bun")
"""Styles that nobody has who is said to have a fringe, and no more."""


@dataclass(frozen=True)
class Persona:
    """What of a look is the person's own, by the names that `outfit.Look` has for it."""

    skin: str
    hair_style: str
    hair_color: str
    beard: str
    beard_color: str
    eye_color: str
    hair_cut: str | None = None


def persona_of(person: Person, body: Who, said: Who, costume: Costume, rng: np.random.Generator) -> Persona:
    """Skin, hair, beard and eyes of one who is dressed.

    Args:
        person: the build, with gender and age (`settled`).
        body: what the body's text says of the person.
        said: what the appearance's text says.
        costume: what the figure is.
        rng: decides what nothing is said of.
    """
    chance = _Chance(person, rng)
    named = body.hair_color or said.hair_color or body.beard_color or said.beard_color
    skin = _skin(body, said, costume) or chance.skin(named)
    human = skin in HUMAN_SKINS
    style, cut = body.hair_style or said.hair_style, body.hair_cut or said.hair_cut
    if style is None and not (costume.hair_style in CROPPED and (person.gender or 0) < 0):
        style = costume.hair_style  # a figure's short hair is a man's
        cut = cut or costume.hair_cut
    if style is None:
        style = chance.style("hair") if human or skin.replace(" ", "_") not in _hairless() else "bald"
    having = [name for name, cuts in HAIR_CUTS.items() if cut in cuts]
    if having and body.hair_style is None and said.hair_style is None and (style not in having or style in TIED):
        having = [name for name in having if name not in TIED] or having
        style = having[-1 if (person.gender or 0) < 0 else 0]  # "curly hair" on who would have a bun
    usual = costume.hair_color or costume.beard_color  # a figure's beard without a word on its hair is as the hair
    color = named or _aged(usual, person, chance) or chance.hair_color(skin if human else "other")
    beard = body.beard or said.beard or _grown(costume.beard, person)
    if beard is None:
        beard = chance.style("beard") if human else "none"
    beard_color = body.beard_color or said.beard_color
    if beard_color is None and not named and costume.hair_color:
        beard_color = _aged(costume.beard_color, person, chance)
    eyes = body.eye_color or said.eye_color or costume.eye_color
    eyes = eyes or chance.of("eyes", skin if skin in people()["eyes"] else "other")
    return Persona(skin, style, color, beard, beard_color or color, eyes, cut if style in having else None)


def _skin(body: Who, said: Who, costume: Costume) -> str | None:
    """The skin that is said or usual; a body's human skin does not show on who has none, as a robot."""
    creature = costume.skin is not None and costume.skin not in HUMAN_SKINS
    if body.skin and not (creature and body.skin in HUMAN_SKINS):
        return body.skin
    return said.skin or costume.skin


def _grown(beard: str | None, person: Person) -> str | None:
    """A figure's beard on who can have one."""
    if (person.gender or 0) < 0 or (person.age or ADULT) < GROWN:
        return "none"
    return beard


def _aged(color: str | None, person: Person, chance: _Chance) -> str | None:
    """A figure's colour of hair; that of the old is grey."""
    if color in NATURAL_HAIR and (person.age or ADULT) > OLD and color not in ("grey", "white"):
        return chance.of("hair_colors", "old")
    return color


def _hairless() -> list[str]:
    found: str = people()["skins"]["hairless"]
    return found.split("|")


class _Chance:
    """What somebody of an age and gender may have; each is drawn whether or not it is used."""

    def __init__(self, person: Person, rng: np.random.Generator) -> None:
        self.person = person
        self.rng = rng

    def _one(self, values: str) -> str:
        return str(self.rng.choice(values.split("|"))).replace("_", " ")

    def of(self, table: str, name: str) -> str:
        return self._one(people()[table][name])  # type: ignore[literal-required]

    def skin(self, hair: str | None) -> str:
        """One on which hair of a natural colour grows, where it is said."""
        known = people()["hair_colors"]
        usual = people()["skins"]["usual"].split("|")
        fitting = [name for name in usual if hair and hair.replace(" ", "_") in known[name].split("|")]
        return self._one("|".join(fitting or usual))

    def style(self, of: str) -> str:
        """A style of hair or beard."""
        records: list[Mapping[str, str]] = people()[of]  # type: ignore[literal-required]
        found = (record["styles"] for record in records if self.person.fits(parse_person(record.get("person", ""))))
        return self._one(next(found, "none"))

    def hair_color(self, skin: str) -> str:
        """A natural colour of hair for a skin."""
        age = self.person.age or ADULT
        if age > OLD:
            return self.of("hair_colors", "old")
        if age > GREYING and self.rng.random() < GREY_SHARE:
            return self.of("hair_colors", "middle-aged")
        return self.of("hair_colors", skin)


def described(person: Person) -> str:
    """A person in words, for what reads words: 'old fat male'; empty for whom nothing is known."""
    values = {name: value for name, value in asdict(person).items() if value is not None}
    found: dict[str, str] = {}
    for level, (of, low, high) in levels().items():
        if low <= values.get(of, np.nan) <= high:
            found.setdefault(of, level.replace("_", " "))
    return " ".join(found[name] for name in ("age", "height", "weight", "muscle", "gender") if name in found)
