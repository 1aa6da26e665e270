"""Hair in plaits: one that hangs from a tie, many thin ones that fall, and rows along the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.geometry.measures import arc_lengths
from engine.wardrobe.forms import ellipsoid
from engine.wardrobe.head.frame import Head, Seeds, hairline, unit
from engine.wardrobe.head.locks import LockForm, Tufts, locks, together
from engine.wardrobe.head.styles import Style

STRANDS = 3
THIN = LockForm(0.85, 0.12, root=0.9, tip=1.0)
STRAND = LockForm(0.85, 0.12, root=0.9, tip=1.0, sides=5)
BRUSH = LockForm(0.4, 0.7, sides=5)
PITCH = 4.4
"""Half widths along which one crossing of the three strands follows the other."""
REACH, DEEP, THICK = 0.50, 0.30, 0.60
"""How far strands go to either side, and in and out, and their own half width, of the plait's half width. By eye."""
MOST = 84
"""Steps of a path at most."""
ASIDE, NAPE = 1.68, 0.645
"""Radians from the crown to the lowest rows on either side; canonical height of the nape."""
OPEN = 0.86
"""Share of a hanging plait's length at which it is bound; a brush goes on from there."""


def braid(style: Style, head: Head, tie: NDArray, out: NDArray, drawn: NDArray, rng: np.random.Generator) -> Tufts:
    """A thick plait that leaves its tie (3,) towards ``out`` (3,) and falls as it is ``drawn`` (3,), with its brush."""
    size, wide = head.size, style.plait * head.size
    path = _fallen(head, tie, out, drawn, style.tail * size, wide)
    normal = _outward(path, out)
    bound = round(OPEN * len(path))
    taper = 1 - 0.35 * np.linspace(0, 1, bound)
    made = plaited(path[None, :bound], normal[None, :bound], wide * taper[None], rng, lines=5)
    end, along = path[bound - 1], unit(path[bound - 1] - path[bound - 4])
    count, steps = 26, 7
    side = unit(np.cross(along, normal[bound - 1]))
    spread = rng.normal(0, 0.32, (count, 2))
    t = np.linspace(0, 1, steps)[None, :, None]
    fan = spread[:, None, :1] * side + spread[:, None, 1:] * normal[bound - 1]
    reach = (1 - OPEN) * style.tail * size * rng.uniform(0.8, 1.3, (count, 1, 1))
    brush = end + 0.35 * wide * fan + t * reach * along + 0.9 * wide * np.sin(2.2 * t) * fan
    hair = locks(brush, unit(fan + 0 * brush), np.full(count, 0.2 * wide), BRUSH, rng)
    ring = ellipsoid(tuple(end), (0.62 * wide, 0.45 * wide, 0.62 * wide), columns=14)
    return together(made, hair, Tufts.plain(ring.vertices, ring.faces, 0.35))


def rows(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Plaits that lie side by side on the head from the forehead to the nape, and hang on from there."""
    wide = style.plait * head.size
    found = [_row(head, turn, wide, style.tail * head.size) for turn in np.linspace(-ASIDE, ASIDE, style.rows)]
    made = [row for row in found if row is not None]
    if not made:
        return Tufts.none()
    paths, normals = (np.stack(part) for part in zip(*made))
    taper = np.interp(np.linspace(0, 1, paths.shape[1]), [0, 0.08, 0.7, 1], [0.55, 1, 1, 0.6])
    return plaited(paths, normals, np.broadcast_to(wide * taper, paths.shape[:2]), rng)


def plaited(paths: NDArray, outward: NDArray, widths: NDArray, rng: np.random.Generator, lines: int = 1) -> Tufts:
    """Three strands that cross one another along each of some paths.

    Args:
        paths: (L, K, 3) from root to tip, metres, in even steps.
        outward: (L, K, 3) unit directions away from the head.
        widths: (L, K) half widths of the plaits, metres.
        rng: decides the tones.
        lines: locks side by side in each strand.
    """
    along = unit(np.gradient(paths, axis=1))
    across = unit(np.cross(along, outward))
    up = np.cross(across, along)
    step = np.linalg.norm(np.diff(paths, axis=1, prepend=paths[:, :1]), axis=2)
    turn = 2 * np.pi * np.cumsum(step / (PITCH * widths), 1) / STRANDS
    leans, off_middle, half, form = np.zeros(1), 0.0, THICK * widths.mean(1), THIN
    if lines > 1:
        leans, off_middle = np.pi * (np.linspace(0, 1, lines) - 0.5), 0.62 * THICK
        half, form = 0.52 * half, STRAND
    parts = []
    for strand in range(STRANDS):
        phase = turn + 2 * np.pi * strand / STRANDS
        aside, off = REACH * np.sin(phase), DEEP * np.sin(2 * phase)
        middle = paths + widths[..., None] * (aside[..., None] * across + off[..., None] * up)
        for lean in leans:
            ray = np.sin(lean) * across + np.cos(lean) * up
            own = middle + off_middle * widths[..., None] * ray
            tone = np.clip(rng.normal(1.0, 0.06, len(paths)), 0.8, 1.2)
            parts.append(locks(own, ray, half, form, rng, tone))
    return together(*parts)


def resampled(paths: NDArray, outward: NDArray, spacing: float) -> tuple[NDArray, NDArray]:
    """Paths (L, K, 3) and directions in as many even steps as the longest needs at ``spacing`` metres."""
    longest = float(arc_lengths(paths)[:, -1].max())
    steps = int(np.clip(longest / spacing, 8, MOST))
    found = [_even(path, normal, steps) for path, normal in zip(paths, outward)]
    return np.stack([path for path, _ in found]), np.stack([normal for _, normal in found])


def _fallen(head: Head, tie: NDArray, out: NDArray, drawn: NDArray, length: float, wide: float) -> NDArray:
    """(K, 3) the middle of a plait of a length that hangs from a tie, off the skin by its half width."""
    steps = int(np.clip(length / (0.55 * wide), 24, MOST))
    point, heading, path = tie[None] + 0.6 * wide * out, unit(out + np.array([0, 0.1, 0]))[None], []
    for k in range(steps):
        path.append(point[0])
        heading = unit(heading + (0.22 + 0.3 * min(1.0, 6 * k / steps)) * drawn)
        point = point + heading * length / steps
        point, _ = head.off_skin(point, np.array([0.95 * wide]), 0.0)
    found = np.array(path)
    for _ in range(3):
        found[1:-1] = 0.5 * found[1:-1] + 0.25 * (found[:-2] + found[2:])
    return found


def _outward(path: NDArray, out: NDArray) -> NDArray:
    """(K, 3) directions across a path that go on from ``out`` (3,) without twisting."""
    along, found, last = unit(np.gradient(path, axis=0)), [], np.asarray(out, float)
    for direction in along:
        last = unit(last - direction * (last @ direction))
        found.append(last)
    return np.array(found)


def _row(head: Head, turn: float, wide: float, hanging: float) -> tuple[NDArray, NDArray] | None:
    """A path (K, 3) from the forehead over the head to the nape and on, and directions off it; or None.

    ``turn``: radians from the crown to the left ear, as seen from the front.
    """
    t = np.linspace(0, 1, 90)
    tilt, z = np.interp(t, [0, 1], [1.15, -1.0]), np.interp(t, [0, 1], [0.06, -0.02])
    rays = np.stack([np.sin(turn) * np.cos(tilt), np.cos(turn) * np.cos(tilt), np.sin(tilt)], 1)
    centre = np.stack([0 * z, np.full_like(z, 0.70), z], 1)
    line = head.struck(centre + 0.3 * rays, -rays)
    grown = hairline(line.canonical) > 0.003
    if not grown.any():
        return None
    first = int(grown.argmax())
    last = first + int(np.argmin(np.append(grown[first:], False)))
    path, normals = list(line.points[first:last]), list(line.normals[first:last])
    if last - first < 8:
        return None
    lift = np.array([0.35 * wide])
    path = [head.off_skin(point[None], lift, 0.0)[0][0] for point in path]
    point, heading = path[-1][None], unit(path[-1] - path[-3])[None]
    fallen, step = 0.0, 0.55 * wide
    while fallen < hanging:  # down to the nape along the skin, then free
        low = head.canonical(point)[0, 1] < NAPE
        fallen += step * low
        heading = unit(0.75 * heading + 0.25 * np.array([[-0.5 * point[0, 0], -1.0, 0.0]]))
        point, normal = head.off_skin(point + step * heading, lift, 0.15 if low else 0.8)
        path.append(point[0])
        normals.append(normal[0])
    return _even(np.array(path), np.array(normals), MOST)


def _even(path: NDArray, normals: NDArray, steps: int) -> tuple[NDArray, NDArray]:
    """A path in so many even steps."""
    reach = arc_lengths(path)
    at = np.linspace(0, reach[-1], steps)
    found = [np.stack([np.interp(at, reach, one[:, i]) for i in range(3)], 1) for one in (path, normals)]
    return found[0], unit(found[1])
