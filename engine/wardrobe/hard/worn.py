"""Which function makes which kind of stiff garment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.wardrobe.hard import belts, facewear, footwear, hands, headwear
from engine.wardrobe.hard.armour import armour_layers
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment

Maker = Callable[[Garment, Mannequin, Sequence[Layer]], list[Layer]]


def _armour(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    return armour_layers("knight", garment, mannequin, beneath)


def _hat(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    return [headwear.headgear(garment, mannequin)]


HARD: dict[str, Maker] = {
    "armor_torso": _armour,
    "shoulder_pads": belts.shoulder_pads,
    "knee_pads": belts.knee_pads,
    "shoes": footwear.footwear,
    "boots": footwear.footwear,
    "sandals": footwear.footwear,
    "gloves": hands.gloves,
    "gauntlets": hands.gauntlets,
    "wristbands": hands.wristbands,
    "belt": belts.belt,
    "suspenders": belts.suspenders,
    "backpack": belts.backpack,
    "scarf": belts.scarf,
    "tie": belts.tie,
    "necklace": belts.necklace,
    "helmet": headwear.helmet,
    "hat": _hat,
    "cap": headwear.cap,
    "headband": headwear.headband,
    "hood": headwear.hood,
    "glasses": facewear.glasses,
    "mask_eyes": facewear.mask,
    "mask_mouth": facewear.mask,
    "mask_full": facewear.mask,
    "eye_patch": facewear.eye_patch,
}
"""Kinds of `outfit.GARMENT_KINDS` and ``eye_patch``: each from (garment, mannequin, layers beneath) to layers."""


def hard_layers(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """The layers of one stiff garment over what is worn already, the outermost of which comes last.

    Raises:
        KeyError: a kind that is not of `HARD`.
    """
    return HARD[garment.kind](garment, mannequin, beneath)
