"""Lips that meet, and what is behind them: a dark cavity, teeth in their gums, a tongue.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.body.face import load_face
from engine.geometry.measures import arc_lengths
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.forms import Form, capped, outward
from engine.wardrobe.head.frame import HEAD, Head
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import HUMAN_SKINS, SKINS, Look

MOUTH, TEETH = "Mouth", "Teeth"
"""Names of the layers."""
BORDER, CAP = "mouth_cavity.border", "apex.mouth_cavity"
"""Labels of a body: the inner edge of its lips, and the point that closes it between them."""
APART = 0.00012
"""Metres by which lips at rest do not touch."""
SOFT = 0.0045
"""Metres about the lips' edge that move with it."""
ARCH = np.array([(0.0, 0.1372), (0.0087, 0.1366), (0.0165, 0.1320), (0.0214, 0.1260), (0.0246, 0.1190),
                 (0.0272, 0.1110), (0.0286, 0.1050), (0.0298, 0.0980), (0.0303, 0.0930)])  # fmt: skip
"""Canonical x and z along the outer side of the upper teeth's edges, from the middle to the left."""
RISE = 0.27
"""Metres by which the teeth's edges rise a metre towards the back."""
EDGE = 0.6170
"""Canonical height of the upper front teeth's edge."""
BENEATH = 0.0010
"""Metres by which the mouth's inside lies beneath a grown-up's skin."""
CLEAN, WORN, GUM = (0.86, 0.83, 0.765), (0.80, 0.74, 0.63), (0.60, 0.30, 0.31)
FLESH, DEEP, TONGUE = (0.50, 0.20, 0.20), (0.10, 0.025, 0.025), (0.66, 0.33, 0.33)
"""Colours, sRGB."""


@dataclass(frozen=True)
class Row:
    """The teeth of a jaw from the middle outwards: widths, heights and depths in metres on the standard figure."""

    widths: tuple[float, ...]
    heights: tuple[float, ...]
    depths: tuple[float, ...]
    back: float
    """Metres by which the row stands behind `ARCH`."""
    edge: float
    """Canonical height of its front teeth's edge."""
    way: float
    """1 where its teeth grow upwards into their gums, -1 downwards."""


UPPER = Row((0.0084, 0.0066, 0.0074, 0.0068, 0.0066, 0.0098), (0.0102, 0.0090, 0.0100, 0.0085, 0.0078, 0.0070),
            (0.0062, 0.0058, 0.0070, 0.0084, 0.0086, 0.0100), 0.0, EDGE, 1.0)  # fmt: skip
LOWER = Row((0.0054, 0.0058, 0.0066, 0.0068, 0.0070, 0.0104), (0.0088, 0.0088, 0.0096, 0.0085, 0.0078, 0.0068),
            (0.0056, 0.0056, 0.0068, 0.0078, 0.0084, 0.0096), 0.0028, EDGE + 0.0008, -1.0)  # fmt: skip


def has_mouth(mannequin: Mannequin) -> bool:
    """Whether the body says where its lips part; others keep them closed."""
    return BORDER in mannequin.labels


def lips(mannequin: Mannequin) -> tuple[NDArray, NDArray]:
    """Numbers of the border's vertices on the upper lip and on the lower one, each from right to left.

    The corners, where the border turns back, are the points furthest out; they belong to both.
    """
    ids = mannequin.labels[BORDER]
    places = mannequin.canonical[ids]
    left, right = ids[places[:, 0].argmax()], ids[places[:, 0].argmin()]
    corner = 0.5 * (mannequin.canonical[left, 1] + mannequin.canonical[right, 1])
    reach = np.abs(mannequin.canonical[left, 0])
    # the border sags in the middle as a closed mouth does
    line = np.interp(np.abs(places[:, 0]), [0.0, 0.5 * reach, reach], [0.6184, 0.6190, corner + 0.0008])
    upper = np.append(ids[places[:, 1] > line], [left, right])
    lower = np.append(ids[places[:, 1] <= line], [left, right])
    return _ordered(mannequin, upper), _ordered(mannequin, lower)


def _ordered(mannequin: Mannequin, ids: NDArray) -> NDArray:
    """Vertices by their places from right to left, each once."""
    ids = np.unique(ids)
    found: NDArray = ids[np.argsort(mannequin.canonical[ids, 0])]
    return found


def close_lips(mannequin: Mannequin) -> Mannequin:
    """The body with lips that meet; without labels of a mouth it stays as it is."""
    if not has_mouth(mannequin):
        return mannequin
    head = Head.of(mannequin)
    points = mannequin.vertices.astype(np.float64)
    upper, lower = (points[part] for part in lips(mannequin))
    near = np.flatnonzero(np.linalg.norm(mannequin.canonical - [0, 0.618, 0.135], axis=1) < 0.06)
    moved = np.zeros((len(near), 3))
    here = points[near]
    top, low = (np.stack([np.interp(here[:, 0], edge[:, 0], edge[:, k]) for k in (1, 2)], 1) for edge in (upper, lower))
    middle = 0.5 * (top + low)
    apart = 0.5 * APART * head.size
    inside = smoothstep(
        np.abs(here[:, 0] - upper[:, 0].mean()), 1.08 * np.ptp(upper[:, 0]) / 2, 0.9 * np.ptp(upper[:, 0]) / 2
    )
    for edge, sign in ((top, 1.0), (low, -1.0)):
        off = here[:, 1:] - edge
        own = sign * off[:, 0] > -0.4 * np.abs(top - low)[:, 0]
        share = np.exp(-(off**2).sum(1) / (SOFT * head.size) ** 2) * own * inside
        wanted = middle + np.array([sign * apart, 0.0]) - edge
        moved[:, 1:] += share[:, None] * np.where(own[:, None], wanted, 0.0)
    vertices = mannequin.vertices.copy()
    vertices[near] += moved.astype(np.float32)
    return replace(mannequin, vertices=vertices)


def parted(mannequin: Mannequin) -> Mannequin:
    """The body without the faces that close its mouth: what is behind the lips is a layer of its own."""
    if not has_mouth(mannequin):
        return mannequin
    cap = np.isin(mannequin.faces, mannequin.labels[CAP]).any(1)
    return replace(mannequin, faces=mannequin.faces[~cap])


def mouth_points(mannequin: Mannequin) -> NDArray[np.int32]:
    """Which points of the face's file (`engine.body.face`) the layer `MOUTH` consists of, in its order."""
    face = load_face()
    return np.unique(np.concatenate([face.cavity_faces, face.tongue_faces])).astype(np.int32)


def mouth_layers(look: Look, mannequin: Mannequin, age: float = 0.55) -> list[Layer]:
    """Cavity with tongue, and teeth, of a body whose mouth can open; none for others.

    Args:
        look: whose skin says how dark its flesh is.
        mannequin: the bare body, its face settled.
        age: 0-1 as `outfit.Shape` counts it; old teeth are less white.
    """
    if not has_mouth(mannequin):
        return []
    face, head = load_face(), Head.of(mannequin)
    ids = mouth_points(mannequin)
    places = np.concatenate([mannequin.canonical, face.cavity, face.tongue])[ids]
    faces = np.searchsorted(ids, np.concatenate([face.cavity_faces, face.tongue_faces])).astype(np.int32)
    vertices = beneath_skin(head, brought(head, places))
    own = ids < face.body
    vertices[own] = mannequin.vertices[ids[own]]
    depth = smoothstep(places[:, 2], 0.134, 0.096)
    colors = np.array(FLESH) + depth[:, None] * (np.array(DEEP) - FLESH)
    of_tongue = ids >= face.body + len(face.cavity)
    colors[of_tongue] = np.array(TONGUE) * (1 - 0.75 * smoothstep(places[of_tongue, 2], 0.118, 0.075))[:, None]
    mouth = _layer(MOUTH, "mouth", vertices, faces, colors * _tint(look), places)
    form, shades, _ = teeth()
    white = np.array(CLEAN) + smoothstep(np.array(age), 0.55, 0.95) * (np.array(WORN) - CLEAN)
    gum = np.array(GUM) * _tint(look)
    colors = np.where(form.roles[:, None] == 0, white, gum) * shades[:, None]
    return [
        mouth,
        _layer(TEETH, "teeth", beneath_skin(head, brought(head, form.vertices)), form.faces, colors, form.vertices),
    ]


def brought(head: Head, places: NDArray) -> NDArray:
    """Canonical places (N, 3) inside the mouth on a head, led by the edge of its lips."""
    mannequin = head.mannequin
    ids = mannequin.labels[BORDER]
    known = mannequin.canonical[ids].astype(np.float64)
    shift = mannequin.vertices[ids] - head.place(known)
    away = ((np.asarray(places)[:, None] - known) ** 2).sum(2)
    share = 1.0 / (away + 0.004**2) ** 2
    near = (share[..., None] * shift).sum(1) / share.sum(1, keepdims=True)
    close = np.exp(-away.min(1) / 0.008**2)[:, None]  # further in, all moves alike
    found: NDArray = head.place(places) + close * near + (1 - close) * shift.mean(0)
    return found


def beneath_skin(head: Head, points: NDArray) -> NDArray:
    """Points (N, 3) that are at least `BENEATH` inside the skin: chins and lips of some faces lie further back."""
    mannequin = head.mannequin
    face, bary, distance = mannequin.caster.closest_point(points)
    normal = np.einsum("nk,nkc->nc", bary, mannequin.normals[mannequin.faces[face]])
    lack = np.clip(distance + BENEATH * head.size, 0, None)
    found: NDArray = points - lack[:, None] * normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    return found


def _tint(look: Look) -> NDArray:
    """(3,) by which flesh is darker, or of another hue, than a fair person's."""
    skin = np.array(SKINS[look.skin])
    return (
        np.full(3, 0.72 + 0.28 * float(np.clip(skin.mean() / 0.7, 0, 1)))
        if look.skin in HUMAN_SKINS
        else (0.6 + 0.4 * skin / skin.max())
    )


def _layer(name: str, material: str, vertices: NDArray, faces: NDArray, colors: NDArray, places: NDArray) -> Layer:
    weights = np.zeros((len(vertices), 24), np.float32)
    weights[:, HEAD] = 1
    return Layer(
        name,
        material,
        np.asarray(vertices, np.float32),
        faces,
        np.clip(colors, 0, 1).astype(np.float32),
        weights,
        np.asarray(places, np.float32),
    )


@lru_cache(1)
def teeth() -> tuple[Form, NDArray, NDArray[np.bool_]]:
    """Teeth and gums on the standard figure, shades (P,) of their colours, and which points (P,) the jaw moves.

    Of the form's roles 0 is tooth and 1 is gum.
    """
    parts, lower = [], []
    for row in (UPPER, LOWER):
        made = _row(row)
        parts += made
        lower += [row is LOWER] * len(made)
    first = np.cumsum([0, *(len(part.vertices) for part in parts)])
    whole = Form(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, first)]).astype(np.int32),
        np.concatenate([part.roles for part in parts]),
        np.concatenate([part.tones for part in parts]),
    )
    return whole, whole.tones, np.repeat(lower, [len(part.vertices) for part in parts])


def _arch(row: Row, along: NDArray) -> tuple[NDArray, NDArray]:
    """Points (N, 3) on the teeth's edges ``along`` (N,) metres to the left of the middle, and the way outward there."""
    steps = arc_lengths(ARCH)
    fine = np.linspace(0, steps[-1], 200)
    curve = np.stack([np.interp(fine, steps, ARCH[:, k]) for k in (0, 1)], 1)
    for _ in range(60):
        curve[1:-1] = 0.25 * (curve[:-2] + curve[2:]) + 0.5 * curve[1:-1]
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    out = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    side, reach = np.sign(along), np.abs(along)
    x, z, ox, oz = (np.interp(reach, fine, v) for v in (*(curve - row.back * out).T, *out.T))
    y = row.edge + RISE * (ARCH[0, 1] - z) * smoothstep(reach, 0.0, 0.03)
    return np.stack([np.where(side < 0, -x, x), y, z], 1), np.stack([np.where(side < 0, -ox, ox), 0 * x, oz], 1)


def _row(row: Row) -> list[Form]:
    """The teeth of a jaw, and their gum."""
    parts = []
    for sign in (-1.0, 1.0):
        start = 0.0001
        for width, height, depth in zip(row.widths, row.heights, row.depths):
            middle, out = _arch(row, np.array([sign * (start + 0.5 * width)]))
            parts.append(_tooth(middle[0], out[0], row.way, width, height, depth))
            start += width
    return [*parts, _gum(row, start)]


def _tooth(edge: NDArray, out: NDArray, way: float, width: float, height: float, depth: float) -> Form:
    """A crown from its root to its edge: wide and thin there where it bites, narrower and thicker at the gum."""
    columns, grinds = 12, depth > 0.0075
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    across = np.cross(out, [0.0, way, 0.0])
    t = np.array([0.0, 0.35, 0.65, 0.86, 0.97, 1.0])  # from the gum to the edge
    wide = 0.5 * width * np.interp(t, [0, 0.35, 0.8, 1], [0.80, 0.94, 1.0, 0.90])
    thick = 0.5 * depth * np.interp(t, [0, 0.4, 0.8, 1], [1.0, 1.0, 0.9, 0.72] if grinds else [1.0, 0.85, 0.45, 0.22])
    square = (
        np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.6,
        np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7,
    )
    rings = []
    for share, half, deep in zip(t, wide, thick):
        at = edge + np.array([0.0, way * height * 1.15 * (1 - share), 0.0]) - deep * out
        rings.append(at + half * square[0][:, None] * across + deep * square[1][:, None] * out)
    made = capped(np.stack(rings), rings[0].mean(0), rings[-1].mean(0))
    shade = np.append(np.repeat(np.interp(t, [0, 0.3, 1], [0.80, 0.97, 1.0]), columns), [0.8, 0.97])
    back = ((made.vertices - edge) @ out < -0.6 * depth) * 0.12
    return outward(made).toned(shade - back)


def _gum(row: Row, reach: float) -> Form:
    """The ridge that a row of teeth stands in."""
    along = np.linspace(-reach - 0.002, reach + 0.002, 41)
    edge, out = _arch(row, along)
    height = np.interp(np.abs(along), np.cumsum(row.widths), row.heights)
    scallop = 0.0006 * np.cos(2 * np.pi * np.interp(np.abs(along), np.cumsum((0, *row.widths)), np.arange(7)))
    angle = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    low = edge + np.array([0.0, row.way, 0.0]) * (height - scallop + 0.0034)[:, None] - 0.0036 * out
    rings = (
        low[:, None]
        + 0.0046 * np.cos(angle)[None, :, None] * out[:, None]
        + np.array([0.0, 0.0040, 0.0]) * np.sin(angle)[None, :, None]
    )
    made = capped(rings, rings[0].mean(0), rings[-1].mean(0))
    return replace(outward(made), roles=np.ones(len(made.vertices), np.int64))
