"""The open body's face shapes, the inside of its mouth, and the directions in which faces differ.

``engine/training/face_shapes.py`` and ``engine/training/face_space.py`` made the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file

from engine.protocol import FACE_SHAPES

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]
ASSETS = Path(__file__).resolve().parent.parent / "assets"
OPEN_FACE, FACE_SPACE = ASSETS / "face.safetensors", ASSETS / "face_space.safetensors"
JAW = ("jawForward", "jawLeft", "jawOpen", "jawRight")
"""The shapes that move the lower teeth."""


@dataclass(frozen=True)
class FaceAsset:
    """Points are the body's vertices, then those of the mouth's cavity, then the tongue's; the standard figure's frame.

    Faces (F, 3) are numbers of points, the cavity's also of the lips' border on the body.
    """

    shapes: tuple[sparse.csr_matrix, ...]
    """(points, 3) displacements in metres, one matrix a name of `protocol.FACE_SHAPES`."""
    body: int
    """How many of the points are the body's vertices."""
    cavity: Floats  # (C, 3)
    cavity_faces: Indices
    tongue: Floats  # (T, 3)
    tongue_faces: Indices
    jaw: dict[str, Floats]
    """(3, 4) by the names in `JAW`: affine maps from places of the lower teeth to their displacements."""


@lru_cache(1)
def load_face() -> FaceAsset:
    """The bundled file."""
    data = load_file(OPEN_FACE)
    cavity, tongue = data["cavity.vertices"], data["tongue.vertices"]
    total = int(data["tongue.faces"].max()) + 1
    delta = data["delta"].astype(np.float32)
    shapes = []
    for index in range(len(FACE_SHAPES)):
        own = data["shape"] == index
        row = np.repeat(data["row"][own], 3)
        column = np.tile(np.arange(3), int(own.sum()))
        shapes.append(sparse.csr_matrix((delta[own].ravel(), (row, column)), (total, 3)))
    return FaceAsset(
        tuple(shapes),
        total - len(tongue) - len(cavity),
        cavity,
        data["cavity.faces"],
        tongue,
        data["tongue.faces"],
        dict(zip(JAW, data["jaw"])),
    )


@dataclass(frozen=True)
class FaceSpace:
    """Directions in which faces differ, as displacements in metres of the open body's standard figure."""

    names: tuple[str, ...]
    directions: sparse.csr_matrix
    """(K, 3V) one a row."""

    def moved(self, amounts: Mapping[str, float]) -> Floats:
        """(V, 3) what amounts of directions by name do together; 1 is much of one."""
        values = np.array([amounts.get(name, 0.0) for name in self.names], np.float32)
        return np.asarray(values @ self.directions, np.float32).reshape(-1, 3)


@lru_cache(1)
def load_face_space() -> FaceSpace:
    """The bundled one."""
    with safe_open(FACE_SPACE, "np") as file:
        names = tuple(file.metadata()["names"].split("|"))
        row, direction, delta = (file.get_tensor(name) for name in ("row", "direction", "delta"))
    column = (3 * row[:, None] + np.arange(3)).ravel()
    shape = (len(names), 3 * load_face().body)
    found = sparse.csr_matrix((delta.ravel().astype(np.float32), (np.repeat(direction, 3), column)), shape)
    return FaceSpace(names, found)
