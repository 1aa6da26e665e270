"""What is buckled, slung or hung over clothes: belts, suspenders, ties, scarves, necklaces, pads, rucksacks.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from engine.wardrobe.forms import ACCENT, DARK, Form, capped, ellipsoid, grid_faces, joined, looped, outward, tube
from engine.wardrobe.hard.armour import metal_of
from engine.wardrobe.hard.fitted import prop_layer
from engine.wardrobe.hard.hulls import Hull, Hulls
from engine.wardrobe.hard.pieces import Piece, band, carried, clear, layer_of, palette, rigid, strap
from engine.wardrobe.hard.plates import Plate, pieces_of, shell
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import COLORS, Garment
from engine.wardrobe.worn import rucksack

WAIST, HALF = 0.076, 0.020
"""Height of a belt's middle, and half its width."""
FIELD = ("khaki", "olive", "tan", "beige", "dark green", "green")
"""Colours in which a belt carries pouches."""


def belt(
    garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = (), pouches: bool | None = None
) -> list[Layer]:
    """A belt round what is worn at the waist, with a buckle, loops, a tongue and, on request, pouches.

    ``pouches``: None: on belts in the colours of field dress.
    """
    hull = Hulls(mannequin, beneath)["torso"]
    low, high = WAIST - HALF, WAIST + HALF
    forms = [band(hull, low, high, 0.0058, 0.0012, 96)]
    loops = [_patch(low - 0.004, high + 0.004, at, 3.0, lift=2.6, thick=2.2) for at in (-52, -118, 118, 52, 180)]
    tip = _patch(low + 0.002, high - 0.002, 17, 13.0, lift=2.4, thick=2.6)
    forms += [shell(plate, hull, 0.01) for plate in (*loops, tip)]
    keeper = _patch(low - 0.003, high + 0.003, 25, 2.6, lift=5.6, thick=2.0)
    forms.append(shell(keeper, hull, 0.01))
    if garment.color in FIELD if pouches is None else pouches:
        for at in (-78, -32, 78, 152, -152):
            forms += _pouch(hull, at)
    soft = joined(*forms)
    pieces = [Piece(soft, carried(mannequin, soft.vertices))]
    metal = np.array(
        [(garment.accent and COLORS[garment.accent]) or COLORS["gold" if _warm(garment) else "silver"]] * 5
    )
    buckle = _buckle(hull)
    fastened = Piece(buckle, rigid(mannequin, buckle.vertices, most=2))
    return [
        layer_of("Belt", "leather" if garment.color not in FIELD else "nylon", pieces, palette(garment), mannequin),
        layer_of("Belt Buckle", "metal", [fastened], metal, mannequin),
    ]


def _warm(garment: Garment) -> bool:
    red, _, blue = COLORS[garment.color]
    return red > blue + 0.05


def _patch(low: float, high: float, center: float, half: float, lift: float, thick: float) -> Plate:
    return Plate("", "torso", (low,), (high,), (half,), center=center, lift=lift, thick=thick, rim=2)


def _pouch(hull: Hull, center: float) -> list[Form]:
    """A bag on a belt with a flap and a stud."""
    half = 10.5 * 0.13 / max(float(np.median(hull.radii)), 0.05) * hull.size
    body = Plate("", "torso", (WAIST - 0.050,), (WAIST + 0.020,), (half,), center=center, lift=2, thick=26, bulge=6)
    flap = Plate("", "torso", (WAIST - 0.012, WAIST - 0.02, WAIST - 0.012), (WAIST + 0.024,), (half * 1.06,),
                 center=center, lift=3, thick=29, bulge=5, role="main")  # fmt: skip
    stud = hull.at(np.array([WAIST - 0.012]), np.array([center]), np.array([0.041 * hull.size]))[0]
    knob = ellipsoid(stud, (0.0045 * hull.size,) * 3, columns=10)
    lid = shell(flap, hull, 0.01)
    return [shell(body, hull, 0.01), lid.toned(np.full(len(lid.vertices), 0.88)),
            knob.painted(np.ones(len(knob.vertices), bool), DARK)]  # fmt: skip


def _buckle(hull: Hull) -> Form:
    """A frame with a bar and a prong."""
    k = hull.size
    at, turn = np.array([WAIST]), np.array([0.0])
    foot, tip = hull.at(at, turn, 0.0105 * k)[0], hull.at(at, turn, 0.0205 * k)[0]
    axis = (tip - foot) / np.linalg.norm(tip - foot)
    right, up = np.array([1.0, 0, 0]), np.cross(axis, [1.0, 0, 0])
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    x = 0.029 * np.sign(c) * np.abs(c) ** 0.35
    y = 0.0255 * np.sign(s) * np.abs(s) ** 0.35
    path = foot + k * (x[:, None] * right + y[:, None] * up)
    frame = looped(path, 0.0036 * k, axis)
    bar = tube(foot + k * np.linspace(-0.0255, 0.0255, 5)[:, None] * up, np.full(5, 0.0025 * k), 8)
    prong = tube(
        foot + 0.003 * k * axis + k * np.linspace(-0.002, 0.031, 5)[:, None] * right, np.full(5, 0.0022 * k), 8
    )
    return joined(frame, bar, prong)


OVER = np.array([(0.075, 27), (0.20, 27), (0.30, 29), (0.38, 33), (0.44, 44), (0.470, 64), (0.480, 90), (0.474, 122),
                 (0.44, 142), (0.36, 154), (0.25, 162), (0.075, 170)], float)  # fmt: skip
"""Heights and angles of a strap over the left shoulder, from the waist in front to the waist behind."""


def _mirrored(path: NDArray) -> NDArray:
    return path * [1, -1]


def suspenders(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """Two straps over the shoulders, with clips in front."""
    hull = Hulls(mannequin, beneath)["trunk"]
    forms = []
    for path in (OVER, _mirrored(OVER)):
        forms.append(strap(hull, path, 0.032, 0.002, 0.0022, 70, mannequin))
        clip = shell(_patch(0.068, 0.112, float(path[0, 1]), 6.0, lift=1.5, thick=4), hull, 0.01)
        forms.append(clip.painted(np.ones(len(clip.vertices), bool), ACCENT))
    form = joined(*forms)
    colors = palette(garment, "silver")
    return [layer_of("Suspenders", "nylon", [Piece(form, carried(mannequin, form.vertices))], colors, mannequin)]


KNOT = (0.484, 0.531)
"""Heights of the lower and the upper end of a tie's knot, between the points of a collar."""


def tie(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A blade with a point that hangs from a knot."""
    hulls = Hulls(mannequin, beneath)
    path = np.array([(KNOT[0] + 0.006, 0), (0.42, 0), (0.34, 0), (0.26, 0), (0.18, 0), (0.135, 0), (0.098, 0)], float)
    wide = np.array([0.024, 0.040, 0.055, 0.068, 0.080, 0.084, 0.004])
    trunk = hulls["trunk"]  # it hangs straight over a collar's points
    even = gaussian_filter1d(maximum_filter1d(trunk.radii, 3, axis=0), 4.0, axis=0)
    straight = replace(trunk, radii=np.maximum(even, trunk.radii))
    blade = strap(straight, path, wide, 0.005, 0.003, 60, mannequin)
    low, high = (hulls["neck"].at(np.array([u]), np.array([0.0]))[0] for u in KNOT)
    order = np.argsort(blade.vertices[:, 1])  # the knot lies on the blade
    front = np.interp(low[1], *blade.vertices[order][:, 1:].T)
    low[2] = max(low[2], front - 0.002 * trunk.size)
    knot = _tie_knot(low, high, trunk.size)
    form = joined(blade, knot.toned(np.full(len(knot.vertices), 0.9)))
    form = form.moved(clear(form.vertices, mannequin, 0.0004))
    pieces = [Piece(form, carried(mannequin, form.vertices))]
    return [layer_of("Tie", "silk", pieces, palette(garment), mannequin)]


def _tie_knot(low: NDArray, high: NDArray, size: float) -> Form:
    """The knot between its ends' middles (3,): wider above, flat, rounded at both ends."""
    axis, right = (high - low) / np.linalg.norm(high - low), np.array([1.0, 0, 0])
    front = np.cross(right, axis)
    t = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 16))
    swell = np.clip(1 - np.abs(2 * t - 1) ** 9, 0.2, 1) ** 0.4
    half, deep = (0.0105 + 0.0095 * t) * swell * size, (0.0075 + 0.001 * t) * swell * size
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    c, s = (np.sign(f) * np.abs(f) ** 0.6 for f in (np.cos(turn), np.sin(turn)))
    across, out = half[:, None] * c, deep[:, None] * s
    rings = (low + t[:, None] * (high - low))[:, None] + across[..., None] * right + out[..., None] * front
    return outward(capped(rings, rings[0].mean(0), rings[-1].mean(0)))


def scarf(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A thick wrap round the neck in two turns, and an end that hangs on the chest."""
    hulls = Hulls(mannequin, beneath)
    neck, chest = hulls["neck"], hulls["trunk"]
    forms = []
    for height, wave, radius in ((0.530, 0.008, 0.020), (0.553, -0.008, 0.018)):
        theta = np.linspace(-180, 180, 60, endpoint=False)
        a = np.radians(theta)
        u = height + wave * np.cos(a + 0.6) - 0.012 * np.cos(a)
        path = neck.at(u, theta, np.full(60, radius * neck.size))
        fold = 1 + 0.16 * np.sin(7 * a + 2 * np.sin(a)) + 0.10 * np.sin(11 * a + 1)
        roll = _wrapped(path, radius * neck.size * fold)
        forms.append(roll.moved(clear(roll.vertices, mannequin, 0.001)))
    end = np.array([(0.485, 14), (0.42, 17), (0.33, 18), (0.25, 18), (0.17, 18)], float)
    forms.append(strap(chest, end, np.array([0.06, 0.085, 0.10, 0.105, 0.105]), 0.010, 0.012, 40, mannequin))
    for j in np.linspace(-13, 13, 9):
        line = np.array([(0.172, 18 + j), (0.155, 18 + j), (0.135, 18 + 1.1 * j)], float)
        forms.append(strap(chest, line, 0.006, 0.013, 0.005, 5))
    form = joined(*forms)
    return [layer_of("Scarf", "knit", [Piece(form, carried(mannequin, form.vertices))], palette(garment), mannequin)]


def _wrapped(path: NDArray, radius: NDArray) -> Form:
    """A soft roll along a closed path (N, 3) round the body, higher than thick."""
    away = path - path.mean(0)
    away[:, 1] = 0
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    shape = 0.8 * np.cos(turn)[:, None] * away[:, None] + 1.05 * np.sin(turn)[:, None] * np.array([0, 1.0, 0])
    points = path[:, None] + radius[:, None, None] * shape
    faces = grid_faces(len(path) + 1, 14) % (len(path) * 14)
    return outward(Form(points.reshape(-1, 3), faces.astype(np.int32)))


def necklace(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A chain on the collar bones with a pendant."""
    hull = Hulls(mannequin, beneath)["trunk"]
    theta = np.linspace(-180, 180, 90, endpoint=False)
    front = np.exp(-((theta / 55) ** 2))
    u = 0.503 - 0.062 * front
    path = hull.at(u, theta, np.full(90, 0.0055 * hull.size))
    path = clear(path, mannequin, 0.007 * hull.size)
    chain = looped(path, 0.0022 * hull.size, np.array([0, 1.0, 0]), 6)
    drop = ellipsoid(
        path[45] + [0, -0.012 * hull.size, 0.006 * hull.size], tuple(hull.size * np.array([0.009, 0.012, 0.005]))
    )
    form = joined(chain, drop.painted(np.ones(len(drop.vertices), bool), ACCENT))
    form = form.moved(clear(form.vertices, mannequin, 0.0004))
    pieces = [Piece(form, carried(mannequin, form.vertices))]
    return [layer_of("Necklace", "metal", pieces, palette(garment), mannequin)]


def knee_pads(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """Hard caps on the knees with two straps each."""
    hulls = Hulls(mannequin, beneath)
    cap = Plate("", "leg", (-0.488, -0.505, -0.488), (-0.392, -0.38, -0.392), (48, 60, 48), center=6, lift=1, thick=9,
                bulge=9, rim=6, grooves=(0.28, 0.72), joints=("knee",))  # fmt: skip
    pieces = pieces_of(cap, hulls)
    for side in "LR":
        for at in (-0.415, -0.468):
            form = band(hulls[f"leg.{side}"], at - 0.011, at + 0.011, 0.003, 0.001)
            form = form.painted(np.ones(len(form.vertices), bool), DARK)
            pieces.append(Piece(form, carried(mannequin, form.vertices)))
    return [layer_of("Knee Pads", "plastic", pieces, palette(garment), mannequin)]


def shoulder_pads(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """Caps of three lames over the shoulders."""
    plate = Plate("", "arm", (0.13, 0.078, 0.07, 0.078, 0.13), (0.29, 0.30, 0.29), (92, 108, 98), center=86, lift=9,
                  thick=4, edge="rolled", rim=8, trim=True, bulge=6, lames=3, step=-4, flare=(6, 4),
                  joints=("shoulder", "collar"))  # fmt: skip
    pieces = pieces_of(plate, Hulls(mannequin, beneath))
    return [layer_of("Shoulder Pads", metal_of(garment.color), pieces, palette(garment), mannequin)]


def backpack(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A rucksack and its two straps."""
    hull = Hulls(mannequin, beneath)["trunk"]
    path = np.array([(0.21, 100), (0.22, 70), (0.28, 40), (0.38, 35), (0.44, 46), (0.470, 66), (0.480, 92),
                     (0.468, 128), (0.42, 146)], float)  # fmt: skip
    straps = joined(*(strap(hull, one, 0.042, 0.002, 0.008, 60, mannequin) for one in (path, _mirrored(path))))
    bag = prop_layer("Backpack", rucksack(), (0, 3, 6, 9), mannequin, "nylon", palette(garment))
    reach = hull.at(np.array([0.31]), np.array([180.0]), np.array([0.004]))[0, 2] - float(bag.vertices[:, 2].max())
    bag = bag.moved(bag.vertices + np.array([0, 0, min(reach + 0.02, 0.05)], np.float32))
    band_layer = layer_of(
        "Backpack Straps",
        "nylon",
        [Piece(straps, carried(mannequin, straps.vertices))],
        palette(garment) * 0.8,
        mannequin,
    )
    return [bag, band_layer]
