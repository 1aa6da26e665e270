"""A text cut into words and chunks: the longest phrases that the lexicon knows, single words between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.reader.lexicon import WORD, Lexicon, Sense, normal, singular

QUOTED = re.compile(
    r"[\"\u201c\u201d\u00ab]([^\"\u201c\u201d\u00bb]{1,24})[\"\u201c\u201d\u00bb]|(?<![^\W_])'([^']{1,24})'(?![^\W_])"
)
MARK = re.compile(r"[,.;:!?/+&|()\[\]=\u2013\u2014\u2022*\u2026\n\u00b7]|(?<!\w)-|-(?!\w)")
SHORT = {"w/": "with", "w/o": "without"}
TOKEN = re.compile(f"{QUOTED.pattern}|(?<!\\w)w/o?(?!\\w)|{WORD.pattern}|{MARK.pattern}")
LESS = "less"
"""Ending that denies: "hatless"."""


ARTICLES = frozenset({"a", "an", "the", "his", "her", "their"})
"""Words that no phrase is left of."""


@dataclass(frozen=True)
class Token:
    """One word or mark of a text with its first and last character (exclusive)."""

    word: str
    start: int
    end: int
    quoted: bool = False


@dataclass(frozen=True)
class Chunk:
    """One phrase of a text."""

    words: tuple[str, ...]
    """Normalised, and repaired where they were misspelt."""
    start: int
    end: int
    senses: tuple[Sense, ...] = ()
    quoted: bool = False
    less: bool = False
    """Whether its ending denies it ("sleeveless" is a trait of its own, "hatless" is not)."""
    written: str = ""
    """As it stands in the text."""

    def value(self, category: str) -> str | None:
        """What it means as a category."""
        return next((sense.value for sense in self.senses if sense.category == category), None)

    @property
    def categories(self) -> frozenset[str]:
        """All categories that it may mean something of."""
        return frozenset(sense.category for sense in self.senses)


def tokens(text: str) -> list[Token]:
    """Words, quotations and marks."""
    found: list[Token] = []
    for match in TOKEN.finditer(text):
        quoted, written = match.group(1) or match.group(2), match.group()
        mark = "," if written == "\n" else written if MARK.fullmatch(written) else ""
        if word := quoted or mark or SHORT.get(written.lower()) or normal(written):
            found.append(Token(word, match.start(), match.end(), bool(quoted)))
    return found


def chunks(text: str, found: list[Token], words: Lexicon) -> list[Chunk]:
    """The longest known phrases from left to right; unknown words stand alone. Of two that share words the later one is
    a phrase, if it names a garment or thing, and what is left of the first one, but for an article, means something: a
    navy "sailor uniform", with a "feather headband".
    """
    out: list[Chunk] = []
    at = 0
    while at < len(found):
        length, senses = _longest(found, at, words)
        for inner in range(at + 1, at + length):
            later, meant = _longest(found, inner, words)
            short, left = _longest(found[:inner], at, words)
            worn = meant and meant[0].category in ("garment", "extra")
            between = all(token.word in ARTICLES for token in found[at + short : inner])
            if inner + later > at + length and worn and left and between:
                length, senses = short, left
                break
        first, last = found[at], found[at + length - 1]
        names = tuple(token.word for token in found[at : at + length])
        chunk = Chunk(names, first.start, last.end, senses, first.quoted, written=text[first.start : last.end])
        if not senses and not first.quoted and first.word.endswith(LESS):
            chunk = _denied(chunk, words)
        out.append(chunk)
        at += length
    return out


def _longest(found: list[Token], at: int, words: Lexicon) -> tuple[int, tuple[Sense, ...]]:
    if found[at].quoted:
        return 1, ()
    reach = words.reach.get(singular(found[at].word), 1)
    for length in range(min(reach, len(found) - at), 0, -1):
        run = found[at : at + length]
        if senses := () if any(token.quoted for token in run) else words.senses(tuple(token.word for token in run)):
            return length, senses
    return 1, ()


def _denied(chunk: Chunk, words: Lexicon) -> Chunk:
    """ "Hatless": the garment, denied by its ending."""
    stem = chunk.words[0].removesuffix(LESS)
    senses = words.senses((stem,)) or words.senses((stem + "s",))
    worn = tuple(sense for sense in senses if sense.category in ("garment", "extra", "hair", "beard"))
    return replace(chunk, senses=worn, less=bool(worn))
