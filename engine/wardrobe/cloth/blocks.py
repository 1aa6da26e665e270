"""Pattern blocks: which part of the figure a garment is cut from, as functions that are positive inside it.

Each takes `Points` on the standard figure and the measures of a record in ``catalog/garments/``, in metres, and
gives (N,) values that are distances from the border near it.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.garment_masks import CUT_MASKS, GARMENT_MASKS

COLLAR_BONE = 0.47
"""Height at which an open front is as wide as its ``spread``."""
WIDE = 0.02
"""Metres over which a kind's mask rises: wide enough for the body's triangles."""
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


@dataclass(frozen=True)
class Top:
    """The measures of a garment of trunk and arms."""

    hem: float
    """Height at which it ends."""
    sleeve: float
    """How far out its sleeves go; before `ARMHOLE` it has none."""
    neck: float | None = None
    nape: float | None = None
    """See `neckline`."""
    low: float | None = None
    """Height down to which it is open in front."""
    spread: float = 0.0
    """Half width of that opening at the collar bone."""
    slit: float = 0.0
    """Half width of an opening all the way down."""
    shoulder: float | None = None
    """Height on the chest of a neckline that leaves the shoulders bare."""
    crossed: float = 0.0
    """Metres by which the right shoulder alone is bare."""

    def signed(self, p: Points) -> NDArray:
        """(N,) the block's function."""
        reach = self.sleeve - p.side
        if self.sleeve < ARMHOLE:  # sleeveless: the armholes end beneath the arms
            reach = np.maximum(reach, 0.362 - p.y)
        inside = np.minimum.reduce([p.y - self.hem, reach, neckline(p, self.neck, self.nape)])
        if self.low is not None or self.slit:
            inside = np.minimum(inside, front_edge(p, self.low, self.spread, self.slit))
        if self.shoulder is not None:  # level on the chest, rising along the upper arms
            inside = np.minimum(inside, self.shoulder + 1.2 * np.clip(p.side - 0.15, 0, None) - p.y)
        if self.crossed:
            inside = np.minimum(inside, 0.75 * (p.x + self.crossed - 1.1 * (p.y - 0.35)))
        return np.asarray(inside)


def top(p: Points, **measures: Any) -> NDArray:
    """Trunk and arms; see `Top`."""
    return Top(**measures).signed(p)


def front_edge(p: Points, low: float | None, spread: float, slit: float = 0.0) -> NDArray:
    """(N,) metres outside of a front opening: a V down to ``low``, and a slit of half width ``slit`` below it."""
    wide = np.full_like(p.x, slit if slit else -0.02)
    if low is not None:
        wide = np.maximum(wide, spread * np.clip((p.y - low) / (COLLAR_BONE - low), -0.4, 1.15))
    return np.maximum(p.side - wide, FRONT - p.z)


def strapped(
    p: Points,
    hem: float,
    bust: float = 0.372,
    back: float | None = None,
    dip: float = 0.02,
    strap: tuple[float, float] = (0.058, 0.100),
) -> NDArray:
    """A sleeveless top with two shoulder straps between two distances from the middle, none if these are equal; the
    bust line dips between them, and behind it is at the height ``back``."""
    front = smoothstep(p.z, -0.03, 0.03)
    line = bust - dip * np.cos(np.clip(p.side / 0.12, 0, 1) * np.pi) * front
    line = line if back is None else front * line + (1 - front) * back
    trunk = np.minimum.reduce([p.y - hem, line - p.y, 0.19 - p.side])
    if strap[0] >= strap[1]:
        return trunk
    below = min(0.33, bust - 0.03)
    straps = np.minimum.reduce([p.side - strap[0], strap[1] - p.side, p.y - below, SHOULDERS - p.y, p.neck - 0.055])
    return np.maximum(trunk, straps)


def legs(p: Points, hem: float, waist: float) -> NDArray:
    """Hips and legs."""
    return np.minimum(p.y - hem, waist - p.y)


def suit(
    p: Points,
    hem: float,
    sleeve: float,
    neck: float | None = None,
    nape: float | None = None,
    low: float | None = None,
    spread: float = 0.0,
) -> NDArray:
    """All but head, hands and feet."""
    inside = np.minimum.reduce([p.y - hem, sleeve - p.side, neckline(p, neck, nape), 0.56 - p.y])
    if sleeve < ARMHOLE:
        inside = np.minimum(inside, np.maximum(0.362 - p.y, sleeve - p.side))
    return inside if low is None else np.minimum(inside, front_edge(p, low, spread))


BLOCKS: dict[str, Callable[..., NDArray]] = {"top": top, "strapped": strapped, "legs": legs, "suit": suit}


def signed(block: str, measures: dict[str, Any], canonical: NDArray, kind: str, cut: str | None) -> NDArray:
    """(N,) a block's function at canonical points (N, 3); the block ``region`` takes the mask of the kind, of trousers
    down to their hem."""
    if block == "region":
        worn = CUT_MASKS.get((kind, cut or ""), GARMENT_MASKS[kind])
        found: NDArray = WIDE * (worn.mask(Points(canonical, WIDE)) - 0.5)
        return np.minimum(found, canonical[:, 1] - measures["hem"]) if kind == "trousers" else found
    return BLOCKS[block](Points(canonical), **measures)
