"""Names that every game engine takes: of nodes, meshes, materials and takes. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 60
"""Characters; Unreal's paths and Windows' get too long soon."""


def plain(name: str) -> str:
    """A name of letters, digits, spaces, - and _: Godot refuses . : @ / " % in nodes, others signs outside of words."""
    made = re.sub(r"[^\w -]+", "_", name).strip("_ ")[:LONGEST].strip("_ ")
    return made or "Avatar"


def plain_names(names: Iterable[str]) -> list[str]:
    """Plain names that differ from one another, also where capitals do not count."""
    made: list[str] = []
    for name in names:
        made.append(plain_beside(name, made))
    return made


def plain_beside(name: str, taken: Iterable[str]) -> str:
    """A plain name that differs from those that are taken, also where capitals do not count."""
    others, name = {other.lower() for other in taken}, plain(name)
    found, number = name, 2
    while found.lower() in others:
        found, number = f"{name[: LONGEST - 4]}_{number}", number + 1
    return found
