"""Sheets that are no part of the body's surface: capes and cloaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.cloth.details import TRUNK
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.props import TRUNK as TRUNK_JOINTS
from engine.wardrobe.props import Prop, bind

COLUMNS = 61
TOP = 0.505
"""Height at which a cape begins, on the standard figure."""


def cape(mannequin: Mannequin, drop: float, flare: float, waves: int, wave: float, row: float) -> tuple[Piece, NDArray]:
    """A sheet on the back, from shoulder to shoulder down over ``drop`` metres, and which of its points are held.

    Args:
        mannequin: whom it hangs on.
        drop: length on the standard figure.
        flare: how much wider it is below.
        waves, wave: gathers across its lower edge, and their depth as a share of its half width.
        row: metres between its points.
    """
    rows = round(drop / row)
    t, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, COLUMNS), indexing="ij")
    half = 0.165 * (1 + (flare - 1) * t)
    fold = np.cos(waves * np.pi * u) + 0.5 * np.cos((waves * 0.6 + 1) * np.pi * u + 1.0)
    x = u * half
    y = TOP - drop * t - 0.035 * u**2 * (1 - t)
    z = -0.075 - 0.05 * np.clip(t / 0.2, 0, 1) - 0.10 * t - wave * half * t * fold + 0.10 * u**2 * (1 - 0.6 * t)
    points = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
    index = np.arange(rows * COLUMNS).reshape(rows, COLUMNS)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    odd = ((np.arange(rows - 1)[:, None] + np.arange(COLUMNS - 1)[None]) % 2 == 0)[..., None]
    one = np.where(odd, np.stack([a, b, c], -1), np.stack([a, b, d], -1))
    two = np.where(odd, np.stack([b, d, c], -1), np.stack([a, d, c], -1))
    faces = np.concatenate([one.reshape(-1, 3), two.reshape(-1, 3)]).astype(np.int32)
    prop = Prop(points, faces, np.zeros_like(points), TRUNK_JOINTS)
    binding = bind(prop, mannequin.weights, mannequin.canonical)
    shift = mannequin.vertices - mannequin.canonical
    placed = points + np.einsum("pk,pkc->pc", binding.shares, shift[binding.neighbours])
    turn = (u * half).ravel() / TRUNK
    grain = np.stack([np.sin(turn), np.cos(turn), points[:, 1]], -1).astype(np.float32)
    piece = Piece(placed.astype(np.float32), faces, binding.weights, points, np.ones(len(points), bool), grain)
    return piece, (t < 1.5 / rows).ravel()
