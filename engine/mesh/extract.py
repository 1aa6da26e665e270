"""Marching cubes in a narrow band round the surface (AvatarCLIP section 3.3, "mesh extraction").

The signed distance is asked for only at grid nodes near the surface: first once per tile and per block of cells, then
at the nodes of the blocks that may hold a part of it, and again wherever the surface turns out to leave them. Time and
memory therefore go with the surface's area, not with the box's volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.body import NEUTRAL_GREY, Body, stand_pose
from engine.errors import EngineError
from engine.geometry.measures import volume
from engine.mesh.decimate import decimate
from engine.mesh.refine import Ask, refine
from engine.mesh.surface import Field, Floats, Indices, Mesh, collapse_short_edges, largest_component
from engine.mesh.tiles import BLOCK, STEEPEST, TILE, Tiles, upsample
from engine.report import Reporter
from engine.settings import MeshConfig

CHUNK = 1 << 17
"""Points the field is asked for at once. Set by hand."""
MARGIN = 1.25
"""How much steeper than a true distance the field may be before a block is missed at first (and found later). Set by
hand."""
SHORT_EDGE = 0.2
"""Edges shorter than this many cells are collapsed. Set by hand."""
SHORTEST_SPLIT = 0.0015
"""Metres; shorter edges are not split for the sake of colour or form. Set by hand."""


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
    return lambda points: np.clip(np.nan_to_num(_ask(field.color, field, points), nan=0.5), 0.0, 1.0).reshape(-1, 3)


def from_body(body: Body, betas: np.ndarray) -> Mesh:
    """The coarse body (shape coefficients (S,)) in neutral grey, for jobs without appearance; in the stand pose."""
    vertices = body.pose(betas, stand_pose()[None])[0][0]
    return Mesh(vertices, body.faces, np.full(vertices.shape, NEUTRAL_GREY, np.float32))


@dataclass
class _Grid:
    """Signed distances near the surface, and where the grid lies."""

    tiles: Tiles
    origin: NDArray[np.float64]
    """(3,) position of node 0, 0, 0."""
    cell: float
    """Side of a cell in metres."""


def _evaluate(field: Field, resolution: int) -> _Grid:
    """Fill a grid with the field's signed distances near the surface and with signs elsewhere."""
    low, high = np.asarray(field.bounds, np.float64)
    if not (np.isfinite(low).all() and np.isfinite(high).all() and (high > low).all()):
        raise EngineError("internal", "The sculpted field has no extent.", "Run the appearance stage again.")
    cell = float((high - low).max()) / resolution
    large = np.ceil((high - low) / cell / TILE + 0.1).astype(int)  # a little air round the box
    origin = 0.5 * (low + high) - 0.5 * large * TILE * cell

    def at_centres(block: int, wanted: NDArray[np.bool_], values: Floats) -> Floats:
        """Signed distances (bx, by, bz) at the middle of the wanted blocks; ``values`` for the others."""
        index = np.stack(np.nonzero(wanted), -1)
        values = values.copy()
        values[wanted] = _ask(field.sdf, field, origin + (index + 0.5) * block * cell)
        return values

    middle = at_centres(TILE, np.ones(large, bool), np.zeros(large, np.float32))
    near = ~(np.abs(middle) > _reach(TILE, cell))  # also where it is not a number
    ratio = TILE // BLOCK
    middle = at_centres(BLOCK, upsample(near, ratio), upsample(middle, ratio))
    active = upsample(near, ratio) & ~(np.abs(middle) > _reach(BLOCK, cell))
    tiles = Tiles(middle < 0.0)
    while True:
        where, nodes = tiles.needed(active)
        tiles.fill(where, np.nan_to_num(_ask(field.sdf, field, origin + cell * nodes) / cell, nan=STEEPEST))
        crossed = tiles.crossed() & ~active
        if not crossed.any():
            return _Grid(tiles, origin, cell)
        active |= crossed


def _reach(block: int, cell: float) -> float:
    """Largest signed distance at the middle of a block of this many cells that still puts the surface inside it."""
    return float(MARGIN * 0.5 * np.sqrt(3.0) * block * cell)


def _triangulate(grid: _Grid) -> tuple[Floats, Indices]:
    """The surface in metres; faces look outwards."""
    vertices, faces = grid.tiles.triangulate()
    if not len(faces):
        raise EngineError(
            "internal", "The sculpted field has no surface.", "Try another seed, or lower appearance.loss.clip."
        )
    points = (grid.origin + grid.cell * vertices).astype(np.float32)
    if volume(points, faces) < 0.0:
        faces = np.ascontiguousarray(faces[:, ::-1])
    return points, faces


def _ask(function: object, field: Field, points: np.ndarray) -> Floats:
    """Evaluate ``field.sdf`` or ``field.color`` at points (N, 3) in chunks."""
    parts = []
    with torch.no_grad():
        for start in range(0, len(points), CHUNK):
            chunk = torch.as_tensor(np.asarray(points[start : start + CHUNK], np.float32), device=field.device)
            parts.append(function(chunk).float().cpu().numpy())  # type: ignore[operator]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
