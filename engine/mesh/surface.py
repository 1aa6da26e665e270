"""What a mesh and an implicit surface are, and clean-up of triangle meshes by pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from engine.geometry.edges import compact, distinct, edge_matrix, edges, pieces
from engine.geometry.measures import edge_lengths, face_areas, face_volumes

if TYPE_CHECKING:
    from engine.mesh.game import GameMesh
    from engine.wardrobe.layers import Joined

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]


class Field(Protocol):
    """An implicit coloured surface in the stand pose: metres, +y up, facing +z."""

    @property
    def device(self) -> Any:
        """Where it wants its points (torch device)."""

    @property
    def bounds(self) -> np.ndarray:
        """(2, 3) lower and upper corner of a box that holds the surface."""

    def sdf(self, points: torch.Tensor) -> torch.Tensor:
        """Signed distance (N,) in metres at points (N, 3), negative inside."""

    def color(self, points: torch.Tensor) -> torch.Tensor:
        """sRGB (N, 3), 0-1, at points (N, 3)."""


@dataclass(frozen=True)
class Mesh:
    """A coloured triangle mesh."""

    vertices: Floats
    """(V, 3) metres, +y up, facing +z."""
    faces: Indices
    """(F, 3) counter-clockwise seen from outside."""
    colors: Floats
    """(V, 3) sRGB 0-1."""
    game: GameMesh | None = None
    """The same surface with few triangles and textures."""
    layers: Joined | None = None
    """The layers that it is made of, whose vertices, faces and colours are the same arrays; None for a solid mesh."""


def largest_component(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, Indices, float]:
    """The connected part with the largest outward volume, and the share (0-1) of all area that was dropped.

    Volume and not area decides, as the wall of a closed cavity counts negative.
    """
    owner = pieces(faces, len(vertices))[faces[:, 0]]
    if (owner == owner[0]).all() and len(np.unique(faces)) == len(vertices):
        return vertices, faces.astype(np.int32), 0.0
    volumes = np.bincount(owner, face_volumes(vertices, faces))
    areas = np.bincount(owner, face_areas(vertices, faces))
    kept = int(np.argmax(volumes))
    return *compact(vertices, faces[owner == kept]), float(1.0 - areas[kept] / areas.sum())


def collapse_short_edges(vertices: np.ndarray, faces: np.ndarray, length: float) -> tuple[np.ndarray, Indices]:
    """Collapse edges shorter than ``length`` metres where that keeps the mesh a manifold.

    Marching cubes leaves slivers where the surface passes close to a grid node; they shade badly and skin badly. An
    edge may go if its ends have exactly two neighbours in common (the link condition); edges near one another are
    collapsed in later rounds.
    """
    for _ in range(4):
        pairs = edges(faces)
        short = pairs[edge_lengths(vertices, pairs) < length]
        if not len(short):
            break
        adjacency = edge_matrix(faces, len(vertices))
        common = np.asarray(adjacency[short[:, 0]].multiply(adjacency[short[:, 1]]).sum(1)).ravel()
        chosen = apart(short[common == 2], adjacency)
        if not len(chosen):
            break
        target = np.arange(len(vertices))
        target[chosen[:, 1]] = chosen[:, 0]
        vertices = vertices.copy()
        vertices[chosen[:, 0]] = 0.5 * (vertices[chosen[:, 0]] + vertices[chosen[:, 1]])
        moved = target[faces]
        vertices, faces = compact(vertices, moved[distinct(moved)])
    return vertices, faces.astype(np.int32)


def apart(pairs: np.ndarray, adjacency: sparse.csr_matrix) -> np.ndarray:
    """Edges (K, 2) out of ``pairs`` whose neighbourhoods do not touch, so that they can go at the same time."""
    taken = np.zeros(adjacency.shape[0], bool)
    chosen = []
    start, index = adjacency.indptr, adjacency.indices
    for a, b in pairs.tolist():
        ring = np.concatenate((index[start[a] : start[a + 1]], index[start[b] : start[b + 1]]))
        if not taken[ring].any():
            taken[ring] = True
            chosen.append((a, b))
    return np.array(chosen, np.int64).reshape(-1, 2)
