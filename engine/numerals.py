"""Numbers as people write them, in digits or in English words."""

from __future__ import annotations

from pathlib import Path

from engine.tables import read_as

FILE = Path(__file__).with_name("numerals.toml")


def read_numerals(path: Path = FILE) -> dict[str, int]:
    """Word -> number; `ValueError` names the file, the word and what is wrong."""
    found: dict[str, int] = read_as(path, dict[str, int])
    return found


_WORDS = read_numerals()
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))

NUMBER = rf"(?:\d+(?:[.,]\d+)?|(?:{_WORD})(?:[ -](?:{_WORD}))*)"
"""Pattern of a number in digits, or in lower-case words below a thousand."""


def number(words: str) -> float:
    """The value of a `NUMBER`."""
    if words[0].isdigit():
        return float(words.replace(",", "."))
    total = 0
    for word in words.replace("-", " ").split():
        total = max(total, 1) * 100 if word == "hundred" else total + _WORDS[word]
    return float(total)
