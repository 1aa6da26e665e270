"""Phrases of a caption: the noun phrase of a person, garments, hair, beard, skin. All return lists of items."""

from __future__ import annotations

import random

from engine.training.perceptor.entries import pick
from engine.training.perceptor.vocabulary import IMPLIED_COLORS, MATERIAL_ADJECTIVES, NOUNS, PLURAL_NOUNS
from engine.training.perceptor.words import Article, Item, Mention, Words
from engine.wardrobe.outfit import HUMAN_SKINS, Garment, Look

UNSEEN_BY_COLOR = frozenset({"glasses", "necklace"})
ADJECTIVE_ORDER = ("height", "weight", "muscle", "gender", "age")


def joined(chunks: list[list[Item]], dice: random.Random) -> list[Item]:
    """'a, b and c' or 'a, b, c'."""
    result: list[Item] = []
    last = pick(dice, (" and ", " and ", ", ", ", and ", " with "))
    for index, chunk in enumerate(chunks):
        if index:
            result.append(last if index == len(chunks) - 1 else ", ")
        result += chunk
    return result


def garment_phrase(
    garment: Garment, index: int, words: Words, dice: random.Random, colored: bool = True, article: bool = True
) -> list[Item]:
    """'a red t-shirt', 'a red and white striped shirt', 'a shirt with red stripes', 'trousers in blue'."""
    target = (index,)
    kind = words.mention("kind", garment.kind, dice, target)
    if not colored and garment.color not in IMPLIED_COLORS.get(kind.text, (garment.color,)):
        text, plural = words.table["kind", garment.kind][0]
        kind = Mention("kind", garment.kind, text, target, plural)
    head: list[Item] = [Article()] if article else []
    if dice.random() < 0.06:
        adjective = pick(dice, MATERIAL_ADJECTIVES)
        if adjective not in kind.text:
            kind = Mention("kind", garment.kind, f"{adjective} {kind.text}", target, kind.plural)
    if not colored:
        if garment.pattern != "plain" and dice.random() < 0.5:
            return [*head, words.mention("pattern", garment.pattern, dice, target), " ", kind]
        return [*head, kind]
    color = words.mention("color", garment.color, dice, target)
    if garment.pattern != "plain" and dice.random() < 0.85:
        return head + _patterned(garment, color, kind, words, dice, target)
    form = dice.random()
    if garment.accent and garment.pattern == "plain" and dice.random() < 0.25:
        accent = Mention("accent", garment.accent, words.word("color", garment.accent, dice)[0], target)
        if form < 0.5:
            return [*head, color, " and ", accent, " ", kind]
        return [*head, color, " ", kind, " with ", accent, pick(dice, (" details", " trim", " accents"))]
    if form < 0.9:
        return [*head, color, " ", kind]
    return [*head, kind, " in ", color]


def _patterned(
    garment: Garment, color: Mention, kind: Mention, words: Words, dice: random.Random, target: tuple[int, ...]
) -> list[Item]:
    pattern = words.mention("pattern", garment.pattern, dice, target)
    if garment.accent is None:
        return [color, " ", pattern, " ", kind]
    accent = Mention("accent", garment.accent, words.word("color", garment.accent, dice)[0], target)
    if words.has("pattern_noun", garment.pattern) and dice.random() < 0.4:
        noun = Mention("pattern", garment.pattern, words.word("pattern_noun", garment.pattern, dice)[0], target)
        return [color, " ", kind, " with ", accent, " ", noun]
    if dice.random() < 0.3:
        return [color, " ", pattern, " ", kind]
    return [color, pick(dice, (" and ", "-and-", " & ")), accent, " ", pattern, " ", kind]


def hair_phrase(look: Look, words: Words, dice: random.Random) -> list[Item] | None:
    """'long blond hair', 'a grey bun', 'a bald head'; None if a garment hides it."""
    if look.hair_style == "hood":
        return None
    if look.hair_style == "bald":
        return [words.mention("hair_style", "bald", dice)]
    color = words.mention("hair_color", look.hair_color, dice)
    form = dice.random()
    if form < 0.2:
        return [Mention("hair_color", look.hair_color, f"{color.text} hair")]
    text, _ = words.word("hair_style", look.hair_style, dice)
    return [Mention("hair_style", look.hair_style, text, inner=color if form < 0.8 and "{}" in text else None)]


def beard_phrase(look: Look, words: Words, dice: random.Random) -> list[Item] | None:
    """'a red beard', 'stubble'; None without one."""
    if look.beard == "none":
        return None
    text, _ = words.word("beard", look.beard, dice)
    inner = None
    if "{}" in text and dice.random() < 0.6:
        inner = Mention("beard_color", look.beard_color, words.word("hair_color", look.beard_color, dice)[0])
    return [Mention("beard", look.beard, text, inner=inner)]


def skin_phrase(look: Look, words: Words, dice: random.Random) -> list[Item]:
    """'green skin', 'a body made of stone'."""
    if look.skin.endswith(" fur"):
        return [Mention("skin", look.skin, f"{look.skin.split()[0]} fur")]
    if look.skin == "bandages":
        return [Mention("skin", look.skin, "bandages all over")]
    if words.has("material", look.skin) and dice.random() < 0.4:
        return [Mention("skin", look.skin, "a body made of " + words.word("material", look.skin, dice)[0])]
    return [Mention("skin", look.skin, words.word("skin", look.skin, dice)[0] + " skin")]


def eyes_phrase(look: Look, words: Words, dice: random.Random) -> list[Item] | None:
    """'blue eyes'."""
    if not words.has("eye_color", look.eye_color):
        return None
    return [Mention("eye_color", look.eye_color, words.word("eye_color", look.eye_color, dice)[0] + " eyes")]


def look_adjective(look: Look, words: Words, dice: random.Random) -> Mention | None:
    """'blond', 'red-haired', 'bearded', 'bald', 'green-skinned' before the noun."""
    form = dice.random()
    if look.beard != "none" and form < 0.3:
        return Mention("beard", look.beard, "moustached" if look.beard == "moustache" else "bearded")
    if look.hair_style == "bald" and form < 0.6:
        return Mention("hair_style", "bald", pick(dice, ("bald", "bald-headed")))
    if look.hair_style not in ("bald", "hood") and form < 0.6:
        text = words.word("hair_color", look.hair_color, dice)[0]
        return Mention("hair_color", look.hair_color, "blond" if text == "blond" else f"{text}-haired")
    if look.skin not in HUMAN_SKINS or form < 0.8:
        if look.skin.endswith("fur"):
            return Mention("skin", look.skin, words.word("skin", look.skin, dice)[0])
        if words.has("skin", look.skin):
            return Mention("skin", look.skin, words.word("skin", look.skin, dice)[0] + "-skinned")
    return None


def noun_mention(gender: str, age: str | None, words: Words, dice: random.Random) -> Mention:
    """The noun for stated gender ('male', 'female' or 'any') and age level; states both."""
    key = f"{gender}:{age or ''}"
    if not words.has("noun", key):
        key = f"{gender}:" if gender != "any" or age is None else f"any:{age}"
    if not words.has("noun", key):
        key = "any:"
    text, _ = words.word("noun", key, dice)
    value = key if key != f"{gender}:" else f"{gender}:"
    return Mention("noun", value, text, plural=text in PLURAL_NOUNS)


def has_noun(gender: str, age: str | None) -> bool:
    """Is there a noun that states this age (for this gender)?"""
    return (gender, age) in NOUNS


def adjectives_before(chunks: list[Mention], head: Mention, dice: random.Random) -> list[Item]:
    """[Article] adjectives noun: 'a tall, thin woman', 'a tall and thin woman', 'a very tall old man'."""
    items: list[Item] = [Article()]
    glue = pick(dice, (" ", " ", ", ", " and "))
    for index, mention in enumerate(chunks):
        items.append(mention)
        items.append(glue if index < len(chunks) - 1 and mention.role in ("height", "weight", "muscle") else " ")
    if len(chunks) == 2 and glue == " and " and chunks[1].role in ("gender", "age"):
        items[2] = " "
    return [*items, head]
