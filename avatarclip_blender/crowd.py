"""Many avatars at once in a scene: in a grid, or as assets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import bpy

from . import avatar
from .importer import ResultError, import_avatar

SPACING = 1.6
"""Metres between neighbours in the grid."""


def import_crowd(
    context: bpy.types.Context, results: Iterable[Path], as_assets: bool = False
) -> tuple[list[bpy.types.Object], list[str]]:
    """Import avatars side by side and give their armatures; those that cannot be are told of in a sentence each.

    Args:
        context: Blender's.
        results: result folders.
        as_assets: mark each avatar's collection as an asset.
    """
    rigs, problems = [], []
    for result in results:
        try:
            rigs.append(import_avatar(context, result).rig)
        except (ResultError, OSError) as error:
            problems.append(f"{result.parent.name}: {error}")
            continue
        if as_assets:
            avatar.mark_asset(context, rigs[-1])
    arrange(rigs)
    return rigs, problems


def arrange(rigs: Sequence[bpy.types.Object]) -> None:
    """Stand armatures in a grid that is as deep as it is wide, its middle at the origin, all facing the front."""
    across = math.ceil(math.sqrt(len(rigs)))
    for number, rig in enumerate(rigs):
        row, column = divmod(number, across)
        deep = math.ceil(len(rigs) / across)
        rig.location.x = (column - 0.5 * (min(across, len(rigs)) - 1)) * SPACING
        rig.location.y = (row - 0.5 * (deep - 1)) * SPACING
