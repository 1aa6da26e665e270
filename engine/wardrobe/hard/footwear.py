"""Forms of shoes, boots and sandals round a foot: soles with heels, uppers, toe caps, laces, straps.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from engine.wardrobe.forms import DARK, Form, PartRecord, capped, joined, outward, sheet, tube
from engine.wardrobe.hard.hulls import Hull, Hulls
from engine.wardrobe.hard.pieces import Piece, carried, closed_ring
from engine.wardrobe.hard.plates import Plate, shell
from engine.wardrobe.layers import Mannequin

SOLE_TOP = -0.934
"""Height on the standard figure of a sole's upper side."""
COLUMNS = 60
TURN = np.linspace(-180, 180, COLUMNS, endpoint=False)
BALL = 0.13
"""Metres from the heel's back to where a foot's front begins, on a grown body."""


def soles(hulls: Hulls) -> list[Piece]:
    """Flat soles alone, for armour of the feet."""
    found = []
    for side in "LR":
        form = sole({"thick": 0.014, "out": 0.0105}, hulls[f"leg.{side}"], hulls.mannequin)
        found.append(
            Piece(replace(form, roles=np.full(len(form.roles), DARK)), carried(hulls.mannequin, form.vertices))
        )
    return found


def sole(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """A flat slab a little wider than the foot, whose underside rises under the arch.

    ``thick``: metres under the foot, ``out``: by which it stands out, ``top``: by which it covers the upper,
    ``arch``: by which it rises between the ``heel`` (its length) and the ball; ``taper``: how much narrower the heel
    is below, as a share; ``slant``: metres by which the heel's lower end stands in front; ``lugs``: whether its lower
    edge is notched; ``spring``: metres by which its tip is off the floor; ``stripe``: the tone of a line round its
    wall; ``tip``: see `_tipped`.
    """
    k, out, thick = hull.size, part.get("out", 0.009), part.get("thick", 0.014)
    floor = float(mannequin.vertices[:, 1].min()) - thick * k
    outline = hull.at(np.full(COLUMNS, hull.u[0] + 0.004), TURN, np.full(COLUMNS, out * k))
    top = float(hull.at(np.array([SOLE_TOP]), np.zeros(1))[0, 1]) + part.get("top", 0.0) * k
    if part.get("flat"):
        top = float(mannequin.vertices[:, 1].min()) + 0.001 * k
    middle, back = outline.mean(0), float(outline[:, 2].min())
    heel, ball = back + part.get("heel", 0.085) * k, back + BALL * k
    welt, wall = top - 0.006 * k, floor - top + 0.008 * k
    sides = ((0.25, 0.992), (0.5, 0.992), (0.75, 0.986), (1.0, 0.972))
    levels = [
        (top, 0.975, 0.0),
        (top - 0.0015 * k, 1.0, 0.0),
        (top - 0.0045 * k, 1.0, 0.0),
        (welt, 0.985, 0.0),
        *((welt + wall * s, inset, s) for s, inset in sides),
        (floor, 0.94, 1.0),
    ]
    front = float(outline[:, 2].max())
    core = np.array([middle[0], 0, back + 0.45 * part.get("heel", 0.085) * k])
    rings = []
    for level, inset, down in levels:
        ring = middle + (outline - middle) * inset
        arched = np.clip((ring[:, 2] - heel) / (0.012 * k), 0, 1) * np.clip(
            (ball - ring[:, 2]) / (0.05 * k) + 0.5, 0, 1
        )
        hind = np.clip((heel + 0.004 * k - ring[:, 2]) / (0.01 * k), 0, 1) * part.get("taper", 0.0) * down
        ring[:, [0, 2]] += hind[:, None] * (core[[0, 2]] - ring[:, [0, 2]])
        if part.get("slant"):
            back_edge = np.clip(1 - (ring[:, 2] - back) / (0.5 * (heel - back)), 0, 1)
            ring[:, 2] += part["slant"] * k * down * back_edge
        sprung = np.clip((ring[:, 2] - ball) / max(front - ball, 1e-6) - 0.15, 0, 1) ** 2
        ring[:, 1] = level + down * part.get("arch", 0.0) * k * arched + down * part.get("spring", 0.006) * k * sprung
        if part.get("lugs") and 0.4 < down < 1.01:
            notch = np.arange(COLUMNS) % 3 == 0
            ring[notch] += 0.045 * (middle - ring[notch]) * [1, 0, 1]
        rings.append(ring)
    ends = [
        np.array([middle[0], level, middle[2]]) for level in (top - 0.004 * k, floor + part.get("arch", 0.0) * k * 0.8)
    ]
    form = outward(capped(np.array(rings), *ends))
    if "stripe" in part:
        row = np.append(np.repeat(np.arange(len(rings)), COLUMNS), [0, len(rings)])
        form = form.toned(np.where((row == 4) | (row == 5), part["stripe"], 1.0))
    return _tipped(form, part, hull)


def upper(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """A closed tube of leather from the sole to its ``rim``: pairs of an angle on one side and a height.

    ``out``: its outer side's metres from the foot.
    """
    k, outer, inner = hull.size, part.get("out", 0.005), 0.0025
    angles, heights = np.array(part["rim"], float).T
    rim = PchipInterpolator(angles, heights)(np.abs(TURN))
    foot = np.minimum(-0.875, rim)
    high = float(rim.max()) > -0.86
    t = np.linspace(0, 1, 16)[:, None]
    rows = [-0.941 + (foot + 0.941) * t]
    if high:
        count = max(3, int((float(rim.max()) + 0.875) / 0.022))
        rows.append(foot + (rim - foot) * np.linspace(0, 1, count + 1)[1:, None])
    u = np.concatenate([*rows, rim[None]])
    u[-2] = u[-3] + 0.8 * (u[-1] - u[-3])
    theta = np.broadcast_to(TURN, u.shape)
    out = np.full(len(u), outer)
    out[-1] = 0.6 * outer + 0.4 * inner
    wide = part.get("flare", 0.0) * np.clip((u + 0.80) / 0.30, 0, 1)
    around = [hull.at(u, theta, (out[:, None] + wide) * k), hull.at(u, theta, (inner + wide) * k)]
    return _tipped(closed_ring(*around), part, hull)


def _tipped(form: Form, part: PartRecord, hull: Hull) -> Form:
    """With toes drawn out to a point by (length, narrowing, lift) of ``tip``: metres, a share, metres."""
    if "tip" not in part:
        return form
    length, narrow, lift = part["tip"]
    bottom = hull.at(np.full(COLUMNS, hull.u[0] + 0.004), TURN)
    back, front = float(bottom[:, 2].min()), float(bottom[:, 2].max())
    t = np.clip((form.vertices[:, 2] - back - 0.62 * (front - back)) / (0.38 * (front - back)), 0, 1.1)
    axis = float(bottom[:, 0].mean())
    moved = form.vertices.copy()
    moved[:, 0] += (axis - moved[:, 0]) * narrow * t**2
    moved[:, 1] += lift * hull.size * t**3
    moved[:, 2] += length * hull.size * t**2
    return form.moved(moved)


def toe(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """A toe cap: what of the upper lies beyond a ``share`` of the foot's length, ``lift`` metres off the foot."""
    share, lift = part.get("share", 0.74), 1000 * part.get("lift", 0.0063)
    levels, theta = np.linspace(-0.938, -0.86, 60), np.linspace(0, 110, 111)
    u, turn = np.meshgrid(levels, theta, indexing="ij")
    z = hull.at(u, turn)[..., 2]
    back = float(hull.at(np.array([-0.938]), np.array([180.0]))[0, 2])
    limit = back + share * (z.max() - back)
    reached = z[:, 0] > limit
    top = levels[reached][-1] if reached.any() else -0.92
    at = np.linspace(-0.938, top, 9)
    half = [float(theta[max(0, np.searchsorted(-z[np.argmin(np.abs(levels - a))], -limit) - 1)]) for a in at]
    half[-1] = max(half[-1], 4.0)
    plate = Plate("", "leg", (-0.938,), (float(top),), tuple(half), lift=lift - 4.0 - 1.0, thick=1.0, rim=3)
    return _tipped(shell(plate, hull, 0.006), part, hull)


def tongue(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """What lies beneath the laces, up to a little over ``top``."""
    top = min(part["top"] + 0.012, 0.0)
    return shell(Plate("", "leg", (LOW,), (top,), (13, 17, 20), lift=2.2, thick=2.0, rim=3), hull)


LOW = -0.897
"""Height of the lowest lace."""


def laces(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """Crossing laces on the instep up to the height ``top``, and a bow."""
    k, top = hull.size, part["top"]
    count = max(4, int((top - LOW) / 0.011)) if top < -0.8 else max(6, int((top - LOW) / 0.026))
    levels = np.linspace(LOW + 0.004, top - 0.006, count)
    wide = np.interp(levels, [LOW, -0.86, -0.8, 0], [11.0, 17.0, 19.0, 19.0])
    found, t = [], np.linspace(0, 1, 5)
    for row in range(count - 1):
        for sign in (-1, 1):
            u = levels[row] + (levels[row + 1] - levels[row]) * t
            theta = sign * (-wide[row] + (wide[row] + wide[row + 1]) * t)
            lift = (0.0088 + 0.0012 * np.sin(np.pi * t) * (1 + 0.3 * sign)) * k
            found.append(tube(hull.at(u, theta, lift), np.full(5, 0.0019 * k), 5))
    return joined(*found, *_bow(hull, float(levels[-1]), k))


def _bow(hull: Hull, u: float, k: float) -> list[Form]:
    """Two loops and two ends."""
    t = np.linspace(0, 2 * np.pi, 11)
    forms = []
    for sign in (-1, 1):
        theta = sign * (2 + 15 * (1 - np.cos(t)) / 1.6)
        heights = u - 0.011 * np.sin(t) * (1 - np.cos(t)) / 2 - 0.006 * (1 - np.cos(t)) / 2
        forms.append(tube(hull.at(heights, theta, np.full(11, 0.0125 * k)), np.full(11, 0.0018 * k), 6))
    return forms


def crossing(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """A strap across the foot at a ``share`` of its length, ``width`` metres wide, from sole to sole."""
    k, share, width = hull.size, part["share"], part.get("width", 0.026)
    levels, theta = np.linspace(-0.944, -0.855, 70), np.linspace(-150, 150, 301)
    u, turn = np.meshgrid(levels, theta, indexing="ij")
    points = hull.at(u, turn)
    back, front = points[..., 2].min(), points[..., 2].max()
    outer, inner = [], []
    for step in np.linspace(0, 1, 5):
        z = back + share * (front - back) + (step - 0.5) * width * k
        line = _level_line(points, levels, theta, z)
        outer.append(hull.at(line[0], line[1], np.full(25, 0.0045 * k)))
        inner.append(hull.at(line[0], line[1], np.full(25, 0.0012 * k)))
    return sheet(np.array(outer), np.array(inner))


def _level_line(points: NDArray, levels: NDArray, theta: NDArray, z: float) -> tuple[NDArray, NDArray]:
    """Heights (25,) and angles (25,) of the line across a foot at a distance z to the front."""
    found = []
    middle = len(theta) // 2
    for row in range(len(levels)):
        for sign in (-1, 1):
            line = points[row, middle:, 2] if sign > 0 else points[row, middle::-1, 2]
            if line[0] > z > line.min():
                at = int(np.argmax(line < z))
                share = (line[at - 1] - z) / max(line[at - 1] - line[at], 1e-9)
                found.append((sign, levels[row], sign * (at - 1 + share) * (theta[1] - theta[0])))
    left = [(u, a) for sign, u, a in found if sign < 0]
    right = [(u, a) for sign, u, a in found if sign > 0][::-1]
    path = np.array(left + right)
    place, even = np.linspace(0, 1, len(path)), np.linspace(0, 1, 25)
    return np.interp(even, place, path[:, 0]), np.interp(even, place, path[:, 1])


FOOT: dict[str, Callable[[PartRecord, Hull, Mannequin], Form]] = {
    "sole": sole,
    "upper": upper,
    "toe": toe,
    "tongue": tongue,
    "laces": laces,
    "crossing": crossing,
}
"""Forms on the hull of a leg, by the name that a part calls them."""
KEYS = {
    "sole": {"thick", "out", "top", "arch", "heel", "taper", "flat", "tip", "slant", "lugs", "spring", "stripe"},
    "upper": {"rim", "out", "flare", "tip"},
    "toe": {"share", "lift", "tip"},
    "tongue": {"top"},
    "laces": {"top"},
    "crossing": {"share", "width"},
}
"""What a part may say of each."""
