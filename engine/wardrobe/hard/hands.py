"""Gloves of the hand's own form, and gauntlets.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.wardrobe.hard.armour import metal_of
from engine.wardrobe.hard.hulls import Hulls
from engine.wardrobe.hard.pieces import Piece, band, carried, layer_of, palette, skin_shell
from engine.wardrobe.hard.plates import Plate, pieces_of
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment

CUFF = 0.652
"""Distance from the middle of the figure at which gloves begin."""


@dataclass(frozen=True)
class Cut:
    """Gloves of the hand's own form."""

    name: str
    begin: float = CUFF
    """Where they begin, and where they end: distances from the middle."""
    end: float = 1.0
    thick: float = 0.0024
    """Metres by which they stand off."""
    rim: float = 0.0065
    """Metres by which the ring round where they begin stands off; none: 0."""
    wide: float = 0.016
    """Metres along the arm that the ring is wide."""
    material: str = "leather"


GLOVES = {
    None: Cut("Gloves"),
    "work": Cut("Work Gloves", thick=0.0040, rim=0.012, wide=0.040),
    "fingerless": Cut("Fingerless Gloves", end=0.802, thick=0.0026),
    "long": Cut("Long Gloves", begin=0.400, thick=0.0020, rim=0.0, material="silk"),
}
"""By cut."""


def gloves(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """The hand's surface, evened out, with a rim where it begins; on one hand where a side is named."""
    cut = GLOVES.get(garment.cut) or GLOVES[None]
    sides = ("L", "R") if garment.side is None else ("L" if garment.side == "left" else "R",)
    x = mannequin.canonical[:, 0]
    hulls, pieces = Hulls(mannequin, beneath, reach=0.012), []
    for side in sides:
        along = x if side == "L" else -x
        signed = np.minimum(along - cut.begin, cut.end - along)
        pieces.append(skin_shell(mannequin, signed, cut.thick, 0.0008, smooth=2))
        if cut.rim:
            pieces.append(_ring(hulls, side, cut.begin - 0.004, cut.begin - 0.004 + cut.wide, cut.rim))
    return [layer_of(cut.name, garment.material or cut.material, pieces, palette(garment), mannequin)]


def _hand(mannequin: Mannequin, outer: float) -> Piece:
    return skin_shell(mannequin, np.abs(mannequin.canonical[:, 0]) - CUFF, outer, 0.0008, smooth=2)


def _ring(hulls: Hulls, side: str, low: float, high: float, out: float) -> Piece:
    form = band(hulls[f"arm.{side}"], low, high, out, 0.0025)
    return Piece(form, carried(hulls.mannequin, form.vertices))


FOREARM = (
    Plate("Gauntlets", "arm", (0.515,), (0.662,), (86,), center=90, lift=3, thick=3.5, edge="rolled", rim=7, trim=True,
          flare=(12, 2), grooves=(0.35, 0.65)),
    Plate("Gauntlets", "arm", (0.515,), (0.662,), (86,), center=270, lift=2, thick=3.5, edge="rolled", rim=7, trim=True,
          flare=(12, 2)),
)  # fmt: skip


def gauntlets(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """Gloves with two shells round the forearm and lames on the back of the hand and of the fingers."""
    hulls, material = Hulls(mannequin, beneath, reach=0.014), metal_of(garment.color)
    hand = _hand(mannequin, 0.0018)
    colors = palette(garment)
    x = mannequin.canonical[:, 0]
    side, back = np.abs(x), _back(mannequin)
    pieces = [piece for plate in FOREARM for piece in pieces_of(plate, hulls)]
    for low, high, out in ((0.683, 0.733, 0.0052), (0.722, 0.772, 0.0064), (0.760, 0.790, 0.0076)):
        for sign in (1, -1):
            signed = np.minimum(np.minimum(side - low, high - side), np.minimum(back - 0.004, sign * x))
            lame = skin_shell(mannequin, signed, out, 0.0024, smooth=8)
            mean = lame.weights.mean(0)
            pieces.append(Piece(lame.form, np.repeat((mean / mean.sum())[None], len(lame.weights), 0)))
    inner = np.concatenate([colors[:1] * 0 + np.array([0.13, 0.10, 0.08]), colors[1:]])
    return [
        layer_of("Gauntlet Gloves", "leather", [hand], inner, mannequin),
        layer_of("Gauntlets", material, pieces, colors, mannequin),
    ]


def _back(mannequin: Mannequin) -> np.ndarray:
    """(V,) metres by which a point of the hand lies on its back's side of the middle, in the standard figure."""
    x, y, _ = mannequin.canonical.T
    hand = np.abs(x) > 0.67
    place = np.interp(np.abs(x), [0.68, 0.74, 0.80], _levels(mannequin.canonical[hand]))
    return np.asarray(y - place)


def _levels(points: np.ndarray) -> list[float]:
    """Middle heights of the hand at three distances."""
    side = np.abs(points[:, 0])
    near = [points[np.abs(side - at) < 0.012, 1] for at in (0.68, 0.74, 0.80)]
    return [float(0.5 * (y.min() + y.max())) for y in near]
