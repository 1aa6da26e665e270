"""Captions of bodies: adjectives, nouns and build phrases, and the shape that they allow."""

from __future__ import annotations

import random

from engine.training.perceptor import phrases, wardrobe
from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.entries import pick
from engine.training.perceptor.lexis import Lexis
from engine.training.perceptor.people import PEOPLE
from engine.training.perceptor.words import Item, Mention, Words
from engine.wardrobe.outfit import Look, Shape


def _draw_levels(dice: random.Random, chances: dict[str, float]) -> dict[str, str]:
    """attribute -> level for the attributes that the caption will state."""
    levels = {name: pick(dice, PEOPLE.levels[name]) for name, chance in chances.items() if dice.random() < chance}
    if levels.get("age") in ("baby", "toddler"):
        levels.pop("muscle", None)
    return levels


def _ranges(levels: dict[str, str]) -> dict[str, tuple[float, float]]:
    return {
        name: v.AGE_ONLY_NOUNS[level] if level in v.AGE_ONLY_NOUNS else v.SHAPE_WORDS[name][level][:2]
        for name, level in levels.items()
    }


def person(
    dice: random.Random, lex: Lexis, chances: dict[str, float]
) -> tuple[Shape, list[Mention], Mention, list[list[Item]]]:
    """Body, adjectives, noun, and build phrases for after 'with'."""
    words = lex.words
    levels = _draw_levels(dice, chances)
    side = dice.random()
    gender = "male" if side < 0.41 else "female" if side < 0.82 else "any"
    ranges = _ranges(levels)
    if gender != "any":
        ranges["gender"] = v.SHAPE_WORDS["gender"][gender][:2]
    age = levels.get("age")
    adjectives: list[Mention] = []
    after: list[list[Item]] = []
    for name in ("height", "weight", "muscle"):
        level = levels.get(name)
        if level is None:
            continue
        if words.has("build", f"{name}:{level}") and dice.random() < 0.2:
            after.append([Mention(name, level, words.word("build", f"{name}:{level}", dice)[0])])
        else:
            adjectives.append(words.mention(name, level, dice))
    dice.shuffle(adjectives)
    if gender == "any" and age is None and dice.random() < 0.1:
        ranges["gender"] = v.SHAPE_WORDS["gender"]["androgynous"][:2]
        adjectives.append(words.mention("gender", "androgynous", dice))
    elif gender != "any" and dice.random() < 0.15:
        adjectives.append(words.mention("gender", gender, dice))
        noun = phrases.noun_mention("any", age if phrases.has_noun("any", age) else None, words, dice)
        return _with_age(dice, words, ranges, adjectives, noun, age, after)
    stated = age if age and phrases.has_noun(gender, age) and (dice.random() < 0.5 or age == "child") else None
    if age in ("baby", "toddler"):
        stated = age
        noun = phrases.noun_mention("any", age, words, dice)
        if gender != "any":
            adjectives.append(words.mention("gender", gender, dice))
    else:
        noun = phrases.noun_mention(gender, stated, words, dice)
    return _with_age(dice, words, ranges, adjectives, noun, age, after)


def _with_age(
    dice: random.Random,
    words: Words,
    ranges: dict[str, tuple[float, float]],
    adjectives: list[Mention],
    noun: Mention,
    age: str | None,
    after: list[list[Item]],
) -> tuple[Shape, list[Mention], Mention, list[list[Item]]]:
    """Adds the age adjective if the noun does not state it, and draws the body."""
    noun_age = noun.value.partition(":")[2]
    if age and not noun_age and words.has("age", age):
        adjectives.append(words.mention("age", age, dice))
    if "age" not in ranges:
        ranges["age"] = (0.5, 0.82) if noun.text not in ("person", "figure") else (0.45, 0.9)
    return wardrobe.random_shape(dice, ranges), adjectives, noun, after


def shape_caption(dice: random.Random, lex: Lexis) -> tuple[Look, Shape, list[Item]]:
    """'a tall and skinny old woman'; the look is random and unstated."""
    chances = {"height": 0.5, "weight": 0.5, "muscle": 0.35, "age": 0.35}
    shape, adjectives, noun, after = person(dice, lex, chances)
    while not adjectives and not after and noun.value.partition(":")[2] == "" and dice.random() < 0.8:
        shape, adjectives, noun, after = person(dice, lex, chances)
    if noun.value == "any:" and not adjectives and not after:
        return shape_caption(dice, lex)
    look = wardrobe.random_look(dice, shape)
    form = dice.random()
    bodies = [m for m in adjectives if m.role in ("height", "weight", "muscle")]
    if form < 0.12 and bodies:
        others = [m for m in adjectives if m not in bodies]
        items = phrases.adjectives_before(others, noun, dice)
        items.append(pick(dice, (" who is ", " that is ", ", ", " being ")))
        items += phrases.joined([[m] for m in bodies], dice)
    elif form < 0.2:
        items = [noun]
        for mention in adjectives:
            items += [", ", mention]
    else:
        items = phrases.adjectives_before(adjectives, noun, dice)
    if after:
        items.append(pick(dice, (" with ", " with ", ", ", " who has ")))
        items += phrases.joined(after, dice)
    return look, shape, items
