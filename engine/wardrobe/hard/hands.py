"""Gloves, gauntlets and wristbands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.wardrobe.hard.armour import metal_of
from engine.wardrobe.hard.hulls import Hulls
from engine.wardrobe.hard.pieces import Piece, band, carried, layer_of, palette, skin_shell
from engine.wardrobe.hard.plates import Plate, pieces_of
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment

CUFF, KNUCKLES = 0.652, 0.79
"""Distances from the middle at which gloves begin and fingers do."""


def gloves(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """The hand's surface, evened out, with a rim round the wrist."""
    hand = _hand(mannequin, 0.0024)
    hulls = Hulls(mannequin, beneath, reach=0.012)
    cuffs = [_ring(hulls, side, CUFF - 0.004, CUFF + 0.012, 0.0065) for side in "LR"]
    return [layer_of("Gloves", "leather", [hand, *cuffs], palette(garment), mannequin)]


def _hand(mannequin: Mannequin, outer: float) -> Piece:
    return skin_shell(mannequin, np.abs(mannequin.canonical[:, 0]) - CUFF, outer, 0.0008, smooth=2)


def _ring(hulls: Hulls, side: str, low: float, high: float, out: float) -> Piece:
    form = band(hulls[f"arm.{side}"], low, high, out, 0.0025)
    return Piece(form, carried(hulls.mannequin, form.vertices))


def wristbands(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A soft ring round each wrist."""
    hulls = Hulls(mannequin, beneath)
    rings = [_ring(hulls, side, 0.625, 0.672, 0.0075) for side in "LR"]
    return [layer_of("Wristbands", "cotton", rings, palette(garment), mannequin)]


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
