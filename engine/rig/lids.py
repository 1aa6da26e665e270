"""Lids that close on the eyeball that is there: the asset's targets, fitted to this face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.eyes import eyeball, lid_edges
from engine.wardrobe.layers import Mannequin

THICK = 0.0005
"""Metres by which a closed lid lies off a grown-up's eyeball. Set by hand."""
LEAST = 0.0002
"""Metres: what a shape moves less is not of the lid. Set by hand."""
CORNER = 0.25
"""Share of the eye's width from its corners in which lids are not pushed off the eyeball. Set by hand."""


def closed(mannequin: Mannequin, side: str, moved: NDArray, size: float) -> NDArray:
    """A blink's displacements (V, 3), with which the upper lid's edge meets the lower one's before the eyeball.

    Args:
        mannequin: the body with this face.
        side: ``L`` or ``R``.
        moved: (V, 3) as the asset has them, scaled to the head.
        size: of the head against a grown-up's.
    """
    points, found = mannequin.vertices.astype(np.float64), moved.copy()
    upper, lower = lid_edges(mannequin, side)
    meeting = points[lower] + found[lower]
    wanted = np.stack([np.interp(points[upper, 0], meeting[:, 0], meeting[:, k]) for k in range(3)], 1)
    wanted[:, 0] = points[upper, 0]
    lack = wanted - points[upper] - found[upper]
    lids = np.flatnonzero(np.linalg.norm(found, axis=1) > LEAST)
    whole = np.maximum(np.linalg.norm(found[upper], axis=1).max(), 1e-9)
    above = np.interp(points[lids, 0], points[lower, 0], points[lower, 1]) < points[lids, 1]
    share = np.clip(np.linalg.norm(found[lids], axis=1) / whole, 0, 1) * above
    spread = np.stack([np.interp(points[lids, 0], points[upper, 0], lack[:, k]) for k in range(3)], 1)
    found[lids] += share[:, None] * spread
    found[upper] = wanted - points[upper]
    return off_the_eyeball(mannequin, side, found, size)


def off_the_eyeball(mannequin: Mannequin, side: str, moved: NDArray, size: float) -> NDArray:
    """Displacements (V, 3) of lids that stay before the eyeball."""
    center, radius = eyeball(mannequin, side)
    points, found = mannequin.vertices.astype(np.float64), moved.copy()
    border = mannequin.labels[f"eye_cavity.{side}.border"]
    x = points[border, 0]
    lids = np.union1d(np.flatnonzero(np.linalg.norm(moved, axis=1) > LEAST), border)
    reach = np.minimum(points[lids, 0] - x.min(), x.max() - points[lids, 0]) / np.ptp(x)
    away = points[lids] + found[lids] - center
    distance = np.linalg.norm(away, axis=1)
    lack = np.clip(radius + THICK * size - distance, 0, None) * smoothstep(reach, 0.0, CORNER) * (away[:, 2] > 0)
    found[lids] += lack[:, None] * away / np.maximum(distance, 1e-9)[:, None]
    return found
