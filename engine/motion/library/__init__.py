"""The project's own library of movements, written as key poses (see `engine.motion.keyposes`)."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from engine.motion.keyposes import Entry

_MODULES = ("gestures", "sport", "daily", "gaits", "bodywork", "more")


@cache
def entries() -> dict[str, Entry]:
    """All movements by name."""
    found: dict[str, Entry] = {}
    for module in _MODULES:
        for entry in import_module(f"engine.motion.library.{module}").ENTRIES:
            if entry.name in found:
                raise ValueError(f"two movements are named {entry.name}")
            found[entry.name] = entry
    return found
