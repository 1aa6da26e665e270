"""Shoes, boots and sandals: uppers round a last, soles with welt and heel, tongues, laces, toe caps, shafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import ACCENT, DARK, LIGHT, MAIN, Form, capped, joined, outward, sheet, tube
from engine.wardrobe.hard.hulls import Hull, Hulls
from engine.wardrobe.hard.pieces import Piece, band, carried, closed_ring, layer_of, palette
from engine.wardrobe.hard.plates import Plate, shell
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import COLORS, Garment

SOLE_TOP, COLLAR, SHAFT = -0.934, -0.845, -0.53
"""Heights on the standard figure of a sole's upper side, a shoe's collar and a boot's rim."""
THICKNESS = {"shoes": 0.014, "boots": 0.020, "sandals": 0.011}
"""Metres of the sole under the foot."""
COLUMNS = 60
TURN = np.linspace(-180, 180, COLUMNS, endpoint=False)
SPORTS = ("white", "red", "blue", "royal blue", "light blue", "yellow", "orange", "pink", "hot pink", "lime", "green",
          "light green", "turquoise", "cyan", "purple", "magenta", "coral", "mint", "lavender")  # fmt: skip
"""Colours in which shoes are sneakers, with rubber soles; in others they are of leather."""
NAMES = {"shoes": "Shoes", "boots": "Boots", "sandals": "Sandals"}


def footwear(
    garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = (), laced: bool | None = None
) -> list[Layer]:
    """Shoes, boots or sandals.

    Args:
        garment: of kind shoes, boots or sandals.
        mannequin: the body.
        beneath: what is worn already; boots go round it as far as a shaft may stand off the leg.
        laced: whether there are laces; None: on shoes.
    """
    hulls = Hulls(mannequin, beneath if garment.kind == "boots" else (), reach=0.016)
    sports = garment.kind == "shoes" and garment.color in SPORTS
    colors = _colors(garment, sports)
    laced = garment.kind == "shoes" if laced is None else laced
    pieces = []
    floor = float(mannequin.vertices[:, 1].min()) - THICKNESS[garment.kind] * mannequin.size
    for side in "LR":
        hull = hulls[f"leg.{side}"]
        forms = [_sole(hull, floor, garment.kind, sports)]
        if garment.kind == "sandals":
            forms += _straps(hull)
        else:
            forms += _upper(hull, garment.kind, sports, laced)
        form = joined(*forms)
        pieces.append(Piece(form, carried(mannequin, form.vertices)))
    material = "cotton" if sports else "leather"
    return [layer_of(NAMES[garment.kind], material, pieces, colors, mannequin)]


def soles(hulls: Hulls) -> list[Piece]:
    """Flat soles alone, for armour of the feet."""
    mannequin, found = hulls.mannequin, []
    floor = float(mannequin.vertices[:, 1].min()) - THICKNESS["shoes"] * mannequin.size
    for side in "LR":
        form = _sole(hulls[f"leg.{side}"], floor, "boots", False)
        found.append(Piece(replace(form, roles=np.full(len(form.roles), DARK)), carried(mannequin, form.vertices)))
    return found


def _colors(garment: Garment, sports: bool) -> NDArray:
    """(5, 3) by role: the accent is the sole's, light the laces'."""
    colors = palette(garment)
    main = colors[MAIN]
    if garment.accent is None:
        dark = np.array(COLORS["dark brown"]) * 0.7 if main.mean() > 0.12 else np.array([0.11, 0.105, 0.10])
        colors[ACCENT] = (
            (0.92, 0.92, 0.90) if sports and garment.color != "white" else (0.80, 0.80, 0.79) if sports else dark
        )
    colors[LIGHT] = (0.95, 0.95, 0.94) if sports else main * 0.45
    return colors


def _sole(hull: Hull, floor: float, kind: str, sports: bool) -> Form:
    """A flat slab a little wider than the foot; under the arch it does not touch the floor."""
    k = hull.size
    out = 0.003 if kind == "sandals" else 0.0105 if kind == "boots" else 0.009
    outline = hull.at(np.full(COLUMNS, hull.u[0] + 0.004), TURN, np.full(COLUMNS, out * k))
    top = float(hull.at(np.array([SOLE_TOP]), np.zeros(1))[0, 1]) + (0.006 * k if sports else 0.0)
    if kind == "sandals":
        top = floor + THICKNESS[kind] * k
    middle = outline.mean(0)
    heel, ball = np.quantile(outline[:, 2], 0.0) + 0.085 * k, np.quantile(outline[:, 2], 0.0) + 0.13 * k
    arch = 0.0 if sports or kind == "sandals" else 0.006 * k
    levels = [(top, 0.975, 0.0), (top - 0.0015 * k, 1.0, 0.0), (top - 0.0045 * k, 1.0, 0.0),
              (top - 0.006 * k, 0.985, 0.0), (floor + 0.002 * k, 0.985, 1.0), (floor, 0.965, 1.0)]  # fmt: skip
    rings = []
    for level, inset, low in levels:
        ring = middle + (outline - middle) * inset
        rise = arch * np.clip((ring[:, 2] - heel) / (0.006 * k), 0, 1) * np.clip((ball - ring[:, 2]) / (0.02 * k), 0, 1)
        ring[:, 1] = level + low * rise
        rings.append(ring)
    ends = [np.array([middle[0], level, middle[2]]) for level in (top - 0.004 * k, floor)]
    form = outward(capped(np.array(rings), *ends))
    return replace(form, roles=np.full(len(form.vertices), ACCENT))


def _upper(hull: Hull, kind: str, sports: bool, laced: bool) -> list[Form]:
    """Everything above the sole."""
    boots = kind == "boots"
    rim = SHAFT if boots else COLLAR
    forms = [_tube(hull, rim, 0.005, 0.003)]
    cap = _cap(hull, 0.70 if sports else 0.74, 6.3)
    forms.append(replace(cap, roles=np.full(len(cap.vertices), LIGHT if sports else MAIN)))
    counter = Plate("", "leg", (-0.938,), (-0.88, -0.885, -0.88), (62, 48), center=180, lift=1.3, thick=1.0, rim=3)
    forms.append(shell(counter, hull))
    if boots:
        forms.append(band(hull, rim - 0.010, rim + 0.004, 0.0075, 0.002))
    if laced:
        forms += _lacing(hull, rim if boots else COLLAR + 0.002)
    return forms


def _tube(hull: Hull, rim: float, outer: float, inner: float) -> Form:
    """A closed tube of leather from the sole to a rim, which is a little lower on the ankles' sides."""
    k = hull.size
    rows = np.concatenate([np.linspace(-0.941, -0.875, 18), np.arange(-0.868, rim - 0.004, 0.022), [rim - 0.004, rim]])
    u, theta = np.meshgrid(rows, TURN, indexing="ij")
    low_side = 0.010 * np.sin(np.radians(theta)) ** 2 * np.clip((u + 0.87) / max(rim + 0.87, 1e-3), 0, 1) * (rim < -0.8)
    out = np.where(np.arange(len(rows)) == len(rows) - 1, 0.6 * outer + 0.4 * inner, outer)[:, None] * k
    around = [
        hull.at(u - low_side, theta, np.broadcast_to(out, u.shape)),
        hull.at(u - low_side, theta, np.full(u.shape, inner * k)),
    ]
    return closed_ring(*around)


def _cap(hull: Hull, share: float, lift: float) -> Form:
    """A toe cap: what of the upper lies beyond a share of the foot's length."""
    levels = np.linspace(-0.938, -0.86, 60)
    theta = np.linspace(0, 110, 111)
    u, turn = np.meshgrid(levels, theta, indexing="ij")
    z = hull.at(u, turn)[..., 2]
    back = float(hull.at(np.array([-0.938]), np.array([180.0]))[0, 2])
    limit = back + share * (z.max() - back)
    reached = z[:, 0] > limit
    top = levels[reached][-1] if reached.any() else -0.92
    at = np.linspace(-0.938, top, 9)
    half = [float(theta[max(0, np.searchsorted(-z[np.argmin(np.abs(levels - a))], -limit) - 1)]) for a in at]
    half[-1] = max(half[-1], 4.0)
    return shell(
        Plate("", "leg", (-0.938,), (float(top),), tuple(half), lift=lift - 4.0 - 1.0, thick=1.0, rim=3), hull, 0.006
    )


def _lacing(hull: Hull, top: float) -> list[Form]:
    """A tongue, eyelet facings and crossing laces on the instep, up to a height."""
    k = hull.size
    low = -0.897
    tongue = shell(Plate("", "leg", (low,), (min(top + 0.012, 0.0),), (13, 17, 20), lift=2.2, thick=2.0, rim=3), hull)
    count = max(4, int((top - low) / 0.011)) if top < -0.8 else max(6, int((top - low) / 0.026))
    levels = np.linspace(low + 0.004, top - 0.006, count)
    wide = np.interp(levels, [low, -0.86, -0.8, 0], [11.0, 17.0, 19.0, 19.0])
    laces = []
    t = np.linspace(0, 1, 5)
    for row in range(count - 1):
        for sign in (-1, 1):
            u = levels[row] + (levels[row + 1] - levels[row]) * t
            theta = sign * (-wide[row] + (wide[row] + wide[row + 1]) * t)
            lift = (0.0088 + 0.0012 * np.sin(np.pi * t) * (1 + 0.3 * sign)) * k
            laces.append(tube(hull.at(u, theta, lift), np.full(5, 0.0019 * k), 5))
    laces += _bow(hull, float(levels[-1]), k)
    light = joined(*laces)
    return [
        tongue.toned(np.full(len(tongue.vertices), 0.82)),
        replace(light, roles=np.full(len(light.vertices), LIGHT)),
    ]


def _bow(hull: Hull, u: float, k: float) -> list[Form]:
    """Two loops and two ends."""
    t = np.linspace(0, 2 * np.pi, 11)
    forms = []
    for sign in (-1, 1):
        theta = sign * (2 + 15 * (1 - np.cos(t)) / 1.6)
        heights = u - 0.011 * np.sin(t) * (1 - np.cos(t)) / 2 - 0.006 * (1 - np.cos(t)) / 2
        forms.append(tube(hull.at(heights, theta, np.full(11, 0.0125 * k)), np.full(11, 0.0018 * k), 6))
    return forms


def _straps(hull: Hull) -> list[Form]:
    """Bands over the toes, the instep and round the heel."""
    return [*(_crossing(hull, share, 0.026) for share in (0.62, 0.42)), band(hull, -0.872, -0.855, 0.005, 0.001)]


def _crossing(hull: Hull, share: float, width: float) -> Form:
    """A strap across the foot at a share of its length, from sole to sole."""
    k = hull.size
    levels, theta = np.linspace(-0.944, -0.855, 70), np.linspace(-150, 150, 301)
    u, turn = np.meshgrid(levels, theta, indexing="ij")
    points = hull.at(u, turn)
    back, front = points[..., 2].min(), points[..., 2].max()
    across = np.linspace(0, 1, 5)
    outer, inner = [], []
    for step in across:
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
