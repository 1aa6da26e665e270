"""Components of the engine that are found by their name: one file each, in the folder that its setting names.

A component is the object ``COMPONENT`` of ``engine/<folder>/<name>.py``; a program can add others with `add`. What a
component wants to be told stands in a dataclass ``Settings`` of it, made of `engine.settings.setting`s, which a block
``<section>.<name>`` of the conf fills.
"""

from __future__ import annotations

import importlib
from typing import Any

from engine.errors import EngineError
from engine.schema import ADDED, components_in

_COMPONENTS: dict[tuple[str, str], Any] = {}


def add(folder: str, name: str, component: Any) -> None:
    """Make a component known by a name, beside those that stand in the folder."""
    _COMPONENTS[folder, name] = component
    ADDED.setdefault(folder, []).append(name)


def find(folder: str, name: str) -> Any:
    """The component of that name.

    Raises:
        EngineError: ``bad_config`` if there is none.
    """
    if (folder, name) in _COMPONENTS:
        return _COMPONENTS[folder, name]
    known = components_in(folder)
    if name not in known:
        what = folder.split("/")[-1].rstrip("s")
        raise EngineError("bad_config", f"There is no {what} {name!r}.", f"Use {', '.join(known)}.")
    return importlib.import_module(f"engine.{folder.replace('/', '.')}.{name}").COMPONENT
