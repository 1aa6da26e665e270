"""Misspelt words, and words that must be left alone."""

import itertools
import random

import pytest

from engine.reader.chunks import tokens
from engine.reader.lexicon import lexicon
from engine.reader.spelling import distance, repaired


def words(text: str) -> list[str]:
    return [token.word for token in repaired(tokens(text), lexicon())[0]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("jaket", "jacket"),
        ("astronuat", "astronaut"),
        ("trosuers", "trousers"),
        ("purpel", "purple"),
        ("glases", "glasses"),
    ],
)
def test_slips_are_repaired(written: str, meant: str) -> None:
    assert words(written) == [meant]


def test_words_that_run_together_are_parted() -> None:
    assert words("leatherjacket") == ["leather", "jacket"]


@pytest.mark.parametrize("word", ["table", "brave", "clever", "hatless", "Yxq", "sad", "house", "bread"])
def test_known_and_short_words_stay(word: str) -> None:
    assert words(word) == [word.lower()]


def test_distance_is_the_fewest_slips() -> None:
    """Against a search over all edits, on random words of three letters."""

    def edits(word: str) -> set[str]:
        cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
        swaps = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
        return (
            swaps
            | {a + b[1:] for a, b in cuts if b}
            | {a + c + b for a, b in cuts for c in "ab"}
            | {a + c + b[1:] for a, b in cuts if b for c in "ab"}
        )

    rng = random.Random(3)
    every = ["".join(letters) for n in (1, 2, 3) for letters in itertools.product("ab", repeat=n)]
    for _ in range(60):
        a, b = rng.choice(every), rng.choice(every)
        if a == b:
            assert distance(a, b) == 0
        elif b in edits(a):
            assert distance(a, b) == 1
        else:
            assert distance(a, b) >= 2
