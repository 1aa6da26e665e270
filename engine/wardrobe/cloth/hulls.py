"""Convex outlines of the body's slices, which cloth spans. Its numbers are set by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from engine.wardrobe.layers import Mannequin

THICK = 0.02
"""Metres above and below a height from which a slice takes its points."""


def reach(corners: NDArray, turns: NDArray) -> NDArray:
    """(K,) how far a convex outline (N, 2) round the origin reaches in directions ``turns`` (K,) from +y to +x."""
    rays = np.stack([np.sin(turns), np.cos(turns)], -1)
    start, side = corners, np.roll(corners, -1, axis=0) - corners
    normal = np.stack([side[:, 1], -side[:, 0]], -1)
    distance = (normal * start).sum(1)
    facing = rays @ normal.T
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = np.where(facing * np.sign(distance) > 1e-9, distance / facing, np.inf)
    return np.asarray(hits.min(1))


def round_the_legs(mannequin: Mannequin, height: float, centre: NDArray, turns: NDArray) -> NDArray:
    """(K,) metres from an upright axis through ``centre`` (3,) at which cloth passes round both legs at a height, in
    directions ``turns`` (K,) from +z to +x; nought where there are no legs."""
    at = mannequin.canonical
    legs = (at[:, 1] < 0.05) & (at[:, 1] > -0.90) & (np.abs(at[:, 0]) < 0.30)
    near = mannequin.vertices[legs & (np.abs(mannequin.vertices[:, 1] - height) < THICK)][:, [0, 2]] - centre[[0, 2]]
    if len(near) < 8:
        return np.zeros(len(turns))
    try:
        corners = near[ConvexHull(near).vertices]
    except QhullError:
        return np.zeros(len(turns))
    found = reach(corners, turns)
    return np.where(np.isfinite(found), found, 0.0)
