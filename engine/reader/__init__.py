"""A text becomes what it says: who, what is worn over what, what is held, and which words were not understood."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal

from engine.reader.chunks import chunks, tokens
from engine.reader.decode import decode
from engine.reader.languages import UNKNOWN, translated
from engine.reader.lexicon import lexicon
from engine.reader.network import features, network
from engine.reader.reading import Reading, Understood, Who, Worn
from engine.reader.spelling import repaired

__all__ = ["Reading", "Understood", "Who", "Worn", "english", "read", "report"]

LONGEST = 400
"""Words that a text may have; what comes after them has no effect. Set by hand."""


@lru_cache(maxsize=256)
def read(text: str, what: Literal["appearance", "body"] = "appearance") -> Reading:
    """What a text says.

    Args:
        text: in English, or in one of the languages of which a few hundred words are known.
        what: the field that it stands in; a body has no clothes.
    """
    language, every = translated(tokens(text))
    found, changes = repaired(every[:LONGEST], lexicon()) if language == "en" else (every[:LONGEST], [])
    parts = chunks(text, found, lexicon())
    if not parts:
        return Reading(text)
    reading = decode(text, parts, network()(features(parts)))
    worn = reading.worn if what == "appearance" else ()
    unread = tuple(token.word for token in every[LONGEST:] if token.word[0].isalnum())
    ignored = reading.ignored + unread
    return replace(reading, language=language, worn=worn, ignored=ignored, repaired=tuple(changes))


def english(text: str) -> str:
    """A text in English words as far as they are known, for what matches it as a whole; an English text as it is."""
    language, found = translated(tokens(text))
    return text if language in ("en", UNKNOWN) else " ".join(token.word for token in found)


def report(reading: Reading) -> str:
    """A reading in lines for a person."""
    lines = [f"{part.words}: {part.layer}, {part.property} {part.value}".rstrip() for part in reading.understood]
    lines += [f"{written}: read as {meant}" for written, meant in reading.repaired]
    if reading.ignored:
        lines.append("No effect: " + ", ".join(reading.ignored))
    if reading.language != "en":
        lines.append(f"Language: {reading.language}")
    return "\n".join(lines or ["Nothing was understood."]) + "\n"
