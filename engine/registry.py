"""Parts of the engine that are found by their name: one file a part, in the folder that its setting names.

A part is the object ``PART`` of ``engine/<folder>/<name>.py``; a program can add others with `add`. What a part wants
to be told stands in a dataclass ``Settings`` of the part, made of `engine.settings.setting`s, which a block
``<section>.<name>`` of the conf fills.
"""

from __future__ import annotations

import importlib
from typing import Any

from engine.errors import EngineError
from engine.schema import ADDED, parts_in

_PARTS: dict[tuple[str, str], Any] = {}


def add(folder: str, name: str, part: Any) -> None:
    """Make a part known by a name, beside those that stand in the folder."""
    _PARTS[folder, name] = part
    ADDED.setdefault(folder, []).append(name)


def find(folder: str, name: str) -> Any:
    """The part of that name.

    Raises:
        EngineError: ``bad_config`` if there is none.
    """
    if (folder, name) in _PARTS:
        return _PARTS[folder, name]
    known = parts_in(folder)
    if name not in known:
        what = folder.split("/")[-1].rstrip("s")
        raise EngineError("bad_config", f"There is no {what} {name!r}.", f"Use {', '.join(known)}.")
    return importlib.import_module(f"engine.{folder.replace('/', '.')}.{name}").PART
