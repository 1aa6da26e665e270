"""Levels of detail in a GLB: MSFT_lod over named meshes that share vertices, skin, textures and face shapes.

A node of the scene shows a full mesh; readers that know the extension swap it for ``NAME_LOD1`` and so on, which stand
outside of the scene, and those that don't never show them. A layer's levels are its share of the whole mesh's, so that
one that has few triangles to give keeps them.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.export.binary import INDEX_BUFFER, UINT, USHORT, Binary
from engine.mesh.levels import Level, levels
from engine.mesh.uv import split_seams
from engine.protocol import JOINT_NAMES
from engine.rig import Avatar

FACE = 8.0
"""How much more errors count on the head."""
COVERAGE = 0.5
"""Share of the screen's height from which on the full mesh is shown; each level down to a fourth of the one before."""


def levels_of(game: Avatar, counts: tuple[int, ...]) -> list[Level]:
    """Levels of a textured mesh, of at most so many triangles each; those that take nothing away are left out."""
    if game.uvs is None or not counts:
        return []
    head = [JOINT_NAMES.index(name) for name in ("neck", "head")]
    importance = 1.0 + FACE * game.weights[:, head].sum(1)
    made, found = levels(game.vertices, game.faces, game.uvs, counts, importance), []
    before = len(game.faces)
    for level in made:
        if len(level.faces) < before:
            found.append(level)
            before = len(level.faces)
    return found


def with_levels(
    binary: Binary, document: dict[str, Any], game: Avatar, parts: Sequence[np.ndarray], lower: Sequence[Level]
) -> None:
    """Add levels to a document.

    Args:
        binary: grows by their indices.
        document: changed in place.
        game: the mesh.
        parts: numbers (F,) of the faces of each primitive, of one mesh after the other.
        lower: the levels, from more to fewer triangles.
    """
    if not lower:
        return
    rest = iter(parts)
    for number, full in enumerate(list(document["meshes"])):
        own = [next(rest) for _ in full["primitives"]]
        _level(binary, document, number, [[_indices(game, part, level) for part in own] for level in lower])
    document["extensionsUsed"] = [*document.get("extensionsUsed", []), "MSFT_lod"]


def _level(binary: Binary, document: dict[str, Any], number: int, levels: Sequence[Sequence[np.ndarray]]) -> None:
    """Add the levels of one mesh, each the triangles (F, 3) of its primitives; one that has none left stays as before.

    Args:
        binary: grows by them.
        document: changed in place.
        number: of the mesh and of its node.
        levels: from more to fewer triangles.
    """
    full, node = document["meshes"][number], document["nodes"][number]
    ids: list[int] = []
    for level, parts in enumerate(levels, 1):
        primitives = []
        for indices, primitive in zip(parts, full["primitives"]):
            if len(indices):
                kind = USHORT if _count(binary, primitive) <= 65535 else UINT
                accessor = binary.add(indices.ravel(), kind, "SCALAR", INDEX_BUFFER)
                primitives.append(primitive | {"indices": accessor})
        primitives = primitives or document["meshes"][-1 if ids else number]["primitives"]
        document["meshes"].append(full | {"name": f"{full['name']}_LOD{level}", "primitives": primitives})
        ids.append(len(document["nodes"]))
        document["nodes"].append(node | {"name": f"{node['name']}_LOD{level}", "mesh": len(document["meshes"]) - 1})
    node["extensions"] = {"MSFT_lod": {"ids": ids}}
    node["extras"] = {"MSFT_screencoverage": [COVERAGE / 4.0**k for k in range(len(ids))] + [0.0]}


def _count(binary: Binary, primitive: dict[str, Any]) -> int:
    """Vertices of a primitive."""
    return int(binary.accessors[primitive["attributes"]["POSITION"]]["count"])


def _indices(game: Avatar, part: np.ndarray, level: Level) -> np.ndarray:
    """(F, 3) the level's triangles of a part, by the part's own vertices as `split_seams` orders them."""
    assert game.uvs is not None
    inside = np.isin(level.of, part)
    used = np.unique(game.faces[part])
    source, _, spots = split_seams(np.searchsorted(used, game.faces[part]), game.uvs[part])
    corners = np.concatenate((level.faces[inside].reshape(-1, 1), level.uvs[inside].reshape(-1, 2)), axis=1)
    known = np.concatenate((used[source][:, None], spots), axis=1)
    _, same = np.unique(np.concatenate((known, corners)), axis=0, return_inverse=True)
    place = np.zeros(same.max() + 1, np.int64)
    place[same[: len(known)]] = np.arange(len(known))
    return place[same[len(known) :]].reshape(-1, 3)
