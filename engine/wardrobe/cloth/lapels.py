"""Collars that are turned over, and lapels with their collars: notched, peaked, or a shawl.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.cloth.edge import STEP, Edge
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.turned import ROUND, ROWS, Turned, standing


@dataclass(frozen=True)
class Leaf:
    """Measures of a collar in metres."""

    front: float
    """Height of its fold in front."""
    back: float
    """And behind."""
    width: float
    """By which it reaches beyond the neckline behind."""
    point: float
    """By which its points hang lower."""
    spread: float
    """By which its points lie outwards of the fronts."""
    reach: float = 0.10
    """Metres along the neckline over which the points begin."""
    round: float = ROUND
    """By which it is rounded out."""
    gap: float = 0.0
    """Half width of its opening in front."""


LEAVES = {
    "shirt": Leaf(0.026, 0.034, 0.012, 0.030, 0.026),
    "fall": Leaf(0.022, 0.030, 0.020, 0.024, 0.020),
    "stand": Leaf(0.042, 0.044, 0.001, 0.0, 0.0, round=0.0025),
    "mandarin": Leaf(0.034, 0.038, 0.001, 0.0, 0.0, round=0.0015, gap=0.0015),
    "knit": Leaf(0.028, 0.032, 0.001, 0.0, 0.0, round=0.004),
}
"""Collars by style; those that only stand are turned over, too, down to the edge."""
TAILORED = Leaf(0.0, 0.020, 0.019, 0.0, 0.0)
"""The collar above lapels."""
GORGE = 0.448
"""Height at which lapels end and their collar begins."""
LAPPED = 0.5
"""On an open front the points hang: by how much of their spread they lie lower instead."""
LOWEST = 0.43
"""Height from which on an open front is only a collar's."""


def leaves(edge: Edge, style: str, low: float | None, beneath: Beneath, scale: float) -> Turned:
    """A collar with two points."""
    leaf, start = LEAVES[style], 0.0 if low is None else edge.above(LOWEST)
    end = edge.length - (0.0 if low is None else edge.reversed().above(LOWEST))
    t = np.linspace(start + leaf.gap * scale, end - leaf.gap * scale, int((end - start) / (1.3 * STEP)))
    from_front = np.minimum(t - start, end - t)
    height = edge.sampled(edge.at, t)[:, 1]
    stand = np.ones(len(t)) if low is None else smoothstep(height, 0.425, 0.485)
    front = np.clip(1 - from_front / (leaf.reach * scale), 0, 1)
    behind = smoothstep(from_front, 0.03 * scale, 0.15 * scale)
    high = (leaf.front + (leaf.back - leaf.front) * behind) * stand
    width = scale * (leaf.width + leaf.point * front)
    s = np.linspace(0, 1, ROWS + 1)
    sign = np.where(t < 0.5 * (start + end), 1.0, -1.0)
    spread = leaf.spread if low is None or low > LOWEST else -LAPPED * leaf.spread
    shear = scale * spread * (sign * np.clip(1 - from_front / (1.5 * leaf.reach * scale), 0, 1))[:, None] * s
    return Turned(t, width, shear, standing(edge, t, high, stand, beneath, scale), stand, leaf.round)


NOTCH = {"notch": (0.56, -0.30, -0.30, 0.75), "peak": (0.50, -0.42, 0.95, 1.30)}
"""Of lapels by style: share of the width at which they meet the collar's end, and slopes against the square line of
the gorge up to there, of the lapel's upper edge beyond it, and of the collar's end."""


def _line(share: NDArray, at: float, first: float, then: float) -> NDArray:
    """Of a line with a bend: how far it has come, as shares of the lapel's width."""
    return np.asarray(first * np.minimum(share, at) + then * np.clip(share - at, 0, None))


def lapel(edge: Edge, width: float, style: str, scale: float) -> Turned:
    """The lapel at the beginning of an edge, up to the gorge."""
    top, wide = edge.above(GORGE), width * scale
    r = np.linspace(0, 1, max(int(top / STEP), 8))
    s = np.linspace(0, 1, ROWS + 1)
    at, first, then, _ = NOTCH[style]
    straight = first * s
    bend = _line(s, at, first, then) - straight
    shear = wide * (r[:, None] * straight + (np.clip(r - 0.55, 0, 1) / 0.45)[:, None] ** 1.5 * bend)
    broad = wide * (0.08 + 0.92 * (1 - (1 - r) ** 1.2))
    none = np.zeros(len(r))
    return Turned(r * top, broad, shear, np.zeros((len(r), 3)), none)


def tailored(edge: Edge, width: float, style: str, beneath: Beneath, scale: float) -> Turned:
    """The collar that goes on above lapels round the neck."""
    start, end = edge.above(GORGE), edge.length - edge.reversed().above(GORGE)
    t = np.linspace(start, end, int((end - start) / (1.3 * STEP)))
    from_front = np.minimum(t - start, end - t)
    stand = smoothstep(from_front, 0.0, 0.12 * scale)
    at, first, _, then = NOTCH[style]
    front, wide = np.clip(1 - from_front / (0.16 * scale), 0, 1), width * scale
    ending = (0.95 if style == "notch" else 0.82) * wide
    broad = scale * TAILORED.width + (ending - scale * TAILORED.width) * front
    s = np.linspace(0, 1, ROWS + 1)
    sign = np.where(t < 0.5 * (start + end), 1.0, -1.0)
    shear = wide * _line(s * ending / wide, at, first, then)
    shear = (sign * np.clip(1 - from_front / (0.12 * scale), 0, 1) ** 1.5)[:, None] * shear
    rise = standing(edge, t, TAILORED.back * stand, stand, beneath, scale)
    return Turned(t, broad, shear, rise, stand)


def shawl(edge: Edge, width: float, beneath: Beneath, scale: float) -> Turned:
    """A lapel that goes on round the neck."""
    t = np.linspace(0, edge.length, int(edge.length / (1.3 * STEP)))
    from_front = np.minimum(t, edge.length - t)
    top = edge.above(GORGE)
    stand = smoothstep(from_front, top, top + 0.12 * scale)
    belly = np.sin(0.5 * np.pi * np.clip(from_front / (0.62 * top), 0, 1)) ** 0.9
    behind = smoothstep(from_front, 0.75 * top, top + 0.12 * scale)
    broad = scale * ((width * (0.08 + 0.92 * belly)) * (1 - behind) + (TAILORED.width + 0.004) * behind)
    rise = standing(edge, t, TAILORED.back * stand, stand, beneath, scale)
    return Turned(t, broad, np.zeros((len(t), ROWS + 1)), rise, stand)


def turned_over(
    details: Sequence[dict[str, Any]], edge: Edge, low: float | None, beneath: Beneath, scale: float
) -> list[tuple[Turned, Edge, bool]]:
    """What a garment's details ask to be turned over along its edge, from which end, and whether in its second colour.

    Args:
        details: its record's.
        edge: its edge.
        low: height down to which its front is open, if it is.
        beneath: what is worn beneath.
        scale: the body's size.
    """
    asked = {detail["form"]: detail for detail in details if detail["form"] in ("lapel", "collar")}
    found: list[tuple[Turned, Edge, bool]] = []
    front, collar = asked.get("lapel"), asked.get("collar", {}).get("style")
    style = str(front.get("style", "notch")) if front else ""
    accent = bool(front and front.get("accent"))
    if front and style == "shawl":
        found.append((shawl(edge, front["width"], beneath, scale), edge, accent))
    elif front:
        found += [(lapel(side, front["width"], style, scale), side, accent) for side in (edge, edge.reversed())]
        if collar in LEAVES:
            found.append((tailored(edge, front["width"], style, beneath, scale), edge, False))
    elif collar in LEAVES:
        found.append((leaves(edge, collar, low, beneath, scale), edge, False))
    return found
