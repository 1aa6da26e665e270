"""Names that every engine takes: of nodes, meshes, materials and takes."""

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
    taken: set[str] = set()
    for name in map(plain, names):
        found, number = name, 2
        while found.lower() in taken:
            found, number = f"{name[: LONGEST - 4]}_{number}", number + 1
        taken.add(found.lower())
        made.append(found)
    return made
