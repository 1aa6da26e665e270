"""Cloth that is turned over along an edge: shirt collars, tailored collars and lapels.

Each is a grid of its own: columns along a garment's edge, rows from a hidden foot over the fold to the outer edge, so
that its outlines are straight lines of the pattern. Its places are measured on the standard figure, its other numbers
are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter

from engine.geometry.edges import loops
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.geometry.vectors import unit
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.blocks import front_edge
from engine.wardrobe.cloth.details import Borders
from engine.wardrobe.cloth.finish import inwards_of
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.piece import Piece, taken_along
from engine.wardrobe.forms import grid_faces
from engine.wardrobe.layers import Floats

STEP = 0.003
"""Metres between the points of an edge, about."""
STRAIGHT, STEADY = 0.018, 0.030
"""Metres within which an edge is straightened, and within which the directions beside it are evened."""
BESIDE = 10
"""Rings of the garment's points that go along when its edge is straightened."""
REACH = 0.06
"""Metres from the edge's plane within which the cloth beside it is looked for."""
SPAN = 5
"""Points of a grid over which it spans the folds beneath."""
ROWS = 12
"""Rows from the fold to the outer edge."""
LYING, EDGE_LIFT, ROUND = 0.0015, 0.0030, 0.0055
"""Metres that turned cloth lies off at the fold, at its outer edge, and by which a fold that stands is rounded."""
FOOT, HEM = 0.008, 0.0026
"""Metres of cloth that is hidden beneath the edge, and how thick turned cloth is at its ends."""
HUG, ROOM, FARTHEST, HIGHER = 0.85, 0.006, 0.06, 0.05
"""How much of the way to the neck a collar's fold comes in, the metres that it leaves there, its longest way, and how
much higher it may be where the neckline lies below the plane through its front and back."""
CLEAR, AROUND = 0.0025, 0.03
"""Metres that turned cloth keeps off what is worn beneath, which comes through it by less than the second."""


@dataclass(frozen=True)
class Edge:
    """A garment's edge as a smooth line from one front to the other, its points evenly spaced."""

    points: Floats  # (N, 3)
    into: Floats  # (N, 3) unit vectors into the cloth
    normal: Floats  # (N, 3)
    at: Floats  # (N, 3) canonical
    length: float  # metres

    def reversed(self) -> Edge:
        """From the other end."""
        return Edge(*(a[::-1] for a in (self.points, self.into, self.normal, self.at)), self.length)

    def sampled(self, values: NDArray, t: NDArray) -> NDArray:
        """Values (..., 3) that the line has at lengths ``t`` (...)."""
        place = np.clip(t / self.length * (len(values) - 1), 0, len(values) - 1.001)
        first = place.astype(int)
        share = (place - first)[..., None]
        return np.asarray((1 - share) * values[first] + share * values[first + 1])

    def above(self, height: float) -> float:
        """Where the line first comes above a height of the standard figure."""
        return self.length * int(np.argmax(self.at[:, 1] > height)) / (len(self.at) - 1)


def _run(piece: Piece, borders: Borders, measures: dict[str, float]) -> tuple[NDArray, bool] | None:
    """The vertices along neckline and front opening, and whether they close there where nothing is open."""
    p, low = Points(piece.canonical), measures.get("low")
    distance = borders.distance("neck", p)
    if low is not None:
        distance = np.minimum(distance, front_edge(p, low, measures.get("spread", 0.0), measures.get("slit", 0.0)))
    lowest = 0.3 if low is None else low - 0.004
    for loop in loops(piece.faces):
        near = (np.abs(distance[loop]) < 0.005) & (p.side[loop] < 0.17) & (p.y[loop] > lowest)
        if (near & (p.y[loop] > 0.5)).sum() < 8:
            continue
        if near.all() or low is None:
            first = loop[np.where(p.z[loop] > 0, p.y[loop], 9.0).argmin()]
            start = int(np.flatnonzero(loop == first)[0])
            turned = np.roll(loop, -start)
            return np.append(turned, turned[0]), low is None
        gaps = np.flatnonzero(~near)
        turned, kept = np.roll(loop, -gaps[0]), np.roll(near, -gaps[0])
        ends = np.flatnonzero(np.diff(np.r_[0, kept, 0]))
        starts, stops = ends[::2], ends[1::2]
        k = int((stops - starts).argmax())
        return turned[starts[k] : stops[k]], False
    return None


def _smooth(values: NDArray, reach: float, closed: bool) -> NDArray:
    """Values (N, 3) along a line without what is shorter than ``reach`` metres; ends stay."""
    sigma = reach / STEP
    if closed:
        found = gaussian_filter1d(values[:-1], sigma, axis=0, mode="wrap")
        return np.concatenate([found, found[:1]])
    pad = min(int(4 * sigma), len(values) - 1)
    start, end = 2 * values[0] - values[pad:0:-1], 2 * values[-1] - values[-2 : -pad - 2 : -1]
    return np.asarray(gaussian_filter1d(np.concatenate([start, values, end]), sigma, axis=0)[pad : pad + len(values)])


def edge_of(piece: Piece, borders: Borders, measures: dict[str, float], scale: float) -> tuple[Edge, Piece] | None:
    """The edge of a garment's neck and front as a smooth line, and the garment with its cloth drawn to it; None
    where it has none. ``scale`` is the body's size."""
    found = _run(piece, borders, measures)
    if found is None:
        return None
    run, closed = found
    points = piece.vertices[run].astype(float)
    lengths = np.r_[0, np.linalg.norm(np.diff(points, axis=0), axis=1).cumsum()]
    t = np.linspace(0, lengths[-1], round(lengths[-1] / STEP) + 1)

    def along(values: NDArray) -> NDArray:
        return np.stack([np.interp(t, lengths, column) for column in values.T], 1)

    line = _smooth(along(points), STRAIGHT * scale, closed)
    normal = _smooth(along(vertex_normals(piece.vertices, piece.faces)[run]), STEADY * scale, closed)
    tangent = np.gradient(line, axis=0)
    tangent = unit(_smooth(tangent, STRAIGHT * scale, closed))
    normal = unit(normal - (normal * tangent).sum(1, keepdims=True) * tangent)
    into = np.cross(tangent, normal)
    mean = averaging(piece.faces, len(piece.vertices))
    inwards = along(inwards_of(piece)[run])
    into *= np.sign((into * inwards).sum())
    moves = np.zeros(piece.vertices.shape)
    moves[run] = np.stack([np.interp(lengths, t, column) for column in line.T], 1) - points
    may = np.ones(len(moves), bool)
    may[run] = False
    drawn = piece.moved(piece.vertices + taken_along(0.98 * moves, 0.9 * mean, BESIDE, may))
    at = _smooth(along(piece.canonical[run]), STRAIGHT, closed)
    edge = Edge(line, into, normal, at, float(lengths[-1]))
    quarter = edge.at[len(t) // 4, 0]
    return (edge if quarter > 0 else edge.reversed()), drawn


@dataclass(frozen=True)
class Turned:
    """What is turned over along an edge, by columns (K,) along it."""

    t: NDArray  # (K,) where on the edge, in metres
    width: NDArray  # (K,) metres of cloth from the edge outwards
    shear: NDArray  # (K, ROWS + 1) metres along the edge by which each place lies further on
    rise: NDArray  # (K, 3) how far the fold stands off the edge
    stand: NDArray  # (K,) 0 to 1: how much it stands


def ground(edge: Edge, t: NDArray, w: NDArray, cloth: MeshRaycaster) -> NDArray:
    """(K, R, 3) the places on the cloth ``t`` metres along the edge and ``w`` metres from it; folds are spanned."""
    flat = edge.sampled(edge.points, t) + w[..., None] * edge.sampled(edge.into, t)
    normal = unit(edge.sampled(edge.normal, t).reshape(-1, 3)).reshape(flat.shape)
    start = (flat + REACH * normal).reshape(-1, 3).astype(np.float32)
    hits = cloth.cast_rays(start, -normal.reshape(-1, 3).astype(np.float32))
    high = np.where(hits.mask & (hits.depth < 2 * REACH), REACH - hits.depth, np.nan).reshape(t.shape)
    high[:, 0] = 0.0
    for k in range(1, high.shape[1]):
        high[:, k] = np.where(np.isnan(high[:, k]), high[:, k - 1], high[:, k])
    near = high[:, :2].copy()
    high = maximum_filter(high, SPAN, mode="nearest")
    for axis in (0, 1):
        high = gaussian_filter1d(high, 0.5 * SPAN, axis=axis, mode="nearest")
    high[:, 0] = 0.5 * (high[:, 0] + near[:, 0])
    return np.asarray(flat + high[..., None] * normal)


def sewn(piece: Piece, edge: Edge, form: Turned, cloth: MeshRaycaster, beneath: Beneath, scale: float) -> Piece:
    """The turned cloth of an edge as a piece, which moves and is patterned as what it lies on.

    Args:
        piece: the garment.
        edge: its edge.
        form: what is turned over there.
        cloth: the garment's surface with what is laid on it.
        beneath: what is worn beneath.
        scale: the body's size.
    """
    s = np.linspace(0, 1, ROWS + 1)
    t = np.clip(form.t[:, None] + form.shear, 0, edge.length)
    w = form.width[:, None] * s
    base = ground(edge, t, w, cloth)
    normal, into = edge.sampled(edge.normal, t), edge.sampled(edge.into, t)
    lift = LYING + (EDGE_LIFT - LYING) * s + ROUND * form.stand[:, None] * np.sin(np.pi * s) ** 0.6
    fall = base + form.rise[:, None] * (1 - s)[:, None] + scale * lift[..., None] * normal
    fall[:, 0] -= scale * 0.002 * (1 - form.stand)[:, None] * into[:, 0]
    off = clearance(fall, normal, beneath, scale)
    fall += off
    first = edge.sampled(edge.points, form.t)
    n, i = (edge.sampled(values, form.t) for values in (edge.normal, edge.into))
    foot = first + scale * FOOT * i - scale * 0.003 * n
    turn = first - scale * 0.002 * i - scale * 0.001 * n
    inner = [foot, turn, *(turn + share * form.rise for share in (0.35, 0.7, 0.95))]
    inner[2:] = [row + share * off[:, 0] for row, share in zip(inner[2:], (0.35, 0.7, 0.95))]
    rows = np.concatenate([np.stack(inner, 1), fall], 1)  # (K, R, 3)
    on = np.concatenate([np.repeat(base[:, :1], len(inner), 1), base], 1)
    along = np.linalg.norm(np.diff(rows, axis=1), axis=2).cumsum(1)[:, len(inner) - 1 :] - w
    along = np.pad(form.stand[:, None] * along, ((0, 0), (len(inner), 0)))
    out = np.concatenate([np.zeros((len(t), len(inner), 3)), normal], 1)
    k, r, under = _hemmed(*rows.shape[:2])
    rows = rows[k, r] - scale * (HEM * under)[..., None] * out[k, r]
    columns, count = rows.shape[:2]
    faces = grid_faces(columns, count).reshape(2, columns - 1, count, 3)[:, :, :-1].reshape(-1, 3)
    made = _carried(piece, rows.reshape(-1, 3), on[k, r].reshape(-1, 3), faces)
    facing = (vertex_normals(made.vertices, faces).reshape(rows.shape) * out[k, r]).sum()
    made.grain[:, 2] += along[k, r].ravel().astype(np.float32)
    held = np.concatenate([np.linspace(0, 0.95, len(inner))[None] ** 2 + 0 * form.stand[:, None], 0 * w + 1 - s], 1)
    held = (np.clip(2 * held, 0, 1) * form.stand[:, None])[k, r].reshape(-1, 1).astype(np.float32)
    nape = made.weights[np.argmin(made.vertices[:, 2] - made.vertices[:, 1])]
    made.weights[:] += held * (nape - made.weights)
    return made if facing > 0 else replace(made, faces=made.faces[:, ::-1].copy())


def clearance(points: NDArray, normal: NDArray, beneath: Beneath, scale: float) -> NDArray:
    """(K, R, 3) how far a grid of points moves out so that nothing beneath comes through it; ``normal``: its side."""
    across = np.cross(np.gradient(points, axis=0), np.gradient(points, axis=1))
    across *= np.sign((across * normal).sum())
    for axis in (0, 1):
        across = gaussian_filter1d(across, 2.0, axis=axis, mode="nearest")
    out = unit(across.reshape(-1, 3))
    hits = beneath.caster.cast_rays((points.reshape(-1, 3) + AROUND * scale * out).astype(np.float32), -out)
    met = hits.mask & ((hits.normal * out).sum(1) > 0)
    far = np.where(met, np.clip((AROUND + CLEAR) * scale - hits.depth, 0, None), 0.0).reshape(points.shape[:2])
    far = maximum_filter(far, (13, 3), mode="nearest")
    for axis, sigma in ((0, 5.0), (1, 1.0)):
        far = gaussian_filter1d(far, sigma, axis=axis, mode="nearest")
    return np.asarray(far[..., None] * out.reshape(points.shape))


def _hemmed(columns: int, rows: int) -> tuple[NDArray, NDArray, NDArray]:
    """A grid that is turned under at both ends and its last row, so that it has a thickness there: columns and rows
    (K, R) of the first grid, and whether each place is on the lower side."""
    k = np.r_[2, 0, np.arange(columns), columns - 1, columns - 3]
    r = np.r_[np.arange(rows), rows - 1, rows - 3]
    under = np.ones((len(k), len(r)))
    under[2:-2, :-2] = 0.0
    k, r = np.broadcast_arrays(k[:, None], r[None])
    return k, r, under


def _carried(piece: Piece, points: NDArray, on: NDArray, faces: NDArray) -> Piece:
    """Points (N, 3) as a piece that carries what a piece does at the places ``on`` (N, 3)."""
    face, shares, _ = Beneath(piece.vertices, piece.faces).caster.closest_point(on.astype(np.float32), signed=False)
    corners = piece.faces[face]

    def mixed(values: NDArray) -> NDArray:
        return np.einsum("nk,nkc->nc", shares, values[corners]).astype(np.float32)

    free = np.zeros(len(points), bool)
    carried = (mixed(piece.weights), mixed(piece.canonical), free, mixed(piece.grain))
    return Piece(points.astype(np.float32), faces.astype(np.int32), *carried)


def standing(edge: Edge, t: NDArray, high: NDArray, stand: NDArray, beneath: Beneath, scale: float) -> NDArray:
    """(K, 3) how a fold stands off the edge at lengths ``t``: ``high`` (K,) metres up, and close round the neck, or a
    collar that is worn beneath, as far as it ``stand``s (K,)."""
    points = edge.sampled(edge.points, t)
    upper = points[stand > 0.5]
    out = unit((points - 0.5 * (upper.min(0) + upper.max(0))) * [1, 0, 1])
    up, (_, y, z) = scale * high, points.T
    back = int(z.argmin())
    level = np.interp(z, [z[back], 0.5 * (z[0] + z[-1])], [y[back] + up[back], 0.5 * (y[0] + up[0] + y[-1] + up[-1])])
    rise = (up + stand * np.clip(level - y - up, 0, HIGHER * scale))[:, None] * [0, 1, 0]
    start = points + rise + AROUND * scale * out
    depth = beneath.caster.cast_rays(start.astype(np.float32), (-out).astype(np.float32)).depth - AROUND * scale
    inwards = HUG * np.clip(depth - ROOM * scale, -AROUND * scale, FARTHEST * scale) * stand
    rise = rise - gaussian_filter1d(inwards, 4.0, mode="nearest")[:, None] * out
    even = _smooth(points + rise, STEADY * scale, False) - points
    return np.asarray(rise + stand[:, None] * (even - rise))


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


LEAVES = {
    "shirt": Leaf(0.026, 0.034, 0.012, 0.030, 0.026),
    "fall": Leaf(0.022, 0.030, 0.020, 0.024, 0.020),
}
"""Collars that are turned over, by style."""
TAILORED = Leaf(0.0, 0.027, 0.017, 0.0, 0.0)
"""The collar above lapels."""
GORGE = 0.448
"""Height at which lapels end and their collar begins."""
LOWEST = 0.43
"""Height from which on an open front is only a collar's."""


def leaves(edge: Edge, style: str, low: float | None, beneath: Beneath, scale: float) -> Turned:
    """A collar with two points."""
    leaf, start = LEAVES[style], 0.0 if low is None else edge.above(LOWEST)
    end = edge.length - (0.0 if low is None else edge.reversed().above(LOWEST))
    t = np.linspace(start, end, int((end - start) / (1.3 * STEP)))
    from_front = np.minimum(t - start, end - t)
    height = edge.sampled(edge.at, t)[:, 1]
    stand = np.ones(len(t)) if low is None else smoothstep(height, 0.425, 0.485)
    front = np.clip(1 - from_front / (leaf.reach * scale), 0, 1)
    behind = smoothstep(from_front, 0.03 * scale, 0.15 * scale)
    high = (leaf.front + (leaf.back - leaf.front) * behind) * stand
    width = scale * (leaf.width + leaf.point * front)
    s = np.linspace(0, 1, ROWS + 1)
    sign = np.where(t < 0.5 * (start + end), 1.0, -1.0)
    shear = scale * leaf.spread * (sign * np.clip(1 - from_front / (1.5 * leaf.reach * scale), 0, 1))[:, None] * s
    return Turned(t, width, shear, standing(edge, t, high, stand, beneath, scale), stand)


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
    style = front.get("style", "notch") if front else None
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
