"""Examples of prompts, as data. No bpy."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".toml")


@cache
def examples() -> tuple[dict[str, str], ...]:
    """Return the examples: ``title``, and a prompt for each part."""
    return tuple(tomllib.loads(_FILE.read_text(encoding="utf-8"))["example"])
