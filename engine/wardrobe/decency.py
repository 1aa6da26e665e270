"""Who is not said to be bare wears what people wear: what covers torso, legs, feet and hips where nothing does.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.wardrobe import combining
from engine.wardrobe.combining import is_one_of, places
from engine.wardrobe.costume import Costume, Draw
from engine.wardrobe.figure_records import everyday
from engine.wardrobe.notation import Item
from engine.wardrobe.outfit import Garment, covers
from engine.wardrobe.persona import ADULT, Person

AREAS = ("torso", "legs", "feet")
OF_AGE = 0.5
"""Age below which nobody is naked."""
SMALL = 0.2
"""Age below which girls wear no more than boys."""
TRIES = 6
"""Everyday outfits that are looked through for garments of their own for what is missing."""


def everyday_outfit(person: Person, rng: np.random.Generator) -> Costume:
    """What such people wear every day."""
    fitting = [outfit for outfit in everyday() if person.fits(outfit.person)]
    if not fitting:
        made = (Draw(rng).garment(combining.basics()[area]) for area in AREAS)
        return Costume(tuple(garment for garment in made if garment is not None))
    weights = np.array([outfit.weight for outfit in fitting])
    return Draw(rng).costume(fitting[int(rng.choice(len(fitting), p=weights / weights.sum()))].look)


class Decency:
    """Completes what one person wears."""

    def __init__(
        self, person: Person, bare: frozenset[str], unwanted: Callable[[Garment], bool], rng: np.random.Generator
    ) -> None:
        """What is known of who is dressed.

        Args:
            person: with gender and age.
            bare: areas that are meant to be bare.
            unwanted: whether a garment is said not to be worn.
            rng: decides between what would do.
        """
        self.person, self.bare, self.unwanted, self.rng = person, bare, unwanted, rng
        self.woman, self.child = (person.gender or 0) < 0, (person.age or ADULT) < OF_AGE
        self.small = (person.age or ADULT) < SMALL

    def completed(self, garments: list[Garment], wanted: frozenset[str]) -> list[Garment]:
        """The garments, and what is worn with them on areas that nothing covers.

        Args:
            garments: what is worn.
            wanted: areas that may be covered.
        """
        worn = list(garments)
        missing = [area for area in self._missing(worn) if area in wanted]
        for area in missing:
            self._add(worn, self._goes(worn, area))
        missing = [area for area in self._missing(worn) if area in missing]
        for garment in self._everyday(missing) if missing else ():
            _put_on(worn, garment)
        for area in [area for area in self._missing(worn) if area in missing]:
            self._add(worn, (combining.basics()[area], None))
        outer = [garment for garment in worn if places()[garment.kind] in ("jacket", "shell")]
        opened = bool(outer) and all(combining.shows(garment) for garment in outer)
        if opened and not _inner(worn) and "torso" in wanted - self.bare:
            self._add(worn, self._goes(worn, "beneath"))
        return worn

    def covered(self, garments: list[Garment], naked: bool, topless: bool) -> list[Garment]:
        """The garments, and what covers hips and bust where that is not said to be otherwise, or of a child."""
        worn = list(garments)
        hips = any("legs" in covers(garment.kind) or garment.kind in ("briefs", "swimsuit") for garment in worn)
        if not hips and (self.child or not naked):
            self._add(worn, (combining.basics()["hips"], None))
        bust = any(places()[garment.kind] in ("shirt", "body", "jacket", "shell") for garment in worn)
        if self.woman and not self.small and not bust and (self.child or not topless):
            self._add(worn, (combining.basics()["bust"], worn[-1].color if worn else None))
        return worn

    def _missing(self, worn: list[Garment]) -> list[str]:
        """Areas that nothing covers: coats and armour have something beneath."""
        covered = set(self.bare)
        for garment in worn:
            covered |= {"coat": {"torso"}, "armor_torso": set()}.get(garment.kind, set(covers(garment.kind)))
            covered |= next(
                (
                    goes.bare
                    for goes in combining.what_goes()
                    if goes.bare and is_one_of(garment, goes.worn) and self.person.fits(goes.person)
                ),
                frozenset(),
            )
        return [area for area in AREAS if area not in covered]

    def _goes(self, worn: list[Garment], area: str) -> tuple[Item, str | None] | None:
        """What is worn on an area with the garments that are there, and the colour of the one that it goes with."""
        for goes in combining.what_goes():
            for garment in reversed(worn):
                if area in goes.gives and is_one_of(garment, goes.worn) and self.person.fits(goes.person):
                    return goes.gives[area], garment.color
        return None

    def _add(self, worn: list[Garment], item: tuple[Item, str | None] | None) -> None:
        """Wear one of an item's choices, if it is not said not to be worn."""
        made = Draw(self.rng, item[1]).garment(item[0]) if item else None
        if made is not None and not self.unwanted(made):
            _put_on(worn, made)

    def _everyday(self, missing: list[str]) -> list[Garment]:
        """The garments of an everyday outfit that cover nothing but what is missing."""
        best: list[Garment] = []
        for _ in range(TRIES):
            found = [
                garment
                for garment in everyday_outfit(self.person, self.rng).garments
                if (areas := set(covers(garment.kind))) and areas <= set(missing) and not self.unwanted(garment)
            ]
            best = max(
                best, found, key=lambda chosen: len({area for garment in chosen for area in covers(garment.kind)})
            )
        return best


def _inner(worn: list[Garment]) -> bool:
    """Whether something is worn beneath jackets."""
    return any(places()[garment.kind] in ("shirt", "body") or garment.kind == "robe" for garment in worn)


def _put_on(worn: list[Garment], garment: Garment) -> None:
    """Add a garment by its rank."""
    inner = [i for i, other in enumerate(worn) if combining.rank(other) <= combining.rank(garment)]
    worn.insert(inner[-1] + 1 if inner else 0, garment)
