"""The reader's words: what each phrase can mean, read from ``lexicon/*.toml`` and the catalogue's figures and faces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from engine import userdata
from engine.tables import read_as, read_toml
from engine.wardrobe.cloth.records import records
from engine.wardrobe.figure_records import figures
from engine.wardrobe.materials import CATALOG
from engine.wardrobe.outfit import COLORS

FOLDER = Path(__file__).parent / "lexicon"
FIGURES = CATALOG / "figures"
CLAUSES = re.compile(r"\b(in|with|wearing|from) (a|an|the|his|her)\b")
"""Names of figures that are descriptions ("man in a yukata") are read word by word."""

THINGS = ("garment", "extra", "trait", "symbol")
COLORED = (*THINGS, "figure", "hair_color", "eye_color", "skin")
"""Categories whose phrases are left out where they only put a colour before another one ("white gloves")."""
FEMALE = (
    "woman",
    "girl",
    "lady",
    "maid",
    "maiden",
    "queen",
    "goddess",
    "princess",
    "duchess",
    "bride",
    "actress",
    "nun",
    "aviatrix",
    "luchadora",
    "waitress",
    "huntress",
    "sorceress",
    "witch",
    "mermaid",
    "wife",
    "mother",
    "empress",
    "priestess",
    "heroine",
    "ballerina",
)
"""Ends of figures' names that mean women."""
SHADED = 3
"""Words that a shade and a colour have at most. Set by hand."""
BODIED = ("haired", "eyed", "skinned", "skin", "hair", "eyes")


@dataclass(frozen=True)
class Sense:
    """One meaning of a phrase."""

    category: str
    """A table of the lexicon (``garment``, ``color``, …), ``figure``, ``face``, or ``fn.`` and a function group."""
    value: str


Phrase = tuple[str, ...]
"""Normalised words."""


@dataclass(frozen=True)
class Lexicon:
    """All phrases by their words; `plain` by words without plural endings."""

    exact: dict[Phrase, tuple[Sense, ...]]
    plain: dict[Phrase, tuple[Sense, ...]]
    reach: dict[str, int]
    """Words (without plural ending) that begin phrases, and how many words the longest of these has."""
    words: frozenset[str]
    """Every single word of a phrase."""
    shades: dict[str, dict[str, str]]
    """Word before a colour -> colour -> colour: "deep burgundy"."""

    def senses(self, words: Phrase) -> tuple[Sense, ...]:
        """What a phrase can mean; empty if it is not known."""
        return self.exact.get(words) or self.plain.get(tuple(map(singular, words)), ()) or self._shaded(words)

    def _shaded(self, words: Phrase) -> tuple[Sense, ...]:
        """A colour of any name after a word for its shade."""
        if len(words) < 2 or words[0] not in self.shades:
            return ()
        shade = self.shades[words[0]]
        colors = (s.value for s in self.exact.get(words[1:], ()) if s.category == "color")
        return tuple(Sense("color", shade.get(value, value)) for value in colors)


DIACRITICS = re.compile("[\u0300-\u036f]")
"""Combining marks of Latin letters; those of kana tell sounds apart."""


def normal(word: str) -> str:
    """A word in lower case, without accents, apostrophes and a possessive ending."""
    bare = unicodedata.normalize("NFKD", word.lower().replace("\u2019", "'"))
    bare = unicodedata.normalize("NFC", DIACRITICS.sub("", bare))
    return re.sub(r"'s$|'$", "", bare).replace("'", "")


def singular(word: str) -> str:
    """A word without its plural ending; what is no plural may lose an s too."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ves", "f")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us")) else word


WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?")


def phrase(text: str) -> Phrase:
    """The normalised words of a phrase of the lexicon; of marks ("," or "/"), the mark itself."""
    found = tuple(normal(match) for match in WORD.findall(text))
    return tuple(word for word in found if word) or (text,)


class Shade(TypedDict):
    """Words before a colour, and what they make of it."""

    words: str
    map: dict[str, str]


class _Colors(TypedDict):
    color: dict[str, str]
    shade: dict[str, Shade]


def read_words(path: Path) -> dict[str, dict[str, str]]:
    """The tables of a file of the lexicon; `ValueError` names the file, the table, the key and what is wrong."""
    kind = _Colors if path.name == "colors.toml" else dict[str, dict[str, str]]
    found: dict[str, dict[str, str]] = read_as(path, kind)
    return found


def _read_shades() -> dict[str, Shade]:
    colors: _Colors = read_as(FOLDER / "colors.toml", _Colors)
    return colors["shade"]


def _tables() -> Iterator[tuple[str, str, str]]:
    """(category, value, words) of all files, the commonest meanings first."""
    yield from (("garment", record.key, record.words) for record in records().values() if record.words)
    for name in ("colors", "garments", "footwear_headwear", "extras", "looks", "person", "function"):
        for category, table in read_words(FOLDER / f"{name}.toml").items():
            if category == "shade":
                yield from _shades(_read_shades())
            elif category == "function":
                yield from ((f"fn.{value}", value, words) for value, words in table.items())
            else:
                yield from (
                    (category, value.replace("_", " ") if category == "color" else value, words)
                    for value, words in table.items()
                )
    for words in read_toml(CATALOG / "faces.toml"):
        yield from (("face", word, word) for word in words.split("|"))
    yield from _figures()


def _shades(table: dict[str, Shade]) -> Iterator[tuple[str, str, str]]:
    """Shade words before basic colours."""
    names = {name for shade in table.values() for name in (*shade["map"], *shade["map"].values())}
    for shade in table.values():
        for name in sorted(names | {"gray", "black", "white"}):
            value = shade["map"].get(name.replace("gray", "grey"), name.replace("gray", "grey"))
            yield "color", value, "|".join(f"{word} {name}" for word in shade["words"].split("|"))


def _figures() -> Iterator[tuple[str, str, str]]:
    """The catalogue's figures; their value is their name and the gender that a word says, "firefighter male"."""
    for name, words, person in _figure_records():
        usual = "".join(letter for gender, letter in (("male", "m"), ("female", "f")) if gender in person.split())
        for entry in words.split("|"):
            word, _, mark = entry.partition("/")
            if not CLAUSES.search(word):
                yield "figure", _marked(name, mark or _gender(word) or usual), word


def _marked(name: str, mark: str) -> str:
    """A figure's name with the gender that a word for it means."""
    return f"{name}/{mark}" if mark in ("m", "f") else name


def _gender(word: str) -> str:
    """The gender that the end of a figure's name says."""
    return "f" if word.lower().endswith(FEMALE) else ""


def _figure_records() -> Iterator[tuple[str, str, str]]:
    """(name, words, person) of each, the user's own first."""
    own = userdata.data_folder() / "wardrobe" / "figures.toml"
    if own.is_file():
        figures()  # says what is wrong with it
    for file in (*([own] if own.is_file() else ()), *sorted(FIGURES.glob("*.toml"))):
        for name, record in read_toml(file).items():
            yield name, record["words"], record.get("person", "")


def _whole(words: Phrase, sense: Sense, known: dict[Phrase, list[Sense]]) -> Sense | None:
    """The meaning of a phrase as a whole; None where it is only the sum of its words ("white gloves", "wool socks").

    What a first word says of a garment belongs to the whole: "leather armour" is a kind of armour, of leather.
    """
    first = {s.category: s.value for s in known.get(words[:1], ())}
    rest = next((s for s in known.get(words[1:], ()) if s.category == sense.category), None)
    if "color" in first and sense.category in COLORED and _beside(words, sense, rest, known):
        return None
    said = [name for name in ("material", "pattern", "trait") if name in first]
    if rest is None or not said or sense.category not in ("garment", "extra"):
        return sense
    return None if rest.value == sense.value else Sense(sense.category, _with(sense.value, said[0], first[said[0]]))


def _beside(words: Phrase, sense: Sense, rest: Sense | None, known: dict[Phrase, list[Sense]]) -> bool:
    """Whether a phrase's first word, which is a colour, stands beside the others: "red boots", not "snow boots"."""
    if len(words) == 2 and words[1] in BODIED:
        return True
    if sense.category == "figure":
        return len(words) == 2 and any(s.category == "garment" for s in known.get(words[1:], ()))
    basic = words[0] in COLORS or words[0] in ("gray", "golden")
    same = rest is not None and rest.value == sense.value and sense.category != "trait"  # "soot stained" is no colour
    return rest is not None and sense.category in THINGS and (basic or same)


PIECE = re.compile(r"(~?\w+(?:\.\w+)?)(?:\(([\w,]+)\))?(?:=(\w+))?(?:@(\w+))?(?::(\w+))?")
"""Name, traits, material, pattern and colour in the notation of garments."""


def _with(notation: str, category: str, value: str) -> str:
    """The notation of a garment with a material, pattern or trait, unless it has one."""
    match = PIECE.match(notation)
    if match is None:
        raise ValueError(f"the reader's lexicon has {notation!r}")
    name, traits, material, pattern, color = match.groups()
    traits = traits or (value if category == "trait" else None)
    material = material or (value if category == "material" else None)
    pattern = pattern or (value if category == "pattern" else None)
    made: str = (
        name
        + (f"({traits})" if traits else "")
        + (f"={material}" if material else "")
        + (f"@{pattern}" if pattern else "")
        + (f":{color}" if color else "")
    )
    return made + notation[match.end() :]


def _add(known: dict[Phrase, list[Sense]], category: str, value: str, words: str) -> None:
    """Add phrases; what they mean already in a category they keep."""
    for entry in words.split("|"):
        senses = known.setdefault(phrase(entry), [])
        if all(sense.category != category for sense in senses):
            senses.append(Sense(category, value))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """All words, read once."""
    known: dict[Phrase, list[Sense]] = {}
    for category, value, words in _tables():
        _add(known, category, value, words)
    for name, words in read_words(FOLDER / "persons.toml")["figure"].items():
        same = next((s.value for s in known.get(phrase(name), ()) if s.category == "figure"), None)
        figure = (same or "").partition("/")[0]
        for word in words.split("|") if figure else ():
            _add(known, "figure", _marked(figure, _gender(word)), word)
    for words_ in sorted((w for w in known if len(w) > 1), key=len, reverse=True):  # before their own ends change
        kept = [sense for sense in (_whole(words_, sense, known) for sense in known[words_]) if sense]
        if kept:
            known[words_] = kept
        else:
            del known[words_]
    exact = {words_: tuple(senses) for words_, senses in known.items()}
    plain: dict[Phrase, tuple[Sense, ...]] = {}
    for words_, found in exact.items():
        plain.setdefault(tuple(map(singular, words_)), found)
    single = frozenset(word for words_ in exact for word in words_)
    reach: dict[str, int] = {}
    for words_ in plain:
        reach[words_[0]] = max(reach.get(words_[0], 1), len(words_))
    shades = {
        word: shade["map"] for shade in _read_shades().values() for word in shade["words"].split("|") if " " not in word
    }
    return Lexicon(exact, plain, reach | {word: max(reach.get(word, 1), SHADED) for word in shades}, single, shades)
