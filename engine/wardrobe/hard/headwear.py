"""Headgear: helmets, caps and hoods that fit the head and the hair on it, and hats of `headgear` as layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.wardrobe.forms import ACCENT, DARK, MAIN, Form, capped, ellipsoid, joined, outward
from engine.wardrobe.hard.armour import BARE_METAL, metal_of
from engine.wardrobe.hard.hulls import Hull, Hulls
from engine.wardrobe.hard.pieces import BRIGHT, Piece, band, layer_of, palette, rigid, strap
from engine.wardrobe.hard.plates import Plate, shell
from engine.wardrobe.headgear import ACCENTS, HEADGEAR
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment

HEAD = (12, 15)
DOME = 72
"""Columns of a helmet."""


def prop_layer(
    name: str, form: Form, joints: Sequence[int], mannequin: Mannequin, material: str, colors: NDArray
) -> Layer:
    """A closed form of the standard figure on a body: carried as a whole by what its joints carry, fitted to its shape.

    Args:
        form: in the standard figure's coordinates, T-pose.
        joints: whose body vertices it is fitted to.
        colors: (5, 3) of its roles.
    """
    own = np.flatnonzero(mannequin.weights[:, list(joints)].sum(1) > 0.5)
    source, target = mannequin.canonical[own], mannequin.vertices[own]
    distance, near = cKDTree(source).query(form.vertices, k=min(24, len(own)))
    used = np.unique(near)
    turn, shift = _similarity(source[used], target[used])
    shares = 1.0 / (distance + 0.02) ** 2
    shares /= shares.sum(1, keepdims=True)
    moved = form.vertices @ turn.T + shift
    rest = target - (source @ turn.T + shift)  # what the fit leaves
    moved = moved + np.einsum("pk,pkc->pc", shares, rest[near])
    weights = np.einsum("pk,pkj->pj", shares, mannequin.weights[own][near])
    weights /= weights.sum(1, keepdims=True)
    return layer_of(name, material, [Piece(form.moved(moved), weights)], colors, mannequin)


def _similarity(source: NDArray, target: NDArray) -> tuple[NDArray, NDArray]:
    """The rotation with scale (3, 3) and shift (3,) that bring points (N, 3) nearest to others (Umeyama 1991)."""
    a, b = source - source.mean(0), target - target.mean(0)
    u, s, v = np.linalg.svd(b.T @ a)
    flip = np.diag([1, 1, np.sign(np.linalg.det(u @ v))])
    turn = u @ flip @ v * float((s * np.diag(flip)).sum() / (a**2).sum())
    return turn, target.mean(0) - turn @ source.mean(0)


def dome(
    hull: Hull,
    border: Callable[[NDArray], NDArray],
    lift: float,
    thick: float,
    rim: float = 0.0,
    flare: float = 0.0,
    rows: int = 14,
) -> Form:
    """A closed shell over the crown down to a border, radians of elevation by angles in degrees.

    ``lift``, ``thick``, the height of a rolled ``rim`` and ``flare`` of the border are metres on a grown body;
    ``rows`` lie between crown and border.
    """
    k, theta = hull.size, np.linspace(-180, 180, DOME, endpoint=False)
    low = border(theta)
    t = np.concatenate([[0.03], np.linspace(0.12, 0.88, rows), [0.93, 0.955, 0.975, 0.99, 1.0]])[:, None]
    u = 1.56 + (low - 1.56)[None] * t
    edge = np.clip((t - 0.93) / 0.07, 0, 1)
    out = (
        lift + thick + rim * np.sin(np.pi * np.clip(edge * 1.1, 0, 1)) + flare * np.clip((t - 0.82) / 0.18, 0, 1) ** 2
    ) * k
    inner = (lift + flare * np.clip((t - 0.82) / 0.18, 0, 1) ** 2) * k
    turn = np.broadcast_to(theta, u.shape)
    outside = hull.at(u, turn, np.broadcast_to(out, u.shape))
    inside = hull.at(u, turn, np.broadcast_to(inner, u.shape))
    top = np.array([[1.56], [0.0]])
    poles = [hull.at(top[0], top[1], np.array([height * k]))[0] for height in (lift + thick, lift)]
    return outward(capped(np.concatenate([outside, inside[::-1]]), *poles))


def _curve(front: float, side: float, back: float) -> Callable[[NDArray], NDArray]:
    """A border by its heights in front, at the ears and behind."""
    at = np.array([-180, -135, -90, -45, 0, 45, 90, 135, 180.0])
    values = np.array([back, 0.5 * (back + side), side, 0.5 * (side + front), front])
    both = np.concatenate([values, values[-2::-1]])
    return lambda theta: np.interp(theta, at, both)


def tinted(form: Form, role: int) -> Form:
    """A form all in one role."""
    return form.painted(np.ones(len(form.vertices), bool), role)


def _army(hull: Hull) -> list[Form]:
    """A soldier's helmet with a rim and a strap under the chin."""
    shape = dome(hull, _curve(0.44, 0.10, -0.12), 0.012, 0.004, 0.003, 0.010)
    path = np.array([(0.12, 82), (-0.35, 74), (-0.75, 58), (-1.06, 22), (-1.08, 0)], float)
    straps = [strap(hull, one, 0.016, 0.001, 0.002, 30) for one in (path, path * [1, -1])]
    return [shape, *(tinted(one, DARK) for one in straps)]


def _hard_hat(hull: Hull) -> list[Form]:
    shape = dome(hull, _curve(0.50, 0.46, 0.34), 0.016, 0.004, 0.002, 0.012)
    peak = shell(Plate("", "head", (0.40,), (0.58,), (58,), lift=14, thick=4, flare=(44, 0)), hull, 0.01)
    ridges = [shell(Plate("", "head", (0.55,), (1.5,), (3.5, 14), center=c, lift=15, thick=8), hull, 0.012)
              for c in (0, 180)]  # fmt: skip
    return [shape, peak, *ridges]


def _knight(hull: Hull) -> list[Form]:
    """A close helmet: skull with a comb, a pointed visor with a slit and holes, a bevor, a flared neck."""
    skull = dome(
        hull,
        lambda a: np.interp(np.abs(a), [0, 62, 80, 110, 180], [0.42, 0.40, -1.0, -0.86, -0.86]),
        0.010,
        0.0035,
        0.0025,
        0.0,
    )
    combs = [
        Plate("", "head", (low,), (1.52,), (2.5, 14), center=c, lift=9, thick=17) for low, c in ((0.46, 0), (-0.6, 180))
    ]
    comb = [shell(plate, hull, 0.012) for plate in combs]
    dark = tinted(shell(Plate("", "head", (-1.1,), (0.5,), (80,), lift=1, thick=2), hull), DARK)
    upper = Plate("", "head", (0.135, 0.115, 0.135), (0.47, 0.50, 0.47), (88,), lift=11, thick=4, edge="rolled", rim=6,
                  trim=True, ridge=10)  # fmt: skip
    lower = Plate("", "head", (-0.62, -0.72, -0.62), (0.015, -0.005, 0.015), (88,), lift=12, thick=4, edge="rolled",
                  rim=6, trim=True, ridge=26, bulge=10)  # fmt: skip
    bevor = Plate("", "head", (-1.1,), (-0.58, -0.68, -0.58), (92,), lift=8, thick=4, edge="rolled", rim=6, ridge=10,
                  bulge=8)  # fmt: skip
    forms = [skull, *comb, dark, shell(upper, hull), shell(lower, hull, 0.012), shell(bevor, hull)]
    bars = [shell(Plate("", "head", (-0.02,), (0.15,), (3,), lift=18, thick=5), hull, 0.01)]
    return [*forms, *bars]


def _powered(hull: Hull) -> list[Form]:
    """A closed helmet of a powered suit: a skull in the main colour, a face plate in the accent, shining eyes."""
    skull = dome(
        hull,
        lambda a: np.interp(np.abs(a), [0, 38, 62, 110, 180], [0.62, 0.52, -0.95, -0.86, -0.86]),
        0.007,
        0.004,
        0.0,
        0.0,
    )
    face = Plate("", "face", (-1.02, -1.10, -1.02), (0.52, 0.62, 0.52), (34, 52, 60, 50, 34), lift=5, thick=5, rim=4,
                 role="accent", grooves=(0.36,), ridge=3)  # fmt: skip
    jaw = Plate("", "head", (-1.2, -1.12, -1.2), (-0.55, -0.92, -0.55), (66,), lift=6, thick=5, rim=4)
    dark = tinted(shell(Plate("", "head", (-1.1,), (0.5,), (70,), lift=0, thick=2), hull), DARK)
    forms = [skull, shell(face, hull, 0.01), shell(jaw, hull), dark]
    for c in (-24, 24):
        tilt = 0.06 * np.sign(c)
        eye = Plate(
            "", "face", (0.02 - tilt, 0.02 + tilt), (0.085 - tilt, 0.085 + tilt), (13, 14), center=c, lift=8.5, thick=3
        )
        forms.append(tinted(shell(eye, hull, 0.006), BRIGHT))
    place = np.zeros(2), np.array([-92.0, 92.0]), np.full(2, 0.014 * hull.size)
    ears = [ellipsoid(point, tuple(hull.size * np.array([0.012, 0.028, 0.028]))) for point in hull.at(*place)]
    return [*forms, *ears]


STYLES: dict[str, Callable[[Hull], list[Form]]] = {
    "army": _army, "hard": _hard_hat, "visor": _knight, "suit": _powered,
}  # fmt: skip
"""Helmets that are made on the head itself; other cuts are forms of `headgear`."""


def helmet(
    garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = (), style: str | None = None
) -> list[Layer]:
    """A helmet of a style of `STYLES`; None: by its cut, else a knight's in bare metal, a soldier's otherwise."""
    style = style or garment.cut or ("visor" if garment.color in BARE_METAL else "army")
    if style not in STYLES:
        return [headgear(garment, mannequin)]
    hull = Hulls(mannequin, beneath, reach=0.03)["head"]
    form = joined(*STYLES[style](hull))
    material = (
        metal_of(garment.color) if style in ("visor", "suit") else "plastic" if style == "hard" else "painted_metal"
    )
    colors = palette(garment, "gold" if style == "suit" else None)
    return [layer_of("Helmet", material, [Piece(form, rigid(mannequin, form.vertices, (15,)))], colors, mannequin)]


def cap(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A cap with a peak and a button, or another cut of `headgear`."""
    if garment.cut:
        return [headgear(garment, mannequin)]
    hull = Hulls(mannequin, beneath, reach=0.03)["head"]
    peak = shell(Plate("", "head", (0.34, 0.40, 0.34), (0.50,), (36, 46), lift=4, thick=3, flare=(50, 0)), hull, 0.008)
    button = ellipsoid(
        hull.at(np.array([1.55]), np.zeros(1), np.array([0.011 * hull.size]))[0],
        tuple(hull.size * np.array([0.008, 0.004, 0.008])),
    )
    form = joined(
        dome(hull, _curve(0.46, 0.38, 0.16), 0.005, 0.003, 0.001), tinted(peak, ACCENT), tinted(button, ACCENT)
    )
    colors = palette(garment)
    colors[ACCENT] = colors[ACCENT] if garment.accent else colors[MAIN] * 0.8
    return [layer_of("Cap", "cotton", [Piece(form, rigid(mannequin, form.vertices, (15,)))], colors, mannequin)]


def headband(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A band round the forehead, or another cut of `headgear`."""
    if garment.cut:
        return [headgear(garment, mannequin)]
    form = band(Hulls(mannequin, beneath, reach=0.02)["head"], 0.36, 0.66, 0.005, 0.001, 72)
    return [
        layer_of(
            "Headband", "cotton", [Piece(form, rigid(mannequin, form.vertices, (15,)))], palette(garment), mannequin
        )
    ]


def headgear(garment: Garment, mannequin: Mannequin) -> Layer:
    """A hat, cap, crown or helmet of `headgear` in its place."""
    form = (HEADGEAR.get((garment.kind, garment.cut)) or HEADGEAR[garment.kind, None])()
    material = {"helmet": "metal", "headband": "metal", "hat": "wool", "cap": "cotton"}.get(garment.kind, "cotton")
    if garment.cut in ("brim", "hard"):
        material = "plastic"
    colors = palette(garment, ACCENTS.get(garment.cut or ""))
    name = (garment.cut or garment.kind).replace("_", " ").title()
    return prop_layer(name, form, HEAD, mannequin, material, colors)


def hood(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A hood round the head and neck that leaves the face free."""
    hull = Hulls(mannequin, beneath, reach=0.05)["head"]
    shape = dome(
        hull,
        lambda a: np.interp(np.abs(a), [0, 30, 50, 62, 110, 180], [0.62, 0.50, 0.0, -1.08, -0.88, -0.88]),
        0.012,
        0.004,
        0.004,
    )
    soft = np.exp(-((np.arctan2(*(shape.vertices - shape.vertices.mean(0))[:, [0, 2]].T) - np.pi) ** 2))
    shape = shape.moved(shape.vertices - soft[:, None] * np.array([0, 0, 0.012]))
    return [
        layer_of("Hood", "cotton", [Piece(shape, rigid(mannequin, shape.vertices, (15,)))], palette(garment), mannequin)
    ]
