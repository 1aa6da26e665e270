"""Captions that almost fit: attributes swapped between garments, or one attribute changed.

Its numbers are set by hand.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.entries import pick
from engine.training.perceptor.lexis import lexis
from engine.training.perceptor.people import PEOPLE
from engine.training.perceptor.words import Item, Mention, Sample, Words, flatten, render
from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, HAIR_COLORS, SKINS

COLOR_ROLES = frozenset({"color", "accent", "hair_color", "beard_color"})
FAR = 0.3
"""Least distance of two colours (Euclidean, sRGB 0-1) for a change that can be seen."""


def _shade(value: str, role: str) -> tuple[float, float, float]:
    table = COLORS if role in ("color", "accent") else SKINS if role == "skin" else HAIR_COLORS
    return table[value]


def far(first: tuple[float, float, float], second: tuple[float, float, float]) -> bool:
    """Can the two colours be told apart at a glance?"""
    return sum((a - b) ** 2 for a, b in zip(first, second)) > FAR**2


def replaced(items: tuple[Item, ...], old: Mention, new: Mention) -> tuple[Item, ...]:
    """The items with one mention (by identity, also an inner one) replaced."""
    result: list[Item] = []
    for item in items:
        if item is old:
            result.append(new)
        elif isinstance(item, Mention) and item.inner is not None and item.inner is old:
            result.append(replace(item, inner=new))
        else:
            result.append(item)
    return tuple(result)


def _color_word(mention: Mention) -> str:
    """The colour's own words, without the 'hair' or '-haired' that a phrase may carry."""
    text = mention.text
    for tail in ("-haired", " hair"):
        text = text.removesuffix(tail)
    return text


def _dressed(word: str, like: Mention) -> str:
    """A colour word in the place of another mention's."""
    for tail in ("-haired", " hair"):
        if like.text.endswith(tail):
            return word + tail
    return f"{word}-haired" if like.text == "blond" and not like.targets else word


def swap(sample: Sample, dice: random.Random) -> tuple[Item, ...] | None:
    """Two stated colours of different things exchanged; None without two that differ."""
    found = [m for m in sample.mentions if m.role in COLOR_ROLES]
    pairs = [
        (a, b)
        for i, a in enumerate(found)
        for b in found[i + 1 :]
        if (a.targets != b.targets or a.role != b.role) and far(_shade(a.value, a.role), _shade(b.value, b.role))
    ]
    inner = {id(item.inner) for item in sample.items if isinstance(item, Mention)}
    pairs = [(a, b) for a, b in pairs if not (id(a) in inner and id(b) in inner)] or pairs
    if not pairs:
        return None
    first, second = pick(dice, pairs)
    new_first = replace(first, value=second.value, text=_dressed(_color_word(second), first))
    new_second = replace(second, value=first.value, text=_dressed(_color_word(first), second))
    return replaced(replaced(sample.items, first, new_first), second, new_second)


def _other_color(mention: Mention, sample: Sample, words: Words, dice: random.Random) -> Mention | None:
    role = "color" if mention.role in ("color", "accent") else "skin" if mention.role == "skin" else "hair_color"
    table = {"color": COLORS, "skin": SKINS, "hair_color": HAIR_COLORS}[role]
    shade = table[mention.value]
    values = [name for name, rgb in table.items() if far(shade, rgb) and words.has(role, name)]
    if not values:
        return None
    value = pick(dice, values)
    word, _ = words.word(role, value, dice)
    if role == "skin":
        return replace(mention, value=value, text=word + ("-skinned" if mention.text.endswith("-skinned") else " skin"))
    return replace(mention, value=value, text=_dressed(word, mention))


def _other_kind(mention: Mention, sample: Sample, words: Words, dice: random.Random) -> Mention | None:
    worn = {garment.kind for garment in sample.look.garments}
    near = next((group for group in PEOPLE.similar_kinds if mention.value in group), frozenset({mention.value}))
    slot = GARMENT_KINDS[mention.value][0]
    values = [kind for kind in GARMENT_KINDS if kind not in worn and kind not in near]
    same = [kind for kind in values if GARMENT_KINDS[kind][0] == slot]
    value = pick(dice, same if same and dice.random() < 0.6 else values)
    if mention.value in ("trousers", "leggings") and dice.random() < 0.4 and "shorts" not in worn:
        value = "shorts"
    new = words.mention("kind", value, dice, mention.targets)
    known = {word for word, _ in words.table["kind", mention.value]}
    return None if new.text in known else new


def _other_level(mention: Mention, sample: Sample, words: Words, dice: random.Random) -> Mention | None:
    values = PEOPLE.against(mention.role, mention.value)
    if not values:
        return None
    value = pick(dice, values)
    phrase = f"{mention.role}:{mention.value}"
    built = words.has("build", phrase) and mention.text in {word for word, _ in words.table["build", phrase]}
    role, key = ("build", f"{mention.role}:{value}") if built else (mention.role, value)
    if not words.has(role, key):
        return None
    return replace(mention, value=value, text=words.word(role, key, dice)[0])


def _other_noun(mention: Mention, sample: Sample, words: Words, dice: random.Random) -> Mention | None:
    gender, _, age = mention.value.partition(":")
    turned = {"male": "female", "female": "male"}.get(gender)
    keys = []
    if turned and words.has("noun", f"{turned}:{age}"):
        keys.append(f"{turned}:{age}")
    for other in PEOPLE.against("age", age) if age else ():
        keys += [key for key in (f"{gender}:{other}", f"any:{other}") if words.has("noun", key)]
    if age in ("baby", "toddler"):
        keys += ["any:old", "any:teenager"]
    if not keys:
        return None
    return words.mention("noun", pick(dice, keys), dice)


def _other_name(mention: Mention, sample: Sample, words: Words, dice: random.Random) -> Mention | None:
    entries = lexis(words.held_out).entries
    own = next((entry for entry, _ in entries if entry.key == mention.value), None)
    for _ in range(8):
        entry, names = pick(dice, entries)
        name = pick(dice, names)
        if own is None or (entry is not own and not set(entry.looks) & set(own.looks)):
            return replace(mention, value=entry.key, text=name.text, plural=mention.plural or not name.article)
    return None


def _other_hair(mention: Mention, sample: Sample, words: Words, dice: random.Random) -> Mention | None:
    role = mention.role
    table = v.HAIR_STYLE_WORDS if role == "hair_style" else v.BEARD_WORDS
    groups = ({"buzz", "short"}, {"medium", "long", "ponytail"}, {"full", "goatee"}, {"stubble"})
    near = next((group for group in groups if mention.value in group), {mention.value})
    values = [value for value in table if value not in near]
    if mention.text in ("bald", "bald-headed", "bearded", "moustached"):
        if role == "hair_style":
            return replace(mention, value="long", text="long-haired")
        value = "full" if mention.text == "moustached" else "moustache"
        return replace(mention, value=value, text="bearded" if value == "full" else "moustached")
    if mention.text in v.BALD_WORDS.split("|"):
        return replace(mention, value="long", text="long hair")
    value = pick(dice, values)
    return replace(mention, value=value, text=words.word(role, value, dice)[0])


CHANGES: dict[str, tuple[float, Callable[[Mention, Sample, Words, random.Random], Mention | None]]] = {
    "color": (3.0, _other_color),
    "accent": (1.0, _other_color),
    "hair_color": (1.5, _other_color),
    "beard_color": (1.0, _other_color),
    "skin": (1.0, _other_color),
    "kind": (1.5, _other_kind),
    "height": (2.0, _other_level),
    "weight": (2.0, _other_level),
    "muscle": (2.0, _other_level),
    "age": (2.0, _other_level),
    "gender": (2.0, _other_level),
    "noun": (1.0, _other_noun),
    "name": (2.0, _other_name),
    "hair_style": (1.0, _other_hair),
    "beard": (1.0, _other_hair),
}
"""role -> (how often, how to change it)."""

SWAP_CHANCE = 0.5


def change(sample: Sample, words: Words, dice: random.Random) -> tuple[Item, ...] | None:
    """One stated attribute replaced by one that does not hold; None if nothing can be changed."""
    choices = [m for m in sample.mentions if m.role in CHANGES]
    while choices:
        mention = dice.choices(choices, [CHANGES[m.role][0] for m in choices])[0]
        new = CHANGES[mention.role][1](mention, sample, words, dice)
        if new is not None and new.text != mention.text:
            return replaced(sample.items, mention, new)
        choices = [m for m in choices if m is not mention]
    return None


def hard_negative(sample: Sample, rng: np.random.Generator) -> str:
    """A caption in the words of the sample's that does not fit its picture; swaps half of the time where it can."""
    dice = random.Random(int(rng.integers(1 << 62)))
    words = lexis(False).words
    items = swap(sample, dice) if dice.random() < SWAP_CHANCE else None
    items = items or change(sample, words, dice)
    if items is None:
        extra = words.mention("noun", "any:baby" if sample.shape.age > 0.3 else "any:old", dice)
        items = (*sample.items, ", ", extra)
    return sample.template.replace("{}", render(items))


def contradictions(items: tuple[Item, ...], sample: Sample) -> list[Mention]:
    """The mentions of rewritten items that the sample does not state."""
    stated = {(m.role, m.value, m.targets) for m in sample.mentions}
    return [m for m in flatten(items) if (m.role, m.value, m.targets) not in stated]
