"""Cloth that hangs: position-based dynamics (Müller et al. 2007) with small steps (Macklin et al. 2019) in Warp.

Edges keep their lengths, opposite corners of neighbouring triangles keep theirs weakly (bending), and points stay
outside a fixed surface, with friction. Constraints are sorted into colours of which no two share a point, so that a
colour can be solved at once and a sweep is Gauss-Seidel's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import warp as wp
from numpy.typing import NDArray

from engine.geometry.edges import edges, opposite_corners
from engine.geometry.measures import edge_lengths, vertex_normals
from engine.render.raycast import query_device
from engine.wardrobe.cloth import kernels

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]
GRAVITY = 9.81
"""Metres a second squared."""
RATE = 60
"""Frames a second. Set by hand, as all below."""
SUBSTEPS, SWEEPS = 10, 2
"""Substeps of a frame, and sweeps over all constraints in each."""
KEEP = 0.985
"""Share of the velocity that a substep keeps: cloth in air."""
REACH = 0.05
"""Metres within which the surface beneath is looked for."""
FASTEST = 2.5
"""Metres a second; what is faster is an error of the solver."""


@dataclass(frozen=True)
class Fabric:
    """How cloth resists, each 0-1 a sweep."""

    stretch: float = 1.0
    squeeze: float = 0.6
    bend: float = 0.02
    friction: float = 0.85


@dataclass(frozen=True)
class Cloth:
    """A sheet before it falls."""

    vertices: Floats
    """(P, 3) where it starts, metres."""
    faces: Indices
    """(F, 3)."""
    rest: Floats
    """(P, 3) positions whose distances are the sheet's own."""
    mobility: Floats
    """(P,) inverse masses; 0 where it is held."""
    gap: Floats
    """(P,) metres it keeps from what is beneath."""


def drape(
    cloth: Cloth, beneath: Floats, beneath_faces: Indices, fabric: Fabric, frames: int = 36, device: object = "cpu"
) -> Floats | None:
    """Let a sheet fall onto a surface.

    Args:
        cloth: the sheet.
        beneath: (B, 3) vertices of the surface that it lies on.
        beneath_faces: (G, 3) counter-clockwise seen from outside.
        fabric: how it resists.
        frames: of 1 / 60 s.
        device: a torch device or its name.

    Returns:
        (P, 3) where it comes to rest; None if the solver diverged.
    """
    place = query_device(device)
    pairs, rest, stretch, squeeze, colours = _constraints(cloth, fabric)

    def array(values: NDArray, kind: object = wp.float32) -> wp.array:
        return wp.array(np.ascontiguousarray(values), dtype=kind, device=place)

    x, before = array(cloth.vertices.astype(np.float32), wp.vec3), array(cloth.vertices.astype(np.float32), wp.vec3)
    velocity = array(np.zeros_like(cloth.vertices, np.float32), wp.vec3)
    mobility, gap = array(cloth.mobility.astype(np.float32)), array(cloth.gap.astype(np.float32))
    springs = [array(pairs, wp.vec2i), array(rest), array(stretch), array(squeeze), mobility]
    mesh = wp.Mesh(array(beneath.astype(np.float32), wp.vec3), array(beneath_faces.ravel().astype(np.int32), wp.int32))
    normals = array(vertex_normals(beneath, beneath_faces), wp.vec3)
    count, step = len(cloth.vertices), 1.0 / RATE / SUBSTEPS
    down = wp.vec3(0.0, -GRAVITY, 0.0)
    contact = [mobility, mesh.id, normals, gap, REACH, fabric.friction]

    def launch(kernel: object, size: int, inputs: list) -> None:
        wp.launch(kernel, size, inputs, device=place)

    for _ in range(frames * SUBSTEPS):
        launch(kernels.predict, count, [x, before, velocity, mobility, down, step, KEEP])
        for _ in range(SWEEPS):
            for first, last in colours:
                launch(kernels.distances, last - first, [x, *springs, first])
        launch(kernels.collide, count, [x, before, *contact])
        launch(kernels.settle, count, [x, before, velocity, step, FASTEST])
    found: Floats = x.numpy()
    span = np.ptp(cloth.vertices, axis=0).max()
    if not np.isfinite(found).all() or np.abs(found - cloth.vertices).max() > span:
        return None
    return found


def _constraints(cloth: Cloth, fabric: Fabric) -> tuple[Indices, Floats, Floats, Floats, list[tuple[int, int]]]:
    """Pairs (C, 2) by colour, rest lengths (C,), resistances (C,) to stretch and squeeze, each colour's range."""
    along, across = edges(cloth.faces), opposite_corners(cloth.faces)
    pairs = np.concatenate([along, across])
    rest = edge_lengths(cloth.rest, pairs)
    bends = np.arange(len(pairs)) >= len(along)
    stretch = np.where(bends, fabric.bend, fabric.stretch).astype(np.float32)
    squeeze = np.where(bends, fabric.bend, fabric.squeeze).astype(np.float32)
    order, ranges = coloured(pairs, len(cloth.vertices))
    return pairs[order].astype(np.int32), rest[order].astype(np.float32), stretch[order], squeeze[order], ranges


def coloured(pairs: Indices, count: int) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
    """An order (C,) of pairs by colours of which no two share a point, and each colour's range."""
    colour = _colours(pairs, count)
    ends = np.cumsum(np.bincount(colour))
    ranges = [(int(first), int(last)) for first, last in zip([0, *ends[:-1]], ends)]
    return np.lexsort((colour,)), ranges


def _colours(pairs: Indices, count: int) -> NDArray[np.int64]:
    """(C,) a colour for each pair so that no two of a colour share a point: greedy, the least that is free."""
    used = [0] * count  # bits of the colours at each point
    found = np.empty(len(pairs), np.int64)
    for index, (a, b) in enumerate(zip(*pairs.T.tolist())):
        taken = used[a] | used[b]
        free = ~taken & (taken + 1)
        found[index] = free.bit_length() - 1
        used[a] |= free
        used[b] |= free
    return found
