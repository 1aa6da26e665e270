"""Parts of a surface cut out exactly along curves: new vertices are mixtures of the surface's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.mesh.surface import edges

Indices = NDArray[np.int32]
SNAP = 0.18
"""Share of an edge within which the curve takes the edge's end along instead of making a sliver."""


def subdivided(faces: NDArray, count: int) -> tuple[sparse.csr_matrix, Indices]:
    """Each triangle of ``faces`` (F, 3) over ``count`` vertices as four, by the middles of its edges.

    Returns:
        The new vertices as mixtures of the old ones (P, count), the old ones first, and the faces (4F, 3).
    """
    pairs = edges(faces)
    keys = pairs[:, 0].astype(np.int64) * count + pairs[:, 1]  # sorted

    def middle(a: NDArray, b: NDArray) -> NDArray:
        found: NDArray = count + np.searchsorted(keys, np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b))
        return found

    a, b, c = faces.T
    ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
    fine = np.concatenate([np.stack(f, 1) for f in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    return _mixture(count, pairs, np.full(len(pairs), 0.5)), fine.astype(np.int32)


def cut_region(faces: NDArray, signed: NDArray) -> tuple[sparse.csr_matrix, Indices]:
    """The part of a surface where ``signed`` >= 0, cut along its zero line as it runs linearly inside triangles.

    Where the line passes an edge close to one of its ends, that vertex is moved onto the line, so there are no slivers.

    Args:
        faces: (F, 3) of the surface.
        signed: (V,) of its vertices.

    Returns:
        The part's vertices as mixtures of the surface's (P, V), none unused, and its faces (Q, 3), wound alike.
    """
    count, value = len(signed), np.asarray(signed, np.float64).copy()
    inside = value >= 0
    near = inside[faces].any(1)
    faces = np.asarray(faces)[near]
    mix = sparse.identity(count, format="csr")
    if len(faces):
        mix, value = _snapped(faces, value)
    above = value[faces] > 0
    crossing = (value[faces] < 0).any(1) & above.any(1)
    on_line = (value[faces] == 0).all(1) & (np.asarray(signed)[faces].mean(1) >= 0)
    kept = faces[~(value[faces] < 0).any(1) & above.any(1) | on_line]
    pairs, share, parts = _clipped(faces[crossing], value, count)
    mix = _mixture(count, pairs, share) @ mix
    part = np.concatenate([kept, parts]).astype(np.int64)
    used, inverse = np.unique(part, return_inverse=True)
    return mix[used], inverse.reshape(-1, 3).astype(np.int32)


def _mixture(count: int, pairs: NDArray, share: NDArray) -> sparse.csr_matrix:
    """The identity, and below it rows that mix two of ``count`` vertices, the second by ``share``."""
    rows = np.tile(np.arange(len(pairs)), 2)
    new = sparse.csr_matrix(
        (np.concatenate([1 - share, share]), (rows, pairs.T.reshape(-1))), shape=(len(pairs), count)
    )
    return sparse.vstack([sparse.identity(count, format="csr"), new], format="csr")


def _snapped(faces: NDArray, value: NDArray) -> tuple[sparse.csr_matrix, NDArray]:
    """Vertices close to the zero line moved along their nearest crossed edge onto it: a mixture (V, V), and values."""
    pairs = edges(faces)
    pairs = pairs[value[pairs[:, 0]] * value[pairs[:, 1]] < 0]
    both = np.concatenate([pairs, pairs[:, ::-1]])
    share = value[both[:, 0]] / (value[both[:, 0]] - value[both[:, 1]])
    close = share < SNAP
    both, share = both[close], share[close]
    order = np.argsort(share, kind="stable")
    moved, first = np.unique(both[order, 0], return_index=True)
    other, share = both[order, 1][first], share[order][first]
    diagonal = np.ones(len(value))
    diagonal[moved] = 1 - share
    rows = np.concatenate([np.arange(len(value)), moved])
    columns = np.concatenate([np.arange(len(value)), other])
    mix = sparse.csr_matrix((np.concatenate([diagonal, share]), (rows, columns)), shape=(len(value), len(value)))
    value = value.copy()
    value[moved] = 0.0
    return mix, value


def _clipped(faces: NDArray, value: NDArray, count: int) -> tuple[NDArray, NDArray, NDArray]:
    """What of crossed triangles lies above: crossed edges (E, 2), where (E,), and faces over ``count`` + E vertices."""
    if not len(faces):
        return np.zeros((0, 2), int), np.zeros(0), np.zeros((0, 3), int)
    pairs = edges(faces)
    pairs = pairs[value[pairs[:, 0]] * value[pairs[:, 1]] < 0]
    keys = pairs[:, 0].astype(np.int64) * count + pairs[:, 1]

    def at(a: NDArray, b: NDArray) -> NDArray:
        found: NDArray = count + np.searchsorted(keys, np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b))
        return found

    signs = np.sign(value[faces]).astype(int)
    lonely = np.where((signs > 0).sum(1) == 1, 1, -1)  # the sign that one corner alone has
    flat = (signs == 0).any(1)
    first = np.argmax(np.where(flat[:, None], signs == 0, signs == lonely[:, None]), 1)
    turn = (first[:, None] + np.arange(3)) % 3
    a, b, c = np.take_along_axis(faces, turn, 1).T.astype(np.int64)
    second = np.take_along_axis(signs, turn, 1)[:, 1]
    one, two = ~flat & (lonely > 0), ~flat & (lonely < 0)
    left, right = flat & (second > 0), flat & (second < 0)  # b above, c below; and the other way round
    parts = [
        np.stack([a[one], at(a[one], b[one]), at(a[one], c[one])], 1),
        np.stack([at(a[two], b[two]), b[two], c[two]], 1),
        np.stack([at(a[two], b[two]), c[two], at(a[two], c[two])], 1),
        np.stack([a[left], b[left], at(b[left], c[left])], 1),
        np.stack([a[right], at(b[right], c[right]), c[right]], 1),
    ]
    share = value[pairs[:, 0]] / (value[pairs[:, 0]] - value[pairs[:, 1]])
    return pairs, share, np.concatenate(parts)
