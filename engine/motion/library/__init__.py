"""The project's own library of movements: records of key poses (``*.toml``), as `engine.motion.keyposes` plays them.

A record has ``says`` (texts, the caption first) and either

- ``keys``, each with ``time`` and any field of `Key`, with ``period`` if they repeat (the first key is then due again),
- or ``gait`` (arguments of `gaits.gait`), with ``pose`` (a name of `gaits.POSES`) or ``hold`` (fields for every key),
- or ``turn`` (arguments of `gaits.turning`);

and any of ``travel, grounded, life, tags, beats`` of `Entry`. In keys, ``hands`` and ``feet`` set both sides, a hand is a
table or a name of ``shapes.toml``, and ``pose`` is a stance of that file, over which the key's other fields lie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from engine.motion.gaits import POSES, Gait, turning
from engine.motion.keyposes import Entry, Foot, Hand, Key, both, closed, feet
from engine.tables import read_as, read_toml

FOLDER = Path(__file__).parent
FILES = ("gestures", "sport", "daily", "gaits", "bodywork", "more", "trades")
"""In the order in which movements are listed."""

Table = dict[str, Any]


@cache
def entries() -> dict[str, Entry]:
    """All movements by name.

    Raises:
        ValueError: a record is broken; the sentence names file, record and what is wrong.
    """
    found: dict[str, Entry] = {}
    shapes = Shapes.read(FOLDER / "shapes.toml")
    for file in FILES:
        for name, entry in read_entries(FOLDER / f"{file}.toml", shapes).items():
            if name in found:
                raise ValueError(f"{file}.toml: [{name}] is the name of another movement, too.")
            found[name] = entry
    return found


def read_entries(path: Path, shapes: Shapes) -> dict[str, Entry]:
    """The movements of one file; `ValueError` as `entries` has it."""
    found = {}
    for name, table in read_toml(path).items():
        try:
            found[name] = _entry(name, dict(table), shapes)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            said = f"lacks or does not know {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"{path.name}: [{name}] {said}.") from None
    return found


def _entry(name: str, table: Table, shapes: Shapes) -> Entry:
    texts = tuple(table.pop("says").split("|"))
    if "turn" in table:
        turn = table.pop("turn")
        degrees = turn.pop("degrees")
        of_angle: Callable[[float], tuple[Key, ...]] = partial(turning, **turn)
        made: Table = {"keys": of_angle(degrees), "loop": False, "of_angle": of_angle}
    elif "gait" in table:
        held = shapes.fields(table.pop("hold", {}))
        pose = POSES[table.pop("pose")] if "pose" in table else lambda phase: held
        made = Gait(**table.pop("gait")).cycle(pose)
    else:
        keys = [shapes.key(key) for key in table.pop("keys")]
        period = table.pop("period", None)
        made = {"keys": tuple(keys) if period is None else closed(period, *keys), "loop": period is not None}
    rest: Table = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Entry(name, texts, **made, **rest)


class Shapes:
    """Hands and stances by name, and keys made with them."""

    def __init__(self, hands: Mapping[str, Hand], stances: Mapping[str, Table]) -> None:
        self._hands, self._stances = hands, stances

    @classmethod
    def read(cls, path: Path) -> Shapes:
        """Of a file with tables ``hand`` and ``stance``; `ValueError` as `entries` has it."""
        tables: dict[str, dict[str, Table]] = read_as(path, dict[str, dict[str, Table]])
        hands: dict[str, Hand] = {}
        made = cls(hands, tables["stance"])
        for kind, records in tables.items():
            for name, table in records.items():
                try:
                    if kind == "hand":
                        hands[name] = _hand(table)
                    else:
                        made.key({"time": 0.0, **table})
                except (KeyError, TypeError) as error:
                    raise ValueError(f"{path.name}: [{kind}.{name}] {str(error).split('__init__() ')[-1]}.") from None
        return made

    def key(self, table: Table) -> Key:
        """One key of a record."""
        return Key(**self.fields(table))

    def fields(self, table: Table) -> Table:
        """The fields of `Key` that a table sets."""
        made: Table = self.fields(self._stances[table["pose"]]) if "pose" in table else {}
        for name, value in table.items():
            if name in ("hands", "left", "right"):
                hand = self._hands[value] if isinstance(value, str) else _hand(value)
                made |= both(hand) if name == "hands" else {name: hand}
            elif name in ("feet", "left_foot", "right_foot"):
                foot = Foot(**_renamed(value))
                made |= feet(foot) if name == "feet" else {name: foot}
            elif name != "pose":
                made[name] = tuple(value) if isinstance(value, list) else value
        return made


def _hand(table: Table) -> Hand:
    return Hand(**_renamed(table))


def _renamed(table: Table) -> Table:
    """Lists as vectors, ``at`` as the anchor."""
    return {
        "anchor" if name == "at" else name: tuple(value) if isinstance(value, list) else value
        for name, value in table.items()
    }
