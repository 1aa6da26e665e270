"""The records of ``catalog/garments.toml``: how each kind of garment, and each cut of it, is made."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from engine.wardrobe.materials import CATALOG, MATERIALS

MEASURES = ("hem", "waist", "sleeve", "neck", "nape", "low", "spread", "slit", "bust")
"""Measures that go to the pattern block."""


@dataclass(frozen=True)
class Record:
    """One garment; see the head of ``catalog/garments.toml`` for units."""

    kind: str
    cut: str | None
    name: str
    layer: float
    block: str
    material: str
    measures: dict[str, Any]
    details: tuple[dict[str, Any], ...] = ()
    drop: float = 0.0
    flare: float = 1.0
    waves: int = 0
    wave: float = 0.0
    trunk: tuple[tuple[float, float], ...] = ((0.0, 0.008),)
    arms: tuple[tuple[float, float], ...] = ((0.2, 0.008),)
    spare: float = 1.0
    smoothing: int = 18
    held: tuple[tuple[float, float], ...] = ()
    drape: bool = True
    stiff: float = 0.02
    rim: float = 0.0026

    @property
    def key(self) -> str:
        """Its name in the catalogue."""
        return self.kind if self.cut is None else f"{self.kind}.{self.cut}"


_OWN = {field.name for field in fields(Record)} - {"kind", "cut", "measures"}


def read_records(path: Path = CATALOG / "garments.toml") -> dict[str, Record]:
    """The records of a file by their keys; a cut takes from its kind what it does not say itself.

    Raises:
        ValueError: one sentence with the file, the record, the key and what is wrong.
    """
    found: dict[str, Record] = {}
    for kind, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        own = {name: value for name, value in table.items() if not isinstance(value, dict)}
        cuts = {name: value for name, value in table.items() if isinstance(value, dict)}
        for cut, record in [(None, own), *((cut, {**own, **more}) for cut, more in cuts.items())]:
            made = _record(path.name, kind, cut, record)
            found[made.key] = made
    return found


def _record(file: str, kind: str, cut: str | None, table: dict[str, Any]) -> Record:
    where = f"{file}: [{kind if cut is None else f'{kind}.{cut}'}]"
    unknown = set(table) - _OWN - set(MEASURES)
    if unknown:
        raise ValueError(f"{where} has the unknown key {min(unknown)!r}.")
    missing = {"name", "layer", "block", "material"} - set(table)
    if missing:
        raise ValueError(f"{where} lacks the key {min(missing)!r}.")
    if table["material"] not in MATERIALS:
        raise ValueError(f"{where} names the unknown material {table['material']!r} under 'material'.")
    own = {name: _frozen(value) for name, value in table.items() if name in _OWN}
    return Record(kind, cut, measures={name: table[name] for name in MEASURES if name in table}, **own)


def _frozen(value: Any) -> Any:
    """Lists as tuples, at every depth but in tables."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


@cache
def records() -> dict[str, Record]:
    """The bundled records."""
    return read_records()


def record_of(kind: str, cut: str | None) -> Record | None:
    """The record of a garment as it is cut; None for what is not cloth."""
    return records().get(f"{kind}.{cut}") or records().get(kind)
