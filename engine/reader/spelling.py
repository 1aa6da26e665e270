"""Misspelt words and words run together: mended where one of the reader's words is near and no other is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.reader.chunks import LESS, Token
from engine.reader.lexicon import Lexicon, lexicon, singular
from engine.reader.vectors import vectors

SHORTEST, LONG = 4, 7
"""Letters from which on words are repaired, and from which on two slips are allowed instead of one. Set by hand."""


def repaired(found: Sequence[Token], words: Lexicon) -> tuple[list[Token], list[tuple[str, str]]]:
    """The tokens with their spelling mended, and (written, meant) of those that changed."""
    out: list[Token] = []
    changes: list[tuple[str, str]] = []
    for token in found:
        meant = () if token.quoted else _meant(token.word, words)
        if not meant:
            out.append(token)
            continue
        out += [replace(token, word=word) for word in meant]
        changes.append((token.word, " ".join(meant)))
    return out, changes


@lru_cache(maxsize=4096)
def known(word: str) -> bool:
    """Whether a word is one of the reader's or of the commonest English ones."""
    words = lexicon().words
    stem = word.removesuffix(LESS)
    return word in words or singular(word) in words or word + "s" in words or stem in words or vectors().knows(word)


def _meant(word: str, words: Lexicon) -> tuple[str, ...]:
    if len(word) < SHORTEST or not word.isalpha() or not word.isascii() or known(word):
        return ()
    for at in range(3, len(word) - 2):
        if words.senses((word[:at],)) and words.senses((word[at:],)):
            return word[:at], word[at:]
    nearest = _nearest(word)
    return (nearest,) if nearest else ()


@lru_cache(maxsize=1)
def _letters() -> tuple[list[str], NDArray[np.int8]]:
    """The words that repairs may lead to, and how often each has each letter."""
    names = sorted(w for w in lexicon().words if len(w) >= SHORTEST and w.isalpha() and w.isascii())
    return names, np.stack([_counts(name) for name in names])


def _counts(word: str) -> NDArray[np.int8]:
    return np.bincount([ord(c) - 97 for c in word], minlength=26).astype(np.int8)


def _nearest(word: str) -> str | None:
    """The word fewest slips away; of several the one of the same letters, then the one that begins and ends alike, then
    the longest: letters change places, and get lost."""
    allowed = 2 if len(word) >= LONG else 1
    names, letters = _letters()
    near = np.abs(letters - _counts(word)).sum(1) <= 2 * allowed
    ranked = []
    for index in np.flatnonzero(near):
        name = names[index]
        if abs(len(name) - len(word)) <= allowed and (slips := distance(word, name)) <= allowed:
            swapped = not np.array_equal(letters[index], _counts(word))
            ranked.append((slips, swapped, name[0] != word[0], name[-1] != word[-1], -len(name), name))
    if not ranked or (min(ranked)[2] and min(ranked)[0] > 1):
        return None
    return min(ranked)[-1]


def distance(a: str, b: str) -> int:
    """Fewest insertions, deletions, changes and swaps of neighbours between two words (Damerau, Levenshtein)."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
