"""Morph targets of glTF: face shapes as sparse accessors, so that they cost what they move, and their animation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.export.binary import FLOAT, UINT, USHORT, Binary
from engine.protocol import FACE_SHAPES

if TYPE_CHECKING:
    from engine.rig.face_shapes import FaceShapes


def shapes_of(face: FaceShapes | None, used: NDArray) -> list[int]:
    """Which of `FACE_SHAPES` move any of these vertices (U,), in order; keys of identity stay out of files."""
    if face is None:
        return []
    found: list[int] = np.unique(face.shape[np.isin(face.row, used)]).tolist()
    return [index for index in found if index < len(FACE_SHAPES)]


def targets(binary: Binary, face: FaceShapes, of: NDArray, chosen: list[int]) -> list[dict[str, int]]:
    """A primitive's targets.

    Args:
        binary: grows by them.
        face: of the mesh.
        of: (W,) the mesh's vertex that each of the primitive's is.
        chosen: numbers of the shapes wanted; those that move nothing here are accessors of noughts.
    """
    order = np.argsort(of, kind="stable")
    ranked = of[order]
    made, nothing = [], None
    for index in chosen:
        own = face.shape == index
        row, delta = face.row[own], face.delta[own]
        low, high = np.searchsorted(ranked, row, "left"), np.searchsorted(ranked, row, "right")
        times = high - low  # vertices on texture seams are there more than once
        if not times.sum():
            if nothing is None:
                nothing = _sparse(binary, len(of), np.zeros(0, np.int64), np.zeros((0, 3), np.float32))
            made.append({"POSITION": nothing})
            continue
        first = np.repeat(low - np.append(0, np.cumsum(times)[:-1]), times)
        places = order[first + np.arange(len(first))]
        rising = np.argsort(places)
        made.append({"POSITION": _sparse(binary, len(of), places[rising], np.repeat(delta, times, 0)[rising])})
    return made


def _sparse(binary: Binary, count: int, places: NDArray, values: NDArray) -> int:
    """The index of a sparse accessor of ``count`` vectors, of which those at ``places`` (N,) are not nought."""
    accessor: dict[str, Any] = {"componentType": FLOAT, "count": count, "type": "VEC3"}
    low, high = (np.zeros(3), np.zeros(3)) if len(places) < count else (values.min(0), values.max(0))
    if len(places):
        small = count <= 65535
        indices = places.astype("<u2" if small else "<u4")
        accessor["sparse"] = {
            "count": len(places),
            "indices": {"bufferView": binary.add_bytes(indices.tobytes()), "componentType": USHORT if small else UINT},
            "values": {"bufferView": binary.add_bytes(np.ascontiguousarray(values, "<f4").tobytes())},
        }
        low, high = np.minimum(low, values.min(0)), np.maximum(high, values.max(0))
    accessor["min"], accessor["max"] = np.asarray(low, float).tolist(), np.asarray(high, float).tolist()
    binary.accessors.append(accessor)
    return len(binary.accessors) - 1


def with_targets(mesh: dict[str, Any], chosen: list[int]) -> dict[str, Any]:
    """A mesh of glTF whose primitives have these targets, with the names that readers look for."""
    if not chosen:
        return mesh
    names = [FACE_SHAPES[index] for index in chosen]
    return mesh | {"weights": [0.0] * len(chosen), "extras": {"targetNames": names}}
