"""Hoods of garments: on the head, or round the neck and down the back. Its numbers are set by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from engine.wardrobe.forms import joined, sheet
from engine.wardrobe.hard.hulls import Hulls
from engine.wardrobe.hard.pieces import Piece, carried, clear, closed_ring, layer_of, palette, strap
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment

ROUND = (0.0, 16.0, 45.0, 90.0, 125.0, 155.0, 180.0)
"""Degrees from the front at which the sections are given; between them they pass evenly."""
SECTIONS = np.array([
    # (height, metres outside what is worn): the lower edge, its outside, the rim, behind it, the seam on the neck
    [(0.450, 0.001), (0.456, 0.011), (0.486, 0.017), (0.508, 0.014), (0.522, 0.006)],
    [(0.454, 0.001), (0.460, 0.013), (0.494, 0.021), (0.514, 0.015), (0.528, 0.006)],
    [(0.458, 0.001), (0.464, 0.016), (0.504, 0.028), (0.524, 0.018), (0.535, 0.006)],
    [(0.440, 0.001), (0.450, 0.018), (0.500, 0.034), (0.526, 0.018), (0.537, 0.006)],
    [(0.385, 0.001), (0.405, 0.027), (0.480, 0.044), (0.516, 0.012), (0.537, 0.006)],
    [(0.335, 0.001), (0.360, 0.036), (0.462, 0.052), (0.506, 0.008), (0.537, 0.006)],
    [(0.315, 0.001), (0.345, 0.038), (0.456, 0.054), (0.503, 0.007), (0.537, 0.006)],
])  # fmt: skip
COLUMNS, ROWS = 121, 24
CORD = np.array([(0.485, 6), (0.46, 6.5), (0.43, 7.5), (0.37, 8), (0.335, 7.6)], float)
"""Heights and degrees of a drawstring on the chest."""


def lying_hood(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer], cords: bool = True) -> Layer:
    """The hood of a garment as a layer in the stand pose.

    Args:
        garment: its colour and material.
        mannequin: the body.
        beneath: what it lies on.
        cords: whether drawstrings of a paler shade hang from it.
    """
    hulls = Hulls(mannequin, beneath)
    hull = hulls["trunk"]
    turn = np.linspace(-180, 180, COLUMNS, endpoint=False)
    section = PchipInterpolator(ROUND, SECTIONS)(np.abs(turn))  # (C, 5, 2)
    t = np.linspace(0, 1, ROWS)
    over = PchipInterpolator((0.0, 0.22, 0.58, 0.80, 1.0), section, axis=1)(t)  # (C, R, 2)
    u, lift = over[..., 0].T, over[..., 1].T * hull.size
    a = np.radians(turn)
    soft = np.sin(np.pi * t)[:, None] * np.clip(np.abs(turn) / 60, 0, 1)
    fold = 0.12 * np.sin(7 * a + 4 * t[:, None] + 0.6) + 0.08 * np.sin(13 * a + 1.1 - 7 * t[:, None])
    lift = lift * (1 + soft * fold) - 0.004 * hull.size * soft * np.exp(-(((180 - np.abs(turn)) / 3.0) ** 2))
    theta = np.broadcast_to(turn, u.shape)
    outside = hull.at(u, theta, lift)
    inside = hull.at(u, theta, np.minimum(lift * 0.35, 0.002 * hull.size))
    bag = closed_ring(outside, inside)
    lined = np.tile(np.where(t > 0.60, 0.84, 1.0)[:, None] * np.ones(COLUMNS), (2, 1)).ravel()
    forms = [bag.toned(lined)]
    for side in (1.0, -1.0) if cords else ():
        cord = strap(hull, CORD * [1, side], 0.006, 0.004, 0.005, 24, mannequin)
        forms.append(cord.toned(np.full(len(cord.vertices), 1.25 if garment.color != "white" else 0.8)))
    form = joined(*forms)
    form = form.moved(clear(form.vertices, mannequin, 0.0015))
    pieces = [Piece(form, carried(mannequin, form.vertices))]
    return layer_of("Hood", garment.material or "cotton", pieces, palette(garment), mannequin)


RIM = np.array([
    # (share of the way up, elevation of the rim on the head, degrees from the front, metres outside the head)
    (0.30, -0.85, 46, 0.020), (0.44, -0.45, 58, 0.028), (0.60, 0.05, 55, 0.030), (0.75, 0.40, 40, 0.036),
    (0.88, 0.60, 21, 0.042), (1.0, 0.68, 1, 0.046),
])  # fmt: skip
"""One edge of a raised hood from the jaw to the forehead."""
SEAM = np.array([
    (0.30, 0.12, 180, 0.040), (0.44, 0.42, 180, 0.038), (0.60, 0.85, 180, 0.036), (0.75, 1.36, 180, 0.036),
    (0.88, 1.92, 180, 0.038), (1.0, 2.461, 180, 0.046),
])  # fmt: skip
"""Its middle from the nape over the crown to the forehead; elevations beyond a right angle are in front."""
BASE = np.array([(0.0, 5, 0.430, 0.010), (0.3, 50, 0.425, 0.010), (0.6, 105, 0.405, 0.010), (1.0, 180, 0.365, 0.012)])
"""Where it lies on the shoulders: share of the way from the edge to the middle, degrees, height, metres outside."""
JAW, HIGH, WIDE = 0.30, 60, 33
"""Up to which share of the way it hangs free between head and shoulders; points of half a hood."""


def raised_hood(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A roomy hood on the head, open at the face, that lies on the shoulders."""
    head, trunk = Hulls(mannequin, beneath, reach=0.03)["head"], Hulls(mannequin, beneath)["trunk"]
    p, q = np.linspace(0, 0.997, HIGH)[:, None], np.linspace(0, 1, WIDE)[None]
    on_head = np.maximum(p, JAW)
    rim, seam = (PchipInterpolator(table[:, 0], table[:, 1:])(on_head[:, 0])[:, None] for table in (RIM, SEAM))
    level = _direction(rim[..., 0] + (seam[..., 0] - rim[..., 0]) * q, rim[..., 1] + (180 - rim[..., 1]) * q)
    over = _between(_direction(rim[..., 0], rim[..., 1]), _direction(seam[..., 0], seam[..., 1]), q)
    way = level + (over - level) * np.clip((p - 0.45) / 0.3, 0, 1)[..., None]  # round the head, then over it
    way /= np.linalg.norm(way, axis=-1, keepdims=True)
    flat = np.sin(np.pi * q) * (0.008 * np.clip((1 - p) / 0.3, 0, 1) - 0.022 * np.clip((0.45 - p) / 0.15, 0, 1))
    lift = (rim[..., 2] + (seam[..., 2] - rim[..., 2]) * q - flat) * head.size
    around, low, out = PchipInterpolator(BASE[:, 0], BASE[:, 1:])(q[0]).T
    sides = []
    for side in (1.0, -1.0):
        up, turn = np.arcsin(way[..., 1].clip(-1, 1)), np.degrees(np.arctan2(side * way[..., 0], way[..., 2]))
        above = head.at(up, turn, lift)
        rest = trunk.at(low, side * around, out * trunk.size)[None]
        share = np.clip(p / JAW, 0, 1)[..., None]
        fold = np.sin(np.pi * share) * np.sin(np.pi * q[..., None]) * np.sin(13 * share + 6 * q[..., None])
        sides.append(rest + (above - rest) * share + 0.006 * head.size * fold * [side * 0.7, 0, -0.7])
    outer = np.concatenate([sides[0], sides[1][:, -2::-1]], 1)
    normal = np.cross(np.gradient(outer, axis=1), np.gradient(outer, axis=0))
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    normal *= np.sign((normal * (outer - outer.mean((0, 1)))).sum())
    form = sheet(outer, outer - 0.004 * head.size * normal)
    inside = np.arange(len(form.vertices)) >= outer.shape[0] * outer.shape[1]
    form = form.toned(np.where(inside, 0.8, 1.0))
    form = form.moved(clear(form.vertices, mannequin, 0.002))
    pieces = [Piece(form, carried(mannequin, form.vertices))]
    return [layer_of("Hood", garment.material or "cotton", pieces, palette(garment), mannequin)]


def _direction(up: NDArray, turn: NDArray) -> NDArray:
    """Unit vectors (..., 3) of elevations (radians) and turns (degrees from the front to the left)."""
    a = np.radians(turn)
    return np.stack([np.cos(up) * np.sin(a), np.sin(up), np.cos(up) * np.cos(a)], -1)


def _between(first: NDArray, second: NDArray, share: NDArray) -> NDArray:
    """Directions on the great arcs from the first to the second."""
    angle = np.arccos((first * second).sum(-1).clip(-1, 1))
    sine = np.maximum(np.sin(angle), 1e-6)
    one, other = np.sin((1 - share) * angle) / sine, np.sin(share * angle) / sine
    return first * one[..., None] + second * other[..., None]
