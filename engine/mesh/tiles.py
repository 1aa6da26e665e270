"""A grid of signed distances that is stored only near the surface, and marching cubes on it.

Nodes are stored by cubic tiles. A tile that the surface does not come near is one of two constants, inside or outside,
so that memory goes with the surface's area. Each tile is triangulated on its own; the vertices that neighbours both
make on the tiles' common walls are welded, as each lies on a known edge of the grid.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from engine.mesh.surface import Floats, Indices

TILE, BLOCK = 16, 4
"""Nodes along each side of a tile, and of the blocks in it that are asked for or not."""
SNAP = 0.02
"""Least |signed distance| at a node, in cells: keeps the surface off the nodes, where triangles vanish. Set by hand."""
STEEPEST = 16.0
"""Largest |signed distance| at a node, in cells: keeps it off the nodes where the field jumps, too. Set by hand."""
OUTSIDE, INSIDE = 0, 1
"""The two constant tiles."""
BATCH = 128
"""Tiles looked at together. Set by hand."""
Mask = NDArray[np.bool_]


class Tiles:
    """Signed distances at the nodes of a box of tiles, in units of a cell; the box's wall is outside."""

    def __init__(self, inside: Mask) -> None:
        """``inside`` (bx, by, bz): which blocks to take for inside until their nodes are set."""
        size = tuple(n * BLOCK // TILE for n in inside.shape)
        signs = _by_tile(inside)  # (X, Y, Z, r, r, r)
        some, every = np.asarray(signs.any((3, 4, 5))), np.asarray(signs.all((3, 4, 5)))
        self.number = np.zeros([n + 1 for n in size], np.int32)  # with a layer of outside beyond the box
        self.number[:-1, :-1, :-1] = np.where(every, INSIDE, OUTSIDE)
        self.values: Floats = np.empty((2, TILE, TILE, TILE), np.float32)
        self.values[OUTSIDE], self.values[INSIDE] = STEEPEST, -STEEPEST
        self.known = np.ones(self.values.shape, bool)
        low = np.ones(size, bool)
        low[1:, 1:, 1:] = False  # the box's wall is closed in stored tiles
        self._store((some & ~every) | (low & every))
        for number, tile in self._stored():
            self.values[number] = np.where(upsample(signs[tile], BLOCK), -STEEPEST, STEEPEST)
        self._close_wall()

    def needed(self, active: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The nodes of active blocks (bx, by, bz) that are not known yet.

        Returns:
            Where their values are stored (N,), and their positions in cells (N, 3).
        """
        spread = np.pad(active, ((1, 1),) * 3)  # a block's upper nodes belong to the next one
        for axis in range(3):
            spread |= np.roll(spread, 1, axis)
        self._store(np.asarray(_by_tile(spread[1:-1, 1:-1, 1:-1]).any((3, 4, 5))))
        blocks, ratio = np.pad(active, ((1, 0),) * 3), TILE // BLOCK
        where, position = [], []
        for number, tile in self._stored():
            corner = np.array(tile) * ratio
            near = blocks[tuple(slice(c, c + ratio + 1) for c in corner)]
            nodes = upsample(near, BLOCK)[(slice(BLOCK - 1, None),) * 3]
            for axis in range(3):
                nodes = _pairs(nodes, axis, np.logical_or)
            found = np.flatnonzero(nodes & ~self.known[number])
            where.append(found + number * TILE**3)
            position.append(np.stack(np.unravel_index(found, nodes.shape), -1) + np.array(tile) * TILE)
        if not where:
            return np.zeros(0, np.int64), np.zeros((0, 3), np.int64)
        return np.concatenate(where), np.concatenate(position)

    def fill(self, where: NDArray[np.int64], values: np.ndarray) -> None:
        """Set nodes; ``values`` (N,) in cells."""
        self.values.reshape(-1)[where] = np.clip(values, -STEEPEST, STEEPEST)
        self.known.reshape(-1)[where] = True
        self._close_wall()

    def crossed(self) -> Mask:
        """Blocks (bx, by, bz) in which some cell has corners of both signs."""
        ratio = TILE // BLOCK
        size = [n - 1 for n in self.number.shape]
        found = np.zeros([n * ratio for n in size], bool)
        for tiles, nodes in self._batches():
            lowest = highest = nodes < 0.0
            for axis in (1, 2, 3):
                lowest, highest = _pairs(lowest, axis, np.logical_and), _pairs(highest, axis, np.logical_or)
            mixed = (highest & ~lowest).reshape(-1, ratio, BLOCK, ratio, BLOCK, ratio, BLOCK)
            for tile, blocks in zip(tiles, np.asarray(mixed.any((2, 4, 6)))):
                found[tuple(slice(c * ratio, (c + 1) * ratio) for c in tile)] = blocks
        return found

    def triangulate(self) -> tuple[NDArray[np.float64], Indices]:
        """Marching cubes (Lewiner et al. 2003) at level 0.

        Returns:
            Vertices (V, 3) in cells from node 0, 0, 0, and faces (F, 3); both empty if there is no surface.
        """
        points, faces, count = [np.zeros((0, 3))], [np.zeros((0, 3), np.int64)], 0
        for tiles, nodes in self._batches():
            nodes = np.where(nodes < 0.0, np.minimum(nodes, -SNAP), np.maximum(nodes, SNAP))
            inside = (nodes < 0.0).reshape(len(nodes), -1)
            for k in np.flatnonzero(inside.any(1) & ~inside.all(1)):
                local, triangles, _, _ = marching_cubes(nodes[k], 0.0, gradient_direction="ascent")
                points.append(local.astype(np.float64) + tiles[k] * TILE)
                faces.append(triangles.astype(np.int64) + count)
                count += len(local)
        return _weld(np.concatenate(points), np.concatenate(faces), np.array(self.number.shape) * TILE)

    def _store(self, wanted: Mask) -> None:
        """Give tiles (X, Y, Z) that are constant room of their own."""
        inner = self.number[:-1, :-1, :-1]
        new = wanted & (inner <= INSIDE)
        constant = self.values[inner[new]]
        inner[new] = len(self.values) + np.arange(len(constant))
        self.values = np.concatenate((self.values, constant))
        self.known = np.concatenate((self.known, np.zeros(constant.shape, bool)))

    def _stored(self) -> Iterator[tuple[int, tuple[int, int, int]]]:
        """Number and place of each stored tile."""
        for x, y, z in np.argwhere(self.number > INSIDE).tolist():
            yield int(self.number[x, y, z]), (x, y, z)

    def _close_wall(self) -> None:
        """Put the lower walls' nodes outside, so that a surface that runs into the wall is closed by it."""
        for axis in range(3):
            numbers = np.moveaxis(self.number, axis, 0)[0]
            layer = np.moveaxis(self.values, axis + 1, 1)[:, 0]
            layer[numbers[numbers > INSIDE]] = STEEPEST

    def _batches(self) -> Iterator[tuple[NDArray[np.int64], Floats]]:
        """Places (K, 3) and nodes (K, 17, 17, 17), the next tiles' first layers included, of tiles not constant."""
        corners = [
            self.number[tuple(slice(d, n - 1 + d) for d, n in zip(step, self.number.shape))]
            for step in product((0, 1), repeat=3)
        ]
        varies = np.any([(corner > INSIDE) | (corner != corners[0]) for corner in corners], axis=0)
        places = np.argwhere(varies)
        for start in range(0, len(places), BATCH):
            tiles = places[start : start + BATCH]
            nodes = np.empty((len(tiles), TILE + 1, TILE + 1, TILE + 1), np.float32)
            for step, corner in zip(product((0, 1), repeat=3), corners):
                target = tuple(slice(TILE, None) if d else slice(0, TILE) for d in step)
                source = tuple(slice(0, 1) if d else slice(None) for d in step)
                nodes[(slice(None), *target)] = self.values[(corner[tuple(tiles.T)], *source)]
            yield tiles, nodes


def _weld(points: NDArray[np.float64], faces: NDArray[np.int64], size: np.ndarray) -> tuple[np.ndarray, Indices]:
    """Make one of vertices that lie on the same edge of the grid, on a wall between tiles."""
    nearest = np.rint(points).astype(np.int64)
    off = np.abs(points - nearest) > 0.5 * SNAP / STEEPEST  # (V, 3) along which axes it lies between nodes
    on_edge = (off.sum(1) == 1) & ((nearest % TILE == 0) & ~off).any(1)
    edge = np.where(off, np.floor(points), nearest).astype(np.int64)[on_edge]
    keys = np.ravel_multi_index(tuple(edge.T), tuple(size)) * 3 + off[on_edge].argmax(1)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    target = np.arange(len(points))
    shared = np.flatnonzero(on_edge)
    target[shared] = shared[first][inverse]
    kept = target == np.arange(len(points))
    renumber = np.cumsum(kept) - 1
    return points[kept], renumber[target][faces].astype(np.int32)


def _pairs(values: Mask, axis: int, combine: np.ufunc) -> Mask:
    """Combine neighbours along an axis, which gets one shorter."""
    first, second = [slice(None)] * values.ndim, [slice(None)] * values.ndim
    first[axis], second[axis] = slice(0, -1), slice(1, None)
    return np.asarray(combine(values[tuple(first)], values[tuple(second)]))


def upsample(blocks: np.ndarray, factor: int) -> np.ndarray:
    """Repeat each entry ``factor`` times along each axis."""
    for axis in range(3):
        blocks = np.repeat(blocks, factor, axis=axis)
    return blocks


def _by_tile(blocks: Mask) -> Mask:
    """Blocks (bx, by, bz) sorted by tile: (X, Y, Z, r, r, r)."""
    ratio = TILE // BLOCK
    x, y, z = (n // ratio for n in blocks.shape)
    return blocks.reshape(x, ratio, y, ratio, z, ratio).transpose(0, 2, 4, 1, 3, 5)
