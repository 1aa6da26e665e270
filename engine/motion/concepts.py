"""Movements that the motion prior holds as labelled codes: texts, and the clips of the training pack behind them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


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


def _read(path: Path) -> tuple[Learned, ...]:
    """The records of a file; a missing or unknown key is a `TypeError` that names it."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Learned(name, tuple(table.pop("says").split("|")), tuple(table.pop("clips")), **table)
        for name, table in tables.items()
    )


LEARNED = _read(Path(__file__).with_name("learned.toml"))
