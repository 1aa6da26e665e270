"""What grows, is worn beside garments or is held (`outfit.EXTRA_KINDS`), as layers on a body.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.beings.muzzle import Muzzle
from engine.wardrobe.cloth.motifs import PATTERNS
from engine.wardrobe.forms import Form
from engine.wardrobe.hard.fitted import coloured, similarity
from engine.wardrobe.hard.free import free_form
from engine.wardrobe.hard.things import HOLD_JOINTS, Thing, thing_of
from engine.wardrobe.held import CLOSED, CLOSER, turns
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import COLORS, HAIR_COLORS, HUMAN_SKINS, SKINS, Garment, Look

PALM, FOREARM = (0.69, 0.79), (0.52, 0.66)
"""Distances from the middle of the figure between which nothing of a hand, and of a forearm, bends."""
ELSEWHERE = frozenset({"long_beard"})
"""Extras that others make: beards are of locks (`head.beard`)."""


def in_hands(extras: Sequence[Garment]) -> list[Garment]:
    """Extras with a side for each thing that a hand holds: the right one first, shields on the left arm.

    What is said to be on a side stays there; a third thing stays in the right hand.
    """
    found, free = [], ["right", "left"]
    for extra in extras:
        thing = thing_of(extra.kind, extra.cut)
        if thing is not None and thing.place in HOLD_JOINTS:
            wanted = extra.side or ("left" if thing.place == "forearm" else next(iter(free), "right"))
            extra = replace(extra, side=wanted)
            if thing.place == "hand" and wanted in free:
                free.remove(wanted)
        found.append(extra)
    return found


def grips(look: Look) -> dict[str, str]:
    """By which hand pose each hand holds something: ``right`` or ``left`` to the name of the pose."""
    found = {}
    for extra in in_hands(look.extras):
        thing = thing_of(extra.kind, extra.cut)
        if thing is not None and thing.grip and extra.side is not None:
            found[extra.side] = thing.grip
    return found


def arm_turns(look: Look) -> dict[str, NDArray]:
    """How what they hold turns elbows and wrists: ``right`` or ``left`` to axis-angles (2, 3) (`held.turns`)."""
    found = {}
    for extra in in_hands(look.extras):
        thing = thing_of(extra.kind, extra.cut)
        if thing is not None and thing.place in HOLD_JOINTS and extra.side is not None:
            turned = turns(thing.hold if thing.place == "hand" else "shield", extra.side)
            if turned is not None:
                found[extra.side] = turned
    return found


def muzzle_of(look: Look) -> Muzzle | None:
    """How what grows in a look's face draws that out, in the pattern of its fur; None of humans, who wear a nose."""
    found = (thing_of(extra.kind, extra.cut) for extra in look.extras)
    face = next((thing.face for thing in found if thing is not None and thing.face is not None), None)
    if face is None or look.skin in HUMAN_SKINS:
        return None
    fur = (garment for garment in look.garments if garment.material == "fur" and garment.kind == "jumpsuit")
    own = next((garment for garment in fur if garment.pattern in PATTERNS), None)
    return replace(face, pattern=own.pattern, marks=own.accent or "black") if own else face


def extra_layers(look: Look, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """All extras of a look that are records, each a layer or more.

    Args:
        look: whose extras; skin and hair give colours.
        mannequin: the body.
        beneath: what is worn already, the outermost last.
    """
    found = []
    for extra in in_hands(look.extras):
        thing = thing_of(extra.kind, extra.cut)
        if thing is not None and extra.kind not in ELSEWHERE:
            fitted = _rigid if thing.place in HOLD_JOINTS else None
            made = coloured(thing, extra, _colors(look, extra, thing), mannequin, beneath, fitted)
            found += _off_the_floor(made, extra, mannequin, beneath) if thing.place == "hand" else made
    return found


def _off_the_floor(made: list[Layer], extra: Garment, mannequin: Mannequin, beneath: Sequence[Layer]) -> list[Layer]:
    """What a hand holds, below the hand no longer than down to the floor."""
    floor = min(float(vertices[:, 1].min()) for vertices in (mannequin.vertices, *(one.vertices for one in beneath)))
    lowest = min(float(layer.vertices[:, 1].min()) for layer in made)
    hand = float(mannequin.joints[22 if extra.side == "left" else 23, 1])
    if lowest >= floor:
        return made
    shorter = (hand - floor) / (hand - lowest)
    moved = []
    for layer in made:
        vertices = layer.vertices.copy()
        below = np.minimum(vertices[:, 1] - hand, 0)
        vertices[:, 1] += (shorter - 1) * below
        moved.append(layer.moved(vertices))
    return moved


def _colors(look: Look, extra: Garment, thing: Thing) -> NDArray:
    """(2, 3) its own colour, which may be the skin's or the hair's, and the second one."""
    own = {"skin": SKINS[look.skin], "hair": HAIR_COLORS[look.hair_color]}
    main = np.array(own[extra.color] if extra.color in own else COLORS[extra.color])
    accent = extra.accent or thing.accent
    other = np.array(COLORS[accent]) if accent else np.clip(main * 0.6 + INNER, 0, 1)
    return np.array([main, other])


INNER = np.array([0.28, 0.10, 0.12])
"""What is added inside ears that name no second colour."""


def _rigid(part: dict, thing: Thing, mannequin: Mannequin, side: str | None) -> tuple[Form, NDArray]:
    """A form in a hand or on a forearm, which never bends: where it is, and its skinning weights (P, 24)."""
    form = free_form(part, thing)
    if mannequin.has_fingers and thing.grip in CLOSED:
        form = form.moved(form.vertices + CLOSER)
    drawn = "left" if thing.place == "forearm" else "right"
    form = form if side in (None, drawn) else form.mirrored()
    joints, (low, high) = HOLD_JOINTS[thing.place], PALM if thing.place == "hand" else FOREARM
    sign = 1.0 if side == "left" else -1.0
    along = sign * mannequin.canonical[:, 0]
    carriers = [joint - (1 if sign > 0 else 0) for joint in joints]
    own = (along > low) & (along < high) & (mannequin.weights[:, carriers].sum(1) > 0.5)
    turn, shift = similarity(mannequin.canonical[own], mannequin.vertices[own])
    weights = np.zeros((len(form.vertices), 24))
    weights[:, carriers[-1]] = 1.0
    return form.moved(form.vertices @ turn.T + shift), weights
