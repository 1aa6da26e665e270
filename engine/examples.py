"""Examples of prompts, as data. Standard library only: the add-on loads this file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "confs" / "examples.toml"


@cache
def examples() -> dict[str, dict[str, str]]:
    """The three prompts (``shape``, ``appearance``, ``motion``) of each example, by its title."""
    records = tomllib.loads(FILE.read_text(encoding="utf-8"))["example"]
    return {record.pop("title"): record for record in records}
