"""Outfits that agree with what a text says (`wardrobe.readout`), before any picture is made.

Agreement takes a millisecond to say, so thousands of outfits can be tried; pictures then decide among the best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.figures import STATEMENT, statement
from engine.wardrobe.naming import HAIRY, fit, named_colors, part_words
from engine.wardrobe.outfit import (
    BEARDS,
    COLORS,
    EYE_COLORS,
    GARMENT_KINDS,
    HAIR_COLORS,
    HAIR_STYLES,
    HUMAN_SKINS,
    NATURAL_HAIR,
    SKINS,
    Garment,
    Look,
)
from engine.wardrobe.persona import Persona
from engine.wardrobe.readout import codebook, expected_truths, likeness, phrases, space
from engine.wardrobe.spoken import BASICS, Spoken, put_on
from engine.wardrobe.truths import TRAINED_PATTERNS, truths

GARMENT_COST, DETAIL_COST, RARE_COST = 0.004, 0.003, 0.008
"""What a garment, a pattern or accent, and a skin or hair that no human is born with must add to the agreement."""
NAMED_SHARE = 0.3
"""What each part in the colour that the text names for it adds to the agreement."""
NAMED_CHANCE = 0.1
"""Share of the changes that give a part a named colour."""
POOL = 12
"""Outfits that are kept while the search goes on."""
LIKENESS_SHARE = 0.7
"""How much the likeness of words counts beside the agreement when looks are taken from the codebook."""
NEIGHBOURS = 60
"""Looks of the codebook that lend garments, hair and skin."""


PLAIN_EYES = ("brown", "brown", "blue", "green", "grey")


class OutfitPrior:
    """How well outfits agree with one text."""

    def __init__(self, text: str, body: str = "") -> None:
        """Read a text.

        Args:
            text: the appearance prompt.
            body: what is said of the body, whose skin, hair and beard they are.
        """
        self.body = body
        self.described = bool(phrases(text))
        """Whether the text describes several things, and does not only name a figure ("a clown"). A name stands for
        many looks whose mean is drab; it takes the codebook's looks of that name, or parts of like ones."""
        self.spoken = Spoken(text)
        self.named = named_colors(self.spoken.of_garments)
        self.text = text
        self.likeness = likeness(text)
        target = expected_truths(text)
        self.target = target / np.linalg.norm(target)

    def agreement(self, looks: list[Look]) -> NDArray[np.float32]:
        """(N,) cosine of each look's truths with what the text says, and named colours, less what is unusual."""
        found = space()(truths(looks)).numpy()
        cosine = found @ self.target / np.linalg.norm(found, axis=1)
        extra = [NAMED_SHARE * fit(look, self.named) - cost(look) for look in looks]
        return cosine + np.array(extra, np.float32)

    def says_much(self) -> bool:
        """Whether the text means a figure with clothes of its own, beside the garments that it names."""
        spoken_of = [phrase for phrase in phrases(self.text) or [self.text] if not part_words(phrase)]
        return max((statement(phrase) for phrase in spoken_of), default=0.0) > STATEMENT

    def best_of_codebook(self, count: int) -> list[Look]:
        """The codebook's looks that agree best."""
        looks, codes = codebook()
        cosine = codes @ self.target / np.linalg.norm(codes, axis=1)
        return [looks[i] for i in np.argsort(-cosine - LIKENESS_SHARE * self.likeness)[:count]]

    def search(
        self, steps: int, rng: np.random.Generator, tell: Callable[[int, Look], None]
    ) -> list[tuple[Look, float]]:
        """The best looks found from the codebook's best by ``steps`` small changes, best first, with their agreement.

        Args:
            steps: looks to try.
            rng: randomness of the changes.
            tell: hears every step and the best look so far.
        """
        persona = Persona.of(self.text, self.body, self.spoken.person_color, int(rng.integers(2**31)))
        near = self.best_of_codebook(NEIGHBOURS)
        start = near[:POOL]
        if self.spoken.figure:
            start, steps = list(self.spoken.figure.looks[:POOL]), 0
        elif not self.says_much():
            start, steps = [plain_look(persona, rng)], 0
        tailored = list(dict.fromkeys(self.spoken.tailor(look) for look in start))
        pool = sorted(zip(tailored, self.agreement(tailored).tolist()), key=lambda pair: -pair[1])
        for step in range(steps):
            parent, before = pool[min(int(rng.exponential(POOL / 5)), len(pool) - 1)]
            if self.named and rng.random() < NAMED_CHANCE:
                child = recolored(parent, self.named, rng)
            else:
                other = near[min(int(rng.exponential(NEIGHBOURS / 4)), len(near) - 1)]
                child = change(parent, other, rng, self.described)
            child = self.spoken.tailor(child)
            score = float(self.agreement([child])[0])
            # Better than its parent, not only good enough: what the truths do not show must not drift.
            if score > max(before + 1e-4, pool[-1][1]) and all(child != look for look, _ in pool):
                pool = sorted([*pool, (child, score)], key=lambda pair: -pair[1])[:POOL]
            tell(step + 1, pool[0][0])
        settled: dict[Look, float] = {}
        for look, score in pool:
            left_open = self.spoken.figure.left_open if self.spoken.figure else frozenset()
            if (self.spoken.figure is None or not self.spoken.figure.meant) and look.skin not in HUMAN_SKINS:
                left_open = frozenset({"skin", "hair_style", "hair_color"})  # a man in a fur coat has no fur
            settled.setdefault(persona.settle(look, left_open, self.spoken.of_person), score)
        return list(settled.items())


def plain_look(persona: Persona, rng: np.random.Generator) -> Look:
    """A person in plain clothes."""
    garments = tuple(Garment(kind, color) for kind, color in BASICS.values())
    hair = persona.hair_color
    return Look(persona.skin, persona.hair_style, hair, "none", hair, str(rng.choice(PLAIN_EYES)), garments)


def cost(look: Look) -> float:
    """How unusual a look is: what a text does not speak of should stay plain."""
    details = sum((garment.accent is not None) + (garment.pattern != "plain") for garment in look.garments)
    rare = (look.skin not in HUMAN_SKINS) + 0.5 * (look.hair_color not in NATURAL_HAIR)
    rare += 0.25 * (look.eye_color not in ("brown", "blue", "green", "grey", "hazel"))
    return GARMENT_COST * len(look.garments) + DETAIL_COST * details + RARE_COST * rare


def change(look: Look, other: Look, rng: np.random.Generator, recolors: bool = True) -> Look:
    """A look with one thing changed at random, or taken from another look."""
    kind = rng.integers(9)
    garments = list(look.garments)
    index = int(rng.integers(len(garments))) if garments else 0
    if kind <= 2 and garments and recolors:  # another colour, accent or pattern
        part = rng.choice(["color", "color", "accent", "pattern"])
        values: dict[str, Any] = {"color": tuple(COLORS), "accent": (None, *COLORS), "pattern": TRAINED_PATTERNS}
        garments[index] = replace(garments[index], **{part: values[part][rng.integers(len(values[part]))]})
    elif kind == 3 and garments:
        del garments[index]
    elif kind not in (6, 7, 8) and other.garments:
        garments = put_on(garments, other.garments[rng.integers(len(other.garments))])
    elif kind == 6:
        return replace(look, hair_style=str(rng.choice(HAIR_STYLES)), hair_color=str(rng.choice(list(HAIR_COLORS))))
    elif kind == 7:
        return replace(look, beard=str(rng.choice(BEARDS)), eye_color=str(rng.choice(list(EYE_COLORS))))
    else:
        return replace(look, skin=str(rng.choice(list(SKINS))), hair_style=other.hair_style, beard=other.beard)
    return replace(look, garments=tuple(garments))


def recolored(look: Look, named: dict[str, str], rng: np.random.Generator) -> Look:
    """A look with one of its parts in the colour that is named for it."""
    part = str(rng.choice(list(named)))
    color = named[part]
    if part in HAIRY:
        return replace(look, hair_color=color) if part == "hair" else replace(look, beard_color=color)
    garments = [
        replace(garment, color=color) if GARMENT_KINDS[garment.kind][0] == part else garment
        for garment in look.garments
    ]
    return replace(look, garments=tuple(garments))
