"""Movements that the motion prior holds as labelled codes: texts, and the clips of the training pack behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from engine.tables import read_as


@dataclass(frozen=True)
class Learned:
    """One movement of the motion prior."""

    name: str
    texts: tuple[str, ...]
    """The caption first, then other ways to say it."""
    clips: tuple[str, ...]
    """Clips of the training pack: "name", or "name@start" in seconds; the first is the one that is played by default."""
    cyclic: bool = False
    """Whether it can go on for ever (walking) or happens once (a kick)."""
    pace: float = 1.0
    """By how much it is played faster than in the clip, for clips whose tempo is a game's rather than a person's."""


FILE = Path(__file__).with_name("learned.toml")


class _Record(TypedDict):
    says: tuple[str, ...]
    clips: tuple[str, ...]
    cyclic: NotRequired[bool]
    pace: NotRequired[float]


def read_learned(path: Path = FILE) -> tuple[Learned, ...]:
    """The records of a file; `ValueError` names the file, the movement, the key and what is wrong."""
    records: dict[str, _Record] = read_as(path, dict[str, _Record])
    return tuple(
        Learned(name, row["says"], row["clips"], row.get("cyclic", False), row.get("pace", 1.0))
        for name, row in records.items()
    )


LEARNED = read_learned()
