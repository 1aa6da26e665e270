"""A face's features under a lens: what measures in metres spends more on lips and lids, which open and close."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
FEATURES = ((0.0, 0.618, 0.133, 0.030), (0.031, 0.689, 0.124, 0.020), (-0.031, 0.689, 0.124, 0.020))
"""Canonical places of the mouth and the eyes, and how wide they are, metres. Set by hand on the standard figure."""
LENS = 1.4
"""By how much more than itself the middle of a feature grows; more than 2.2 would fold the surface. Set by hand."""

LEAST = {"skin": 0.15, "mouth": 0.025, "teeth": 0.02}
"""Shares of all triangles that layers of these materials get at least, so that a mouth opens cleanly. Set by hand."""
HAIR = 0.3
"""Share of all triangles that hair, brows and lashes get at most together: shoes and collars need theirs. Set by
hand."""


def shaved(
    wanted: NDArray[np.int64], materials: Sequence[str], has: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Triangles (L,) of layers with those of hair held to `HAIR`; the others share the rest, small ones more.

    Args:
        wanted: (L,) by how much is seen.
        materials: of the layers.
        has: (L,) how many there are, of the last layers perhaps none.
        count: of all.
    """
    hair = np.array([material == "hair" for material in materials[: len(wanted)]])
    over = float(wanted[hair].sum()) - HAIR * count
    if over <= 0 or hair.all():
        return wanted
    found = wanted.astype(float)
    found[hair] *= HAIR * count / found[hair].sum()
    share = np.sqrt(found) * ~hair
    found += over * share / max(share.sum(), 1e-9)
    have = _of_all(has, len(wanted))
    held: NDArray[np.int64] = np.minimum(np.maximum(have, wanted), found).astype(np.int64)
    return held


def for_faces(
    wanted: NDArray[np.int64], materials: Sequence[str], has: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Triangles (L,) of layers where there is a mouth to open: `LEAST` for what moves, taken off the others.

    Args:
        wanted: (L,) by how much is seen.
        materials: of the layers.
        has: (L,) how many there are, of the last layers perhaps none.
        count: of all.
    """
    if "mouth" not in materials:
        return wanted
    have = _of_all(has, len(wanted))
    least = np.array([int(LEAST.get(material, 0.0) * count) for material in materials[: len(wanted)]])
    lifted = np.maximum(wanted, np.minimum(least, have))
    free = np.where(lifted == wanted, wanted - np.minimum(least, wanted), 0).astype(float) ** 2  # who has much gives
    more = float((lifted - wanted).sum())
    found: NDArray[np.int64] = lifted - np.floor(more * free / max(free.sum(), 1.0)).astype(np.int64)
    return found


def _of_all(has: NDArray[np.int64], layers: int) -> NDArray[np.int64]:
    """Triangles (L,) of so many layers, none of those that are not counted."""
    return np.pad(has[:layers], (0, max(layers - len(has), 0)))


def magnified(points: NDArray, canonical: NDArray) -> Floats:
    """Points (V, 3) in which lips and lids are larger; those of other places of the standard figure (V, 3) stay."""
    found = np.asarray(points, np.float64).copy()
    for *middle, wide in FEATURES:
        away = np.linalg.norm(canonical - np.array(middle), axis=1)
        near = np.flatnonzero(away < 3.0 * wide)
        core = near[away[near] < 0.5 * wide]
        if not len(core):
            continue
        center = found[core].mean(0)
        growth = LENS * np.exp(-((away[near] / wide) ** 2))
        found[near] += growth[:, None] * (found[near] - center)
    return found.astype(np.float32)
