"""What is said of how a garment is made and worn, as changes to its record, out of ``catalog/traits.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from engine.tables import read_as
from engine.wardrobe.cloth.blocks import COLLAR_BONE
from engine.wardrobe.cloth.records import MEASURES_OF, Record
from engine.wardrobe.materials import CATALOG

Table = dict[str, Any]


_WAYS: Table = {
    "block": str, "details": list[Table], "ease": float, "spare": float, "flared": float, "wide": float, "end": float,
    "shorter": bool, "sleeve": float, "set": Table, "unset": list[str], "without": list[str], "open": float,
    "drop": float, "waist": float, "cut": float, "held": list[list[float]],
}  # fmt: skip
"""What a trait may say of a garment; the head of the file tells what each is."""
_Way: Any = TypedDict("_Way", _WAYS, total=False)  # type: ignore[misc]
_CHANGES: Table = {**_WAYS, **dict.fromkeys(MEASURES_OF, _Way), "kinds": list[str], "parts": list[Table]}
_Change: Any = TypedDict("_Change", _CHANGES, total=False)  # type: ignore[misc]


def read_changes(path: Path = CATALOG / "traits.toml") -> dict[str, Table]:
    """Trait -> what it changes; `ValueError` names the file, the trait, the key and what is wrong."""
    found: dict[str, Table] = read_as(path, dict[str, _Change])
    return found


@cache
def changes() -> dict[str, Table]:
    """The bundled traits."""
    return read_changes()


def tailored(record: Record, traits: Sequence[str]) -> Record:
    """A record with all that its garment's traits say; those that a garment of its block cannot have are left out."""
    for trait in traits:
        table = changes().get(trait, {})
        if record.kind not in table.get("kinds", (record.kind,)):
            continue
        said = {name: value for name, value in table.items() if name not in MEASURES_OF}
        record = _changed(record, {**said, **table.get(record.block, {})})
    return record


def _changed(record: Record, said: Table) -> Record:
    gone = set(said.get("without", ()))
    details = tuple(detail for detail in record.details if detail["form"] not in gone)
    block = said.get("block", record.block)
    takes = MEASURES_OF[block]
    measures = {
        name: value for name, value in record.measures.items() if name in takes and name not in said.get("unset", ())
    }
    measures |= {name: value for name, value in said.get("set", {}).items() if name in takes}
    if "sleeve" in said and "sleeve" in measures:
        measures["sleeve"] = said["sleeve"]
    if "open" in said and measures.get("spread", 0.0) < said["open"]:
        measures |= {"low": measures.get("low", 0.15), "spread": said["open"]}
        if "nape" not in measures:  # a round neckline opens upwards
            measures["low"] = min(measures["low"], COLLAR_BONE - 0.1)
    changed = replace(
        record,
        block=block,
        measures=measures,
        details=(*details, *said.get("details", ())),
        trunk=_eased(record.trunk, said),
        arms=_eased(record.arms, {"ease": said.get("ease", 1.0)}),
        spare=1 + (record.spare - 1) * said.get("spare", 1.0),
        flare=1 + (record.flare - 1) * said.get("flared", 1.0),
        profile=tuple((t, 1 + (w - 1) * said.get("flared", 1.0)) for t, w in record.profile),
        drop=record.drop + said.get("drop", 0.0) if record.drop else 0.0,
        split=said.get("cut", record.split),
        held=said.get("held", record.held),
    )
    return _ending(changed, said) if "end" in said else changed


def _eased(table: Sequence[Sequence[float]], said: Table) -> tuple[tuple[float, float], ...]:
    """A table of ease, times what is said, wider at the lower end of legs, and close at the waist."""
    rows = [(place, ease * said.get("ease", 1.0)) for place, ease in table]
    if "wide" in said:
        rows = [(place, ease + said["wide"] * min(max((-0.5 - place) / 0.35, 0.0), 1.0)) for place, ease in rows]
    if "waist" in said:
        rows = [row for row in rows if not 0.03 < row[0] < 0.14]
        rows = sorted([*rows, (0.05, 0.014), (0.085, said["waist"]), (0.125, 0.016)])
    return tuple(rows)


def _ending(record: Record, said: Table) -> Record:
    """The record with its lower end elsewhere."""
    hem = record.measures.get("hem")
    if hem is None or (said.get("shorter") and said["end"] <= hem - record.drop):
        return record
    if record.drop and said["end"] < hem - 0.03:
        return replace(record, drop=hem - said["end"])
    return replace(record, measures={**record.measures, "hem": said["end"]}, drop=0.0)
