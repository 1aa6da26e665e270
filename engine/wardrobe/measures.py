"""What a text says of a body in figures: stature, weight and age; and which words for a body it denies.

The perceptor's text tower was taught no numbers: they are read here and leave the text that it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.numerals import NUMBER, number

FOOT, INCH, POUND, STONE = 0.3048, 0.0254, 0.45359237, 6.35029318
"""Metres and kilograms, by the international yard and pound."""
STATURES, MASSES = (0.4, 3.5), (2.0, 400.0)
"""Metres and kilograms that can be a figure's; other numbers are of something else. Set by hand."""
YEARS = (0.5, 2.2, 8.0, 12.8, 17.0, 50.0, 72.0, 90.0)
AGES = (-1.0, -0.66, -0.4, -0.16, 0.1, 0.5, 0.8, 1.0)
"""Years of life and the number by which bodies know them (`shape.bodies`): children by their mean stature."""


@dataclass(frozen=True)
class Measures:
    """A text's figures, None where it gives none."""

    rest: str
    """The text without them and without what it denies."""
    stature: float | None = None
    """Metres."""
    mass: float | None = None
    """Kilograms."""
    years: float | None = None
    denied: str = ""
    """Words for a body that it denies ("not fat"), without the "not"."""
    places: tuple[tuple[int, int, str], ...] = ()
    """First and last character (exclusive) of what was taken, and what it is: stature, mass or years."""

    @property
    def age(self) -> float | None:
        """The years of life as `AGES` has them."""
        return None if self.years is None else float(np.interp(self.years, YEARS, AGES))


_Take = Callable[["re.Match[str]"], "dict[str, float] | None"]

_AMOUNT = rf"(?P<n>{NUMBER})[ -]?"
_TALL = r"(?:[ -](?:tall|high|in height|of height))?"
_THING = r"(?![ -]+(?:long|wide|deep|thick|away|sword|spear|staff|stick|pole|rope|bag|box|weights?|dumb|bar))"
"""No figure's stature or weight: "a 2 m long spear", "a 20 kg bag"."""


def _stature(metres: float) -> dict[str, float] | None:
    return {"stature": metres} if STATURES[0] <= metres <= STATURES[1] else None


def _mass(kilograms: float) -> dict[str, float] | None:
    return {"mass": kilograms} if MASSES[0] <= kilograms <= MASSES[1] else None


def _years(match: re.Match[str]) -> dict[str, float]:
    return {"years": number(match["n"])}


def _feet(match: re.Match[str]) -> dict[str, float] | None:
    inches = number(match["inches"]) if match["inches"] else 0.0
    half = 0.5 if match["half"] else 0.0
    return _stature((number(match["n"]) + half) * FOOT + inches * INCH)


_RULES: tuple[tuple[str, _Take], ...] = (
    (rf"\b{_AMOUNT}(?:cm|centimet(?:er|re)s?)\b{_TALL}{_THING}", lambda m: _stature(number(m["n"]) / 100)),
    (
        rf"\b(?P<n>[12])[ -]?(?:m|met(?:er|re)s?)[ -]?(?P<cm>\d\d)(?: ?cm)?\b{_TALL}",
        lambda m: _stature(float(m["n"]) + float(m["cm"]) / 100),
    ),
    (rf"\b{_AMOUNT}(?:m|met(?:er|re)s?)\b{_TALL}{_THING}", lambda m: _stature(number(m["n"]))),
    (
        rf"\b{_AMOUNT}(?P<half>and a half[ -])?(?:ft\.?|feet|foot|['\u2019\u2032](?!s))(?: and)?[ -]?"
        rf"(?:(?P<inches>{NUMBER})[ -]?(?:inch(?:es)?|in\b\.?|\"|''|\u201d|\u2033)?)?{_TALL}{_THING}",
        _feet,
    ),
    (rf"\b{_AMOUNT}(?:inch(?:es)?)[ -]tall\b", lambda m: _stature(number(m["n"]) * INCH)),
    (rf"\b{_AMOUNT}(?:kgs?|kilos?|kilograms?|kilogrammes?)\b{_THING}", lambda m: _mass(number(m["n"]))),
    (rf"\b{_AMOUNT}(?:lbs?|pounds?)\b{_THING}", lambda m: _mass(number(m["n"]) * POUND)),
    (
        rf"\b{_AMOUNT}stones?\b(?: (?P<more>\d+)(?: ?(?:lbs?|pounds?))?)?{_THING}",
        lambda m: _mass(number(m["n"]) * STONE + float(m["more"] or 0) * POUND),
    ),
    (rf"\b(?P<n>{NUMBER})[ -]?(?:months?[ -]old)\b", lambda m: {"years": number(m["n"]) / 12}),
    (rf"\b{_AMOUNT}(?:(?:years?|yrs?)(?:[ -]old|[ -]of[ -]age)\b|(?:y\.?/?o\b\.?))", _years),
    (rf"\b(?:aged|(?:of|at) age|age|at the age of)[ :]+(?P<n>{NUMBER})(?: years?)?\b", _years),
    (rf"\bof (?P<n>{NUMBER}) years\b", _years),
    (
        r"(?:(?<=man )|(?<=girl )|(?<=boy )|(?<=lady )|(?<=person )|(?<=child ))of (?P<n>[1-9]\d?)(?=\s*(?:[,.;)]|$))",
        _years,
    ),
    (
        r"\bin (?:his|her|their|the) (?:(?P<share>early|mid|late)[ -])?"
        r"(?P<n>[1-9]0|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)(?=ies))(?:ie)?['\u2019]?s\b",
        lambda m: {"years": _decade(m["n"]) + {"early": 2.0, "late": 8.0}.get(m["share"] or "", 5.0)},
    ),
)
"""Patterns of lower-case text and the measures that they give; units are told apart by what a figure can have."""

_NOT = re.compile(
    r"\b(?:is |are |was )?(?:not|isn['\u2019]?t|neither|never|nor|no longer|without(?: any)?|no|far from)"
    r" (?P<denied>(?:(?:too|very|so|at all|that|particularly|really|especially|a|an|being|any|much|big|large) )*"
    r"(?P<word>[a-z]+))"
)
_BODY = """fat obese overweight chubby plump stout heavy thick big large bulky thin skinny slim slender lean lanky
    light bony tall short small tiny little huge giant gigantic towering strong muscular muscly muscled muscles buff
    athletic weak frail brawny beefy old elderly aged young childish belly paunch curvy broad wide narrow petite"""
_BODY_WORDS = frozenset(_BODY.split())
"""Words for a body that a text may deny; what else it denies is not for the body to follow."""


def _decade(word: str) -> float:
    return float(word) if word[0].isdigit() else number(word + "y")


@lru_cache(maxsize=64)
def measures(text: str) -> Measures:
    """Read a text's measures."""
    rest = re.sub(r"\bhundred and\b", "hundred", text.lower())
    same = len(rest) == len(text)  # so that places in it are the text's
    found: dict[str, float] = {}
    places: list[tuple[int, int, str]] = []
    for pattern, take in _RULES:
        for match in re.finditer(pattern, rest):
            values = take(match)
            if values is None or found.keys() & values.keys():
                continue
            found |= values
            places += [(*match.span(), name) for name in values if same]
            rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
            break
    denied = []
    while matches := [m for m in _NOT.finditer(rest) if m["word"] in _BODY_WORDS]:
        match = matches[0]
        denied.append(match["word"])
        # "Neither fat nor thin" denies both.
        more = re.match(r"(?: nor| or|, nor) (?P<word>[a-z]+)", rest[match.end() :])
        end = match.end() + (more.end() if more and more["word"] in _BODY_WORDS else 0)
        denied += [more["word"]] if end > match.end() and more else []
        rest = rest[: match.start()] + rest[end:]
    if not found and not denied:
        return Measures(text)
    rest = re.sub(
        r"\b(?:weighing|weighs|of|who is|about|measuring|standing|is|at|with|who|and|,)\s*(?=$|,|;)", "", rest.strip()
    )
    rest = re.sub(r"\s+", " ", re.sub(r"\s*,\s*(?=,|$)", "", rest)).strip(" ,;")
    return Measures(
        rest or "a person", found.get("stature"), found.get("mass"), found.get("years"), " ".join(denied), tuple(places)
    )
