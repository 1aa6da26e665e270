"""Helmets that are closed round the face."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.wardrobe.forms import DARK, Form, ellipsoid, joined
from engine.wardrobe.hard.armour import metal_of
from engine.wardrobe.hard.hulls import Hull, Hulls
from engine.wardrobe.hard.pieces import BRIGHT, Piece, layer_of, palette, rigid
from engine.wardrobe.hard.plates import Plate, shell
from engine.wardrobe.hard.shells import dome, tinted
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment


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
    jaw = Plate("", "head", (-1.2, -1.12, -1.2), (-0.55, -0.92, -0.55), (66,), lift=2, thick=5, rim=4)
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


CLOSED: dict[str, Callable[[Hull], list[Form]]] = {"visor": _knight, "suit": _powered}
"""Helmets round the whole head."""


def helmet(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A helmet of a cut of `CLOSED`."""
    style = garment.cut or "visor"
    hull = Hulls(mannequin, beneath, reach=0.03)["head"]
    form = joined(*CLOSED[style](hull))
    colors = palette(garment, "gold" if style == "suit" else None)
    name = "Powered Helmet" if style == "suit" else "Close Helmet"
    piece = Piece(form, rigid(mannequin, form.vertices, (15,)))
    return [layer_of(name, metal_of(garment.color), [piece], colors, mannequin)]
