"""Captions of the lexicon's figures: named, disguised, or with one attribute changed."""

from __future__ import annotations

import random
from dataclasses import replace

from engine.training.perceptor import phrases, wardrobe
from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.entries import COLOR_NAMES, Entry, Name, pick
from engine.training.perceptor.lexis import Lexis
from engine.training.perceptor.outfit_captions import add_composite
from engine.training.perceptor.people import PEOPLE
from engine.training.perceptor.words import Article, Item, Mention, Words
from engine.wardrobe.outfit import Garment, Look, Shape, covers


def _choose_entry(dice: random.Random, lex: Lexis) -> tuple[Entry, Name]:
    """An entry with one of its names, or with a word of the expansion whose nearest entry it is."""
    if lex.neighbours and not lex.words.held_out and dice.random() < 0.25:
        word, near = pick(dice, lex.neighbours)
        index = dice.choices([i for i, _ in near], [w for _, w in near])[0] if len(near) > 1 else near[0][0]
        return lex.entries[index][0], Name(word, None, True)
    entry, names = pick(dice, lex.entries)
    return entry, names[0] if dice.random() < 0.3 else pick(dice, names)


DRESSED_AS = (" dressed as ", " in the costume of ", " dressed up as ", " looking like ", " as ")


def figure_caption(dice: random.Random, lex: Lexis, override: bool) -> tuple[Look, Shape, list[Item]]:
    """'a firefighter', 'an old pirate', 'a woman dressed as a ninja'; with `override` 'a ninja in white'."""
    words = lex.words
    entry, name = _choose_entry(dice, lex)
    ranges = dict(entry.shape)
    if "age" not in ranges:
        ranges["age"] = (0.5, 0.8)
    adjectives: list[Mention] = []
    if name.gender:
        ranges["gender"] = v.SHAPE_WORDS["gender"][name.gender][:2]
    elif dice.random() < (0.3 if override else 0.1) and name.article:
        gender = pick(dice, ("male", "female"))
        ranges["gender"] = v.SHAPE_WORDS["gender"][gender][:2]
        adjectives.append(words.mention("gender", gender, dice))
    for attribute in ("height", "weight", "muscle", "age"):
        if dice.random() < (0.12 if override else 0.02):
            level = pick(dice, PEOPLE.levels[attribute])
            if words.has(attribute, level) and level not in ("toddler", "baby"):
                ranges[attribute] = v.SHAPE_WORDS[attribute][level][:2]
                adjectives.insert(0 if attribute != "age" else len(adjectives), words.mention(attribute, level, dice))
    shape = wardrobe.random_shape(dice, ranges)
    look = wardrobe.entry_look(entry, dice, shape)
    text = name.text.removeprefix("the ") if adjectives else name.text
    head = Mention("name", entry.key, text, plural=not name.article and not adjectives)
    person: list[Item] = phrases.adjectives_before(adjectives, head, dice)
    if dice.random() < 0.07:
        gender = "male" if shape.gender > 0.4 else "female" if shape.gender < -0.4 else "any"
        disguised = adjectives_free = phrases.noun_mention(gender, None, words, dice)
        person = [Article(), adjectives_free, pick(dice, DRESSED_AS), *person] if disguised else person
    if override:
        look, tail = _override(dice, lex, look, shape, bool(adjectives))
        return look, shape, person + tail
    if dice.random() < 0.12:
        visible = [(i, g) for i, g in enumerate(look.garments)]
        if visible:
            index, garment = pick(dice, visible)
            return (
                look,
                shape,
                [
                    *person,
                    pick(dice, (" with ", " in ", " wearing ")),
                    *phrases.garment_phrase(garment, index, words, dice),
                ],
            )
    return look, shape, person


def _override(dice: random.Random, lex: Lexis, look: Look, shape: Shape, changed: bool) -> tuple[Look, list[Item]]:
    """One stated attribute that differs from the entry's look: colour, garment, outfit, hair, beard, skin."""
    form = dice.random()
    words = lex.words
    if changed and form < 0.5:
        return look, []
    if form < 0.35 and look.garments:
        return _recolor(dice, words, look)
    if form < 0.6:
        return _new_garment(dice, words, look)
    if form < 0.7:
        new, phrase = add_composite(dice, lex, shape, look)
        return new, [pick(dice, (" in ", " wearing ", " dressed in ")), *phrase]
    face = wardrobe.random_face(dice, shape.gender, shape.age)
    if form < 0.85 and look.hair_style != "hood":
        beard = face.beard if face.beard != "none" else look.beard
        color = face.hair_color
        new = replace(look, hair_style=face.hair_style, hair_color=color, beard=beard, beard_color=color)
        bearded = phrases.beard_phrase(new, words, dice) if dice.random() < 0.5 else None
        return new, [" with ", *(bearded or phrases.hair_phrase(new, words, dice) or [])]
    skin = pick(dice, wardrobe.FANTASY_SKINS)
    if not words.has("skin", skin):
        skin = "green"
    new = replace(look, skin=skin)
    return new, [" with ", *phrases.skin_phrase(new, words, dice)]


def _recolor(dice: random.Random, words: Words, look: Look) -> tuple[Look, list[Item]]:
    """'… in white': the main colour of all garments that share it becomes another; or of one garment, named."""
    color = pick(dice, COLOR_NAMES)
    large = [i for i, g in enumerate(look.garments) if covers(g.kind)] or [0]
    index = pick(dice, large)
    old = look.garments[index].color
    whole = dice.random() < 0.5
    changed = tuple(
        Garment(g.kind, color, g.accent if g.accent != color else None, g.pattern)
        if (i == index or (whole and (g.color == old or i in large)))
        else g
        for i, g in enumerate(look.garments)
    )
    new = replace(look, garments=changed)
    if whole:
        targets = tuple(i for i, g in enumerate(changed) if g.color == color)
        tail = pick(dice, ("", "", " clothes", " clothing"))
        return new, [" in ", words.mention("color", color, dice, targets), tail]
    wear = pick(dice, (" in ", " with ", " wearing "))
    return new, [wear, *phrases.garment_phrase(changed[index], index, words, dice)]


def _new_garment(dice: random.Random, words: Words, look: Look) -> tuple[Look, list[Item]]:
    """'… in a red t-shirt': another garment takes the place of what covers the same area."""
    kind = pick(dice, PEOPLE.replaced)
    areas = set(covers(kind))
    clash = PEOPLE.clashing(kind)
    kept = [g for g in look.garments if not areas & set(covers(g.kind)) and g.kind not in clash and g.kind != kind]
    if kind in ("t_shirt", "long_sleeve", "jacket", "coat", "hoodie", "robe", "dress", "gown"):
        kept = [g for g in kept if g.kind not in ("vest", "armor_torso", "apron", "chest_emblem", "suspenders", "tie")]
    garments = wardrobe.fill([*kept], frozenset({"feet"}) | areas, dice, 0.5)
    garments.append(wardrobe.recolored([Garment(kind, "black")], dice)[0])
    new = replace(look, garments=tuple(garments), hair_style=wardrobe.fitting_hair(look.hair_style, garments))
    wear = pick(dice, (" in ", " with ", " wearing ", " who wears "))
    return new, [wear, *phrases.garment_phrase(garments[-1], len(garments) - 1, words, dice)]
