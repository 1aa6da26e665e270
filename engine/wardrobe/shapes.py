"""Closed forms out of records: turned, swept, flat, round ones, and what bends, repeats and places them.

A part of a record has a ``form`` and the form's keys, then any of the keys of `placed`. Lengths are metres on the
standard figure, angles degrees; +y is up, +z to the front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator

from engine.wardrobe import extras, eyewear, headgear
from engine.wardrobe.forms import Form, capped, ellipsoid, joined, lathe, looped, outward, sheet, tube

Part = Mapping[str, Any]


def turned(part: Part) -> Form:
    """A form turned round y: ``profile`` of (radius, height) from the top's middle to the underside's.

    ``deeper``: metres added to the radius from front to back; ``steps`` rings between two pairs; ``columns``;
    ``smooth``: the profile is a smooth curve.
    """
    points, steps = np.array(part["profile"], float), int(part.get("steps", 4))
    at = np.linspace(0, len(points) - 1, (len(points) - 1) * steps + 1)
    knots = np.arange(len(points))
    radius, height = (
        (PchipInterpolator(knots, c)(at) if part.get("smooth") else np.interp(at, knots, c)) for c in points.T
    )
    share = np.clip(radius / 0.08, 0, 1)
    deep = radius + part.get("deeper", 0.0) * share
    form = lathe(height, radius, deep, np.zeros_like(radius), int(part.get("columns", 48)))
    return outward(form)


def rod(part: Part) -> Form:
    """A bent rod through the points of ``path``.

    ``radius``: one, or a list spread evenly along it; ``closed``: it comes back to its beginning; ``columns``;
    ``flat``: by how much rings are squeezed along x, y and z; ``straight``: the path has corners; ``steps``.
    """
    path = np.array(part["path"], float)
    closed, count = bool(part.get("closed")), int(part.get("steps", 4 * len(path) + 4))
    radii = np.interp(np.linspace(0, 1, count), *_spread(part.get("radius", 0.005)))
    if closed:
        line = CubicSpline(np.arange(len(path) + 1), np.concatenate([path, path[:1]]), bc_type="periodic")
        return looped(
            line(np.linspace(0, len(path), count, endpoint=False)), radii, columns=int(part.get("columns", 10))
        )
    knots, at = np.arange(len(path)), np.linspace(0, len(path) - 1, count)
    if part.get("straight") or len(path) == 2:
        line = np.stack([np.interp(at, knots, column) for column in path.T], 1)
    else:
        line = CubicSpline(knots, path)(at)
    columns = int(part.get("columns", 14))
    form = tube(line, radii, columns)
    if "flat" in part:
        middle = np.concatenate([np.repeat(line, columns, axis=0), line[[0, -1]]])
        form = form.moved(middle + (form.vertices - middle) * np.array(part["flat"]))
    return outward(form)


def _spread(values: float | list[float]) -> tuple[NDArray, NDArray]:
    found = np.atleast_1d(np.array(values, float))
    return np.linspace(0, 1, len(found)), found


def ball(part: Part) -> Form:
    """An ellipsoid with three ``radii``; ``power`` below 1 makes it a rounded box."""
    radii = part["radii"]
    return ellipsoid(
        (0, 0, 0),
        (radii,) * 3 if isinstance(radii, float) else radii,
        part.get("power", 1.0),
        int(part.get("columns", 24)),
    )


def hoop(part: Part) -> Form:
    """A ring round y with ``radii`` along x and z, of a rod of ``radius``, as high as ``tall`` times that.

    ``waves`` and ``wave``: it rises and falls so many times by so many metres.
    """
    angle = np.linspace(0, 2 * np.pi, int(part.get("steps", 64)), endpoint=False)
    wide, deep = part["radii"]
    lift = part.get("wave", 0.0) * np.cos(part.get("waves", 0) * angle)
    path = np.stack([wide * np.sin(angle), lift, deep * np.cos(angle)], 1)
    form = looped(path, part["radius"], np.array([0, 1.0, 0]), int(part.get("columns", 12)))
    middle = np.repeat(path[:, 1], len(form.vertices) // len(path))
    stretched = form.vertices.copy()
    stretched[:, 1] = middle + (stretched[:, 1] - middle) * part.get("tall", 1.0)
    return form.moved(stretched)


def leaf(part: Part) -> Form:
    """A flat form in the xy plane between two lines with equally many points, ``left`` and ``right``.

    ``thick``: metres in its middle; ``edge``: the same at its borders; ``straight``: the lines have corners;
    ``bulge``: metres by which its middle stands forward, ``bend``: the radius of a cylinder round y that it lies on.
    """
    count = int(part.get("steps", 28))
    lines = []
    for name in ("left", "right"):
        points = np.array(part[name], float)
        knots, at = np.arange(len(points)), np.linspace(0, len(points) - 1, count)
        curve = [np.interp(at, knots, c) if part.get("straight") else PchipInterpolator(knots, c)(at) for c in points.T]
        lines.append(np.stack(curve, 1))
    t, s = np.linspace(0, 1, count), np.linspace(0, 1, int(part.get("columns", 9)))
    flat = lines[0][:, None] + (lines[1] - lines[0])[:, None] * s[:, None]
    ends = np.minimum(1, 8 * np.minimum(t, 1 - t))[:, None] if part.get("tapered", True) else np.ones((count, 1))
    high = part.get("edge", 0.001) + (part["thick"] - part.get("edge", 0.001)) * np.sin(np.pi * s)[None] * ends
    middle = part.get("bulge", 0.0) * np.sin(np.pi * s)[None] * np.sin(np.pi * t)[:, None]
    if "bend" in part:
        turn = flat[..., 0] / part["bend"]
        flat = np.stack([part["bend"] * np.sin(turn), flat[..., 1]], -1)
        middle = middle + part["bend"] * (np.cos(turn) - 1)
    outer, inner = (np.concatenate([flat, (middle + sign * 0.5 * high)[..., None]], -1) for sign in (1, -1))
    return sheet(outer, inner)


def prism(part: Part) -> Form:
    """A convex or star-shaped ``outline`` in the xy plane, ``thick`` metres deep with edges broken by ``bevel``.

    ``straight`` false smooths the outline.
    """
    points = np.array(part["outline"], float)
    if not part.get("straight", True):
        line = CubicSpline(np.arange(len(points) + 1), np.concatenate([points, points[:1]]), bc_type="periodic")
        points = line(np.linspace(0, len(points), 8 * len(points), endpoint=False))
    middle, half, bevel = points.mean(0), 0.5 * part["thick"], part.get("bevel", 0.002)
    rings = []
    for depth, inset in ((half, bevel), (half - bevel, 0.0), (bevel - half, 0.0), (-half, bevel)):
        reach = np.linalg.norm(points - middle, axis=1, keepdims=True)
        flat = middle + (points - middle) * np.maximum(1 - inset / reach, 0.2)
        rings.append(np.concatenate([flat, np.full((len(flat), 1), depth)], 1))
    ends = [np.array([*middle, depth]) for depth in (half, -half)]
    return outward(capped(np.array(rings), *ends))


SHAPES: dict[str, Callable[[Part], Form]] = {
    "turned": turned,
    "rod": rod,
    "ball": ball,
    "hoop": hoop,
    "leaf": leaf,
    "prism": prism,
    **headgear.MADE,
    **eyewear.MADE,
    **extras.MADE,
}
"""Forms by the name that a part calls them."""
ROUND = {"deeper", "columns"}
KEYS: dict[str, set[str]] = {
    "turned": {"profile", "steps", "smooth", *ROUND},
    "rod": {"path", "radius", "closed", "flat", "straight", "steps", "columns"},
    "ball": {"radii", "power", "columns"},
    "hoop": {"radii", "radius", "tall", "waves", "wave", "steps", "columns"},
    "leaf": {"left", "right", "thick", "edge", "straight", "tapered", "bulge", "bend", "steps", "columns"},
    "prism": {"outline", "thick", "bevel", "straight"},
    "crown": {"spikes", "front"},
    "rims": {"size", "power", "apart", "droop", "tilt", "up", "out", "rim", "one"},
    "lenses": {"size", "power", "apart", "droop", "tilt", "up", "out", "bulge", "one"},
}
"""What a part may say of its own form."""
PLACING = {"at", "turn", "scale", "mirror", "around", "center", "band", "on", "hull", "upright", "floor"}
"""What a part of any free form may say; ``upright``: on a hull it stands as the world does, not as the hull slopes;
``floor``: as many metres beneath its place as the body's feet are, where it is drawn."""


def bent(form: Form, part: Part) -> Form:
    """A form with its ``curl``, ``dip``, ``pinch``, ``crease``, ``pleats``, ``sway`` and ``shades``."""
    for name, change in CHANGES.items():
        if name in part:
            form = change(form, part[name])
    return form


def _polar(form: Form) -> tuple[NDArray, NDArray, NDArray]:
    x, y, z = form.vertices.T
    return np.hypot(x, z), np.arctan2(x, z), y


def _curl(form: Form, values: list[float]) -> Form:
    """(from, to, lift): the sides of a brim between two radii bent up by so many metres, and drawn in."""
    low, high, lift = values
    radius, angle, y = _polar(form)
    out, side = np.clip((radius - low) / (high - low), 0, 1), np.sin(angle) ** 2
    x, z = form.vertices[:, 0], form.vertices[:, 2]
    return form.moved(np.stack([x * (1 - 0.12 * out * side * np.sign(lift)), y + lift * side * out**1.3, z], 1))


def _dip(form: Form, values: list[float]) -> Form:
    """(from, to, front, back): a brim bent up by so many metres in front and behind."""
    low, high, front, back = values
    radius, angle, _ = _polar(form)
    out = np.clip((radius - low) / (high - low), 0, 1)
    lift = np.where(np.cos(angle) > 0, front, back) * np.cos(angle) ** 2 * out
    return form.moved(form.vertices + lift[:, None] * np.array([0, 1.0, 0]))


def _pinch(form: Form, values: list[float]) -> Form:
    """(from, to, share): a crown drawn together in front, between two heights by a share of its width."""
    low, high, share = values
    x, y, z = form.vertices.T
    t = np.clip((y - low) / (high - low), 0, 1)
    front = np.clip(z / 0.08, 0, 1)
    dent = np.exp(-((np.abs(np.arctan2(x, z)) - 0.75) ** 2) / 0.10)
    return form.moved(np.stack([x * (1 - share * t * front) * (1 - 0.10 * t * dent), y, z * (1 - 0.08 * t * dent)], 1))


def _crease(form: Form, values: list[float]) -> Form:
    """(height, depth, half): a trough from front to back in what is above a height, so deep and so wide."""
    height, depth, half = values
    x, y, z = form.vertices.T
    above = np.clip((y - height) / 0.012, 0, 1)
    line = np.exp(-((x / half) ** 2)) * np.clip(1.2 - np.abs(z / 0.1) ** 3, 0, 1)
    return form.moved(np.stack([x, y - depth * above * line, z], 1))


def _pleats(form: Form, values: list[float]) -> Form:
    """(count, depth, from, to, phase): folds that grow between two heights, as deep as a share of the radius.

    With a phase of 90 degrees one of them stands out in front; 0 where none is said.
    """
    count, depth, low, high, *phase = values
    _, angle, y = _polar(form)
    share = np.clip((y - low) / (high - low), 0, 1)
    wave = np.sin(count * angle + np.radians(sum(phase)))
    swell = 1 + depth * share * wave
    return form.moved(form.vertices * np.stack([swell, np.ones_like(swell), swell], 1)).toned(
        1 - 0.05 * share * (1 - wave)
    )


def _sway(form: Form, values: list[float]) -> Form:
    """(from, to, dx, dz): what lies between two heights leans, most at the end."""
    low, high, dx, dz = values
    t = np.clip((form.vertices[:, 1] - low) / (high - low), 0, 1) ** 2
    return form.moved(form.vertices + t[:, None] * np.array([dx, 0, dz]))


def _shades(form: Form, values: list[float]) -> Form:
    """(across, along, depth): bands of light and dark, so many a metre out from y and along it."""
    across, along, depth = values
    radius, angle, y = _polar(form)
    return form.toned(1 + depth * np.sin(2 * np.pi * (across * radius + along * y)) + 0.4 * depth * np.sin(24 * angle))


CHANGES: dict[str, Callable[[Form, list[float]], Form]] = {
    "pinch": _pinch,
    "crease": _crease,
    "pleats": _pleats,
    "curl": _curl,
    "dip": _dip,
    "sway": _sway,
    "shades": _shades,
}


def turning(degrees: list[float] | tuple[float, ...]) -> NDArray:
    """(3, 3) the turn about x, then y, then z."""
    made = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        c, s = np.cos(angle), np.sin(angle)
        one = np.eye(3)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        one[a, a] = one[b, b] = c
        one[a, b], one[b, a] = -s, s
        made = one @ made
    return made


def placed(form: Form, part: Part) -> Form:
    """A form scaled (``scale``), turned (``turn`` about x, y, z), brought to ``at``, repeated and mirrored.

    ``around``: (count, first, last) copies about y at even angles before it is brought to ``at``; with ``first``
    and ``last`` 360 apart they close. ``center``: is added to all. ``mirror``: there is another on the other side.
    """
    form = form.moved(form.vertices * np.array(part.get("scale", 1.0)) @ turning(part.get("turn", (0, 0, 0))).T)
    if "around" in part:
        count, first, last = part["around"]
        step = (last - first) / (count if abs(last - first) >= 360 else max(count - 1, 1))
        form = form.moved(form.vertices + np.array(part["at"]))
        copies = [form.moved(form.vertices @ turning((0, first + i * step, 0)).T) for i in range(int(count))]
        form = joined(*copies)
    else:
        form = form.moved(form.vertices + np.array(part.get("at", (0, 0, 0)), float))
    form = form.moved(form.vertices + np.array(part.get("center", (0, 0, 0)), float))
    return outward(joined(form, form.mirrored())) if part.get("mirror") else form


def shape(part: Part) -> Form:
    """A part's form in its place, uncoloured but for its tone."""
    form = bent(SHAPES[part["form"]](part), part)
    return placed(form.toned(np.full(len(form.vertices), part.get("tone", 1.0))), part)
