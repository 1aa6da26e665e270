"""Random figures with captions: the training text of the perceptor.

`sample(rng)` draws a body, a look and a caption that states part of both; what a caption leaves open is random.
`hard_negative(sample, rng)` rewrites the caption so that it no longer fits. Captions only ever state what holds.

Its numbers are set by hand.
"""

from __future__ import annotations

import random

import numpy as np

from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.body_captions import shape_caption
from engine.training.perceptor.entries import pick
from engine.training.perceptor.figure_captions import figure_caption
from engine.training.perceptor.lexis import Lexis, lexis
from engine.training.perceptor.negatives import hard_negative
from engine.training.perceptor.outfit_captions import outfit_caption
from engine.training.perceptor.words import Sample, flatten, is_held_out, render

__all__ = ["Sample", "hard_negative", "lexis", "sample"]

KINDS = (("shape", 0.2), ("outfit", 0.38), ("lexicon", 0.25), ("override", 0.17))
"""What a caption is about, and how often: the body, clothes, a figure of the lexicon, such a figure changed."""
FACE_CHANCE, BACK_CHANCE = 0.12, 0.12


def sample(rng: np.random.Generator, held_out: bool = False) -> Sample:
    """One figure with its caption. With `held_out` the caption holds at least one word that training never sees."""
    dice = random.Random(int(rng.integers(1 << 62)))
    words = lexis(held_out)
    while True:
        result = _sample(dice, words)
        if not held_out or is_held_out(result.caption):
            return result


def _sample(dice: random.Random, lex: Lexis) -> Sample:
    view = dice.random()
    view_name = "face" if view < FACE_CHANCE else "back" if view < FACE_CHANCE + BACK_CHANCE else "body"
    kind, rest = "shape", dice.random()
    for name, chance in KINDS:
        kind = name
        if rest < chance:
            break
        rest -= chance
    if kind == "shape" and view_name == "face":
        kind = "outfit"
    if kind == "shape":
        look, shape, items = shape_caption(dice, lex)
    elif kind == "outfit":
        look, shape, items = outfit_caption(dice, lex, view_name)
    else:
        look, shape, items = figure_caption(dice, lex, kind == "override")
    template = pick(dice, v.TEMPLATES[view_name])
    return Sample(
        template.replace("{}", render(items)), look, shape, kind, view_name, flatten(items), template, tuple(items)
    )
