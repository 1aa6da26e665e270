"""Armour out of ``catalog/armour.toml``: designs of plates, and a design on a body as layers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.tables import read_toml
from engine.wardrobe.cut import cut_region
from engine.wardrobe.hard.footwear import soles
from engine.wardrobe.hard.hulls import Hulls
from engine.wardrobe.hard.pieces import Piece, layer_of, palette
from engine.wardrobe.hard.plates import Plate, pieces_of
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.materials import CATALOG, MATERIALS
from engine.wardrobe.outfit import COLORS, Garment

KEYS = {field.name for field in fields(Plate)}
LEATHER = ("brown", "dark brown", "tan", "beige", "rust")
BARE_METAL = ("silver", "grey", "dark grey", "light grey", "gold", "bronze", "copper")
SLOTS = ("torso", "shoulders", "arms", "hands", "legs", "feet")


@dataclass(frozen=True)
class Design:
    """A kind of armour."""

    name: str
    plates: tuple[Plate, ...]
    words: str = ""
    """What in a text calls for it, divided by '|'."""
    accent: str | None = None
    """Colour of trims where a garment names none."""
    under: str = ""
    """Material of a close suit beneath the plates, or none."""


def read_designs(path: Path = CATALOG / "armour.toml") -> dict[str, Design]:
    """The designs of a file, by name.

    Raises:
        ValueError: names the file, the record and key, and what is wrong.
    """
    found = {}
    for name, record in read_toml(path).items():
        where = f"{path.name}: [{name}]"
        unknown = set(record) - {"plates", "words", "accent", "under"}
        if unknown:
            raise ValueError(f"{where} {sorted(unknown)[0]}: no such key.")
        if record.get("accent") not in (None, *COLORS):
            raise ValueError(f"{where} accent: {record['accent']!r} is no colour.")
        if record.get("under", "") not in ("", *MATERIALS):
            raise ValueError(f"{where} under: {record['under']!r} is no material.")
        plates = tuple(_plate(raw, f"{where} plate {i + 1}") for i, raw in enumerate(record.get("plates", ())))
        if not plates:
            raise ValueError(f"{where} plates: none are given.")
        found[name] = Design(name, plates, record.get("words", ""), record.get("accent"), record.get("under", ""))
    return found


def _plate(raw: dict, where: str) -> Plate:
    """A record as a plate."""
    for key, value in raw.items():
        if key not in KEYS:
            raise ValueError(f"{where} {key}: no such key.")
        default = Plate.__dataclass_fields__[key].default
        listed = isinstance(default, tuple) or key in ("low", "high")
        if isinstance(value, list) != listed:
            raise ValueError(f"{where} {key}: {value!r} is not {'one value' if isinstance(value, list) else 'a list'}.")
        words = key in ("joints", "layer", "part") or isinstance(default, str)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) != words:
                raise ValueError(f"{where} {key}: {item!r} is not {'a word' if words else 'a number'}.")
    missing = [key for key in ("layer", "part", "low", "high") if key not in raw]
    if missing:
        raise ValueError(f"{where} {missing[0]}: is missing.")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    plate = Plate(**values)
    for fault in plate.faults():
        raise ValueError(f"{where} {fault}.")
    if plate.slot not in SLOTS:
        raise ValueError(f"{where} slot: {plate.slot!r} is none of {', '.join(SLOTS)}.")
    if plate.material not in ("", *MATERIALS):
        raise ValueError(f"{where} material: {plate.material!r} is unknown.")
    return plate


DESIGNS = read_designs()


def metal_of(color: str) -> str:
    """The material of armour in a garment colour."""
    return "leather" if color in LEATHER else "metal" if color in BARE_METAL else "painted_metal"


def armour_layers(
    design: str,
    garment: Garment,
    mannequin: Mannequin,
    beneath: Sequence[Layer] = (),
    slots: Collection[str] = SLOTS,
) -> list[Layer]:
    """A design in a garment's colours, one layer for each name that its plates bear.

    Args:
        design: of `DESIGNS`.
        garment: gives colour and accent.
        mannequin: the body.
        beneath: what is worn already, the outermost last.
        slots: of `SLOTS`: which of the design's plates are wanted.
    """
    made = DESIGNS[design]
    hulls, colors = Hulls(mannequin, beneath), palette(garment, made.accent)
    layers = [undersuit(made.under, mannequin)] if made.under and "torso" in slots else []
    grouped: dict[tuple[str, str], list[Piece]] = {}
    for plate in made.plates:
        if plate.slot in slots:
            material = plate.material or metal_of(garment.color)
            grouped.setdefault((plate.layer, material), []).extend(pieces_of(plate, hulls))
    if "feet" in slots and any(plate.slot == "feet" for plate in made.plates):
        name, material = next((p.layer, p.material or metal_of(garment.color)) for p in made.plates if p.slot == "feet")
        grouped[name, material] += soles(hulls)
    layers += [layer_of(name, material, pieces, colors, mannequin) for (name, material), pieces in grouped.items()]
    return layers


def undersuit(material: str, mannequin: Mannequin) -> Layer:
    """A close suit from the neck to wrists and ankles, just off the skin."""
    x, y, _ = mannequin.canonical.T
    signed = np.minimum(np.minimum(0.556 - y, y + 0.90), 0.69 - np.abs(x))
    mix, faces = cut_region(mannequin.faces, signed)
    vertices = mix @ (mannequin.vertices + 0.0016 * mannequin.normals)
    colors = np.full((len(vertices), 3), 0.30 if material == "mail" else 0.09, np.float32)
    return Layer(
        "Mail" if material == "mail" else "Undersuit",
        material,
        vertices.astype(np.float32),
        faces,
        colors,
        (mix @ mannequin.weights).astype(np.float32),
        (mix @ mannequin.canonical).astype(np.float32),
    )
