"""Texts of which one is true of a figure and the others are not, in one respect: what the perceptor must tell apart.

Each choice begins with the true text: the colour of a garment among other colours, its kind among those of its slot,
one of the figure's shape numbers among words for the opposite, two garments' colours as they are and swapped, a
stored caption and its hard negatives, a movement among others.

Its numbers are set by hand.
"""

from __future__ import annotations

import random
from dataclasses import replace

from engine.training.perceptor import phrases
from engine.training.perceptor.entries import pick
from engine.training.perceptor.lexis import lexis
from engine.training.perceptor.negatives import far
from engine.training.perceptor.vocabulary import SHAPE_WORDS
from engine.training.perceptor.words import Item, Words, render
from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, Garment, Look

COUNT = 6
"""Texts of one choice."""
ATTRIBUTES = ("height", "weight", "muscle", "age", "gender")
MIDDLE = ("average height", "average weight", "androgynous", "middle-aged")
MARGIN = 0.15
"""How far outside a word's range a number must be for the word to be wrong."""
SUBJECTS = ("a person", "someone", "a figure", "a man", "a woman", "a 3d rendering of a person", "somebody")
WEARS = (" with ", " in ", " wearing ", " who wears ")


def _worn(garments: list[Garment], subject: str, wears: str, words: Words, seed: int) -> str:
    """'someone wearing a red shirt and blue trousers', the same words for the same things."""
    items: list[Item] = [subject, wears]
    for index, garment in enumerate(garments):
        items += [" and "] if index else []
        items += phrases.garment_phrase(
            replace(garment, pattern="plain", accent=None), index, words, random.Random(seed)
        )
    return render(items)


def garment_choice(look: Look, dice: random.Random) -> list[str] | None:
    """One garment in other colours, of other kinds, or two whose colours are swapped."""
    if not look.garments:
        return None
    words, subject, wears, seed = lexis(False).words, pick(dice, SUBJECTS), pick(dice, WEARS), dice.randrange(2**30)
    garment = pick(dice, look.garments)
    form = dice.random()
    others: list[list[Garment]] = []
    told = [garment]
    if form < 0.25 and len(look.garments) > 1:
        other = pick(dice, [g for g in look.garments if g is not garment])
        if far(COLORS[garment.color], COLORS[other.color]):
            told = [garment, other]
            others = [[replace(garment, color=other.color), replace(other, color=garment.color)]]
    elif form < 0.65:
        colors = [color for color in COLORS if far(COLORS[color], COLORS[garment.color])]
        others = [[replace(garment, color=color)] for color in dice.sample(colors, min(COUNT - 1, len(colors)))]
    else:
        slot = GARMENT_KINDS[garment.kind][0]
        kinds = [kind for kind, (other_slot, _) in GARMENT_KINDS.items() if other_slot == slot and kind != garment.kind]
        others = [[replace(garment, kind=kind)] for kind in dice.sample(kinds, min(COUNT - 1, len(kinds)))]
    texts = [_worn(garments, subject, wears, words, seed) for garments in (told, *others)]
    return texts if others and texts[0] not in texts[1:] else None


def shape_choice(shape: list[float], dice: random.Random) -> list[str] | None:
    """A word for one shape number against words for the other side of it."""
    words = lexis(False).words
    index = dice.randrange(len(ATTRIBUTES))
    attribute = ATTRIBUTES[index]
    value = (shape[index] + 1) / 2 if attribute == "age" else shape[index]
    levels = {name: bounds[:2] for name, bounds in SHAPE_WORDS[attribute].items() if name not in MIDDLE}
    fitting = [name for name, (low, high) in levels.items() if low <= value <= high and words.has(attribute, name)]
    margin = 0.15
    wrong = [
        n
        for n, (low, high) in levels.items()
        if (value < low - margin or value > high + margin) and words.has(attribute, n)
    ]
    if not fitting or not wrong:
        return None
    noun = pick(dice, ("person", "person", "figure", "human", "body"))
    told = [pick(dice, fitting), pick(dice, wrong)]
    return [render(["a ", words.mention(attribute, name, dice), f" {noun}"]) for name in told]


def choice(
    look: Look | None, shape: list[float], caption: str, negatives: list[str], dice: random.Random, others: list[str]
) -> list[str]:
    """One choice about a figure, seen whole.

    Args:
        look: what it wears; None where that cannot be seen.
        shape: its five numbers.
        caption: its caption.
        negatives: what is not true of it.
        dice: chooses.
        others: captions of movements, from which a movement is told apart; empty if the caption speaks of none.
    """
    form = dice.random()
    if others and form < 0.5:
        return [caption, *dice.sample(others, COUNT - 1)]
    found = None
    if look is None or form > 0.65:
        found = shape_choice(shape, dice)
    elif form < 0.5:
        found = garment_choice(look, dice)
    return found or [caption, *negatives]
