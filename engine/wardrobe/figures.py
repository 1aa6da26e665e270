"""Which figure of the codebook a text names, and what its garments' words mean, by the bundled perceptor's reading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe import words
from engine.wardrobe.naming import color_word, part_words
from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, Look
from engine.wardrobe.readout import codebook, left_open, likeness, phrases, read, space
from engine.wardrobe.truths import KINDS

SAME_NAME = 0.9
"""Likeness from which on words name the very figure of a caption."""
OWN_NAME = 0.97
"""The same for words that could also mean a garment ("Robin Hood")."""
ALIKE = 0.72
"""The same for the looks of the figures nearest to a text's first words, where nobody has that name."""
STATEMENT = 0.42
"""How far words that mean a figure lead away from the mean of all kinds; "a man" says less."""
SURE_KIND = 0.3
"""Least share of the figures that fit a phrase which wear the garment that it names."""
VOTERS = 9
"""Looks of the codebook that say in which colour a garment is usual."""
_COLUMN = {kind: column for column, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Figure:
    """Looks of the codebook that carry the name which a text uses, that name, and what of `readout.OPEN` is open."""

    looks: tuple[Look, ...]
    name: str
    left_open: frozenset[str]
    meant: bool = True
    """Whether it has the very name; else it is only the nearest that is known."""


def figure_of(text: str) -> Figure | None:
    """The figure that a text names ("a viking with an axe": a viking); None where it names none that is known."""
    parts = [phrase for phrase in phrases(text) or [text] if not words.found(words.THINGS, phrase)]
    for phrase in parts:
        wears = part_words(phrase) is not None
        if wears and phrase != parts[0]:
            continue
        for name in [phrase] if wears else _runs(phrase):
            if not color_only(name) and (figure := _named(name, OWN_NAME if wears else SAME_NAME)):
                return figure
    names = list(_runs(parts[0])) if parts and part_words(parts[0]) is None else []
    names = [name for name in names if not color_only(name) and statement(name) > STATEMENT]
    nearest = max(names, key=lambda name: float(likeness(name).max()), default="")
    found = _named(nearest, ALIKE) if nearest else None
    return replace(found, meant=False) if found else None


def _named(name: str, least: float) -> Figure | None:
    """The looks whose captions are at least so much like a name, if it means a figure with clothes of its own."""
    alike = likeness(name)
    best = float(alike.max())
    if best < least or statement(name) < STATEMENT or words.matcher(words.PEOPLE).fullmatch(name.split()[-1]):
        return None
    looks = codebook()[0]
    chosen = [int(i) for i in np.argsort(-alike) if alike[i] > best - 0.03]
    return Figure(tuple(looks[i] for i in chosen), name, left_open(chosen[0]))


def _runs(phrase: str) -> Iterator[str]:
    """A phrase, and its runs of words without the article: the longest first, of one length the last first."""
    yield phrase
    bare = re.sub(r"^(an?|the)\s+", "", phrase.strip(), flags=re.IGNORECASE).split()[:8]
    for length in range(len(bare), 0, -1):
        for first in range(len(bare) - length, -1, -1):
            run = " ".join(bare[first : first + length])
            yield f"an {run}" if run[0] in "aeiouAEIOU" else f"a {run}"


def statement(text: str) -> float:
    """How much a text says of kinds of garments."""
    said: NDArray[np.float32] = space().group("kinds", read([text]))[0] - space().mean["kinds"]
    return float(np.linalg.norm(said))


def usual_color(phrase: str, kind: str) -> str:
    """The colour in which looks of the codebook that are most like a phrase wear a garment."""
    looks = codebook()[0]
    votes: Counter[str] = Counter()
    for index in np.argsort(-likeness(phrase)):
        votes.update(garment.color for garment in looks[index].garments if garment.kind == kind)
        if votes.total() >= VOTERS:
            break
    return votes.most_common(1)[0][0] if votes else "grey"


def kind_meant(phrase: str, slot: str) -> str | None:
    """The garment of a slot that a phrase means."""
    shares = space().group("kinds", read([phrase]))[0]
    kinds = [kind for kind, (place, _) in GARMENT_KINDS.items() if place == slot]
    best = max(kinds, key=lambda kind: float(shares[_COLUMN[kind]]))
    return best if shares[_COLUMN[best]] > SURE_KIND else None


def color_only(phrase: str) -> bool:
    """Whether a phrase says nothing but the colour of everything ("black", "all white", "torn grey clothes")."""
    bare = re.sub(r"^(an?|the|all|only|plain)\s+", "", phrase.strip().lower())
    if words.matcher(words.CLOTHES).search(bare) and part_words(bare) is None:
        return color_word(bare, "garment") is not None
    return bare in COLORS or (color_word(bare, "garment") is not None and len(bare.split()) == 1)
