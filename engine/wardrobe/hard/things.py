"""Stiff things that are records: hats, masks, jewels, packs, what is held and what grows.

``catalog/things/*.toml``: a table for each kind of `outfit.GARMENT_KINDS` or `outfit.EXTRA_KINDS`, in it what its
usual form is (``name``, ``parts``, ... or ``same``: a cut of its own), and a table for each cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.protocol import JOINT_NAMES
from engine.tables import read_toml
from engine.wardrobe import held, shapes
from engine.wardrobe.beings import lower
from engine.wardrobe.beings.muzzle import Muzzle, read_muzzle
from engine.wardrobe.hard import footwear
from engine.wardrobe.hard.hulls import PARTS
from engine.wardrobe.hard.plates import Plate
from engine.wardrobe.materials import CATALOG, MATERIALS
from engine.wardrobe.outfit import COLORS, CUTS, EXTRA_KINDS, GARMENT_KINDS

FOLDER = CATALOG / "things"


@dataclass(frozen=True)
class Place:
    """Where free forms of a thing belong on the standard figure in its T-pose."""

    joints: tuple[str, ...]
    """Joints that carry what is there."""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Degrees about x, y and z."""
    both: bool = False
    """Whether there is another one on the right; joints are named without their side."""


HEAD, TRUNK = ("neck", "head"), ("pelvis", "spine1", "spine2", "spine3")
PLACES = {
    "head": Place(HEAD),
    "crown": Place(HEAD, (0, 0.730, 0.043), (-5, 0, 0)),  # a hat's brim
    "eyes": Place(HEAD, (0, 0.687, 0.148)),
    "nose": Place(HEAD, (0, 0.653, 0.153)),
    "ear": Place(("head",), (0.083, 0.648, 0.034), both=True),
    "palm": Place(("wrist", "hand"), (0.80, 0.436, 0.012), both=True),
    "foot": Place(("ankle", "foot"), (0.115, -0.945, 0.065), both=True),
    "back": Place(TRUNK, (0, 0.31, -0.085)),
    "chest": Place(("spine2", "spine3"), (0, 0.36, 0.10)),
    "pelvis": Place(("pelvis", "spine1")),
    "neck": Place(("neck", "spine3")),
    "wings": Place(("spine2", "spine3")),
    "hand": Place(("right_hand",)),
    # upright before an arm that is turned so (`held.FACED`)
    "forearm": Place(("left_elbow", "left_wrist"), (0.60, 0.504, 0.012), (-90, 52, 0)),
}


HOLD_JOINTS = {"hand": (21, 23), "forearm": (21, 19)}
"""Joints on the right that what is rigid in a hand or on a forearm lies on, the last of which carries it."""
ON_HULLS: dict[str, set[str]] = {
    "dome": {"border", "lift", "lining", "rim", "flare", "rows"},
    "wrap": {"low", "high", "out", "inner"},
    "strap": {"path", "width", "lift", "thick", "mirror"},
    "cord": {"path", "radius", "lift", "beads"},
    "plate": {field.name for field in fields(Plate)} - {"layer", "part", "joints", "role", "material", "slot"},
    "tail": lower.KEYS,
    "strip": {"low", "high", "half", "out"},
    "heel": {"rise", "thick", "wide", "deep", "tip", "bend", "slant"},
    **footwear.KEYS,
}
"""Forms that lie on hulls, and their keys."""
COMMON = {"form", "hull", "role", "tone", "material", "layer", "joints", "among", "side"}
INSTEAD = {
    "legs": (-np.inf, -0.03, 0.0, 0.4),
    "feet": (-np.inf, -0.862, 0.0, 0.4),
    "flesh": (-0.868, 0.60, 0.27, 0.675),
}
"""Parts of the body on the standard figure: from which height up to which they are, by how much higher that is a metre
further back, and how far from the middle they reach."""
ROLES = ("main", "accent", "dark", "light", "bright")


@dataclass(frozen=True)
class Thing:
    """One record."""

    kind: str
    cut: str | None
    name: str
    """What a person calls the layer."""
    material: str
    parts: tuple[Mapping[str, Any], ...]
    place: str = "head"
    """Of `PLACES`: whence parts that are on no hull are measured."""
    accent: str | None = None
    """The second colour where none is named."""
    grip: str = ""
    """The pose of the hand that holds it; empty: no hand does."""
    hold: str = "forward"
    """How what is in a hand points, of `held.HOLDS`."""
    heel: float = 0.0
    """Metres by which it raises the heels of a grown body's feet, for its parts of the form ``heel``."""
    soft: bool = False
    """Whether it moves with what is beneath, point by point, not as a whole."""
    instead: str = ""
    """Of `INSTEAD`: what it is there instead of, which is not shown."""
    face: Muzzle | None = None
    """How it draws out the face that it is on."""


def read_things(path: Path) -> dict[tuple[str, str | None], Thing]:
    """The things of a file, by kind and cut.

    Raises:
        ValueError: names the file, the record, the key and what is wrong.
    """
    found: dict[tuple[str, str | None], Thing] = {}
    for kind, table in read_toml(path).items():
        where = f"{path.name}: [{kind}]"
        cuts = CUTS | EXTRA_KINDS
        if kind not in {*GARMENT_KINDS, *EXTRA_KINDS}:
            raise ValueError(f"{where} is no kind of garment or thing.")
        usual = {key: value for key, value in table.items() if not isinstance(value, dict)}
        for cut, record in table.items():
            if isinstance(record, dict):
                if cut not in cuts.get(kind, ()):
                    raise ValueError(f"{path.name}: [{kind}.{cut}] is no cut of {kind}.")
                found[kind, cut] = _thing(kind, cut, record, f"{path.name}: [{kind}.{cut}]")
        same = usual.pop("same", None)
        if same is not None:
            if (kind, same) not in found:
                raise ValueError(f"{where} same: {same!r} is no cut that the file has.")
            found[kind, None] = found[kind, same]
        elif usual:
            found[kind, None] = _thing(kind, None, usual, where)
    return found


def _thing(kind: str, cut: str | None, record: dict[str, Any], where: str) -> Thing:
    """A record as a thing."""
    known = {field.name for field in fields(Thing)} - {"kind", "cut"}
    for key in record:
        if key not in known:
            raise ValueError(f"{where} {key}: no such key.")
    for key in ("name", "material", "parts"):
        if not record.get(key):
            raise ValueError(f"{where} {key}: is missing.")
    for key, allowed in (
        ("material", MATERIALS),
        ("accent", COLORS),
        ("place", PLACES),
        ("hold", held.HOLDS),
        ("instead", INSTEAD),
    ):
        if record.get(key) is not None and record[key] not in allowed:
            raise ValueError(f"{where} {key}: {record[key]!r} is unknown.")
    for number, part in enumerate(record["parts"], 1):
        for fault in faults(part):
            raise ValueError(f"{where} part {number} {fault}.")
    try:
        face = {"face": read_muzzle(record["face"])} if "face" in record else {}
    except ValueError as fault:
        raise ValueError(f"{where} {fault}.") from None
    return Thing(kind, cut, **{**record, "parts": tuple(record["parts"]), **face})


def faults(part: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a part, as "key: reason"."""
    form = part.get("form")
    if form not in {*shapes.SHAPES, *ON_HULLS}:
        yield f"form: {form!r} is none of {', '.join(sorted({*shapes.SHAPES, *ON_HULLS}))}"
        return
    own = shapes.KEYS.get(form, set()) | shapes.PLACING | shapes.CHANGES.keys()
    keys = COMMON | ON_HULLS.get(form, own)
    for key in part:
        if key not in keys:
            yield f"{key}: no such key of a {form}"
    hull = part.get("hull")
    if (hull is None and form in ON_HULLS) or (hull is not None and hull not in PARTS):
        yield f"hull: {hull!r} is none of {', '.join(PARTS)}"
    if part.get("role", "main") not in {*ROLES, *COLORS}:
        yield f"role: {part['role']!r} is neither a role nor a colour"
    if part.get("material", "plain") not in MATERIALS:
        yield f"material: {part['material']!r} is unknown"
    for key in ("joints", "among"):
        for joint in part.get(key, ()):
            if joint not in JOINT_NAMES and f"left_{joint}" not in JOINT_NAMES:
                yield f"{key}: {joint!r} is no joint"


def _all() -> dict[tuple[str, str | None], Thing]:
    found: dict[tuple[str, str | None], Thing] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        found |= read_things(path)
    return found


THINGS = _all()
"""All things by kind and cut; a kind's usual form under ``(kind, None)``."""


def thing_of(kind: str, cut: str | None) -> Thing | None:
    """The record of a cut, else of its kind, else None."""
    return THINGS.get((kind, cut)) or THINGS.get((kind, None))


def shaft(thing: Thing | None, usual: float) -> float:
    """The height on the standard figure of a boot's rim, ``usual`` for what has no upper."""
    uppers = [part for part in (thing.parts if thing else ()) if part["form"] == "upper"]
    rims = [high for part in uppers for _, high in part["rim"]]
    return max(rims, default=usual)
