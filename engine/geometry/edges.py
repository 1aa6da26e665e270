"""How the triangles of a mesh hang together: edges, borders, connected parts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Indices = NDArray[np.int32]
Numbers = NDArray[np.int64]


def edges(faces: NDArray) -> Indices:
    """(E, 2) each undirected edge once, the lower vertex first, in ascending order."""
    pairs = np.sort(np.concatenate((faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]])), axis=1).astype(np.int64)
    base = int(faces.max(initial=0)) + 1
    keys = np.sort(pairs[:, 0] * base + pairs[:, 1])
    keys = keys[np.diff(keys, prepend=-1) != 0]  # quicker than np.unique, which hashes
    return np.stack(np.divmod(keys, base), -1).astype(np.int32)


def edge_matrix(faces: NDArray, count: int) -> sparse.csr_matrix:
    """Symmetric 0/1 adjacency (V, V) of vertices that share an edge, float32."""
    rows = np.concatenate((faces[:, 0], faces[:, 1], faces[:, 2]))
    columns = np.concatenate((faces[:, 1], faces[:, 2], faces[:, 0]))
    matrix = sparse.coo_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(count, count)).tocsr()
    matrix = matrix + matrix.T
    matrix.data[:] = 1.0
    return matrix


def directed_edges(faces: NDArray) -> tuple[Numbers, Numbers, int]:
    """The edges of faces (F, 3), edge k of face f at 3f + k, each a number (3F,) from which `divmod` by the last value
    returned gives start and end; and the same edges reversed (3F,)."""
    base = int(faces.max(initial=0)) + 1
    start, end = faces.reshape(-1).astype(np.int64), np.roll(faces, -1, axis=1).reshape(-1).astype(np.int64)
    return start * base + end, end * base + start, base


def is_closed(faces: NDArray) -> bool:
    """Whether each directed edge occurs once and its opposite once: watertight, and wound alike everywhere."""
    forward, backward = (np.sort(numbers) for numbers in directed_edges(faces)[:2])
    return bool((forward == backward).all() and (np.diff(forward) > 0).all())


def twin_edges(faces: NDArray) -> tuple[Numbers, Numbers]:
    """The two directed edges (E,), (E,), numbers as in `directed_edges`, at each edge that two faces share."""
    keys = np.minimum(*directed_edges(faces)[:2])
    order = np.argsort(keys, kind="stable")
    double = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    return order[double], order[double + 1]


def adjacent_faces(faces: NDArray) -> tuple[Numbers, Numbers]:
    """The two faces (E,), (E,) at each edge that two share."""
    first, second = twin_edges(faces)
    return first // 3, second // 3


def opposite_corners(faces: NDArray) -> Indices:
    """(E, 2) for each edge of two faces the two corners that it does not touch."""
    return faces[:, [2, 0, 1]].ravel()[np.stack(twin_edges(faces), -1)].astype(np.int32)


def rim_edges(faces: NDArray) -> Numbers:
    """(E, 2) the edges of one face only, in its direction."""
    forward, backward, base = directed_edges(faces)
    return np.stack(np.divmod(forward[~occurs(forward, backward)], base), -1)


def occurs(values: NDArray, among: NDArray) -> NDArray[np.bool_]:
    """(N,) which of integers (N,) are among others (M,): `numpy.isin` in a quarter of its time."""
    among = np.sort(among)
    if not len(among):
        return np.zeros(len(values), bool)
    found: NDArray[np.bool_] = among[np.minimum(np.searchsorted(among, values), len(among) - 1)] == values
    return found


def rim_vertices(faces: NDArray) -> Numbers:
    """The vertices (K,) at such edges."""
    return np.unique(rim_edges(faces))


def loops(faces: NDArray) -> list[Numbers]:
    """The borders of a surface, each (N,) vertices in the faces' direction, the longest first; closed ones do not
    repeat the first, and borders that meet in a vertex may end there."""
    return sorted((chain for chain, _ in chains(rim_edges(faces))), key=len, reverse=True)


def simple_loops(faces: NDArray) -> list[Numbers]:
    """`loops` without borders that meet in a vertex, as they come."""
    pairs = rim_edges(faces)
    starts, counts = np.unique(pairs[:, 0], return_counts=True)
    pairs = pairs[~np.isin(pairs[:, 0], starts[counts > 1])]
    return [chain for chain, closed in chains(pairs[::-1]) if closed and len(chain) >= 3]


def chains(pairs: NDArray) -> list[tuple[Numbers, bool]]:
    """Directed edges (E, 2) strung together: vertices (N,), and whether the last leads back to the first."""
    following = dict(pairs.tolist())
    found = []
    while following:
        first = next(iter(following))
        chain = [first]
        while (after := following.pop(chain[-1], None)) is not None and after != first:
            chain.append(after)
        found.append((np.array(chain), after == first))
    return found


def pieces(faces: NDArray, count: int) -> NDArray[np.int32]:
    """(V,) numbers from 0 of the connected parts that vertices are of; those without edges are parts of their own."""
    found: NDArray[np.int32] = connected_components(edge_matrix(faces, count), directed=False)[1]
    return found


def distinct(faces: NDArray) -> NDArray[np.bool_]:
    """(F,) which faces have three different vertices."""
    a, b, c = faces.T
    return np.asarray((a != b) & (b != c) & (c != a))


def renumbered(faces: NDArray) -> tuple[Numbers, Indices]:
    """The vertices (K,) that faces use, ascending, and the faces (F, 3) by their numbers among these."""
    used = np.flatnonzero(np.bincount(faces.reshape(-1))).astype(faces.dtype)
    number = np.zeros(int(faces.max(initial=-1)) + 1, np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    return used, number[faces]


def compact(vertices: NDArray, faces: NDArray) -> tuple[NDArray, Indices]:
    """Vertices (K, ...) and faces (F, 3) without the vertices that no face uses."""
    used, faces = renumbered(faces)
    return vertices[used], faces
