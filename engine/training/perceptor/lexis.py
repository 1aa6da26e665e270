"""Words and lexicon names for one mode: training, or evaluation on held-out words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.training.perceptor.entries import EXPANSION_FILE, Entry, Name, load_lexicon
from engine.training.perceptor.words import Words, is_held_out


@dataclass(frozen=True)
class Lexis:
    """Words and lexicon names for one mode (training, or evaluation on held-out words)."""

    words: Words
    entries: tuple[tuple[Entry, tuple[Name, ...]], ...]
    neighbours: tuple[tuple[str, tuple[tuple[int, float], ...]], ...]
    by_key: dict[str, int]


def expansion() -> dict[str, Any]:
    """What `expand` and `thesaurus` found: ``names`` and ``words``; nothing where the file is missing."""
    found: dict[str, Any] = json.loads(EXPANSION_FILE.read_text()) if EXPANSION_FILE.exists() else {}
    return found


@lru_cache(maxsize=2)
def lexis(held_out: bool) -> Lexis:
    """Everything the sampler draws words from; the expansion is used where it stands.

    Held-out words are in no list, but the thesaurus may have found some.
    """
    further = expansion()
    entries = []
    for entry in load_lexicon():
        secret = tuple(name for name in entry.names if is_held_out(name.text))
        plain = tuple(name for name in entry.names if not is_held_out(name.text))
        names = secret if held_out and secret else plain
        if names:
            entries.append((entry, names))
    index = {entry.key: position for position, (entry, _) in enumerate(entries)}
    neighbours = []
    for word, near in further.get("names", {}).items():
        known = tuple((index[key], weight) for key, weight in near if key in index)
        if known and not is_held_out(word):
            neighbours.append((word, known))
    return Lexis(Words(held_out, further.get("words")), tuple(entries), tuple(neighbours), index)
