"""Plausible people at random: shapes, faces, outfits; and filling in what a lexicon look leaves open."""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import accumulate

from engine.training.perceptor.entries import COLOR_NAMES, Entry, LookSpec, draw_garments, parse_look, pick
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
from engine.wardrobe.truths import TRAINED_PATTERNS

HUMAN_EYES = ("brown", "brown", "blue", "green", "grey", "hazel")
FANTASY_SKINS = tuple(name for name in SKINS if name not in HUMAN_SKINS)
WILD_HAIR = ("pink", "blue", "green", "purple", "red", "orange", "teal", "yellow", "silver")
MALE_HAIR = ("short", "short", "short", "buzz", "bald", "medium", "long", "ponytail", "afro", "mohawk", "bun")
FEMALE_HAIR = ("long", "long", "medium", "medium", "ponytail", "bun", "short", "afro", "mohawk", "buzz")
FACIAL_HAIR = ("full", "moustache", "stubble", "goatee")
HIDES_HAIR = frozenset({"helmet", "hood", "mask_full"})

OUTFITS: tuple[tuple[float, float, str], ...] = (
    # (weight for male, weight for female, look in the notation of `entries`; every '?' becomes its own random colour)
    (10, 6, "? t_shirt|t_shirt|long_sleeve|tank_top; ? trousers; ? shoes|boots"),
    (6, 4, "? long_sleeve|hoodie|jacket; ? trousers; ? shoes|boots"),
    (6, 4, "? t_shirt|tank_top|long_sleeve|hoodie; ? shorts; ? shoes|sandals|boots"),
    (3, 3, "?/? jacket; ? trousers; ? shoes|boots"),
    (3, 3, "?/? coat; ? trousers|leggings; ? boots|shoes"),
    (2, 1, "? long_sleeve|t_shirt; ? vest; ? trousers; ? shoes|boots"),
    (2, 0.7, "? long_sleeve|t_shirt; ? trousers|shorts; ? suspenders|apron; ? shoes|boots"),
    (0.5, 5, "? t_shirt|tank_top|long_sleeve|crop_top; ? skirt|long_skirt|skirt; ? shoes|boots|sandals"),
    (0.2, 4, "? dress; ? shoes|boots|sandals"),
    (0.2, 3, "? gown; ? shoes|sandals"),
    (0.3, 2, "? crop_top|tank_top; ? leggings|shorts|trousers; ? shoes"),
    (2, 2, "? jumpsuit; ? boots|shoes"),
    (1, 1, "? jumpsuit; ? briefs; ? boots; ? gloves"),
    (1.5, 1.5, "? robe; ? shoes|sandals"),
    (1, 1, "?/? spacesuit; ? boots; ? gloves; 60% ?/? helmet"),
    (2, 1, "? long_sleeve|jumpsuit; ? leggings; ?/? armor_torso; ? boots; 60% ? gauntlets; 50% ? helmet"),
    (1, 1.5, "? leggings; ? long_sleeve|jacket|tank_top; ? boots|shoes"),
    (1.5, 0, "bare_torso; ? shorts|briefs|trousers; barefoot"),
    (0, 1.5, "? swimsuit; only"),
    (0, 1.2, "? bikini_top; ? briefs|skirt|shorts; only"),
    (1, 1, "? t_shirt|long_sleeve|tank_top; ? trousers|shorts; barefoot"),
)
ACCESSORIES: tuple[tuple[float, str], ...] = (
    (0.16, "belt"), (0.09, "cape"), (0.09, "scarf"), (0.05, "necklace"), (0.07, "tie"), (0.03, "mask_eyes"),
    (0.03, "mask_mouth"), (0.02, "mask_full"), (0.05, "helmet"), (0.09, "hat"), (0.08, "cap"), (0.05, "headband"),
    (0.1, "glasses"), (0.04, "hood"), (0.03, "apron"), (0.06, "backpack"), (0.04, "suspenders"),
    (0.05, "chest_emblem"), (0.03, "knee_pads"), (0.03, "shoulder_pads"), (0.12, "gloves"), (0.03, "gauntlets"),
    (0.04, "wristbands"), (0.04, "socks"),
)  # fmt: skip
FACE_ACCESSORIES = frozenset({"mask_eyes", "mask_mouth", "mask_full", "helmet", "hat", "cap", "headband", "glasses",
                              "hood", "scarf"})  # fmt: skip
CONFLICTS: tuple[frozenset[str], ...] = (
    frozenset({"helmet", "hat", "cap", "headband", "hood", "mask_full"}),
    frozenset({"mask_eyes", "mask_mouth", "mask_full", "glasses"}),
    frozenset({"scarf", "necklace", "tie", "chest_emblem", "apron"}),
    frozenset({"cape", "backpack"}),
    frozenset({"apron", "suspenders", "vest", "armor_torso", "chest_emblem"}),
    frozenset({"gloves", "gauntlets", "wristbands"}),
    frozenset({"socks", "boots"}),
    frozenset({"spacesuit", "cape", "coat", "robe", "backpack", "shoulder_pads"}),
    frozenset({"spacesuit", "belt"}),
    frozenset({"robe", "gown", "socks", "knee_pads"}),
)
"""Kinds of which a random outfit has at most one."""

UNCLASHED: dict[str, frozenset[str]] = {
    kind: frozenset().union(*(group for group in CONFLICTS if kind in group)) for _, kind in ACCESSORIES
}


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
    specs = [parse_look(text.replace("?", "*")) for _, _, text in OUTFITS]
    return specs, list(accumulate(row[0] for row in OUTFITS)), list(accumulate(row[1] for row in OUTFITS))


def random_pattern(dice: random.Random, chance: float = 0.12) -> str:
    """Mostly plain."""
    return pick(dice, TRAINED_PATTERNS[1:]) if dice.random() < chance else "plain"


PATTERNED = frozenset({"tank_top", "t_shirt", "long_sleeve", "jacket", "coat", "hoodie", "robe", "crop_top", "trousers",
                       "shorts", "skirt", "long_skirt", "leggings", "dress", "gown", "jumpsuit", "scarf", "vest",
                       "swimsuit", "tie", "socks", "hat", "cap", "bikini_top", "briefs"})  # fmt: skip
ACCENTED = frozenset({"jacket", "coat", "robe", "armor_torso", "spacesuit", "helmet", "hat", "belt"})


def recolored(garments: list[Garment], dice: random.Random) -> list[Garment]:
    """Each garment with its own random colour, sometimes a pattern; few colours repeat."""
    result = []
    for garment in garments:
        color = pick(dice, COLOR_NAMES)
        pattern = random_pattern(dice) if garment.kind in PATTERNED else "plain"
        accent = garment.accent
        if pattern != "plain" or (garment.kind in ACCENTED and dice.random() < 0.5):
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
    for chance, kind in ACCESSORIES:
        if kind in FACE_ACCESSORIES or scale:
            if dice.random() >= chance * (0.6 if not scale else 1.0):
                continue
            if not worn & UNCLASHED[kind]:
                worn.add(kind)
                garments.append(Garment(kind, "black"))
    return recolored(garments, dice)


def random_face(dice: random.Random, gender: float, age: float) -> Look:
    """Skin, hair, beard and eyes, no garments; boys and women have no beard."""
    skin = pick(dice, HUMAN_SKINS)
    styles = MALE_HAIR if gender > 0.2 or (gender > -0.2 and dice.random() < 0.5) else FEMALE_HAIR
    style = pick(dice, styles)
    if age < 0.1:
        style = pick(dice, ("bald", "buzz", "short"))
    if age > 0.84 and dice.random() < 0.75:
        color = pick(dice, ("grey", "white", "white", "silver"))
    elif dice.random() < 0.1:
        color = pick(dice, WILD_HAIR)
    else:
        color = pick(dice, NATURAL_HAIR[:8] if age < 0.7 else NATURAL_HAIR)
    beard = pick(dice, FACIAL_HAIR) if gender > 0.3 and age > 0.48 and dice.random() < 0.35 else "none"
    return Look(skin, style, color, beard, color, pick(dice, HUMAN_EYES))


def fitting_hair(style: str, garments: list[Garment]) -> str:
    """'hood' where a garment hides the hair."""
    return "hood" if any(garment.kind in HIDES_HAIR for garment in garments) else style


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
