"""Rings of distances round an axis, (R, C) images: bridged, made convex, drafted and smoothed.

Its numbers are set by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, grey_closing, maximum_filter

if TYPE_CHECKING:
    from engine.wardrobe.hard.hulls import BodyPart

COLUMNS, PAD = 96, 12
"""Columns of an image, and how many more its borders have on either side."""
THETA = np.arange(-PAD, COLUMNS + PAD) * 360.0 / COLUMNS - 180.0
"""Degrees of the columns, with their borders."""


def bridged(image: NDArray) -> NDArray:
    """An image (R, C) without its gaps: across them round the rings, then from ring to ring."""
    columns = np.arange(image.shape[1])
    out = image.copy()
    whole = np.isfinite(image).sum(1) >= 0.3 * image.shape[1]
    for row in np.flatnonzero(whole):
        known = np.isfinite(image[row])
        out[row] = np.interp(columns, columns[known], image[row, known], period=len(columns))
    known_rows = np.flatnonzero(whole)
    for row in np.flatnonzero(~whole):
        out[row] = out[known_rows[np.argmin(np.abs(known_rows - row))]]
    return out


def _convex(radii: NDArray) -> NDArray:
    """Rings (R, C) of distances as the convex hulls round them."""
    theta = np.radians(THETA[PAD:-PAD])
    turn = np.cos(theta[:, None] - theta[None])
    support = (radii[:, :, None] * turn[None]).max(1)  # (R, C) of each ring, in each direction
    return _from_support(support)


def _from_support(support: NDArray) -> NDArray:
    """Distances (R, C) of the convex rings that reach as far (R, C) in each direction."""
    theta = np.radians(THETA[PAD:-PAD])
    turn = np.cos(theta[:, None] - theta[None])
    facing = np.where(turn > 0.02, turn, np.nan)
    found: NDArray = np.nanmin(support[:, None, :] / facing[None], axis=2)
    return found


def drafted(radii: NDArray, origins: NDArray) -> NDArray:
    """Level rings (R, C), each made convex and to hold all that are above it."""
    theta = np.radians(THETA[PAD:-PAD])
    turn = np.cos(theta[:, None] - theta[None])
    offset = origins[:, [0]] * np.sin(theta) * np.sign(origins[:, 0].mean()) + origins[:, [2]] * np.cos(theta)
    support = (radii[:, :, None] * turn[None]).max(1) + offset
    support = np.maximum.accumulate(support[::-1], 0)[::-1]
    return _from_support(support - offset)


def smoothed(raw: NDArray, how: BodyPart, u: NDArray) -> NDArray:
    """Distances (R, C) made convex round each ring and smooth, nowhere less than the raw ones."""
    hull = _convex(raw)
    share = np.full(len(u), how.convex)
    if how.crown is not None and how.fan is not None:
        share = np.interp(u, [how.fan, how.fan + 0.45 * (how.high - how.fan)], [how.convex, how.crown])
    if how.bridge > 1:
        hull = np.maximum(hull, grey_closing(hull, size=(how.bridge, 1), mode="nearest"))
    wanted = raw + share[:, None] * np.maximum(hull - raw, 0)
    wide = int(np.ceil(2 * how.smooth))
    mode = ("nearest", "wrap")
    smooth = gaussian_filter(wanted, how.smooth, mode=mode, truncate=2.0)
    short = maximum_filter(np.maximum(wanted - smooth, 0), size=2 * wide + 1, mode=mode)
    return smooth + gaussian_filter(short, how.smooth, mode=mode, truncate=2.0)
