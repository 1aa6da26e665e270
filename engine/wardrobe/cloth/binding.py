"""Strips that bind a garment's raw edges, wherever it ends: necklines, armholes, straps, legs and hems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.geometry.edges import loops
from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth.details import Mark
from engine.wardrobe.cloth.piece import Piece

BETWEEN = np.linspace(0, 1, 6, endpoint=False)[:, None, None]
"""Where along the sides of a border its distance is measured from."""


def bindings(asked: Sequence[dict[str, Any]], piece: Piece) -> Iterator[Mark]:
    """The marks of a record's details of the form ``binding``, along all borders of its cloth."""
    for detail in asked:
        if detail["form"] == "binding":
            yield _bound(piece, **{name: value for name, value in detail.items() if name != "form"})


def _bound(piece: Piece, width: float, height: float = 0.0012, tone: float = 0.85, accent: bool = False) -> Mark:
    """A strip ``width`` metres wide that stands off by ``height``."""
    rims = [piece.canonical[loop] for loop in loops(piece.faces)]
    sides = [rim + BETWEEN * (np.roll(rim, -1, axis=0) - rim) for rim in rims]
    tree = cKDTree(np.concatenate([side.reshape(-1, 3) for side in sides]))

    def signed(p: Points) -> NDArray:
        return width - np.asarray(tree.query(np.stack([p.x, p.y, p.z], -1))[0])

    return Mark(signed, height, tone, 0.75, accent=accent)
