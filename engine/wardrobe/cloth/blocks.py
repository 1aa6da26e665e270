"""Pattern blocks: which part of the figure a garment is cut from, as functions that are positive inside it.

Each takes `Points` on the standard figure and the measures of a record in ``catalog/garments/``, in metres, and
gives (N,) values that are distances from the border near it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.regions import CUT_REGIONS, REGIONS

COLLAR_BONE = 0.47
"""Height at which an open front is as wide as its ``spread``."""
WIDE = 0.02
"""Metres over which a region's mask rises: wide enough for the body's triangles."""
ARMHOLE = 0.19
"""How far out shoulders go; a sleeve that ends before is none."""
SHOULDERS = 0.565
"""Height above which there is only neck and head."""
FRONT = 0.02
"""Depth from which on a point belongs to the front."""


def neckline(p: Points, neck: float | None = None, nape: float | None = None) -> NDArray:
    """(N,) metres outside of a neckline: a sphere of radius ``neck`` round the pit of the neck, or a plane round the
    neck's base at the height ``nape`` behind, where collars are sewn on."""
    if nape is not None:
        found: NDArray = np.maximum(nape - 0.42 * (p.z + 0.045) - p.y, p.side - 0.105)
        return found
    return np.minimum(p.neck - (neck or 0.0), SHOULDERS - p.y)


def top(p: Points, hem: float, sleeve: float, neck: float | None = None, nape: float | None = None,
        low: float | None = None, spread: float = 0.0, slit: float = 0.0, shoulder: float | None = None,
        crossed: float = 0.0) -> NDArray:  # fmt: skip
    """Trunk and arms, with an open front where ``low`` or ``slit`` say so; ``shoulder``: the height on the chest of a
    neckline that leaves the shoulders bare; ``crossed``: metres by which the right shoulder alone is bare."""
    reach = sleeve - p.side
    if sleeve < ARMHOLE:  # sleeveless: the armholes end beneath the arms
        reach = np.maximum(reach, 0.362 - p.y)
    inside = np.minimum.reduce([p.y - hem, reach, neckline(p, neck, nape)])
    if low is not None or slit:
        inside = np.minimum(inside, front_edge(p, low, spread, slit))
    if shoulder is not None:  # level on the chest, rising along the upper arms
        inside = np.minimum(inside, shoulder + 1.2 * np.clip(p.side - 0.15, 0, None) - p.y)
    if crossed:
        inside = np.minimum(inside, 0.75 * (p.x + crossed - 1.1 * (p.y - 0.35)))
    return inside


def front_edge(p: Points, low: float | None, spread: float, slit: float = 0.0) -> NDArray:
    """(N,) metres outside of a front opening: a V down to ``low``, and a slit of half width ``slit`` below it."""
    wide = np.full_like(p.x, slit if slit else -0.02)
    if low is not None:
        wide = np.maximum(wide, spread * np.clip((p.y - low) / (COLLAR_BONE - low), -0.4, 1.15))
    return np.maximum(p.side - wide, FRONT - p.z)


def strapped(p: Points, hem: float, bust: float = 0.372, back: float | None = None, dip: float = 0.02,
             strap: tuple[float, float] = (0.058, 0.100)) -> NDArray:  # fmt: skip
    """A sleeveless top with two shoulder straps between two distances from the middle, none if these are equal; the
    bust line dips between them, and behind it is at the height ``back``."""
    front = smoothstep(p.z, -0.03, 0.03)
    line = bust - dip * np.cos(np.clip(p.side / 0.12, 0, 1) * np.pi) * front
    line = line if back is None else front * line + (1 - front) * back
    trunk = np.minimum.reduce([p.y - hem, line - p.y, 0.19 - p.side])
    if strap[0] >= strap[1]:
        return trunk
    straps = np.minimum.reduce([p.side - strap[0], strap[1] - p.side, p.y - 0.33, SHOULDERS - p.y, p.neck - 0.055])
    return np.maximum(trunk, straps)


def legs(p: Points, hem: float, waist: float) -> NDArray:
    """Hips and legs."""
    return np.minimum(p.y - hem, waist - p.y)


def suit(p: Points, hem: float, sleeve: float, neck: float | None = None, nape: float | None = None,
         low: float | None = None, spread: float = 0.0) -> NDArray:  # fmt: skip
    """All but head, hands and feet."""
    inside = np.minimum.reduce([p.y - hem, sleeve - p.side, neckline(p, neck, nape), 0.56 - p.y])
    if sleeve < ARMHOLE:
        inside = np.minimum(inside, np.maximum(0.362 - p.y, sleeve - p.side))
    return inside if low is None else np.minimum(inside, front_edge(p, low, spread))


BLOCKS: dict[str, Callable[..., NDArray]] = {"top": top, "strapped": strapped, "legs": legs, "suit": suit}


def signed(block: str, measures: dict[str, Any], canonical: NDArray, kind: str, cut: str | None) -> NDArray:
    """(N,) a block's function at canonical points (N, 3); the block ``region`` takes `regions`' mask of the kind."""
    if block == "region":
        region = CUT_REGIONS.get((kind, cut or ""), REGIONS[kind])
        found: NDArray = WIDE * (region.mask(Points(canonical, WIDE)) - 0.5)
        return np.minimum(found, canonical[:, 1] - measures["hem"]) if kind == "trousers" else found
    return BLOCKS[block](Points(canonical), **measures)
