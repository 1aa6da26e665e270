"""What a training figure looks like, without meshes: garment kinds, named colours, `Look` and `Shape`.

The names stand in ``catalog/kinds.toml`` and ``catalog/colors.toml``. The renderer maps every garment kind to body
regions and every name to a colour; the grammar puts the same names into words. Colours are sRGB 0-1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.tables import read_as
from engine.wardrobe.materials import CATALOG

Rgb = tuple[float, float, float]
Names = tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of garment: a table of ``[garments]``."""

    slot: str
    where: str
    cuts: Names = ()


@dataclass(frozen=True)
class Kinds:
    """The tables of ``catalog/kinds.toml``; its comments tell what each is."""

    patterns: Names
    hair_styles: Names
    hair_cuts: dict[str, Names]
    beards: Names
    symbols: Names
    garments: dict[str, Kind]
    extras: dict[str, Names]
    traits: dict[str, str]


@dataclass(frozen=True)
class Palettes:
    """The tables of ``catalog/colors.toml``, colours as ``#rrggbb``."""

    human_skins: Names
    natural_hair: Names
    garments: dict[str, str]
    skins: dict[str, str]
    hair: dict[str, str]
    eyes: dict[str, str]


def read_kinds(path: Path = CATALOG / "kinds.toml") -> Kinds:
    """The names of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: Kinds = read_as(path, Kinds)
    return found


def read_palettes(path: Path = CATALOG / "colors.toml") -> tuple[Palettes, dict[str, dict[str, Rgb]]]:
    """A file's tables, and by table its colours as sRGB 0-1.

    Raises:
        ValueError: names the file, the table, the colour and what is wrong.
    """
    found: Palettes = read_as(path, Palettes)
    colors: dict[str, dict[str, Rgb]] = {}
    for table in ("garments", "skins", "hair", "eyes"):
        colors[table] = {}
        for name, code in getattr(found, table).items():
            if not re.fullmatch("#[0-9a-f]{6}", code):
                raise ValueError(
                    f"{path.name}: [{table}] has {code!r} under {name!r}, which is no colour as '#rrggbb'."
                )
            red, green, blue = bytes.fromhex(code[1:])
            colors[table][name] = (red / 255, green / 255, blue / 255)
    return found, colors


_KINDS, (_PALETTES, _COLORS) = read_kinds(), read_palettes()
GARMENT_KINDS = {name: (kind.slot, kind.where) for name, kind in _KINDS.garments.items()}
"""Kind -> (slot, region in words). Barefoot, bare arms and so on are the absence of a garment."""
CUTS = {name: kind.cuts for name, kind in _KINDS.garments.items() if kind.cuts}
"""How a garment of a kind may be made instead of the usual way."""
EXTRA_KINDS, TRAITS, SYMBOLS = _KINDS.extras, _KINDS.traits, _KINDS.symbols
PATTERNS, HAIR_STYLES, BEARDS = _KINDS.patterns, _KINDS.hair_styles, _KINDS.beards
HAIR_CUTS = _KINDS.hair_cuts
"""Style of hair to the names of its variants."""
COLORS, SKINS, HAIR_COLORS, EYE_COLORS = (_COLORS[table] for table in ("garments", "skins", "hair", "eyes"))
HUMAN_SKINS, NATURAL_HAIR = _PALETTES.human_skins, _PALETTES.natural_hair

COVER = {"torso": ("torso",), "legs": ("legs",), "body": ("torso", "legs"), "feet": ("feet",)}
"""What the slots of main garments cover; the robe and the coat cover legs too (see `covers`)."""


@dataclass(frozen=True)
class Garment:
    """One garment: a kind of `GARMENT_KINDS`, colours of `COLORS`, a pattern of `PATTERNS`, a cut of `CUTS` or none."""

    kind: str
    color: str
    accent: str | None = None
    pattern: str = "plain"
    cut: str | None = None
    material: str | None = None
    """Of `materials.MATERIALS`; None: what it is usually made of."""
    traits: tuple[str, ...] = ()
    """Of `TRAITS`: how it fits, how long it is, in which state it is worn."""
    decal: str | None = None
    """What is printed or sewn on it: ``text:07`` a short word or number, ``symbol:star`` one of `SYMBOLS`."""
    side: str | None = None
    """``left`` or ``right`` where only one of a pair is worn."""


@dataclass(frozen=True)
class Look:
    """The surface of a figure; garments are ordered from the innermost to the outermost.

    ``extras`` are of `EXTRA_KINDS`; their colours are of `COLORS`, or ``skin`` or ``hair`` for the look's own.
    """

    skin: str
    hair_style: str
    hair_color: str
    beard: str
    beard_color: str
    eye_color: str
    garments: tuple[Garment, ...] = ()
    extras: tuple[Garment, ...] = ()
    hair_cut: str | None = None
    """Of the style's `HAIR_CUTS`: which variant of it (``catalog/hairstyles.toml``); None: chance decides."""


@dataclass(frozen=True)
class Shape:
    """The body: height, weight, muscle in -1..1 (0 average); gender -1 female .. 1 male; age 0..1.

    Age anchors: 0 newborn, 0.17 toddler (3 years), 0.3 child (9), 0.42 teenager (15), 0.55 young adult (25),
    0.75 middle-aged (50), 0.9 old (70), 1 very old (90). Height is relative to people of that age.
    """

    height: float = 0.0
    weight: float = 0.0
    muscle: float = 0.0
    age: float = 0.6
    gender: float = 0.0

    def numbers(self) -> NDArray[np.float32]:
        """(5,) all of them, each in -1..1."""
        return np.array([self.height, self.weight, self.muscle, 2 * self.age - 1, self.gender], np.float32)


def covers(kind: str) -> tuple[str, ...]:
    """The main areas (torso, legs, feet) that a garment kind hides."""
    if kind in ("robe", "gown", "spacesuit", "jumpsuit", "coat", "dress"):
        return ("torso", "legs")
    if kind == "armor_torso":
        return ("torso",)
    return COVER.get(GARMENT_KINDS[kind][0], ())


def styled(text: str) -> tuple[str | None, str | None]:
    """Style and cut of hair: 'bun' -> ('bun', None), 'ponytail.braids' -> both, '.wavy' -> a cut of any style."""
    style, _, cut = text.partition(".")
    return style or None, cut or None


def validate(look: Look) -> list[str]:
    """What is unknown in a look, in words; empty when all names are known."""
    faults = []
    for label, value, known in (
        ("skin", look.skin, SKINS),
        ("hair style", look.hair_style, HAIR_STYLES),
        ("hair colour", look.hair_color, HAIR_COLORS),
        ("beard", look.beard, BEARDS),
        ("beard colour", look.beard_color, HAIR_COLORS),
        ("eye colour", look.eye_color, EYE_COLORS),
    ):
        if value not in known:
            faults.append(f"{label} {value!r}")
    if look.hair_cut is not None and look.hair_cut not in HAIR_CUTS.get(look.hair_style, ()):
        faults.append(f"cut {look.hair_cut!r} of {look.hair_style} hair")
    for garment in look.garments:
        if garment.kind not in GARMENT_KINDS:
            faults.append(f"garment {garment.kind!r}")
        if garment.pattern not in PATTERNS:
            faults.append(f"pattern {garment.pattern!r}")
        faults += [f"colour {c!r}" for c in (garment.color, garment.accent) if c is not None and c not in COLORS]
        faults += [f"trait {trait!r}" for trait in garment.traits if trait not in TRAITS]
        if garment.decal is not None and not known_decal(garment.decal):
            faults.append(f"decal {garment.decal!r}")
        if garment.side not in (None, "left", "right"):
            faults.append(f"side {garment.side!r}")
        if garment.cut is not None and garment.cut not in CUTS.get(garment.kind, ()):
            faults.append(f"cut {garment.cut!r} of {garment.kind}")
    for extra in look.extras:
        if extra.kind not in EXTRA_KINDS or (extra.cut is not None and extra.cut not in EXTRA_KINDS[extra.kind]):
            faults.append(f"extra {extra.kind!r} {extra.cut!r}")
        if extra.color not in COLORS and extra.color not in ("skin", "hair"):
            faults.append(f"colour {extra.color!r}")
    return faults


def known_decal(decal: str) -> bool:
    """Whether a decal is one that `Garment` has."""
    what, _, shown = decal.partition(":")
    return (what == "text" and 0 < len(shown) <= 12) or (what == "symbol" and shown in SYMBOLS)


def look_from_dict(raw: dict) -> Look:
    """A look from `dataclasses.asdict` or JSON."""

    def garment(item: dict) -> Garment:
        return Garment(**{**item, "traits": tuple(item.get("traits", ()))})

    lists = {name: tuple(garment(item) for item in raw.get(name, ())) for name in ("garments", "extras")}
    return Look(**{**raw, **lists})
