"""Face shapes as sparse displacements of a mesh's vertices, and their arrays in ``avatar.npz``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.geometry.edges import edge_matrix
from engine.protocol import FACE_KEYS, FACE_SHAPES

Floats = NDArray[np.float32]
LEAST = 0.00008
"""Metres: shorter displacements are left out. Set by hand."""
ODD, ROUNDS = 0.3, 3
"""Share of an open jaw's way by which a vertex may differ from its neighbours, and how often those that differ more are
looked for. Set by hand."""
KINDS: dict[str, type] = {"shape": np.uint8, "row": np.int32, "delta": np.float16}
"""The arrays in the file, which begin with ``face_``, and their types; a hundredth of a millimetre is enough."""
NAMES = "face_names"
"""The array (K,) of the keys' names."""


@dataclass(frozen=True)
class FaceShapes:
    """How `protocol.FACE_KEYS` move the vertices of a mesh: N rows, those of a shape one behind the other."""

    shape: NDArray[np.uint8]
    """(N,) which of the shapes."""
    row: NDArray[np.int32]
    """(N,) which vertex."""
    delta: Floats
    """(N, 3) its displacement in metres where the shape is fully there."""

    @staticmethod
    def of(dense: NDArray, least: float = LEAST) -> FaceShapes:
        """From displacements (K, V, 3)."""
        shape, row = np.nonzero(np.abs(dense).max(2) > least)
        return FaceShapes(shape.astype(np.uint8), row.astype(np.int32), dense[shape, row].astype(np.float32))

    @staticmethod
    def together(parts: Sequence[FaceShapes]) -> FaceShapes:
        """The face shapes of several parts of a mesh as one."""
        shape, row, delta = (np.concatenate([getattr(part, name) for part in parts]) for name in KINDS)
        order = np.lexsort((row, shape))
        return FaceShapes(shape[order], row[order], delta[order])

    def dense(self, vertices: int) -> Floats:
        """(K, V, 3) of all `protocol.FACE_KEYS`."""
        found = np.zeros((len(FACE_KEYS), vertices, 3), np.float32)
        found[self.shape, self.row] = self.delta
        return found

    def renumbered(self, number: NDArray) -> FaceShapes:
        """For a mesh in which vertex v has another number (V,); those with a negative one are gone."""
        row = number[self.row]
        kept = row >= 0
        return FaceShapes(self.shape[kept], row[kept].astype(np.int32), self.delta[kept])

    def carried(self, source: NDArray, share: NDArray, vertices: int) -> FaceShapes:
        """For a mesh whose vertices lie between three of this one's.

        Args:
            source: (W, 3) numbers of those.
            share: (W, 3) how much each counts.
            vertices: how many this mesh has.
        """
        count = len(source)
        mix = sparse.csr_matrix((share.ravel(), (np.repeat(np.arange(count), 3), source.ravel())), (count, vertices))
        return self._mixed(mix)

    def _mixed(self, mix: sparse.csr_matrix) -> FaceShapes:
        """For a mesh whose vertices are mixtures (W, V) of this one's."""
        count, vertices = mix.shape
        found = np.zeros((len(FACE_KEYS), count, 3), np.float32)
        for index in np.unique(self.shape):
            own = self.shape == index
            moved = np.zeros((vertices, 3), np.float32)
            moved[self.row[own]] = self.delta[own]
            found[index] = mix @ moved
        return FaceShapes.of(found)

    def agreeing(self, faces: NDArray[np.int32], vertices: int) -> FaceShapes:
        """For the same mesh, without spikes where lips or teeth touch: a vertex that took the opposite one's place by
        mistake opens with the jaw as its neighbours along the surface (F, 3) do."""
        found = self
        edges = edge_matrix(faces, vertices).tocsr()
        pairs = (edges + edges.T).tocsr()
        for _ in range(ROUNDS):
            opened = np.zeros((vertices, 3), np.float32)
            own = found.shape == FACE_SHAPES.index("jawOpen")
            opened[found.row[own]] = found.delta[own]
            odd = [
                vertex
                for vertex in _near(pairs, opened)
                if _differs(opened, pairs.indices[pairs.indptr[vertex] : pairs.indptr[vertex + 1]], vertex)
            ]
            if not odd:
                break
            keep = np.ones(vertices, bool)
            keep[odd] = False
            others = (pairs.astype(bool).astype(np.float32) @ sparse.diags(keep.astype(np.float32))).tocsr()
            total = np.asarray(others.sum(1)).ravel()
            known = ~keep & (total > 0)
            mix = sparse.diags((~known).astype(np.float32)) + sparse.diags(known / np.maximum(total, 1)) @ others
            found = found._mixed(mix.tocsr())
        return found

    def arrays(self, prefix: str = "") -> dict[str, NDArray]:
        """As they are stored; those of the game mesh have the prefix ``game_``."""
        return {f"{prefix}face_{name}": getattr(self, name).astype(kind) for name, kind in KINDS.items()}


def _near(pairs: sparse.csr_matrix, opened: NDArray) -> NDArray[np.int64]:
    """Vertices that an open jaw (V, 3) moves, and their neighbours."""
    moving = np.linalg.norm(opened, axis=1) > ODD * np.abs(opened).max(initial=0)
    return np.flatnonzero((pairs @ moving.astype(np.float32) > 0) | moving) if moving.any() else np.zeros(0, np.int64)


def _differs(opened: NDArray, neighbours: NDArray, vertex: int) -> bool:
    """Whether a vertex opens otherwise than most of its neighbours."""
    off = opened[vertex] - np.median(opened[neighbours], 0) if len(neighbours) else np.zeros(3)
    return bool(np.linalg.norm(off) > ODD * np.abs(opened).max())


def stored_faces(stored: Any, prefix: str = "") -> FaceShapes | None:
    """What `FaceShapes.arrays` gave, out of an open file, unchecked; None if there is nothing."""
    if f"{prefix}face_row" not in stored:
        return None
    shape, row, delta = (np.asarray(stored[f"{prefix}face_{name}"]) for name in KINDS)
    return FaceShapes(shape.astype(np.uint8), row.astype(np.int32), delta.astype(np.float32))


def face_fits(face: FaceShapes | None, vertices: int) -> bool:
    """Whether face shapes belong to a mesh of so many vertices."""
    if face is None:
        return True
    count = len(face.row)
    return bool(
        face.shape.shape == (count,)
        and face.delta.shape == (count, 3)
        and np.isfinite(face.delta).all()
        and (not count or (face.shape.max() < len(FACE_KEYS) and face.row.min() >= 0 and face.row.max() < vertices))
    )


def named(stored: Mapping[str, Any]) -> bool:
    """Whether an open file's face shapes, if it has any, are the known ones in their order."""
    if NAMES not in stored:
        return True
    names = tuple(np.asarray(stored[NAMES]).tolist())
    return len(names) >= len(FACE_SHAPES) and names == FACE_KEYS[: len(names)]
