"""What a figure wears and is, as one draw of the choices that its record has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.wardrobe.notation import Item, LookSpec, Thing, is_one_of
from engine.wardrobe.outfit import COLORS, Garment, styled

COMMON_COLORS = ("black", "white", "red", "blue", "green", "yellow", "grey", "brown", "orange", "purple", "pink")
COLOR_NAMES = (*COLORS, *COMMON_COLORS * 3)
"""What '*' draws from: the common names four times as often as the others."""


@dataclass(frozen=True)
class Costume:
    """What a figure wears and is; None and empty where that is left open."""

    garments: tuple[Garment, ...] = ()
    """From the innermost to the outermost."""
    extras: tuple[Garment, ...] = ()
    skin: str | None = None
    hair_style: str | None = None
    hair_color: str | None = None
    beard: str | None = None
    beard_color: str | None = None
    eye_color: str | None = None
    bare: frozenset[str] = frozenset()
    """Areas that stay bare: of torso, legs, feet."""
    hair_cut: str | None = None


GROWN = frozenset({"wings", "horns", "halo", "ears", "tail", "nose", "tusks", "long_beard"})
"""Extras of a being's own body."""
OWN = frozenset({"mask_full", "gauntlets", "glasses"})
"""Garments that show what a being is: an animal's head, a cyborg's arms and eyes."""


def worn_by(costume: Costume, being: Costume) -> Costume:
    """A figure's clothes on another figure's body: "a zombie nurse"."""
    kinds = {garment.kind for garment in costume.garments}
    grown = tuple(extra for extra in being.extras if extra.kind in GROWN)
    mine = {extra.kind for extra in grown}
    bald = being.hair_style == "bald" and being.hair_color is None  # who never has hair
    return replace(
        costume,
        skin=being.skin or costume.skin,
        eye_color=being.eye_color or costume.eye_color,
        hair_style="bald" if bald else costume.hair_style or being.hair_style,
        hair_cut=None if bald else costume.hair_cut if costume.hair_style else being.hair_cut,
        hair_color=costume.hair_color or being.hair_color,
        beard=being.beard or (None if bald else costume.beard),
        beard_color=being.beard_color or costume.beard_color,
        garments=(*costume.garments, *(g for g in being.garments if g.kind in OWN and g.kind not in kinds)),
        extras=(*(extra for extra in costume.extras if extra.kind not in mine), *grown),
    )


class Draw:
    """One draw: what '*', '^' and '$' stand for is settled once for all items of a look."""

    def __init__(
        self,
        rng: np.random.Generator,
        asked: str | None = None,
        unfit: tuple[Thing, ...] = (),
        named: frozenset[str] = frozenset(),
    ) -> None:
        """``asked``: the colour that '*' stands for, or None for any; ``unfit``: drawn only for want of else;
        ``named``: kinds that chance does not leave out."""
        self.rng = rng
        self.named = named
        self.unfit = unfit
        self.wild: dict[str, str] = {"*": asked} if asked else {}
        self.first: str | None = None
        """Colour of the first garment."""

    def costume(self, spec: LookSpec) -> Costume:
        """One of the looks that a specification allows."""
        garments = tuple(made for item in spec.garments if (made := self.garment(item)))
        extras = tuple(made for item in spec.extras if (made := self.garment(item)))
        hair, beard = self._of_person(spec.hair_colors), self._of_person(spec.beard_colors)
        skin = self._of_person(spec.skins)
        style, cut = styled(self._of_person(spec.hair_styles) or "")
        return Costume(
            garments,
            extras,
            skin,
            style,
            hair,
            self._of_person(spec.beards),
            beard or hair,
            self._of_person(spec.eyes),
            spec.bare,
            cut,
        )

    def _of_person(self, values: Sequence[str]) -> str | None:
        """One of the values; None where it may be any."""
        value = self._one(values) if values else "*"
        return None if value == "*" else value

    def _one(self, values: Sequence[str]) -> str:
        return values[int(self.rng.integers(len(values)))]

    def _color(self, values: Sequence[str]) -> str:
        value = self._one(values)
        if value == "$":
            return self.wild.get("*") or self.first or self._one(COLOR_NAMES)
        if value not in ("*", "^"):
            return value
        return self.wild.setdefault(value, self._one(COLOR_NAMES))

    def garment(self, item: Item) -> Garment | None:
        """What is worn of an item; None where chance leaves it out."""
        left_out = item.chance < 1 and self.rng.random() >= item.chance
        if left_out and not any(thing.kind in self.named for thing in item.things):
            return None
        color = self._color(item.colors)
        seen = tuple(value for value in item.accents if value != color) or item.accents  # beside the first colour
        accent = self._color(seen) if seen else None
        self.first = self.first or color
        things = [thing for thing in item.things if not unfitting(thing, self.unfit)] or item.things
        thing = things[int(self.rng.integers(len(things)))]
        cut, material, decal = (
            self._one(values) if values else None for values in (thing.cuts, thing.materials, thing.decals)
        )
        traits = tuple(self._one(values) for values in thing.traits)
        return Garment(thing.kind, color, accent, self._one(item.patterns), cut, material, traits, decal)


def unfitting(thing: Thing, unfit: Iterable[Thing]) -> bool:
    """Whether all that a thing may be is among others."""
    cuts = thing.cuts or (None,)
    return all(any(no.kind == thing.kind and (not no.cuts or cut in no.cuts) for no in unfit) for cut in cuts)


def instead(costume: Costume, rules: Iterable[tuple[tuple[Thing, ...], tuple[Thing, ...]]]) -> Costume:
    """A costume with what a rule's first things are made of its second ones, in the same colours; what the costume has
    already comes not twice."""
    rules, found = tuple(rules), list[Garment]()
    kept = {garment.kind for garment in costume.garments if _other(garment, rules) is None}
    for garment in costume.garments:
        others = _other(garment, rules)
        if others is None:
            found.append(garment)
            continue
        for thing in others:
            if thing.kind not in kept:
                kept.add(thing.kind)
                cut = thing.cuts[0] if thing.cuts else None
                found.append(replace(garment, kind=thing.kind, cut=cut, traits=()))
    return replace(costume, garments=tuple(found))


def _other(garment: Garment, rules: Iterable[tuple[tuple[Thing, ...], tuple[Thing, ...]]]) -> tuple[Thing, ...] | None:
    """What is worn in place of a garment; None: itself."""
    return next((others for named, others in rules if is_one_of(garment, named)), None)
