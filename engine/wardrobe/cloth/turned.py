"""Cloth that is turned over along an edge, as collars and lapels are.

It is a grid of its own: columns along the edge, rows from a hidden foot over the fold to the outer edge, so that its
outlines are straight lines of the pattern. Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter

from engine.geometry.measures import vertex_normals
from engine.geometry.vectors import unit
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.cloth.edge import STEADY, Edge, smooth
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.forms import grid_faces

REACH = 0.06
"""Metres from the edge's plane within which the cloth beside it is looked for."""
SPAN = 5
"""Points of a grid over which it spans the folds beneath."""
ROWS = 12
"""Rows from the fold to the outer edge."""
INSIDE, HELD = (0.35, 0.7, 0.95), (0.0, 0.11, 0.45, 1.0, 1.0)
"""Heights of the rows inside a stand as shares of it, and how much foot, edge and these move as the neck does."""
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
class Turned:
    """What is turned over along an edge, by columns (K,) along it."""

    t: NDArray  # (K,) where on the edge, in metres
    width: NDArray  # (K,) metres of cloth from the edge outwards
    shear: NDArray  # (K, ROWS + 1) metres along the edge by which each place lies further on
    rise: NDArray  # (K, 3) how far the fold stands off the edge
    stand: NDArray  # (K,) 0 to 1: how much it stands
    round: float = ROUND  # metres by which it is rounded out where it stands


def ground(edge: Edge, t: NDArray, w: NDArray, cloth: MeshRaycaster) -> NDArray:
    """(K, R, 3) the places on the cloth ``t`` metres along the edge and ``w`` metres from it; folds are spanned."""
    flat = edge.sampled(edge.points, t) + w[..., None] * edge.sampled(edge.into, t)
    normal = unit(edge.sampled(edge.normal, t).reshape(-1, 3)).reshape(flat.shape)
    start = (flat + REACH * normal).reshape(-1, 3).astype(np.float32)
    hits = cloth.cast_rays(start, -normal.reshape(-1, 3).astype(np.float32))
    high = np.where(hits.mask & (hits.depth < 2 * REACH), REACH - hits.depth, np.nan).reshape(t.shape)
    high[:, 0] = 0.0
    for k in range(1, w.shape[1]):
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
    lift = LYING + (EDGE_LIFT - LYING) * s + form.round * form.stand[:, None] * np.sin(np.pi * s) ** 0.6
    fall = base + form.rise[:, None] * (1 - s)[:, None] + scale * lift[..., None] * normal
    fall[:, 0] -= scale * 0.002 * (1 - form.stand)[:, None] * into[:, 0]
    off = clearance(fall, normal, beneath, scale)
    fall += off
    first = edge.sampled(edge.points, form.t)
    n, i = (edge.sampled(values, form.t) for values in (edge.normal, edge.into))
    foot = first + scale * FOOT * i - scale * 0.003 * n
    turn = first - scale * 0.002 * i - scale * 0.001 * n
    inner = [foot, turn, *(turn + share * (form.rise + off[:, 0]) for share in INSIDE)]
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
    held = np.broadcast_to(np.r_[HELD, np.clip(2 - 2 * s, 0, 1)], (len(t), len(inner) + len(s)))
    share = (held * form.stand[:, None])[k, r].reshape(-1, 1).astype(np.float32)
    nape = made.weights[np.argmin(made.vertices[:, 2] - made.vertices[:, 1])]
    made.weights[:] += share * (nape - made.weights)  # what stands round the neck does not follow the shoulders
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
    even = smooth(points + rise, STEADY * scale, False) - points
    return np.asarray(rise + stand[:, None] * (even - rise))
