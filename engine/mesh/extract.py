"""Marching cubes in a narrow band round the surface (AvatarCLIP section 3.3, "mesh extraction").

The signed distance is asked for only at grid nodes near the surface: first once per block of cells, then at the nodes
of the blocks that may hold a part of it, and again wherever the surface turns out to leave them. Time therefore goes
with the surface's area, not with the box's volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from engine.body import NEUTRAL_GREY, Body, stand_pose
from engine.config import MeshConfig
from engine.errors import EngineError
from engine.mesh.decimate import decimate
from engine.mesh.refine import Ask, refine
from engine.mesh.surface import Field, Floats, Mesh, collapse_short_edges, largest_component, volume
from engine.report import Reporter

BLOCK, SUPERBLOCK = 4, 16
"""Cells along each side of the blocks that the surface is looked for in, and of the larger ones looked at first."""
CHUNK = 1 << 17
"""Points the field is asked for at once."""
MARGIN = 1.25
"""How much steeper than a true distance the field may be before a block is missed at first (and found later)."""
SNAP = 0.02
"""Least |signed distance| at a node, in cells: keeps the surface off the nodes, where triangles vanish."""
SHORT_EDGE = 0.2
"""Edges shorter than this many cells are collapsed."""
SHORTEST_SPLIT = 0.0015
"""Metres; shorter edges are not split for the sake of colour or form."""


def extract(field: Field, conf: MeshConfig, report: Reporter) -> Mesh:
    """The field's surface as one closed coloured mesh in the stand pose.

    Args:
        field: signed distance (metres) and colour.
        conf: resolution and face count.
        report: hears of its steps, and of parts that had to be dropped.

    Raises:
        EngineError: ``internal`` if the field has no surface inside its bounds.
    """
    grid = _evaluate(field, conf.resolution)
    steps = 5 if conf.game_faces else 4
    report.progress(1, steps)
    vertices, faces = _triangulate(grid)
    vertices, faces, dropped = largest_component(vertices, faces)
    if dropped > 0.03:
        report.warning(f"Loose parts with {dropped:.0%} of the surface were dropped.")
    vertices, faces = collapse_short_edges(vertices, faces, SHORT_EDGE * grid.cell)
    report.progress(2, steps)
    if conf.max_faces and len(faces) > conf.max_faces:
        vertices, faces = decimate(vertices, faces, conf.max_faces)
    report.progress(3, steps)

    def sdf(points: np.ndarray) -> Floats:
        return np.nan_to_num(_ask(field.sdf, field, points), nan=0.0)

    rounds = 0 if conf.max_faces else conf.refine  # a wanted number of triangles is kept to
    vertices, faces, colors = refine(vertices, faces, sdf, color_of(field), rounds, SHORTEST_SPLIT)
    report.progress(4, steps)
    return Mesh(vertices.astype(np.float32), faces.astype(np.int32), colors.astype(np.float32))


def color_of(field: Field) -> Ask:
    """The field's sRGB (N, 3) in 0-1 as a function of points (N, 3) in numpy, asked in chunks."""
    return lambda points: np.clip(np.nan_to_num(_ask(field.color, field, points), nan=0.5), 0.0, 1.0)


def from_body(body: Body, betas: np.ndarray) -> Mesh:
    """The coarse body (shape coefficients (S,)) in neutral grey, for jobs without appearance; in the stand pose."""
    vertices = body.pose(betas, stand_pose()[None])[0][0]
    return Mesh(vertices, body.faces, np.full(vertices.shape, NEUTRAL_GREY, np.float32))


@dataclass
class _Grid:
    """Signed distances at the nodes of a regular grid; far from the surface only their sign is meant."""

    values: Floats
    """(X, Y, Z) metres."""
    origin: NDArray[np.float64]
    """(3,) position of node 0, 0, 0."""
    cell: float
    """Side of a cell in metres."""

    def points(self, nodes: np.ndarray) -> Floats:
        """Positions (N, 3) of nodes given as flat indices (N,)."""
        index = np.stack(np.unravel_index(nodes, self.values.shape), -1)
        return (self.origin + self.cell * index).astype(np.float32)


def _evaluate(field: Field, resolution: int) -> _Grid:
    """Fill a grid with the field's signed distances near the surface and with signs elsewhere."""
    low, high = np.asarray(field.bounds, np.float64)
    if not (np.isfinite(low).all() and np.isfinite(high).all() and (high > low).all()):
        raise EngineError("internal", "The sculpted field has no extent.", "Run the appearance stage again.")
    cell = float((high - low).max()) / resolution
    large = np.ceil((high - low) / cell / SUPERBLOCK + 0.1).astype(int)  # a little air round the box
    origin = 0.5 * (low + high) - 0.5 * large * SUPERBLOCK * cell
    grid = _Grid(np.empty(large * SUPERBLOCK + 1, np.float32), origin, cell)
    everywhere = np.ones(large, bool)
    middle = _at_centres(field, grid, SUPERBLOCK, everywhere, np.zeros(large, np.float32))
    near = ~(np.abs(middle) > _reach(SUPERBLOCK, cell))  # also where it is not a number
    ratio = SUPERBLOCK // BLOCK
    middle = _at_centres(field, grid, BLOCK, _upsample(near, ratio), _upsample(middle, ratio))
    active = _upsample(near, ratio) & ~(np.abs(middle) > _reach(BLOCK, cell))
    outside = _reach(BLOCK, cell)
    far = np.pad(np.where(middle < 0.0, -outside, outside).astype(np.float32), ((0, 1),) * 3, mode="edge")
    grid.values[:] = _upsample(far, BLOCK)[tuple(slice(0, n) for n in grid.values.shape)]
    known = np.zeros(grid.values.shape, bool)
    while True:
        needed = _nodes_of(active) & ~known
        nodes = np.flatnonzero(needed)
        grid.values.reshape(-1)[nodes] = np.nan_to_num(_ask(field.sdf, field, grid.points(nodes)), nan=outside)
        known |= needed
        _close_border(grid.values, outside)
        crossed = _blocks_with_sign_change(grid.values) & ~active
        if not crossed.any():
            return grid
        active |= crossed


def _reach(block: int, cell: float) -> float:
    """Largest signed distance at the middle of a block of this many cells that still puts the surface inside it."""
    return float(MARGIN * 0.5 * np.sqrt(3.0) * block * cell)


def _at_centres(field: Field, grid: _Grid, block: int, wanted: NDArray[np.bool_], values: Floats) -> Floats:
    """Signed distances (bx, by, bz) at the middle of the wanted blocks; ``values`` stays for the others."""
    index = np.stack(np.nonzero(wanted), -1)
    values = values.copy()
    values[wanted] = _ask(field.sdf, field, grid.origin + (index + 0.5) * block * grid.cell)
    return values


def _triangulate(grid: _Grid) -> tuple[Floats, NDArray[np.int32]]:
    """Marching cubes (Lewiner et al. 2003) at level 0; faces look outwards."""
    least = np.float32(SNAP * grid.cell)
    values = np.where(grid.values < 0.0, np.minimum(grid.values, -least), np.maximum(grid.values, least))
    if (values > 0.0).all() or (values < 0.0).all():
        raise EngineError(
            "internal", "The sculpted field has no surface.", "Try another seed, or lower appearance.clip_weight."
        )
    vertices, faces, _, _ = marching_cubes(values, 0.0, gradient_direction="ascent")
    points = (grid.origin + grid.cell * vertices.astype(np.float64)).astype(np.float32)
    if volume(points, faces) < 0.0:
        faces = faces[:, ::-1]
    return points, np.ascontiguousarray(faces, np.int32)


def _ask(function: object, field: Field, points: np.ndarray) -> Floats:
    """Evaluate ``field.sdf`` or ``field.color`` at points (N, 3) in chunks."""
    parts = []
    with torch.no_grad():
        for start in range(0, len(points), CHUNK):
            chunk = torch.as_tensor(np.asarray(points[start : start + CHUNK], np.float32), device=field.device)
            parts.append(function(chunk).float().cpu().numpy())  # type: ignore[operator]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _upsample(blocks: np.ndarray, factor: int) -> np.ndarray:
    """Repeat each entry ``factor`` times along each axis."""
    for axis in range(3):
        blocks = np.repeat(blocks, factor, axis=axis)
    return blocks


def _nodes_of(active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Nodes (X, Y, Z) at the corners of the cells of active blocks."""
    nodes = np.pad(_upsample(active, BLOCK), ((0, 1),) * 3)
    for axis in range(3):
        nodes |= np.roll(nodes, 1, axis=axis)  # the last layer is padding, so nothing wraps round
    return nodes


def _close_border(values: np.ndarray, outside: float) -> None:
    """Put the box's outermost nodes outside, so that a surface that runs into the box's wall is closed by it."""
    for axis in range(3):
        for side in (0, -1):
            layer = np.moveaxis(values, axis, 0)[side]
            np.maximum(layer, outside, out=layer)


def _blocks_with_sign_change(values: np.ndarray) -> NDArray[np.bool_]:
    """Blocks (bx, by, bz) in which some cell has corners of both signs."""
    inside = values < 0.0
    lowest, highest = inside, inside
    for axis in range(3):
        first = [slice(None)] * 3
        second = [slice(None)] * 3
        first[axis], second[axis] = slice(0, -1), slice(1, None)
        lowest = lowest[tuple(first)] & lowest[tuple(second)]
        highest = highest[tuple(first)] | highest[tuple(second)]
    mixed = highest & ~lowest  # (X - 1, Y - 1, Z - 1) cells
    x, y, z = (size // BLOCK for size in mixed.shape)
    return np.asarray(mixed.reshape(x, BLOCK, y, BLOCK, z, BLOCK).any((1, 3, 5)))
