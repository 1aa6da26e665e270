"""Plausible people at random: shapes, faces, outfits; and filling in what a lexicon look leaves open."""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import accumulate

from engine.training.perceptor.entries import COLOR_NAMES, Entry, LookSpec, draw_garments, parse_look, pick
from engine.training.perceptor.people import PEOPLE
from engine.wardrobe.attribute_space import TRAINED_PATTERNS
from engine.wardrobe.outfit import (
    EYE_COLORS,
    HUMAN_SKINS,
    NATURAL_HAIR,
    SKINS,
    Garment,
    Look,
    Shape,
    covers,
)

FANTASY_SKINS = tuple(name for name in SKINS if name not in HUMAN_SKINS)


def _clip(value: float, low: float = -1.0, high: float = 1.0) -> float:
    return low if value < low else high if value > high else value


def random_shape(dice: random.Random, ranges: dict[str, tuple[float, float]] | None = None) -> Shape:
    """A body at random; attributes in `ranges` are uniform within their range."""
    ranges = ranges or {}

    def value(name: str, low: float = -1.0) -> float:
        if name in ranges:
            bottom, top = ranges[name]
            return bottom + (top - bottom) * dice.random()
        return _clip(dice.gauss(0.0, 0.4), low)

    if "gender" in ranges:
        gender = value("gender")
    else:
        side = dice.random()
        gender = dice.uniform(-0.2, 0.2) if side < 0.06 else dice.uniform(0.6, 1.0) * (1 if side < 0.53 else -1)
    if "age" in ranges:
        age = value("age")
    else:
        part = dice.random()
        age = dice.uniform(0.5, 0.78) if part < 0.8 else dice.uniform(0.8, 1) if part < 0.9 else dice.uniform(0.3, 0.5)
    return Shape(value("height"), value("weight"), value("muscle"), age, gender)


@lru_cache(maxsize=1)
def _outfits() -> tuple[list[LookSpec], list[float], list[float]]:
    """Outfit choices with cumulative weights for men and for women."""
    specs = [parse_look(text.replace("?", "*")) for _, _, text in PEOPLE.outfits]
    return specs, list(accumulate(row[0] for row in PEOPLE.outfits)), list(accumulate(row[1] for row in PEOPLE.outfits))


def random_pattern(dice: random.Random, chance: float = 0.12) -> str:
    """Mostly plain."""
    return pick(dice, TRAINED_PATTERNS[1:]) if dice.random() < chance else "plain"


def recolored(garments: list[Garment], dice: random.Random) -> list[Garment]:
    """Each garment with its own random colour, sometimes a pattern; few colours repeat."""
    result = []
    for garment in garments:
        color = pick(dice, COLOR_NAMES)
        pattern = random_pattern(dice) if garment.kind in PEOPLE.patterned else "plain"
        accent = garment.accent
        if pattern != "plain" or (garment.kind in PEOPLE.accented and dice.random() < 0.5):
            accent = pick(dice, COLOR_NAMES)
        result.append(Garment(garment.kind, color, None if accent == color else accent, pattern))
    return result


def random_outfit(dice: random.Random, gender: float) -> list[Garment]:
    """Main garments and accessories, every one in its own colour."""
    specs, male, female = _outfits()
    side = male if gender > 0 or (gender > -0.3 and dice.random() < 0.5) else female
    spec = dice.choices(specs, cum_weights=side)[0]
    garments = draw_garments(spec, dice)
    worn = {garment.kind for garment in garments}
    scale = 0.0 if "torso" in spec.bare or "swimsuit" in worn or "bikini_top" in worn else 1.0
    for kind, chance in PEOPLE.accessories.items():
        if kind in PEOPLE.face_accessories or scale:
            if dice.random() >= chance * (0.6 if not scale else 1.0):
                continue
            if not worn & PEOPLE.clashing(kind):
                worn.add(kind)
                garments.append(Garment(kind, "black"))
    return recolored(garments, dice)


def random_face(dice: random.Random, gender: float, age: float) -> Look:
    """Skin, hair, beard and eyes, no garments; boys and women have no beard."""
    skin = pick(dice, HUMAN_SKINS)
    styles = PEOPLE.male_hair if gender > 0.2 or (gender > -0.2 and dice.random() < 0.5) else PEOPLE.female_hair
    style = pick(dice, styles)
    if age < 0.1:
        style = pick(dice, ("bald", "buzz", "short"))
    if age > 0.84 and dice.random() < 0.75:
        color = pick(dice, ("grey", "white", "white", "silver"))
    elif dice.random() < 0.1:
        color = pick(dice, PEOPLE.wild_hair)
    else:
        color = pick(dice, NATURAL_HAIR[:8] if age < 0.7 else NATURAL_HAIR)
    beard = pick(dice, PEOPLE.facial_hair) if gender > 0.3 and age > 0.48 and dice.random() < 0.35 else "none"
    return Look(skin, style, color, beard, color, pick(dice, PEOPLE.eyes))


def fitting_hair(style: str, garments: list[Garment]) -> str:
    """'hood' where a garment hides the hair."""
    return "hood" if any(garment.kind in PEOPLE.hides_hair for garment in garments) else style


def random_look(dice: random.Random, shape: Shape) -> Look:
    """A whole random person; one in twelve has a fantasy skin."""
    face = random_face(dice, shape.gender, shape.age)
    garments = random_outfit(dice, shape.gender)
    fantasy = dice.random() < 0.08
    return Look(
        pick(dice, FANTASY_SKINS) if fantasy else face.skin,
        fitting_hair(face.hair_style, garments),
        face.hair_color,
        face.beard,
        face.beard_color,
        pick(dice, tuple(EYE_COLORS)) if fantasy else face.eye_color,
        tuple(garments),
    )


def fill(garments: list[Garment], bare: frozenset[str], dice: random.Random, gender: float) -> list[Garment]:
    """Add a top, a bottom or shoes where a look says nothing of that area."""
    covered = {area for garment in garments for area in covers(garment.kind)} | bare
    missing = {"torso", "legs", "feet"} - covered
    if not missing:
        return garments
    kinds = {
        "torso": pick(dice, ("t_shirt", "long_sleeve", "tank_top")),
        "legs": pick(dice, ("trousers", "trousers", "shorts") if gender > -0.3 else ("trousers", "skirt", "leggings")),
        "feet": pick(dice, ("shoes", "shoes", "boots")),
    }
    added = [
        Garment(kinds[area], pick(dice, COLOR_NAMES))
        for area in ("torso", "legs", "feet")
        if area in missing and not (area == "feet" and dice.random() < 0.1)
    ]
    return added + garments


def entry_look(entry: Entry, dice: random.Random, shape: Shape, star: str | None = None) -> Look:
    """One of the entry's looks for this body, open parts filled in."""
    spec = pick(dice, entry.looks)
    face = random_face(dice, shape.gender, shape.age)
    garments = fill(draw_garments(spec, dice, star), spec.bare, dice, shape.gender)

    def natural(values: tuple[str, ...], default: str) -> str:
        value = pick(dice, values) if values else default
        return pick(dice, NATURAL_HAIR[:8]) if value == "*" else value

    style = pick(dice, spec.hair_styles) if spec.hair_styles else face.hair_style
    if style == "*":
        style = face.hair_style
    hair_color = natural(spec.hair_colors, face.hair_color)
    beard = pick(dice, spec.beards) if spec.beards else face.beard
    if shape.gender < 0 or shape.age < 0.48:
        beard = "none"
    skin = pick(dice, spec.skins) if spec.skins else face.skin
    if not spec.beards and (skin not in HUMAN_SKINS or spec.hair_styles):
        beard = beard if dice.random() < 0.3 else "none"
    return Look(
        skin,
        fitting_hair(style, garments),
        hair_color,
        beard,
        natural(spec.beard_colors, hair_color),
        pick(dice, spec.eyes) if spec.eyes else face.eye_color,
        tuple(garments),
    )
