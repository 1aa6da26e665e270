"""Sparse matrices that even out values over a mesh or measure how uneven they are.

All act on values (V, ...) of vertices from the left: ``averaging(...) @ values``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.geometry.edges import edge_matrix, rim_edges


def row_means(links: sparse.csr_matrix) -> sparse.csr_matrix:
    """Links (V, V), none negative, with each row scaled to sum to 1; empty rows stay empty."""
    degree = np.asarray(links.sum(1)).ravel()
    scale = 1.0 / np.where(degree > 0, degree, 1.0)
    return (sparse.diags(scale.astype(links.dtype)) @ links).tocsr()


def averaging(faces: NDArray, count: int) -> sparse.csr_matrix:
    """(V, V) each row the mean of a vertex's neighbours; on a border, of those along the border alone, so that a
    surface does not shrink from its borders. Vertices without neighbours keep their values. float32."""
    start, end = rim_edges(faces).T
    on_rim = np.zeros(count, bool)
    on_rim[start], on_rim[end] = True, True
    inner = sparse.diags((~on_rim).astype(float)) @ edge_matrix(faces, count)
    border = sparse.csr_matrix((np.ones(len(start)), (start, end)), (count, count))
    links = (inner + border + border.T).tocsr()
    links.data[:] = 1.0
    lonely = sparse.diags((np.asarray(links.sum(1)).ravel() == 0).astype(float))
    return (row_means(links) + lonely).tocsr().astype(np.float32)


def laplacian(links: sparse.csr_matrix) -> sparse.csr_matrix:
    """(V, V) of symmetric weights of edges (V, V): each row the weighted sum of a value's differences from those
    beside it."""
    return (sparse.diags(np.asarray(links.sum(1)).ravel()) - links).tocsr()


def cotangents(corners: NDArray) -> NDArray[np.float64]:
    """(F, 3) of the angles at the corners of triangles (F, 3, 2) or (F, 3, 3)."""
    corners = np.pad(corners.astype(np.float64), ((0, 0), (0, 0), (0, 3 - corners.shape[2])))
    found = []
    for k in range(3):
        u, v = corners[:, (k + 1) % 3] - corners[:, k], corners[:, (k + 2) % 3] - corners[:, k]
        found.append((u * v).sum(1) / np.maximum(np.linalg.norm(np.cross(u, v), axis=1), 1e-12))
    return np.stack(found, -1)


def cotangent_links(faces: NDArray, weights: NDArray, count: int) -> sparse.csr_matrix:
    """(V, V) symmetric weights of edges: half the sum of those (F, 3) of the corners opposite to each."""
    first, second = np.roll(faces, -1, axis=1).T.ravel(), np.roll(faces, -2, axis=1).T.ravel()
    links = sparse.csr_matrix((0.5 * weights.T.ravel(), (first, second)), (count, count))
    return (links + links.T).tocsr()
