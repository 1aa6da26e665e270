"""Things of the catalogue on the standard figure in its T-pose: their free forms, in their places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.protocol import JOINT_NAMES
from engine.wardrobe.forms import ACCENT, DARK, LIGHT, Form, joined
from engine.wardrobe.hard.things import HOLD_JOINTS, PLACES, THINGS, Thing
from engine.wardrobe.held import frame
from engine.wardrobe.shapes import shape, turning

SIDED = ("eyes", "back")
"""Places of single things that may be asked for on the right."""
PLAIN = {"accent": ACCENT, "dark": DARK, "light": LIGHT}


def free_form(part: Mapping[str, Any], thing: Thing, side: str | None = None) -> Form:
    """A part that is on no hull, in its thing's place; its ``band`` is in the accent's role, no other role is set.

    ``side``: left or right of things that may be on one; None: where they are drawn.
    """
    form = shape(part)
    if "band" in part:
        low, high, reach = part["band"]
        x, y, z = (form.vertices - np.array(part.get("at", (0, 0, 0)))).T
        form = form.painted((y > low) & (y < high) & (np.hypot(x, z) < reach), ACCENT)
    place = PLACES[thing.place]
    if thing.place == "hand":
        turn, origin = frame(thing.hold)
        return form.moved(form.vertices @ turn + origin)
    form = form.moved(form.vertices @ turning(place.turn).T + np.array(place.origin))
    return form.mirrored() if side == "right" else form


def sides_of(thing: Thing, side: str | None) -> tuple[str | None, ...]:
    """On which sides a thing's free forms are: None where they are drawn."""
    if PLACES[thing.place].both:
        return ("left", "right") if side is None else (side,)
    return (side if thing.place in (*SIDED, *HOLD_JOINTS) else None,)


def standard_form(kind: str, cut: str | None) -> Form:
    """All free forms of a thing as one, in the four roles of `forms`; other colours are its own.

    Raises:
        KeyError: it has none.
    """
    thing = THINGS[kind, cut]
    forms = []
    for part in thing.parts:
        for side in sides_of(thing, None) if "hull" not in part else ():
            form, role = free_form(part, thing, side), PLAIN.get(part.get("role", "main"), 0)
            forms.append(form.painted(form.roles == 0, role))
    if not forms:
        raise KeyError((kind, cut))
    return joined(*forms)


def carriers(thing: Thing) -> tuple[int, ...]:
    """Numbers of the joints that carry a thing's free forms."""
    if thing.place in HOLD_JOINTS:
        last = HOLD_JOINTS[thing.place][-1]
        return (last if thing.place == "hand" else last - 1,)
    names = PLACES[thing.place].joints
    sided = [name if name in JOINT_NAMES else f"{side}_{name}" for name in names for side in ("left", "right")]
    return tuple(dict.fromkeys(JOINT_NAMES.index(name) for name in sided))


def drawn(kinds: frozenset[str] | set[str]) -> list[tuple[str, str | None]]:
    """Which things of some kinds have free forms."""
    return [key for key, thing in THINGS.items() if key[0] in kinds and any("hull" not in p for p in thing.parts)]
