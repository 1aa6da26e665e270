"""Fur: short pointed locks that grow from cloth and lie down over one another. Its numbers are set by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.geometry.measures import face_areas, vertex_normals
from engine.geometry.vectors import unit
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Floats, Indices

LONG, SHORT = 0.046, 0.018
"""Metres of the locks of a cloak, and of a narrow trim."""
BROAD = 0.6
"""Square metres from which on fur is as long as a cloak's."""
APART, WIDE = 0.27, 0.10
"""Metres between locks and half their width, as shares of their length."""
MOST = 8000
"""Locks of a piece."""
ROOT, TIP = 0.62, 1.10
"""Factors of the colour at a lock's two ends."""


def locks(piece: Piece, colors: NDArray, size: float) -> tuple[Floats, Indices, Floats, Floats, Floats]:
    """Vertices, faces, weights, pattern coordinates (across and along the lock, as hair's) and colours of the locks.

    Args:
        piece: the cloth that they grow from.
        colors: (P, 3) of the cloth.
        size: the body's, against the standard figure.
    """
    rng = np.random.default_rng(0)
    areas = face_areas(piece.vertices, piece.faces)
    area = float(areas.sum()) / size**2
    length = size * np.clip(LONG * np.sqrt(area / BROAD), SHORT, LONG)
    count = int(min(area * size**2 / (APART * length) ** 2, MOST))
    face = np.searchsorted(np.cumsum(areas), areas.sum() * (np.arange(count) + rng.random(count)) / count)
    face = np.minimum(face, len(areas) - 1)
    bary = rng.dirichlet(np.ones(3), count)
    mixed = piece.faces[face]

    def at(values: NDArray) -> NDArray:
        return np.asarray(np.einsum("nk,nkc->nc", bary, values[mixed]))

    root, normal = at(piece.vertices), unit(at(vertex_normals(piece.vertices, piece.faces)))
    down: NDArray = np.array([0.0, -1.0, 0.0]) + 0.35 * rng.normal(size=(count, 3))
    down = unit(down - (down * normal).sum(1, keepdims=True) * normal)
    side = np.cross(normal, down)
    long = length * rng.uniform(0.65, 1.3, (count, 1))
    wide = WIDE * length * rng.uniform(0.7, 1.2, (count, 1))
    bend = rng.normal(size=(count, 1)) * 0.2
    places = (
        (-1.0, 0.0, 0.0, 0.0),
        (0.0, 0.0, 0.8, 0.0),
        (1.0, 0.0, 0.0, 0.0),
        (-0.85, 0.42, 0.0, 0.2),
        (0.0, 0.42, 0.6, 0.2),
        (0.85, 0.42, 0.0, 0.2),
        (0.0, 1.0, 0.0, 0.16),
    )
    rows = [
        root + (wide * across + long * bend * along**2) * side + long * along * down + (wide * up + long * off) * normal
        for across, along, up, off in places
    ]
    pattern = [np.hstack([root[:, :1] + wide * across, long * along, 0 * wide]) for across, along, _, _ in places]
    tone = rng.uniform(0.82, 1.15, (count, 1))
    shade = [at(colors) * tone * (ROOT + (TIP - ROOT) * along) for _, along, _, _ in places]
    one = np.array([[0, 3, 1], [1, 3, 4], [1, 4, 2], [2, 4, 5], [3, 6, 4], [4, 6, 5]])
    faces = (len(places) * np.arange(count)[:, None, None] + one).reshape(-1, 3)
    weights = np.repeat(at(piece.weights), len(places), 0)

    def woven(parts: list[NDArray]) -> Floats:
        return np.asarray(np.stack(parts, 1).reshape(-1, 3), np.float32)

    return woven(rows), faces.astype(np.int32), weights.astype(np.float32), woven(pattern), woven(shade).clip(0, 1)
