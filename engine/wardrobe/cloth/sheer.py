"""Cloth that is seen through: thin cloth with its lining, and nets.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.finish import grained
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.cloth.records import Record
from engine.wardrobe.layers import Floats

SHEER = 0.45
"""Opacity of cloth that is said to be see-through, whatever it is made of."""
LINED = (-0.125, 0.385)
"""Heights between which trunks are lined; skirts of dresses down to their hems."""
WHOLE = frozenset({"dress", "gown", "skirt", "long_skirt"})
HUNG = frozenset({"cape", "poncho"})
"""Blocks that have no lining."""


def strings(p: Points, width: float, height: float, thick: float) -> NDArray:
    """(N,) metres inside of the strings of a net with lozenges ``width`` by ``height`` metres."""
    near = np.min([np.abs(run - np.round(run)) for run in _runs(p, width, height)], axis=0)
    return np.asarray(0.5 * thick - near / np.hypot(1 / width, 1 / height))


def _runs(p: Points, width: float, height: float) -> tuple[NDArray, NDArray]:
    """Two functions (N,) that are whole numbers in the middle of the strings of both directions."""
    return p.around / width + p.along / height, p.around / width - p.along / height


def netted(piece: Piece, record: Record) -> Piece:
    """The cloth with edges along the strings of its net, if it has one."""
    net = net_of(record)
    if not net:
        return piece
    for way in (0, 1):  # middles first: edges are longer than strings are thick, and would cross both sides unseen
        middle = np.sin(np.pi * _runs(grained(piece), net["width"], net["height"])[way])
        piece = piece.lined(middle * net["width"] / np.pi, 0.02)
    return piece.lined(strings(grained(piece), **net), 0.02)


def net_of(record: Record) -> dict[str, float]:
    """Width, height and thickness of a record's net; empty where it has none."""
    found = next((detail for detail in record.details if detail["form"] == "net"), {})
    return {name: value for name, value in found.items() if name != "form"}


def opacity(piece: Piece, record: Record, traits: tuple[str, ...], usual: float) -> Floats:
    """(P,) 0-1 how opaque a garment's cloth is.

    Args:
        piece: the cloth.
        record: whose net and lining it has: whoever wears it alone is not bare.
        traits: what is said of it.
        usual: its material's opacity.
    """
    thin = min(usual, SHEER) if "sheer" in traits else usual
    if thin == 1.0:
        return np.ones(len(piece.vertices), np.float32)
    p = grained(piece)
    found = np.full(len(piece.vertices), thin)
    net = net_of(record)
    if net:
        found = np.maximum(found, smoothstep(strings(p, **net), 0.0, 0.4 * net["thick"]))
    if record.block not in HUNG:
        low, high = LINED
        lining = smoothstep(p.y, high + 0.006, high) * ~p.arm
        if record.kind not in WHOLE or "sheer" in traits:
            lining = lining * smoothstep(p.y, low - 0.006, low)
        found = np.maximum(found, lining)
    return found.astype(np.float32)
