"""Data-blocks that an export makes for a while, under names that every engine takes."""

from __future__ import annotations

from dataclasses import dataclass, field

import bpy

from .contract import export_names
from .importer.marks import EXPORT_COPY, LENT


@dataclass(frozen=True)
class Copy:
    """What is exported."""

    rig: bpy.types.Object
    meshes: list[bpy.types.Object]
    actions: list[bpy.types.Action]
    """The takes, from time 0 on; the armature plays one of them, or has a track for each of several."""
    faces: list[tuple[str, bpy.types.Action]] = field(default_factory=list)
    """Names of takes with what faces do in them."""


def clear_up() -> None:
    """Remove what exports have made, and give back the names that they have borrowed.

    All of it is marked, so that a file which was saved in the middle of an export is as it was when it is opened.
    """
    stores = [getattr(bpy.data, name) for name in KINDS]
    for store in stores:  # objects first: a mesh or armature that is removed takes its objects with it
        for item in [item for item in store if EXPORT_COPY in item]:
            store.remove(item)
    for item in [item for store in stores for item in store if LENT in item]:
        item.name = item[LENT]
        del item[LENT]


KINDS = ("objects", "armatures", "meshes", "actions", "materials", "images", "collections")
"""The data-blocks that a copy has, by their names in `bpy.data`."""


def marked(datablock: bpy.types.ID) -> bpy.types.ID:
    """Mark what `clear_up` is to remove."""
    datablock[EXPORT_COPY] = True
    return datablock


def twin(datablock: bpy.types.ID) -> bpy.types.ID:
    """Copy a data-block; the copy gets its name, which a file's exporter writes, as every engine takes it.

    Who has that name, which is most often the original, lends it.
    """
    twins = [item.name for item in _store(datablock) if EXPORT_COPY in item]
    other = marked(datablock.copy())
    give_name(other, export_names.plain_beside(datablock.name, twins))
    return other


def give_name(datablock: bpy.types.ID, name: str) -> None:
    """Give a copy a name; who has it lends it."""
    # one of another file may have the same name
    for holder in [item for item in _store(datablock) if item.name == name and item.library is None]:
        if holder != datablock:
            holder[LENT] = name
            holder.name = "Lent"
    datablock.name = name


def _store(datablock: bpy.types.ID) -> bpy.types.bpy_prop_collection:
    """The collection in `bpy.data` that has a data-block."""
    return next(store for store in (getattr(bpy.data, name) for name in KINDS) if datablock in store.values())
