"""Captions of random people in random clothes, in several word orders."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache

from engine.training.perceptor import phrases, wardrobe
from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.body_captions import person
from engine.training.perceptor.entries import COLOR_NAMES, draw_garments, parse_look, pick
from engine.training.perceptor.lexis import Lexis
from engine.training.perceptor.people import PEOPLE
from engine.training.perceptor.words import Article, Item, Mention, Words, is_held_out
from engine.wardrobe.outfit import HUMAN_SKINS, Look, Shape, covers


@lru_cache(maxsize=1)
def _composites() -> list[tuple[str, list, tuple[str, ...]]]:
    """(words, parsed looks, default colours)."""
    return [
        (words, [parse_look(look) for look in looks], v.COMPOSITE_COLORS.get(words, COLOR_NAMES))
        for words, looks in v.COMPOSITES.items()
    ]


def _features(look: Look, words: Words, dice: random.Random, chance: float) -> list[list[Item]]:
    """Phrases on hair, beard, skin and eyes, each with its chance."""
    found: list[list[Item] | None] = []
    if dice.random() < chance:
        found.append(phrases.hair_phrase(look, words, dice))
    if dice.random() < chance * 1.2:
        found.append(phrases.beard_phrase(look, words, dice))
    if dice.random() < (0.9 if look.skin not in HUMAN_SKINS else 0.3 * chance):
        found.append(phrases.skin_phrase(look, words, dice))
    if dice.random() < 0.15 * chance:
        found.append(phrases.eyes_phrase(look, words, dice))
    chunks = [chunk for chunk in found if chunk]
    dice.shuffle(chunks)
    return chunks


def add_composite(dice: random.Random, lex: Lexis, shape: Shape, face: Look) -> tuple[Look, list[Item]]:
    """A look in 'a grey suit' and the phrase."""
    text, looks, colors = pick(dice, _composites())
    star = pick(dice, COLOR_NAMES if dice.random() < 0.25 else colors)
    garments = draw_garments(pick(dice, looks), dice, star)
    if text.startswith("camouflage"):
        star = ""
    bare = frozenset({"torso", "legs", "feet"}) if "bikini" in text else frozenset()
    garments = wardrobe.fill(garments, bare, dice, shape.gender)
    style = wardrobe.fitting_hair(face.hair_style, garments)
    look = replace(face, hair_style=style, garments=tuple(garments))
    names = [word for word in text.split("|") if not is_held_out(word)]
    name = pick(dice, names)
    targets = tuple(index for index, garment in enumerate(garments) if garment.color == star)
    head = Mention("composite", names[0].rstrip("@"), name.rstrip("@"), targets, name.endswith("@"))
    if not star or (name in ("tuxedo", "dinner suit") and star == "black" and dice.random() < 0.5):
        return look, [Article(), head]
    return look, [Article(), lex.words.mention("color", star, dice, targets), " ", head]


def _garment_phrases(look: Look, words: Words, dice: random.Random, view: str, article: bool) -> list[list[Item]]:
    """Phrases of some garments: mostly large ones, on the head for a face."""
    garments = list(enumerate(look.garments))
    if view == "face":
        garments.sort(key=lambda pair: pair[1].kind not in PEOPLE.face_accessories)
        garments = garments[: 1 + int(dice.random() * 2)]
    else:
        wanted = min(len(garments), pick(dice, (1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5)))
        garments = sorted(garments, key=lambda pair: dice.random() * (1.6 if covers(pair[1].kind) else 1.0))[-wanted:]
    dice.shuffle(garments)
    bare_chance = 0.06
    return [
        phrases.garment_phrase(garment, index, words, dice, dice.random() > bare_chance, article)
        for index, garment in garments
    ]


def _bare_phrases(look: Look, dice: random.Random) -> list[list[Item]]:
    """'barefoot', 'shirtless' where it holds."""
    covered = {area for garment in look.garments for area in covers(garment.kind)}
    chunks: list[list[Item]] = []
    if "feet" not in covered and dice.random() < 0.3:
        chunks.append([Mention("bare", "feet", pick(dice, ("barefoot", "bare feet", "no shoes")))])
    if not covered & {"torso"} and not any(g.kind == "swimsuit" for g in look.garments) and dice.random() < 0.5:
        chunks.append([Mention("bare", "torso", pick(dice, ("a bare chest", "a naked torso", "a bare upper body")))])
    return chunks


def outfit_caption(dice: random.Random, lex: Lexis, view: str) -> tuple[Look, Shape, list[Item]]:
    """A random person in random clothes, in one of several word orders."""
    words = lex.words
    shape, adjectives, noun, after = person(dice, lex, {"height": 0.12, "weight": 0.12, "muscle": 0.08, "age": 0.15})
    look = wardrobe.random_look(dice, shape)
    terse = dice.random() < 0.2
    if dice.random() < 0.12 and view != "face":
        look, composite = add_composite(dice, lex, shape, look)
        clothes = [composite[1:] if terse else composite]
    else:
        clothes = _garment_phrases(look, words, dice, view, not terse)
    features = after + _features(look, words, dice, 0.7 if view == "face" else 0.22) + _bare_phrases(look, dice)
    if dice.random() < 0.12 and not features:
        adjective = phrases.look_adjective(look, words, dice)
        if adjective:
            adjectives.append(adjective)
    return look, shape, _order(dice, terse, adjectives, noun, clothes, features)


WEARING = (
    " in ",
    " in ",
    " wearing ",
    " wearing ",
    " dressed in ",
    " with ",
    " who wears ",
    " who is wearing ",
    " clad in ",
)


def _order(
    dice: random.Random,
    terse: bool,
    adjectives: list[Mention],
    noun: Mention,
    clothes: list[list[Item]],
    features: list[list[Item]],
) -> list[Item]:
    """Person, clothes and features in one of the word orders."""
    person = phrases.adjectives_before(adjectives, noun, dice)
    if terse:
        chunks = clothes + features
        bare = person[1:]
        if dice.random() < 0.5:
            chunks = [bare, *chunks] if dice.random() < 0.5 else [*chunks, bare]
        else:
            chunks = [*chunks, bare]
            dice.shuffle(chunks)
        glue = pick(dice, (", ", ", ", " "))
        items: list[Item] = []
        for index, chunk in enumerate(chunks):
            items += ([glue] if index else []) + chunk
        return items
    form = dice.random()
    wear = [pick(dice, WEARING), *phrases.joined(clothes, dice)]
    if not features:
        return person + wear
    have = phrases.joined(features, dice)
    if form < 0.45:
        return [*person, " with ", *have, pick(dice, (",", "", " and")), *wear]
    if form < 0.8:
        return [*person, *wear, pick(dice, (" and with ", ", with ", ", ", " and ")), *have]
    chunks = clothes + features
    dice.shuffle(chunks)
    return [*person, pick(dice, (" with ", ", ")), *phrases.joined(chunks, dice)]


def told_of(dice: random.Random, lex: Lexis, look: Look, shape: Shape) -> list[Item]:
    """A caption of a look and a body that are given, seen whole: some of the garments, hair, beard and skin."""
    gender = "any" if dice.random() < 0.4 or abs(shape.gender) < 0.4 else "male" if shape.gender > 0 else "female"
    noun = phrases.noun_mention(gender, None, lex.words, dice)
    terse = dice.random() < 0.2
    clothes = _garment_phrases(look, lex.words, dice, "body", not terse)
    features = _features(look, lex.words, dice, 0.22) + _bare_phrases(look, dice)
    return _order(dice, terse, [], noun, clothes, features)
