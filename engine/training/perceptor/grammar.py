"""Random figures with captions: the training text of the perceptor.

`sample(rng)` draws a body, a look and a caption that states part of both; what a caption leaves open is random.
`hard_negative(sample, rng)` rewrites the caption so that it no longer fits. Captions only ever state what holds.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.training.perceptor import phrases, wardrobe
from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.entries import (
    COLOR_NAMES,
    EXPANSION_FILE,
    Entry,
    Name,
    draw_garments,
    load_lexicon,
    parse_look,
    pick,
)
from engine.training.perceptor.outfit import HUMAN_SKINS, Garment, Look, Shape, covers
from engine.training.perceptor.words import Article, Item, Mention, Words, flatten, is_held_out, render

KINDS = (("shape", 0.2), ("outfit", 0.38), ("lexicon", 0.25), ("override", 0.17))
"""What a caption is about, and how often: the body, clothes, a figure of the lexicon, such a figure changed."""
FACE_CHANCE, BACK_CHANCE = 0.12, 0.12


@dataclass(frozen=True)
class Sample:
    """One training figure. `view`: which side the caption speaks of (body, face or back).

    `mentions`: all that the caption states, flat; `template` and `items` are what `hard_negative` rewrites.
    """

    caption: str
    look: Look
    shape: Shape
    kind: str
    view: str
    mentions: tuple[Mention, ...]
    template: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Lexis:
    """Words and lexicon names for one mode (training, or evaluation on held-out words)."""

    words: Words
    entries: tuple[tuple[Entry, tuple[Name, ...]], ...]
    neighbours: tuple[tuple[str, tuple[tuple[int, float], ...]], ...]
    by_key: dict[str, int]


@lru_cache(maxsize=2)
def lexis(held_out: bool) -> Lexis:
    """Everything the sampler draws words from; the expansion is used where it stands."""
    expansion = json.loads(EXPANSION_FILE.read_text()) if EXPANSION_FILE.exists() else {}
    entries = []
    for entry in load_lexicon():
        secret = tuple(name for name in entry.names if is_held_out(name.text))
        plain = tuple(name for name in entry.names if not is_held_out(name.text))
        names = secret if held_out and secret else plain
        if names:
            entries.append((entry, names))
    index = {entry.key: position for position, (entry, _) in enumerate(entries)}
    neighbours = []
    for word, near in expansion.get("names", {}).items():
        known = tuple((index[key], weight) for key, weight in near if key in index)
        if known and not is_held_out(word):
            neighbours.append((word, known))
    extra = {
        role: {value: [word for word in words if not is_held_out(word)] for value, words in values.items()}
        for role, values in expansion.get("words", {}).items()
    }
    return Lexis(Words(held_out, extra), tuple(entries), tuple(neighbours), index)


@lru_cache(maxsize=1)
def _composites() -> list[tuple[str, list, tuple[str, ...]]]:
    """(words, parsed looks, default colours)."""
    return [
        (words, [parse_look(look) for look in looks], v.COMPOSITE_COLORS.get(words, COLOR_NAMES))
        for words, looks in v.COMPOSITES.items()
    ]


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
        look, shape, items = _shape_caption(dice, lex)
    elif kind == "outfit":
        look, shape, items = _outfit_caption(dice, lex, view_name)
    else:
        look, shape, items = _lexicon_caption(dice, lex, kind == "override")
    template = pick(dice, v.TEMPLATES[view_name])
    return Sample(
        template.replace("{}", render(items)), look, shape, kind, view_name, flatten(items), template, tuple(items)
    )


# --- bodies -------------------------------------------------------------------------------------------------
ATTRIBUTE_LEVELS = {
    "height": ("towering", "tall", "tall", "short", "short", "tiny", "average height"),
    "weight": ("obese", "fat", "fat", "slim", "slim", "skinny", "average weight"),
    "muscle": ("very muscular", "muscular", "muscular", "weak"),
    "age": ("child", "teenager", "young", "middle-aged", "old", "old", "very old", "toddler", "baby"),
}


def _draw_levels(dice: random.Random, chances: dict[str, float]) -> dict[str, str]:
    """attribute -> level for the attributes that the caption will state."""
    levels = {name: pick(dice, ATTRIBUTE_LEVELS[name]) for name, chance in chances.items() if dice.random() < chance}
    if levels.get("age") in ("baby", "toddler"):
        levels.pop("muscle", None)
    return levels


def _ranges(levels: dict[str, str]) -> dict[str, tuple[float, float]]:
    return {
        name: v.AGE_ONLY_NOUNS[level] if level in v.AGE_ONLY_NOUNS else v.SHAPE_WORDS[name][level][:2]
        for name, level in levels.items()
    }


def _person(
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


def _shape_caption(dice: random.Random, lex: Lexis) -> tuple[Look, Shape, list[Item]]:
    """'a tall and skinny old woman'; the look is random and unstated."""
    chances = {"height": 0.5, "weight": 0.5, "muscle": 0.35, "age": 0.35}
    shape, adjectives, noun, after = _person(dice, lex, chances)
    while not adjectives and not after and noun.value.partition(":")[2] == "" and dice.random() < 0.8:
        shape, adjectives, noun, after = _person(dice, lex, chances)
    if noun.value == "any:" and not adjectives and not after:
        return _shape_caption(dice, lex)
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


# --- outfits ------------------------------------------------------------------------------------------------
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


def _add_composite(dice: random.Random, lex: Lexis, shape: Shape, face: Look) -> tuple[Look, list[Item]]:
    """A look in 'a grey suit' and the phrase."""
    text, looks, colors = pick(dice, _composites())
    star = pick(dice, COLOR_NAMES if dice.random() < 0.25 else colors)
    garments = draw_garments(pick(dice, looks), dice, star)
    if text.startswith("camouflage"):
        star = ""
    bare = frozenset({"torso", "legs", "feet"}) if "bikini" in text else frozenset()
    garments = wardrobe.fill(garments, bare, dice, shape.gender)
    look = Look(
        face.skin, wardrobe.fitting_hair(face.hair_style, garments), face.hair_color, face.beard, face.beard_color,
        face.eye_color, tuple(garments),
    )  # fmt: skip
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
        garments.sort(key=lambda pair: pair[1].kind not in wardrobe.FACE_ACCESSORIES)
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


def _outfit_caption(dice: random.Random, lex: Lexis, view: str) -> tuple[Look, Shape, list[Item]]:
    """A random person in random clothes, in one of several word orders."""
    words = lex.words
    shape, adjectives, noun, after = _person(dice, lex, {"height": 0.12, "weight": 0.12, "muscle": 0.08, "age": 0.15})
    look = wardrobe.random_look(dice, shape)
    terse = dice.random() < 0.2
    if dice.random() < 0.12 and view != "face":
        look, composite = _add_composite(dice, lex, shape, look)
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


# --- the lexicon --------------------------------------------------------------------------------------------
def _choose_entry(dice: random.Random, lex: Lexis) -> tuple[Entry, Name]:
    """An entry with one of its names, or with a word of the expansion whose nearest entry it is."""
    if lex.neighbours and not lex.words.held_out and dice.random() < 0.25:
        word, near = pick(dice, lex.neighbours)
        index = dice.choices([i for i, _ in near], [w for _, w in near])[0] if len(near) > 1 else near[0][0]
        return lex.entries[index][0], Name(word, None, True)
    entry, names = pick(dice, lex.entries)
    return entry, names[0] if dice.random() < 0.3 else pick(dice, names)


DRESSED_AS = (" dressed as ", " in the costume of ", " dressed up as ", " looking like ", " as ")


def _lexicon_caption(dice: random.Random, lex: Lexis, override: bool) -> tuple[Look, Shape, list[Item]]:
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
            level = pick(dice, ATTRIBUTE_LEVELS[attribute])
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
            return look, shape, [
                *person, pick(dice, (" with ", " in ", " wearing ")),
                *phrases.garment_phrase(garment, index, words, dice),
            ]  # fmt: skip
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
        new, phrase = _add_composite(dice, lex, shape, look)
        return new, [pick(dice, (" in ", " wearing ", " dressed in ")), *phrase]
    face = wardrobe.random_face(dice, shape.gender, shape.age)
    if form < 0.85 and look.hair_style != "hood":
        beard = face.beard if face.beard != "none" else look.beard
        new = _with(
            look, hair_style=face.hair_style, hair_color=face.hair_color, beard=beard, beard_color=face.hair_color
        )
        bearded = phrases.beard_phrase(new, words, dice) if dice.random() < 0.5 else None
        return new, [" with ", *(bearded or phrases.hair_phrase(new, words, dice) or [])]
    skin = pick(dice, wardrobe.FANTASY_SKINS)
    if not words.has("skin", skin):
        skin = "green"
    new = _with(look, skin=skin)
    return new, [" with ", *phrases.skin_phrase(new, words, dice)]


def _with(look: Look, **changes: object) -> Look:
    values = {
        "skin": look.skin, "hair_style": look.hair_style, "hair_color": look.hair_color, "beard": look.beard,
        "beard_color": look.beard_color, "eye_color": look.eye_color, "garments": look.garments,
    }  # fmt: skip
    return Look(**{**values, **changes})  # type: ignore[arg-type]


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
    new = _with(look, garments=changed)
    if whole:
        targets = tuple(i for i, g in enumerate(changed) if g.color == color)
        tail = pick(dice, ("", "", " clothes", " clothing"))
        return new, [" in ", words.mention("color", color, dice, targets), tail]
    wear = pick(dice, (" in ", " with ", " wearing "))
    return new, [wear, *phrases.garment_phrase(changed[index], index, words, dice)]


REPLACED = ("t_shirt", "long_sleeve", "jacket", "coat", "hoodie", "trousers", "shorts", "skirt", "dress", "gown",
            "boots", "shoes", "gloves", "cape", "scarf", "hat", "cap", "helmet", "glasses", "belt", "robe", "mask_eyes",
            "mask_mouth", "headband", "tie", "backpack", "apron", "vest")  # fmt: skip


def _new_garment(dice: random.Random, words: Words, look: Look) -> tuple[Look, list[Item]]:
    """'… in a red t-shirt': another garment takes the place of what covers the same area."""
    kind = pick(dice, REPLACED)
    areas = set(covers(kind))
    clash = wardrobe.UNCLASHED.get(kind, frozenset())
    kept = [g for g in look.garments if not areas & set(covers(g.kind)) and g.kind not in clash and g.kind != kind]
    if kind in ("t_shirt", "long_sleeve", "jacket", "coat", "hoodie", "robe", "dress", "gown"):
        kept = [g for g in kept if g.kind not in ("vest", "armor_torso", "apron", "chest_emblem", "suspenders", "tie")]
    garments = wardrobe.fill([*kept], frozenset({"feet"}) | areas, dice, 0.5)
    garments.append(wardrobe.recolored([Garment(kind, "black")], dice)[0])
    new = _with(look, garments=tuple(garments), hair_style=wardrobe.fitting_hair(look.hair_style, garments))
    wear = pick(dice, (" in ", " with ", " wearing ", " who wears "))
    return new, [wear, *phrases.garment_phrase(garments[-1], len(garments) - 1, words, dice)]


def hard_negative(sample: Sample, rng: np.random.Generator) -> str:
    """See `negatives.hard_negative`."""
    from engine.training.perceptor import negatives  # negatives reads this module

    return negatives.hard_negative(sample, rng)
