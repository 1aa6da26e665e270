"""Roots in rows, close enough to let no scalp show: along the parting and along the hairline over the forehead.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from engine.geometry.measures import arc_lengths
from engine.wardrobe.head.frame import Head, Seeds
from engine.wardrobe.head.styles import FREE, Style

BESIDE = 0.0016
"""Canonical metres by which roots stand off the parting."""
ABOVE = 0.0022
"""Canonical metres above the hairline at which its roots stand."""
CROWN = -0.058
"""Canonical depth at which a parting ends."""
CLOSE, ROPES = 0.85, 2.5
"""Metres between roots in a row for each metre of a lock's half width; the same of ropes and plaits."""
CENTRE = np.array([0.0, 0.70, 0.02])
"""Canonical middle of the skull."""
TURN, RISE = 1.04, (0.05, 1.1)
"""Radians to either side of the front, and upwards from `CENTRE`, within which the hairline is over the forehead."""


def apart(style: Style) -> float:
    """Metres between the roots of a row."""
    return ROPES * (style.plait or style.width) if style.ropes else CLOSE * style.width


def in_rows(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Seeds:
    """Seeds with those along hairline and parting, and without others that are close to these."""
    if style.fringe < FREE or style.crown:
        return seeds
    rows = [_along_hairline(style, head)]
    if style.parted:
        rows += [_along_parting(style, head, side) for side in (-1.0, 1.0)]
    own = Seeds(*(np.concatenate([getattr(row, name) for row in rows]) for name in ("points", "normals", "canonical")))
    own = own.take(rng.permutation(len(own)))
    away = cKDTree(own.points).query(seeds.points)[0]
    others = seeds.take(np.flatnonzero(away > 0.8 * apart(style) * head.size))
    pairs = zip((others.points, others.normals, others.canonical), (own.points, own.normals, own.canonical))
    return Seeds(*(np.concatenate(pair) for pair in pairs))


def _along_parting(style: Style, head: Head, side: float) -> Seeds:
    """Roots on one side of the parting, from the hairline to the crown."""
    z = np.linspace(0.12, CROWN, 240)
    x = np.full_like(z, style.parting + side * BESIDE)
    starts = np.stack([x, np.full_like(z, 1.0), z], 1)
    return _even(style, head, head.struck(starts, np.tile([0.0, -1.0, 0.0], (len(z), 1))))


def _along_hairline(style: Style, head: Head) -> Seeds:
    """Roots from temple to temple."""
    turn, rise = np.meshgrid(np.linspace(-TURN, TURN, 241), np.linspace(*RISE, 90), indexing="ij")
    rays = np.stack([np.sin(turn) * np.cos(rise), np.sin(rise), np.cos(turn) * np.cos(rise)], -1)
    flat = rays.reshape(-1, 3)
    found = head.struck(CENTRE + 0.4 * flat, -flat)
    above = style.above(found.canonical).reshape(turn.shape) - ABOVE
    first = np.argmax(above > 0, 1)  # from below
    return _even(style, head, found.take(np.arange(len(turn)) * turn.shape[1] + first))


def _even(style: Style, head: Head, line: Seeds) -> Seeds:
    """Some of the seeds in a row, as far `apart` on a grown-up as the style's, where hair grows."""
    line = line.take(np.flatnonzero(style.above(line.canonical) > 0.5 * ABOVE))
    if len(line) < 2:
        return line
    reach = arc_lengths(line.points[None])[0]
    wanted = np.arange(0.0, reach[-1], apart(style) * head.size)
    return line.take(np.unique(np.searchsorted(reach, wanted)))
