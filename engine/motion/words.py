"""Words of motion texts by what they do there: ``words.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.tables import read_as

FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Words:
    """The file's tables; its comments tell what each is."""

    stop: frozenset[str]
    nouns: frozenset[str]
    light: frozenset[str]
    intense: frozenset[str]
    again: frozenset[str]
    limbs: frozenset[str]
    leg: frozenset[str]
    blows: tuple[str, ...]
    directions: frozenset[str]
    counted: frozenset[str]
    doing: frozenset[str]
    filling: frozenset[str]
    tail: frozenset[str]
    vague: dict[str, int]
    fractions: dict[str, float]


def read_words(path: Path = FILE) -> Words:
    """The words of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: Words = read_as(path, Words)
    return found


WORDS = read_words()
