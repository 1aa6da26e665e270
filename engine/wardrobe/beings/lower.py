"""Bodies that end in one tail instead of legs: fish, snakes, wisps of ghosts.

A tail begins as the body's own hips and goes on along a path, as wide and deep as shares of these. Both legs carry it
alike, so that it bends at hips and knees and does not part when they do; they themselves are not shown.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator

from engine.geometry.measures import arc_lengths
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.forms import ACCENT, Form, PartRecord, capped, joined, outward, sheet
from engine.wardrobe.hard.hulls import Hull
from engine.wardrobe.layers import Mannequin

KEYS = {"top", "dip", "path", "wide", "deep", "fin", "scales", "belly", "ragged"}
"""What a part may say: ``top``: the height where it begins, ``dip``: metres by which that is lower in front and higher
at the sides; ``path``: (y, z) or (x, y, z) on the standard figure from the hips on; ``wide`` and ``deep``: shares of
the hips' width and depth, spread evenly along it; ``fin``: the reach, the chord and the sweep of a fluke at its end;
``scales``: how many go round it; ``belly``: half the turn in degrees within which the front is in the accent;
``ragged``: metres by which the end's rim is torn."""
HIP = -0.125
"""Height of the last ring that follows the body's own hips."""
HUGS, RINGS, COLUMNS = 26, 210, 120
CLOSE = 0.004
"""Metres by which it lies off the hips."""
ALONG = 0.0125
"""Metres of the hips' width to a scale's half length, when a number goes round."""
PAIRS = ((1, 2), (4, 5), (7, 8), (10, 11))
"""Joints of the legs, left and right."""


def tail(part: PartRecord, hull: Hull, mannequin: Mannequin) -> tuple[Form, NDArray]:
    """A tail on a body in the stand pose, and its skinning weights (P, 24).

    Args:
        part: see `KEYS`.
        hull: of the body's ``torso``.
        mannequin: the body.
    """
    theta = np.linspace(-180, 180, COLUMNS, endpoint=False)
    top = part.get("top", 0.06) - part.get("dip", 0.0) * np.cos(np.radians(theta)) * np.abs(np.cos(np.radians(theta)))
    t = np.linspace(0, 1, HUGS)[:, None]
    heights = top + (HIP - top) * t
    turn = np.broadcast_to(theta, heights.shape)
    hug = hull.at(heights, turn, CLOSE * smoothstep(t, 0.0, 0.12) * np.ones_like(turn))
    ring = hug[-1]
    middle, half = 0.5 * (ring.max(0) + ring.min(0)), 0.5 * np.ptp(ring, axis=0)
    line, level, wide, deep = _spine(part, mannequin, middle)
    s = np.linspace(0, 1, len(line))
    even = smoothstep(s, 0.0, 0.35)[:, None]
    across, ahead = (ring[:, 0] - middle[0]) / half[0], (ring[:, 2] - middle[2]) / half[2]
    angle = np.radians(theta)
    across, ahead = (own + even * (ideal - own) for own, ideal in ((across, np.sin(angle)), (ahead, np.cos(angle))))
    side, front = _frames(line)
    rings = (
        line[:, None]
        + (across * (half[0] * wide)[:, None])[..., None] * side[:, None]
        + (ahead * (half[2] * deep)[:, None])[..., None] * front[:, None]
    )
    if part.get("ragged"):
        torn = np.abs(np.sin(3.5 * angle)) * 0.6 + 0.4 * np.abs(np.sin(8.5 * angle + 1))
        rings[..., 1] += part["ragged"] * half[0] / 0.17 * (torn * smoothstep(s, 0.75, 1.0)[:, None])
    whole = np.concatenate([hug, rings[1:]])
    rows = np.concatenate([heights.mean(1), level[1:]])
    form = outward(capped(whole, whole[0].mean(0), line[-1]))
    form = _marked(form, part, whole, theta)
    weights = _weights(np.concatenate([np.repeat(rows, COLUMNS), rows[[0, -1]]]), form.vertices, mannequin, half[0])
    if "fin" in part:
        fluke = _fluke(part["fin"], line[-1], side[-1], front[-1], half[0] / 0.17)
        form = joined(form, fluke)
        weights = np.concatenate([weights, np.repeat(weights[-1:], len(fluke.vertices), 0)])
    floor = float(mannequin.vertices[:, 1].min())
    lying = np.stack([form.vertices[:, 0], np.maximum(form.vertices[:, 1], floor), form.vertices[:, 2]], 1)
    return form.moved(lying), weights


def _spine(part: PartRecord, mannequin: Mannequin, middle: NDArray) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Points (R, 3) from the hips to the end, their heights (R,) on the standard figure, and the two shares (R,)."""
    knots = np.array([[0.0, *point] if len(point) == 2 else point for point in part["path"]], float)
    knots = np.concatenate([[[0.0, HIP, 0.0]], knots])
    steps = arc_lengths(knots)
    at = np.linspace(0, steps[-1], RINGS)
    path = CubicSpline(steps, knots)(at)
    level = np.maximum(path[:, 1], -0.93)
    joints, long = mannequin.joints, mannequin.size
    low = float(mannequin.vertices[:, 1].min())
    known = [low, *(float(joints[list(pair), 1].mean()) for pair in ((7, 8), (4, 5))), float(middle[1])]
    y = np.interp(path[:, 1], [-0.955, -0.87, -0.44, HIP], known)
    line = np.stack([path[:, 0] * long, y, middle[2] + path[:, 2] * long], 1)
    line[:, 0] += middle[0]
    shares = []
    for name in ("wide", "deep"):
        values = np.array([1.0, *part[name]])
        places = np.linspace(0, 1, len(values))
        shares.append(PchipInterpolator(places, values)(at / steps[-1]))
    return line, level, shares[0], shares[1]


def _frames(line: NDArray) -> tuple[NDArray, NDArray]:
    """Unit vectors to the left (R, 3) and to the front (R, 3) of a path that begins downwards."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side, sides = np.array([1.0, 0, 0]), []
    for direction in along:
        side = side - direction * (side @ direction)
        side /= np.linalg.norm(side)
        sides.append(side)
    left = np.stack(sides)
    return left, np.cross(along, left)


def _marked(form: Form, part: PartRecord, whole: NDArray, theta: NDArray) -> Form:
    """A tail in scales that overlap, its belly in bands of the accent."""
    rows, columns = whole.shape[:2]
    along = arc_lengths(whole.mean(1))
    around = theta / 360.0 + 0.5
    tones = np.ones((rows, columns))
    if part.get("scales"):
        number = float(part["scales"])
        length = np.linalg.norm(np.diff(whole, axis=1), axis=2).sum(1).max() / number
        v = (along / (0.75 * length))[:, None]
        row = np.floor(v)
        u = around[None] * number + 0.5 * (row % 2)
        off = np.hypot(2 * (u % 1) - 1, 1.1 * (v - row))
        tones = 0.74 + 0.34 * smoothstep(off, 1.02, 0.55)
    flat = np.append(tones.ravel(), [1.0, 1.0])
    form = form.toned(flat)
    if part.get("belly"):
        front = np.broadcast_to(np.abs(theta) < part["belly"], (rows, columns))
        form = form.painted(np.append(front.ravel(), [False, False]), ACCENT)
    return form


def _weights(level: NDArray, points: NDArray, mannequin: Mannequin, half: float) -> NDArray:
    """(P, 24): at the hips those of the skin there, further down of both legs alike.

    Args:
        level: (P,) heights on the standard figure.
        points: (P, 3) in the stand pose.
        mannequin: the body.
        half: half the hips' width.
    """
    from engine.wardrobe.hard.pieces import carried

    places, skin = mannequin.canonical, mannequin.weights.astype(np.float64)
    low = (places[:, 1] < 0.10) & (np.abs(places[:, 0]) < 0.30)
    knots = np.linspace(-0.93, 0.06, 34)
    rows = np.stack([skin[low & (np.abs(places[:, 1] - knot) < 0.03)].mean(0) for knot in knots])
    both = np.stack([np.interp(level, knots, column) for column in rows.T], 1)
    left = 0.5 + 0.5 * np.clip((points[:, 0]) / (0.8 * half), -1, 1) * smoothstep(level, -0.36, -0.14)
    for a, b in PAIRS:
        total = both[:, a] + both[:, b]
        both[:, a], both[:, b] = total * left, total * (1 - left)
    near = smoothstep(level, -0.16, -0.02)[:, None]
    found = near * carried(mannequin, points) + (1 - near) * both
    return np.asarray(found / found.sum(1, keepdims=True))


def _fluke(values: list[float], end: NDArray, side: NDArray, front: NDArray, size: float) -> Form:
    """A fin of two lobes across the end of a tail: ``reach``, ``chord`` and ``sweep`` in metres."""
    reach, chord, sweep = (value * size for value in values)
    down = np.cross(side, front)
    down = down if down[1] < 0 else -down
    a, t = np.meshgrid(np.linspace(-1, 1, 97), np.linspace(0, 1, 22), indexing="ij")
    lobe = np.abs(a)
    first = -0.62 * chord + (sweep + 0.62 * chord) * lobe**1.5
    last = 0.38 * chord + (sweep - 0.38 * chord) * lobe**1.2 + 0.42 * chord * np.sin(np.pi * lobe**0.85) ** 1.1
    ripple = 0.030 * chord * np.cos(26 * a) * t
    out = first + (last - first) * t + ripple * np.sin(np.pi * lobe)
    back = -0.28 * sweep * lobe**2 + 0.10 * chord * t**2 + 0.05 * chord * np.sin(9 * lobe) * t
    middle = end + (reach * a)[..., None] * side + out[..., None] * down + back[..., None] * front
    thick = (0.010 * size * (1 - 0.8 * t) * (1 - 0.75 * lobe) + 0.0012)[..., None]
    form = sheet(middle + thick * front, middle - thick * front)
    rays = 0.86 + 0.16 * np.cos(60 * a + 3 * t) * t
    return form.toned(np.tile(rays.ravel(), 2) * (1 - 0.12 * np.tile(t.ravel(), 2)))
