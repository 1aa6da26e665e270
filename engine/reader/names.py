"""What a person calls the garments and things that the lexicon's notation means: "jacket.suit + trousers.suit"."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from engine.tables import read_toml
from engine.wardrobe.cloth.records import record_of
from engine.wardrobe.materials import CATALOG

NOTATION = re.compile(r"~?(?P<kind>\w+)(?:\.(?P<cut>\w+))?")


def names_of(notation: str) -> str:
    """The names of all that a value stands for: "Suit Jacket, Suit Trousers"."""
    found = []
    for part in notation.split(" + "):
        match = NOTATION.match(part.strip())
        if match is not None:
            found.append(_name(match["kind"], match["cut"]))
    return ", ".join(dict.fromkeys(found))


def _name(kind: str, cut: str | None) -> str:
    record = record_of(kind, cut)
    if record is not None and record.cut == cut:
        return record.name
    table = _things().get(kind, {})
    if cut is None and "same" in table and "_" not in kind:
        return kind.title()  # of which cut it is, is left to the figure
    own = table.get(cut or table.get("same", ""), {})
    name = own.get("name") if isinstance(own, dict) else None
    return str(name or (None if cut else table.get("name")) or f"{cut or ''} {kind}".strip().replace("_", " ").title())


@cache
def _things() -> dict[str, dict[str, Any]]:
    """The tables of what is not of cloth by kind, in each its cuts; `hard.things` would bring all that draws them."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((CATALOG / "things").glob("*.toml")):
        for kind, record in read_toml(path).items():
            found.setdefault(kind, {}).update(record)
    return found
