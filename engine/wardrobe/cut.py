"""Cutting a triangle mesh along the curve where a function of its points is zero: exact borders on any mesh.

Its numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.geometry.edges import compact, edges

Indices = NDArray[np.int32]
SNAP = 0.2
"""Within this share of an edge's length from the curve its end is moved onto it, instead of making a sliver."""


def split(faces: Indices, signed: NDArray, snap: float = SNAP) -> tuple[sparse.csr_matrix, Indices, NDArray[np.bool_]]:
    """Divide the faces that the zero curve crosses.

    Args:
        faces: (F, 3).
        signed: (V,) the function at the vertices.
        snap: see `SNAP`.

    Returns:
        ``mix`` (P, V), which gives the new points as mixtures of the old ones, the old ones first and in their order;
        faces (Q, 3) that no curve crosses; and on which of them (Q,) the function is positive.
    """
    value = np.asarray(signed, np.float64).copy()
    count = len(value)
    sign = np.sign(value)[faces]
    met = faces[(sign.max(1) > 0) & (sign.min(1) < 0)]
    pairs = edges(met)
    mix, value = _snapped(pairs, value, snap)
    crossing = pairs[value[pairs[:, 0]] * value[pairs[:, 1]] < 0]
    share = value[crossing[:, 0]] / (value[crossing[:, 0]] - value[crossing[:, 1]])  # of the second end
    rows = np.repeat(np.arange(len(crossing)), 2)
    between = sparse.csr_matrix(
        (np.stack([1 - share, share], 1).ravel(), (rows, crossing.ravel())), (len(crossing), count)
    )
    keys = crossing[:, 0].astype(np.int64) * count + crossing[:, 1]

    def middle(a: NDArray, b: NDArray) -> NDArray:
        """The new vertices on the edges from ``a`` to ``b``."""
        return count + np.searchsorted(keys, np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b))

    sign = np.sign(value)[faces]
    crossed = (sign.max(1) > 0) & (sign.min(1) < 0)
    parts = [faces[~crossed], *_divided(faces[crossed], sign[crossed], middle)]
    made = np.concatenate(parts).astype(np.int32)
    whole = sparse.vstack([mix, between @ mix]).tocsr()
    values = np.concatenate([value, np.zeros(len(crossing))])
    total: NDArray[np.bool_] = values[made].sum(1) > 0
    return whole, made, total


def _snapped(pairs: NDArray, value: NDArray, snap: float) -> tuple[sparse.csr_matrix, NDArray]:
    """(V, V) that moves vertices near the curve onto it along their edges, and the function there."""
    count = len(value)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[value[both[:, 0]] * value[both[:, 1]] < 0]
    share = value[both[:, 0]] / (value[both[:, 0]] - value[both[:, 1]])
    near = share < snap
    both, share = both[near], share[near]
    order = np.lexsort((share, both[:, 0]))
    vertex, first = np.unique(both[order, 0], return_index=True)
    to, share = both[order, 1][first], share[order][first]
    value[vertex] = 0.0
    whole = np.ones(count)
    whole[vertex] = 1 - share
    moved = sparse.diags(whole).tocsr() + sparse.csr_matrix((share, (vertex, to)), (count, count))
    return moved.tocsr(), value


def _divided(faces: Indices, sign: NDArray, middle) -> list[NDArray]:  # type: ignore[no-untyped-def]
    """The parts of faces (F, 3) with corners on both sides."""
    found = []
    touching = (sign == 0).any(1)
    if touching.any():  # the curve goes through a corner: two parts
        a, b, c = _turned(faces[touching], (sign[touching] == 0).argmax(1)).T
        m = middle(b, c)
        found += [np.stack([a, b, m], 1), np.stack([a, m, c], 1)]
    rest, lone = faces[~touching], sign[~touching]
    if len(rest):  # one corner alone on its side: three parts
        alone = (lone == -np.sign(lone.sum(1, keepdims=True))).argmax(1)
        a, b, c = _turned(rest, alone).T
        ab, ca = middle(a, b), middle(c, a)
        found += [np.stack([a, ab, ca], 1), np.stack([ab, b, c], 1), np.stack([ab, c, ca], 1)]
    return found


def _turned(faces: Indices, first: NDArray) -> NDArray:
    """Faces (F, 3) turned so that corner ``first`` (F,) comes first."""
    return np.take_along_axis(faces, (first[:, None] + np.arange(3)) % 3, axis=1)


def kept(mix: sparse.csr_matrix, faces: Indices) -> tuple[sparse.csr_matrix, Indices]:
    """Drop the points that no face uses."""
    return compact(mix, faces)


def cut_region(faces: Indices, signed: NDArray) -> tuple[sparse.csr_matrix, Indices]:
    """The part of a surface where a function (V,) of its points is positive, cut exactly along its border.

    Returns:
        ``mix`` (P, V), the part's points as mixtures of the surface's vertices, and its faces (Q, 3).
    """
    mix, made, positive = split(faces, signed)
    return kept(mix, made[positive])
