"""Which function makes which kind of stiff garment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.wardrobe.cloth.traits import changes
from engine.wardrobe.hard import belts, facewear, hands, headwear, hoods
from engine.wardrobe.hard.armour import BARE_METAL, armour_layers
from engine.wardrobe.hard.fitted import thing_layers
from engine.wardrobe.hard.things import THINGS, Thing, thing_of
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import GARMENT_KINDS, Garment

Maker = Callable[[Garment, Mannequin, Sequence[Layer]], list[Layer]]


def _armour(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    return armour_layers(garment.cut or "knight", garment, mannequin, beneath)


def _helmet(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A knight's in bare metal, a soldier's otherwise, where no cut is named."""
    cut = garment.cut or ("visor" if garment.color in BARE_METAL else "army")
    if cut in headwear.CLOSED:
        return headwear.helmet(replace(garment, cut=cut), mannequin, beneath)
    return thing_layers(THINGS["helmet", cut], garment, mannequin, beneath)


def _shoes(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """Of polished leather in its colours, sneakers in others."""
    return thing_layers(THINGS["shoes", "oxford" if garment.color in LEATHERS else "sneakers"], garment, mannequin)


LEATHERS = ("black", "brown", "dark brown", "tan", "maroon", "rust", "copper")
"""Colours in which shoes of which nothing is said are of leather."""
CODE: dict[str, Maker] = {
    "armor_torso": _armour,
    "shoulder_pads": belts.shoulder_pads,
    "knee_pads": belts.knee_pads,
    "shoes": _shoes,
    "gloves": hands.gloves,
    "gauntlets": hands.gauntlets,
    "belt": belts.belt,
    "suspenders": belts.suspenders,
    "backpack": belts.backpack,
    "scarf": belts.scarf,
    "tie": belts.tie,
    "necklace": belts.necklace,
    "helmet": _helmet,
    "hood": hoods.raised_hood,
    "mask_eyes": facewear.mask,
    "mask_full": facewear.mask,
}
"""Kinds of `outfit.GARMENT_KINDS` that functions make, where no record of `things` does."""
HARD = frozenset(CODE) | {kind for kind, _ in THINGS if kind in GARMENT_KINDS}
"""All kinds of stiff garments."""


PLUMES = "feathers"
"""The material of what is stuck on headgear; headgear is not of it."""


def _plume(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer]) -> list[Layer]:
    """The feather on headgear: in a second colour that is not that of its border, else white."""
    worn = thing_of(garment.kind, garment.cut)
    color = garment.accent if garment.accent and garment.accent != (worn and worn.accent) else "white"
    feather = Thing(garment.kind, None, "Plume", PLUMES, tuple(changes()["plumed"]["parts"]), place="crown")
    return thing_layers(feather, Garment(garment.kind, color), mannequin, beneath)


def hard_layers(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """The layers of one stiff garment over what is worn already, the outermost of which comes last.

    A cut that is made nowhere falls back to its kind.

    Raises:
        KeyError: a kind that is not of `HARD`.
    """
    if garment.kind in changes()["plumed"]["kinds"] and (garment.material == PLUMES or "plumed" in garment.traits):
        bare = replace(garment, material=None if garment.material == PLUMES else garment.material, traits=())
        return [*hard_layers(bare, mannequin, beneath), *_plume(garment, mannequin, beneath)]
    thing = THINGS.get((garment.kind, garment.cut))
    if thing is None and garment.kind not in CODE:
        thing = thing_of(garment.kind, garment.cut)
    if thing is not None and (garment.kind, garment.cut) != ("shoes", None):
        return thing_layers(thing, garment, mannequin, beneath)
    return CODE[garment.kind](garment, mannequin, beneath)
