"""Other languages: their few hundred words, from ``languages/*.toml``, put word by word into English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from engine.reader.chunks import Token
from engine.reader.lexicon import lexicon, normal, phrase, singular
from engine.reader.vectors import vectors
from engine.tables import read_as

FOLDER = Path(__file__).parent / "languages"
WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f]+")
"""Kana, Chinese characters and Hangul."""
UNKNOWN = "und"
"""Code of a language that none of the lexica knows (ISO 639-2: undetermined)."""
LEAD = 1.0
"""By how many words more a language must be understood than English. Set by hand."""


@dataclass(frozen=True)
class Language:
    """One language's words."""

    code: str
    name: str
    """In English."""
    words: dict[tuple[str, ...], tuple[str, ...]]
    """Normalised words -> English ones."""
    longest: int
    letters: int
    """Characters of the longest word."""


def read_words(path: Path) -> dict[str, dict[str, str]]:
    """The tables of a language's file; `ValueError` names the file, the table, the key and what is wrong."""
    found: dict[str, dict[str, str]] = read_as(path, dict[str, dict[str, str]])
    return found


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """All that there are."""
    out = []
    for file in sorted(FOLDER.glob("*.toml")):
        raw = read_words(file)
        words: dict[tuple[str, ...], tuple[str, ...]] = {}
        for title, table in raw.items():
            for forms, english in table.items() if title != "meta" else ():
                words |= {phrase(form.lower()): phrase(english) for form in forms.split("|")}
        letters = max((len("".join(key)) for key in words), default=0)
        out.append(Language(raw["meta"]["code"], raw["meta"]["name"], words, max(map(len, words), default=1), letters))
    return tuple(out)


def translated(found: list[Token]) -> tuple[str, list[Token]]:
    """(ISO 639-1 code, the tokens in English); English where no other language is understood better,
    `UNKNOWN` where most words are in letters that English does not have and none was understood."""
    best, out, most = "en", found, _english(found)
    if not any(not token.word.isascii() or not _is_english(token.word) for token in found):
        return best, found
    words = sum(token.word[0].isalpha() for token in found)
    for language in languages():
        count, tokens = _in(language, found)
        lead = LEAD if best == "en" and 0 < count < words and most else 0.0
        if count > most + lead:
            best, out, most = language.code, tokens, count
    foreign = sum(token.word.isalpha() and not token.word.isascii() for token in found)
    return (UNKNOWN if best == "en" and foreign > most else best), out


def _is_english(word: str) -> bool:
    return word in lexicon().words or singular(word) in lexicon().words or (len(word) > 2 and vectors().knows(word))


def _english(found: Sequence[Token]) -> float:
    """How many words are English."""
    return float(sum(_is_english(token.word) for token in found if token.word[0].isalpha()))


def _in(language: Language, found: list[Token]) -> tuple[float, list[Token]]:
    """How many words a language explains, and what they become."""
    count, out, at = 0.0, [], 0
    while at < len(found):
        token = found[at]
        if WITHOUT_SPACES.search(token.word):
            explained, made = _cut(language, token)
            count, at = count + explained, at + 1
            out += made
            continue
        for length in range(min(language.longest, len(found) - at), 0, -1):
            run = found[at : at + length]
            english = language.words.get(tuple(t.word for t in run))
            if english is not None:
                out += [replace(token, word=word, end=run[-1].end) for word in english]
                count, at = count + length, at + length
                break
        else:
            out.append(token)
            at += 1
    return count, out


def _cut(language: Language, token: Token) -> tuple[float, list[Token]]:
    """A run of characters without spaces, cut into the longest known words."""
    count, out, at = 0.0, [], 0
    while at < len(token.word):
        for length in range(min(language.letters, len(token.word) - at), 0, -1):
            english = language.words.get((normal(token.word[at : at + length]),))
            if english is not None:
                start = token.start + at
                out += [Token(word, start, start + length) for word in english]
                count, at = count + 1, at + length
                break
        else:
            at += 1
    return count, out
