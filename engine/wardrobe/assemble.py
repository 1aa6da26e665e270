"""From what a text says to all that is worn: the figure first, then the exceptions, then what decency asks for.

What is said always shows: it takes the place of what the figure wears there, and takes off what would hide it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.reader.reading import Reading, Worn
from engine.wardrobe import combining
from engine.wardrobe.combining import places, rank
from engine.wardrobe.costume import Costume
from engine.wardrobe.decency import AREAS, Decency, everyday_outfit
from engine.wardrobe.hard.things import THINGS
from engine.wardrobe.named import OF_FIGURE, Maker, main_color
from engine.wardrobe.notation import is_one_of, things
from engine.wardrobe.outfit import EXTRA_KINDS, GARMENT_KINDS, HUMAN_SKINS, SKINS, Garment, Look, covers
from engine.wardrobe.persona import Person, Persona

ALL, REST = "all", "rest"
"""Kinds of a `reading.Worn` that mean many garments."""
OF_ALL = {"rolled": "sleeves"}
"""What is meant by a state of which no garment is named."""
MAIN = frozenset({"shirt", "jacket", "shell", "legs", "body"})
"""Places that show most of a figure."""
CHEST = frozenset({"shirt", "jacket", "shell", "body"})
"""Places on which a number or a symbol is worn, on the outermost of them."""
STRIPPED = {
    "torso": {"shirt", "jacket", "shell", "body", "tie", "emblem", "apron", "suspenders"},
    "legs": {"legs"},
    "feet": {"feet", "socks"},
    "hands": {"hands"},
    "head": {"head"},
}
"""Bare areas and the places where nothing is worn then."""
HIDES_HAIR = things("helmet|hood|mask_full")
HAIR_SHOWS = things("helmet.horned|hard|brim|boxing|bicycle|hood.veil|mask_full.luchador")
"""Of these, what hair shows beneath."""
TAILORED = things("jacket.suit|tuxedo|tailcoat|tweed")
"""Jackets that are worn buttoned over what is named beneath them: their lapels show it."""
ATHLETIC = things("jumpsuit")
"""What modern armour is worn over."""


def dressed(reading: Reading, figure: Costume | None, person: Person, rng: np.random.Generator) -> Costume:
    """All that somebody wears and holds.

    Args:
        reading: what the text says.
        figure: what the figure wears that it names; None for anybody.
        person: with gender and age.
        rng: decides what is left open.
    """
    if figure is not None:
        reading = _own_tail(reading, figure)
    named = [worn for worn in reading.worn if not worn.denied and worn.kind in GARMENT_KINDS]
    if figure is not None:
        named = _own_suit(named, figure, reading.text)
    naked = {"torso", "legs"} <= set(reading.who.bare) or (figure is not None and not figure.garments and not named)
    stripped = frozenset(reading.who.bare) | _denied_areas(reading) | ({"feet"} if naked else set())
    if figure is None:
        main = any(places()[worn.kind] in MAIN for worn in named) or naked
        figure = Costume() if main else everyday_outfit(person, rng)
    elif reading.who.color:
        figure = in_color(figure, reading.who.color)

    def unwanted(worn: Garment) -> bool:
        return any(no.denied and combining.denies(no.kind, no.cut, worn) for no in reading.worn)

    garments = [worn for worn in figure.garments if not unwanted(worn) and not _is_bare(worn, stripped)]
    said = _named_on(garments, named, figure.garments, rng)
    extras = _held(reading, figure, unwanted, rng)
    human = (reading.who.skin or figure.skin or "fair") in HUMAN_SKINS
    covered = {area for worn in said.values() for area in covers(worn.kind)}
    bare = frozenset((figure.bare | stripped) - covered)
    decency = Decency(person, bare, unwanted, rng)
    # Who is no human wears what the figure does; where the text took that off, something else comes.
    off = (worn for worn in figure.garments if worn not in garments)
    wanted = frozenset(AREAS if human else (area for worn in off for area in covers(worn.kind)))
    garments = decency.completed(garments, wanted)
    if human:
        garments = decency.covered(garments, naked, naked or "torso" in stripped)
    for worn in reading.worn:
        if worn.kind in (ALL, REST) and not worn.denied:
            garments = _dyed(garments, worn, said)
    return replace(figure, garments=tuple(garments), extras=tuple(extras), bare=bare)


def _own_suit(named: list[Worn], figure: Costume, text: str) -> list[Worn]:
    """The suit of who wears a suit in one piece, as an astronaut, is that one; a business suit is not."""
    own = next((worn for worn in figure.garments if is_one_of(worn, things("jumpsuit|spacesuit"))), None)
    two = [worn for worn in named if (worn.kind, worn.cut) in (("jacket", "suit"), ("trousers", "suit"))]
    first, last = two[0].words if two else (0, 0)
    if own is None or len(two) < 2 or two[1].words != (first, last) or " " in text[first:last]:
        return named
    one = replace(two[0], kind=own.kind, cut=None, material=None)
    return [one, *(worn for worn in named if worn not in two)]


def _own_tail(reading: Reading, figure: Costume) -> Reading:
    """The tail of who has one instead of legs, as a mermaid, is that one."""
    own = next((worn for worn in figure.garments if _instead_of_legs(worn)), None)
    if own is None:
        return reading
    worn = (
        replace(one, kind=own.kind, cut=own.cut) if one.kind == "tail" or one.cut == own.cut else one
        for one in reading.worn
    )
    return replace(reading, worn=tuple(worn))


def _instead_of_legs(worn: Garment) -> bool:
    thing = THINGS.get((worn.kind, worn.cut))
    return thing is not None and thing.instead == "legs"


def _denied_areas(reading: Reading) -> frozenset[str]:
    """Areas that are bare because what covers them is said not to be worn."""
    found = {places().get(worn.kind) for worn in reading.worn if worn.denied and worn.kind != "hoodie"}
    return frozenset(area for area, place in (("torso", "shirt"), ("legs", "legs"), ("feet", "feet")) if place in found)


def _is_bare(worn: Garment, stripped: frozenset[str]) -> bool:
    """Whether a garment would cover what is said to be bare; a short dress covers no legs."""
    return any(places()[worn.kind] in STRIPPED[area] for area in stripped if area in STRIPPED)


def _named_on(
    garments: list[Garment], named: Sequence[Worn], figure: Sequence[Garment], rng: np.random.Generator
) -> dict[Worn, Garment]:
    """Put on what is named, in place; what was made of each."""
    maker = Maker(figure, rng)
    said = {worn: maker.make(worn, figure) for worn in named}
    said = _opened(said)
    for made in said.values():
        off = [worn for worn in garments if _gives_way(worn, made)]
        garments[:] = [_matching(worn, off, made) for worn in garments if worn not in off]
    put: list[Garment] = []
    for made in said.values():
        place = next((i for i, old in enumerate(figure) if places()[old.kind] == places()[made.kind]), None)
        beneath = figure[:place] if place is not None else ()
        inner = [
            index
            for index, worn in enumerate(garments)
            if (worn in beneath if place is not None and worn not in put else rank(worn) <= rank(made))
        ]
        garments.insert(inner[-1] + 1 if inner else 0, made)
        put.append(made)
    return said


PLATES = "armor_torso"
OF_PLATES = frozenset({"helmet", "gauntlets", "boots", "shoulder_pads", "knee_pads"})
"""What is of one metal with the armour of the trunk, where it has its colour."""


def _matching(worn: Garment, off: list[Garment], made: Garment) -> Garment:
    """A hat, belt or cape that was in the colour of what comes off is in that of what replaces it; so is all armour."""
    if (
        made.kind == PLATES
        and worn.kind in OF_PLATES
        and any((old.kind, old.color) == (PLATES, worn.color) for old in off)
    ):
        return replace(worn, color=made.color, accent=None if worn.accent == made.color else worn.accent)
    matched = any(worn.color == old.color and places()[old.kind] in MAIN for old in off)
    if not matched or places()[worn.kind] in MAIN or combining.is_neutral(worn.color):
        return worn
    return replace(worn, color=made.color, accent=None if worn.accent == made.color else worn.accent)


def _opened(said: dict[Worn, Garment]) -> dict[Worn, Garment]:
    """What is named to be worn over something that is named too is open, so that both are seen."""
    found = dict(said)
    inner: list[Garment] = []
    for worn, made in sorted(said.items(), key=lambda pair: rank(pair[1])):
        place = places()[made.kind]
        over = place == "jacket" or is_one_of(made, things("long_sleeve.buttoned|field|t_shirt.buttoned|hoodie"))
        if over and inner and made.kind != "robe" and not is_one_of(made, TAILORED) and "closed" not in made.traits:
            cut = "zipped" if made.kind == "hoodie" else made.cut
            found[worn] = replace(made, cut=cut, traits=(*made.traits, "open"))
        if place == "shirt":
            inner.append(made)
    return found


def _gives_way(worn: Garment, named: Garment) -> bool:
    """Whether a garment comes off for one that is named: replaced by it, or hiding it."""
    if combining.keeps(named, worn):
        return False
    place, other = places()[named.kind], places()[worn.kind]
    hides = place in ("shirt", "body") and other == "jacket" and not combining.shows(worn)
    return place == other or hides or combining.takes_off(named, worn)


def _held(
    reading: Reading, figure: Costume, unwanted: Callable[[Garment], bool], rng: np.random.Generator
) -> list[Garment]:
    """What grows or is held: what is named, and what of the figure's the same hand does not hold."""
    named = [worn for worn in reading.worn if not worn.denied and worn.kind in EXTRA_KINDS]
    # "A bouquet of red roses" is one thing, though it has two names.
    plain = [worn for worn in named if worn == Worn(worn.kind, words=worn.words)]
    named = [
        worn for worn in named if worn not in plain or all(worn.kind != other.kind for other in named if other != worn)
    ]
    maker = Maker(figure.garments, rng)
    made = [maker.make(worn, figure.extras) for worn in named]
    hands = {combining.hand_of(extra.kind) for extra in made} - {None}
    kinds = {extra.kind for extra in made}
    kept = [
        extra
        for extra in figure.extras
        if extra.kind not in kinds and combining.hand_of(extra.kind) not in hands and not unwanted(extra)
    ]
    return kept + made


def _dyed(garments: list[Garment], worn: Worn, said: dict[Worn, Garment]) -> list[Garment]:
    """The garments as it is said of all, or of all that are not named by themselves."""
    own = {made: name for name, made in said.items()}
    color = main_color(garments) if worn.color == OF_FIGURE else worn.color
    found = []
    for garment in garments:
        named = own.get(garment)
        if named is not None and named.color and worn.kind == REST:
            found.append(garment)
            continue
        asked = None if combining.keeps_color(garment) or (named and named.color) else color
        found.append(_as_all(garment, worn, asked))
    shown = [index for index, garment in enumerate(found) if places()[garment.kind] in CHEST]
    if worn.decal and shown:
        found[shown[-1]] = replace(found[shown[-1]], decal=worn.decal)
    return found


def _as_all(garment: Garment, worn: Worn, color: str | None) -> Garment:
    """One garment as it is said of many; of two colours shoes, belts and gloves have the second."""
    main = places()[garment.kind] in MAIN
    if color is not None:
        second = worn.accent if main else None
        garment = replace(
            garment,
            color=color if main else worn.accent or color,
            accent=second,
            pattern=garment.pattern if second and garment.accent else "plain",
        )
    if not main:
        return garment
    said = (trait for trait in worn.traits if combining.can_be(garment.kind, OF_ALL.get(trait, trait)))
    return replace(
        garment,
        pattern=worn.pattern or garment.pattern,
        material=worn.material or garment.material,
        traits=tuple(dict.fromkeys((*garment.traits, *said))),
    )


def in_color(costume: Costume, color: str) -> Costume:
    """A figure that is called by a colour: its skin where that is no human's, else what it shows most of."""
    if costume.skin is not None and costume.skin not in HUMAN_SKINS:
        return replace(costume, skin=color) if color in SKINS else costume
    if any(garment.color == color and places()[garment.kind] in MAIN for garment in costume.garments):
        return costume
    main = main_color(costume.garments)
    dyed = (
        replace(garment, color=color, accent=None if garment.accent == color else garment.accent)
        if garment.color == main
        else garment
        for garment in costume.garments
    )
    return replace(costume, garments=tuple(dyed))


def look_of(costume: Costume, persona: Persona) -> Look:
    """A dressed person."""
    garments = costume.garments
    if any(is_one_of(garment, ATHLETIC) for garment in garments):
        garments = tuple(
            replace(garment, cut="suit") if garment.kind == "armor_torso" and not garment.cut else garment
            for garment in garments
        )
    if any(garment.kind == "armor_torso" and garment.cut in ("suit", "robot") for garment in garments):
        # A mask over the whole head is part of an armour from head to foot.
        garments = tuple(
            replace(garment, kind="helmet", cut="suit") if garment.kind == "mask_full" else garment
            for garment in garments
        )
    hidden = any(is_one_of(garment, HIDES_HAIR) and not is_one_of(garment, HAIR_SHOWS) for garment in garments)
    extras = tuple(extra for extra in costume.extras if extra.kind != "long_beard" or persona.beard != "none")
    return Look(
        persona.skin,
        "hood" if hidden else persona.hair_style,
        persona.hair_color,
        persona.beard,
        persona.beard_color,
        persona.eye_color,
        garments,
        extras,
        None if hidden else persona.hair_cut,
    )
