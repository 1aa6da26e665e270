"""Levels of detail: fewer and fewer triangles over the same vertices, so that skin, atlas and face shapes stay.

Edges are collapsed onto one of their ends by quadric error (Garland and Heckbert 1997), many at a time: in each round
those that are the cheapest all around them. A corner keeps to its chart: a vertex on a seam goes along the seam alone,
one on an open border along the border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.geometry.edges import distinct, pieces
from engine.geometry.measures import face_areas, face_vectors

ROUNDS = 200
"""Of collapses, as a bound on time. Set by hand."""
TURNED = 0.2
"""Least cosine between a triangle's normals before and after. Set by hand."""
BORDER = 4.0
"""How much planes through open borders count against those of triangles. Set by hand."""


@dataclass(frozen=True)
class Level:
    """Triangles over the vertices of the mesh that they were made from."""

    faces: NDArray[np.int32]
    """(F, 3)."""
    uvs: NDArray[np.float32]
    """(F, 3, 2) of their corners."""
    of: NDArray[np.int64]
    """(F,) a triangle of the full mesh that each was; so it is of that one's layer."""


def levels(
    vertices: NDArray, faces: NDArray, uvs: NDArray, counts: tuple[int, ...], importance: NDArray | None = None
) -> list[Level]:
    """Levels of so many triangles at most, each made from the one before; fewer where nothing more can be taken.

    Args:
        vertices: (V, 3) metres.
        faces: (F, 3).
        uvs: (F, 3, 2) of their corners.
        counts: triangles of the levels.
        importance: (V,) by which errors of a vertex are multiplied.
    """
    corners = np.concatenate((faces.reshape(-1, 1), uvs.reshape(-1, 2)), axis=1)
    spots, wedge = np.unique(corners, axis=0, return_inverse=True)
    made = _State(vertices.astype(np.float64), wedge.reshape(-1, 3), spots[:, 0].astype(np.int64), len(faces))
    quadrics = made.quadrics(np.ones(len(vertices)) if importance is None else importance.astype(np.float64))
    found = []
    for count in counts:
        made.reduce(count, quadrics)
        found.append(Level(made.faces.astype(np.int32), spots[made.wedges, 1:].astype(np.float32), made.of))
    return found


class _State:
    """Triangles as they become fewer."""

    def __init__(self, points: NDArray, wedges: NDArray, place: NDArray, count: int) -> None:
        """``wedges`` (F, 3) number pairs of a vertex, which is in ``place`` (W,), and a texture coordinate."""
        self.points, self.wedges, self.place = points, wedges, place
        self.of = np.arange(count)
        self.banned: NDArray[np.int64] = np.zeros(0, np.int64)

    @property
    def faces(self) -> NDArray[np.int64]:
        """(F, 3) vertices of the triangles."""
        return self.place[self.wedges]

    def quadrics(self, importance: NDArray) -> NDArray[np.float64]:
        """(V, 4, 4) squared distances from the planes round each vertex, by their areas."""
        faces = self.faces
        normal = face_vectors(self.points, faces)
        area = np.linalg.norm(normal, axis=1)
        normal /= np.maximum(area, 1e-15)[:, None]
        found = np.zeros((len(self.points), 4, 4))
        plane = np.concatenate((normal, -(normal * self.points[faces[:, 0]]).sum(1, keepdims=True)), axis=1)
        square = area[:, None, None] * plane[:, :, None] * plane[:, None]
        for k in range(3):
            np.add.at(found, faces[:, k], square)
        tail, head, face = self._half_edges()
        single = self._edge_counts(tail, head) == 1
        along = self.points[head[single]] - self.points[tail[single]]
        side = np.cross(along, normal[face[single]])
        side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-15)
        plane = np.concatenate((side, -(side * self.points[tail[single]]).sum(1, keepdims=True)), axis=1)
        square = BORDER * (along**2).sum(1)[:, None, None] * plane[:, :, None] * plane[:, None]
        for end in (tail[single], head[single]):
            np.add.at(found, end, square)
        return found * importance[:, None, None]

    def reduce(self, count: int, quadrics: NDArray) -> None:
        """Collapse edges until there are at most ``count`` triangles; then leave out the smallest loose pieces."""
        self.banned = np.zeros(0, np.int64)
        for _ in range(ROUNDS):
            if len(self.wedges) <= count or not self._round(len(self.wedges) - count, quadrics):
                break
        if len(self.wedges) > count:
            self._drop(count)

    def _half_edges(self) -> tuple[NDArray, NDArray, NDArray]:
        """Tails, heads and triangles (3F,) of all edges in the sense of their triangles."""
        faces = self.faces
        face = np.tile(np.arange(len(faces)), 3)
        return faces.T.ravel(), np.roll(faces, -1, axis=1).T.ravel(), face

    def _edge_counts(self, tail: NDArray, head: NDArray) -> NDArray[np.int64]:
        """(3F,) how many triangles have each edge."""
        count = len(self.points)
        key = np.minimum(tail, head) * count + np.maximum(tail, head)
        _, inverse, times = np.unique(key, return_inverse=True, return_counts=True)
        return np.asarray(times[inverse])

    def _round(self, over: int, quadrics: NDArray) -> int:
        """Collapse some edges that share no triangle; gives how many."""
        tail, head, face = self._half_edges()
        count, times = len(self.points), self._edge_counts(tail, head)
        start, end = np.concatenate((tail, head)), np.concatenate((head, tail))
        times, face = np.tile(times, 2), np.tile(face, 2)
        key, first = np.unique(start * count + end, return_index=True)
        allowed = self._allowed(start, end, face, times, key) & ~np.isin(key, self.banned)
        start, end = start[first][allowed], end[first][allowed]
        if not len(start):
            return 0
        spot = np.concatenate((self.points[end], np.ones((len(end), 1))), axis=1)
        cost = np.einsum("ni,nij,nj->n", spot, quadrics[start], spot)
        cost += 1e-9 * ((self.points[end] - self.points[start]) ** 2).sum(1)
        order = np.argsort(cost, kind="stable")
        best = order[np.unique(start[order], return_index=True)[1]]  # of each vertex its cheapest
        best = best[np.argsort(cost[best], kind="stable")]
        best = best[: max(over, len(best) // 2)]
        rank = np.full(count, len(best), np.int64)
        rank[start[best]] = np.arange(len(best))
        faces = self.faces
        lowest, around = np.full(count, len(best), np.int64), rank[faces].min(1)
        for k in range(3):
            np.minimum.at(lowest, faces[:, k], around)
        chosen = best[lowest[start[best]] == np.arange(len(best))][: max(1, (over + 1) // 2)]
        return self._collapse(start[chosen], end[chosen], quadrics)

    def _allowed(self, start: NDArray, end: NDArray, face: NDArray, times: NDArray, key: NDArray) -> NDArray[np.bool_]:
        """Which of the directed edges ``key`` keep the surface a surface, its borders and its charts."""
        count = len(self.points)
        graph = sparse.csr_matrix((np.ones(len(key)), (key // count, key % count)), (count, count))
        shared = np.asarray((graph @ graph)[key // count, key % count]).ravel()
        _, first = np.unique(start * count + end, return_index=True)
        rim = np.zeros(count, bool)
        rim[start[times == 1]] = True
        fine = (shared == times[first]) & (times[first] <= 2)
        fine &= ~rim[key // count] | (times[first] == 1)
        fine &= np.bincount(self.faces.ravel(), minlength=count)[key // count] > 1  # else a ribbon ends in nothing
        corner = (self.faces[face] == start[:, None]).argmax(1)
        wedge = self.wedges[face, corner]
        own = np.unique((np.searchsorted(key, start * count + end)) * len(self.place) + wedge) // len(self.place)
        have = np.bincount(own, minlength=len(key))
        all_wedges = np.bincount(self.place[np.unique(self.wedges)], minlength=count)
        result: NDArray[np.bool_] = fine & (have == all_wedges[key // count])
        return result

    def _collapse(self, start: NDArray, end: NDArray, quadrics: NDArray) -> int:
        """Move vertices onto others, those whose triangles would turn over excepted."""
        faces, target = self.faces, np.arange(len(self.points))
        target[start] = end
        moved = target[faces]
        touched = (moved != faces).any(1)
        before, after = (face_vectors(self.points, f) for f in (faces, moved))
        scale = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        over = touched & distinct(moved) & ((before * after).sum(1) < TURNED * scale + 1e-18)
        wrong = np.unique(faces[over])
        bad = np.isin(start, wrong)
        self.banned = np.concatenate((self.banned, start[bad] * len(self.points) + end[bad]))
        start, end = start[~bad], end[~bad]
        target = np.arange(len(self.points))
        target[start] = end
        into = np.arange(len(self.place))
        for k in range(3):  # where an edge goes, the corner at its start becomes that at its end in the same triangle
            for other in ((k + 1) % 3, (k + 2) % 3):
                gone = (target[faces[:, k]] == faces[:, other]) & (target[faces[:, k]] != faces[:, k])
                into[self.wedges[gone, k]] = self.wedges[gone, other]
        self.wedges = into[self.wedges]
        kept = distinct(self.faces)
        self.wedges, self.of = self.wedges[kept], self.of[kept]
        np.add.at(quadrics, end, quadrics[start])
        return len(start) + int(bad.sum())

    def _drop(self, count: int) -> None:
        """Leave out the loose pieces with the least area."""
        faces = self.faces
        label = pieces(faces, len(self.points))[faces[:, 0]]
        sizes, areas = np.bincount(label), np.bincount(label, face_areas(self.points, faces))
        loose = np.unique(label)
        loose = loose[np.argsort(areas[loose], kind="stable")][:-1]
        gone = loose[np.cumsum(sizes[loose]) - sizes[loose] < len(faces) - count]
        kept = ~np.isin(label, gone)
        self.wedges, self.of = self.wedges[kept], self.of[kept]
