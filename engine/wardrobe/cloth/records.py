"""The records of ``catalog/garments/*.toml``: how each kind of garment, and each cut of it, is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from engine import userdata
from engine.errors import EngineError
from engine.tables import read_toml
from engine.wardrobe.materials import CATALOG, MATERIALS

MEASURES = (
    "hem", "waist", "sleeve", "neck", "nape", "low", "spread", "slit", "bust", "back", "dip", "strap", "shoulder",
    "crossed",
)  # fmt: skip
"""Measures that go to the pattern block."""


MEASURES_OF = {
    "top": ("hem", "sleeve", "neck", "nape", "low", "spread", "slit", "shoulder", "crossed"),
    "strapped": ("hem", "bust", "back", "dip", "strap"), "poncho": ("low", "slit", "neck"),
    "legs": ("hem", "waist"), "suit": ("hem", "sleeve", "neck", "nape", "low", "spread"),
    "region": MEASURES, "cape": ("neck",),
}  # fmt: skip
"""Blocks of `cloth.blocks`, and capes, with the measures that each takes."""
NUMBERS = {
    *MEASURES, "layer", "drop", "flare", "waves", "wave", "spare", "smoothing", "stiff", "rim", "folds", "train",
    "petticoat", "tails", "split", "panels", "stand",
} - {"strap"}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One garment; see the head of ``catalog/garments/tops.toml`` for units."""

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
    profile: tuple[tuple[float, float], ...] = ()
    train: float = 0.0
    petticoat: float = 0.0
    folds: float = 1.0
    tails: float = 0.0
    split: float = 0.0
    panels: float = 0.0
    stand: float = 0.0
    words: str = ""
    """What texts call it, divided by '|', beside the words of the reader's lexicon."""

    @property
    def key(self) -> str:
        """The garment's name in the catalogue."""
        return self.kind if self.cut is None else f"{self.kind}.{self.cut}"


_OWN = {field.name for field in fields(Record)} - {"kind", "cut", "measures"}


def read_records(path: Path = CATALOG / "garments", base: Path | None = None) -> dict[str, Record]:
    """The records of a file by their keys; a cut takes from its kind what it does not say itself.

    Args:
        path: the file, or a folder of such files.
        base: another one, from which kinds take what ``path`` does not say of them.

    Raises:
        ValueError: one sentence with the file, the record, the key and what is wrong.
    """
    found: dict[str, Record] = {}
    under = {kind: table for _, kind, table in _tables(base)} if base else {}
    for file, kind, table in _tables(path):
        own = {name: value for name, value in under.get(kind, {}).items() if not isinstance(value, dict)}
        own |= {name: value for name, value in table.items() if not isinstance(value, dict)}
        cuts = {name: value for name, value in table.items() if isinstance(value, dict)}
        for cut, record in [(None, own), *((cut, _over(own, more)) for cut, more in cuts.items())]:
            made = _record(file, kind, cut, record)
            found[made.key] = made
    return found


def _over(kind: dict[str, Any], cut: dict[str, Any]) -> dict[str, Any]:
    """A cut's table over its kind's; of another block, it does without the measures that only its kind's has."""
    other = {"words", *MEASURES} - set(MEASURES_OF.get(cut.get("block", ""), MEASURES))
    return {**{name: value for name, value in kind.items() if name not in other}, **cut}


def _tables(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The kinds of a file or of a folder's files: the file's name, the kind and its table."""
    for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
        for kind, table in read_toml(file).items():
            yield file.name, kind, table


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
    if table["block"] not in MEASURES_OF:
        raise ValueError(f"{where} names the unknown block {table['block']!r} under 'block'.")
    odd = sorted(set(table) & set(MEASURES) - set(MEASURES_OF[table["block"]]))
    if odd:
        raise ValueError(f"{where}: the block {table['block']!r} has no measure {odd[0]!r}.")
    for name in NUMBERS & table.keys():
        if isinstance(table[name], bool) or not isinstance(table[name], int | float):
            raise ValueError(f"{where} has {table[name]!r} under {name!r}, which is no number.")
    own = {name: _frozen(value) for name, value in table.items() if name in _OWN}
    return Record(kind, cut, measures={name: table[name] for name in MEASURES if name in table}, **own)


def _frozen(value: Any) -> Any:
    """Lists as tuples, at every depth but in tables."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


@cache
def records() -> dict[str, Record]:
    """The bundled records, and over them those of ``wardrobe/garments.toml`` in the user's data folder.

    Raises:
        EngineError: ``bad_config``: a record of the user's cannot be read.
    """
    own = userdata.data_folder() / "wardrobe" / "garments.toml"
    bundled = CATALOG / "garments"
    if not own.is_file():
        return read_records(bundled)
    try:
        return read_records(bundled) | read_records(own, bundled)
    except ValueError as error:
        raise EngineError("bad_config", f"In your own wardrobe, {error}", f"Mend or remove {own}.") from None


def record_of(kind: str, cut: str | None) -> Record | None:
    """The record of a garment as it is cut; None for what is not cloth."""
    return records().get(f"{kind}.{cut}") or records().get(kind)
