"""Captions as sequences of words and mentions; choosing words for values, with or without the held-out ones.

Its numbers are set by hand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.entries import pick
from engine.training.perceptor.vocabulary import RARE_WORDS
from engine.wardrobe.outfit import Look, Shape


@dataclass(frozen=True)
class Mention:
    """One thing a caption states.

    role: name, noun, gender, age, height, weight, muscle, color, accent, pattern, kind, composite, bare,
    hair_style, hair_color, beard, beard_color, skin, eye_color. value: canonical. text: the words; '{}' is the
    place of `inner` (the colour within 'long {}hair'). targets: indices into `look.garments`.
    plural: takes no article.
    """

    role: str
    value: str
    text: str
    targets: tuple[int, ...] = ()
    plural: bool = False
    inner: Mention | None = None

    def words(self) -> str:
        """The text with the inner mention in its place."""
        return self.text.replace("{}", f"{self.inner.text} " if self.inner else "")


@dataclass(frozen=True)
class Article:
    """'a' or 'an', or nothing if the head that follows (kind, noun, name) is plural."""


Item = str | Mention | Article


@dataclass(frozen=True)
class Sample:
    """One training figure. `view`: which side the caption speaks of (body, face or back).

    `mentions`: all that the caption states, flat; `template` and `items` are what `hard_negative` rewrites.
    """

    caption: str
    look: Look
    shape: Shape
    kind: str
    view: str
    mentions: tuple[Mention, ...]
    template: str
    items: tuple[Item, ...]


HEADS = frozenset({"name", "noun", "kind", "composite"})
_VOWEL = re.compile(r"\b([Aa])n? (?=([^\W\d_]+|8|11|18))")
_NOT_AN = re.compile(r"(uni[cf]|unis|uk|u[sft]e|eu|one|ufo|us)", re.IGNORECASE)


def _article(match: re.Match[str]) -> str:
    word = match.group(2)
    vowel = word[0] in "aeiouAEIOU8" and not _NOT_AN.match(word)
    return match.group(1) + ("n " if vowel else " ")


def render(items: Iterable[Item]) -> str:
    """Items -> caption, articles fitted to the words that follow."""
    sequence = list(items)
    parts = []
    for index, item in enumerate(sequence):
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, Mention):
            parts.append(item.words())
        else:
            head = next((i for i in sequence[index:] if isinstance(i, Mention) and i.role in HEADS), None)
            parts.append("" if head is None or head.plural else "a ")
    return _VOWEL.sub(_article, "".join(parts))


def flatten(items: Iterable[Item]) -> tuple[Mention, ...]:
    """All mentions, inner ones after their outer ones."""
    found: list[Mention] = []
    for item in items:
        if isinstance(item, Mention):
            found.append(item)
            if item.inner:
                found.append(item.inner)
    return tuple(found)


@lru_cache(maxsize=1)
def held_out_pattern() -> re.Pattern[str]:
    """Matches a held-out word as a whole word, singular or plural."""
    words = sorted(v.HELD_OUT, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, words)) + r")s?(?![\w])", re.IGNORECASE)


def is_held_out(text: str) -> bool:
    """Does the text hold a held-out word?"""
    return held_out_pattern().search(text) is not None


Word = tuple[str, bool]


def _split(text: str) -> list[Word]:
    return [(word.rstrip("@"), word.endswith("@")) for word in text.split("|")]


def _tables() -> dict[str, dict[str, str]]:
    """role -> value -> words, of all roles that have one list a value."""
    tables = {
        "color": v.COLOR_WORDS,
        "kind": v.GARMENT_WORDS,
        "pattern": v.PATTERN_WORDS,
        "pattern_noun": v.PATTERN_NOUNS,
        "hair_color": v.HAIR_COLOR_WORDS,
        "hair_style": {**v.HAIR_STYLE_WORDS, "bald": v.BALD_WORDS},
        "beard": v.BEARD_WORDS,
        "skin": v.SKIN_WORDS,
        "material": v.MATERIAL_WORDS,
        "eye_color": v.EYE_WORDS,
    }
    for attribute, levels in v.SHAPE_WORDS.items():
        tables[attribute] = {level: words for level, (_, _, words) in levels.items()}
    tables["build"] = {f"{attribute}:{level}": words for (attribute, level), words in v.BUILD_PHRASES.items()}
    tables["noun"] = {f"{gender}:{age or ''}": words for (gender, age), words in v.NOUNS.items()}
    return tables


RARE = 0.2
"""Share of words that come from the long lists of rare ones."""


class Words:
    """Words for values. In training mode held-out words never appear; else they are preferred.

    `extra`: role -> value -> further words (of the expansion); these and `RARE_WORDS` come with the chance `rare`.
    """

    def __init__(self, held_out: bool, extra: dict[str, dict[str, list[str]]] | None = None) -> None:
        self.held_out, self.rare = held_out, RARE
        self.table: dict[tuple[str, str], list[Word]] = {}
        self.extra: dict[tuple[str, str], list[Word]] = {}
        for role, values in RARE_WORDS.items():
            for value, text in values.items():
                self.extra[role, value] = [word for word in _split(text) if not is_held_out(word[0])]
        for role, further in (extra or {}).items():
            for value, plain_words in further.items():
                self.extra.setdefault((role, value), []).extend(
                    (word, role == "kind" and word.endswith("s") and not word.endswith("ss")) for word in plain_words
                )
        for role, values in _tables().items():
            for value, text in values.items():
                words = _split(text)
                secret = [word for word in words if is_held_out(word[0])]
                plain = [word for word in words if not is_held_out(word[0])]
                self.table[role, value] = secret if held_out and secret else plain

    def has(self, role: str, value: str) -> bool:
        """Are there words for the value?"""
        return bool(self.table.get((role, value)))

    def word(self, role: str, value: str, dice: random.Random) -> Word:
        """A word for the value, the commonest in a third of the cases."""
        words = self.table[role, value]
        chance = dice.random()
        if chance < 0.3:
            return words[0]
        if chance > 1 - self.rare and not self.held_out:
            further = self.extra.get((role, value))
            if further:
                return pick(dice, further)
        return pick(dice, words)

    def mention(self, role: str, value: str, dice: random.Random, targets: tuple[int, ...] = ()) -> Mention:
        """A word for the value, as a mention."""
        text, plural = self.word(role, value, dice)
        return Mention(role, value, text, targets, plural)
