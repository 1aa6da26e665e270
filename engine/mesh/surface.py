"""What a mesh and an implicit surface are, and clean-up of triangle meshes by pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

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


def edge_matrix(faces: np.ndarray, count: int) -> sparse.csr_matrix:
    """Symmetric 0/1 adjacency (V, V) of vertices that share an edge."""
    rows = np.concatenate((faces[:, 0], faces[:, 1], faces[:, 2]))
    columns = np.concatenate((faces[:, 1], faces[:, 2], faces[:, 0]))
    matrix = sparse.coo_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(count, count)).tocsr()
    matrix = matrix + matrix.T
    matrix.data[:] = 1.0
    return matrix


def edges(faces: np.ndarray) -> Indices:
    """(E, 2) each undirected edge once."""
    pairs = np.sort(np.concatenate((faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]])), axis=1).astype(np.int64)
    base = int(faces.max()) + 1
    keys = np.sort(pairs[:, 0] * base + pairs[:, 1])
    keys = keys[np.append(True, np.diff(keys) > 0)]
    return np.stack(np.divmod(keys, base), -1).astype(np.int32)


def directed_edges(faces: np.ndarray) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """The edges of faces (F, 3), edge k of face f at 3f + k, each a number (3F,) from which `divmod` by the last value
    returned gives start and end; and the same edges reversed (3F,)."""
    base = int(faces.max(initial=0)) + 1
    start, end = faces.reshape(-1).astype(np.int64), np.roll(faces, -1, axis=1).reshape(-1).astype(np.int64)
    return start * base + end, end * base + start, base


def is_closed(faces: np.ndarray) -> bool:
    """Whether each directed edge occurs once and its opposite once: watertight, and wound alike everywhere."""
    forward, backward = (np.sort(numbers) for numbers in directed_edges(faces)[:2])
    return bool((forward == backward).all() and (np.diff(forward) > 0).all())


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Enclosed volume in cubic metres; positive if the faces look outwards."""
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    return float(np.einsum("fc,fc->", a, np.cross(b, c)) / 6.0)


def compact(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, Indices]:
    """Drop vertices that no face uses."""
    used = np.zeros(len(vertices), bool)
    used[faces] = True
    renumber = np.cumsum(used) - 1
    return vertices[used], renumber[faces].astype(np.int32)


def largest_component(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, Indices, float]:
    """The connected part with the largest outward volume, and the share (0-1) of all area that was dropped.

    Volume and not area decides, as the wall of a closed cavity counts negative.
    """
    count, label = connected_components(edge_matrix(faces, len(vertices)), directed=False)
    if count == 1:
        return vertices, faces.astype(np.int32), 0.0
    owner = label[faces[:, 0]]
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    volumes = np.bincount(owner, np.einsum("fc,fc->f", a, np.cross(b, c)), count)
    areas = np.bincount(owner, np.linalg.norm(np.cross(b - a, c - a), axis=1), count)
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
        spans = np.linalg.norm(vertices[pairs[:, 0]] - vertices[pairs[:, 1]], axis=1)
        short = pairs[spans < length]
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
        flat = (moved[:, 0] == moved[:, 1]) | (moved[:, 1] == moved[:, 2]) | (moved[:, 2] == moved[:, 0])
        vertices, faces = compact(vertices, moved[~flat])
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
