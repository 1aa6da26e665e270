"""Sheets that are no part of the body's surface: capes and cloaks. Its numbers are set by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.wardrobe.cloth.details import TRUNK
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Floats, Mannequin
from engine.wardrobe.props import TRUNK as TRUNK_JOINTS
from engine.wardrobe.props import Prop, bind

COLUMNS = 61
HOLE = 0.082
"""Radius in metres of a poncho's hole."""
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
    turn = (u * half).ravel() / TRUNK
    grain = np.stack([np.sin(turn), np.cos(turn), points[:, 1]], -1).astype(np.float32)
    return _placed(points, _woven(rows, COLUMNS, False), grain, mannequin), (t < 1.5 / rows).ravel()


def poncho(mannequin: Mannequin, drop: float, slit: float, row: float, hole: float = HOLE) -> tuple[Piece, NDArray]:
    """A round sheet with a hole for the head, which lies on shoulders and arms, and which of its points are held.

    Args:
        mannequin: whom it hangs on.
        drop: its length from the neck on the standard figure.
        slit: half the angle, in front, in which it is open.
        row: metres between its points.
        hole: radius of the hole in metres.
    """
    rows, columns = round(drop / row), 2 * COLUMNS - 1 if slit else 2 * COLUMNS - 2
    turns = np.linspace(slit, 2 * np.pi - slit, columns, endpoint=bool(slit))
    t, turn = np.meshgrid(np.linspace(0, 1, rows), turns, indexing="ij")
    out = hole + drop * t
    x, z = out * np.sin(turn), -0.012 + out * np.cos(turn) * (0.85 + 0.15 * t)
    y = TOP + 0.055 - 0.5 * (out - HOLE) - 0.03 * np.cos(turn) * np.clip(1 - t / 0.2, 0, 1)
    points = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
    wide = (out / TRUNK).ravel()
    away = (turn.ravel() + np.pi) % (2 * np.pi) - np.pi
    grain = np.stack([np.sin(away) * wide, np.cos(away) * wide, (TOP - drop * t).ravel()], -1).astype(np.float32)
    return _placed(points, _woven(rows, columns, not slit), grain, mannequin), (t < 1.5 / rows).ravel()


def standing(mannequin: Mannequin, high: float, hole: float = HOLE) -> Piece:
    """A stiff collar that stands round the back and the sides of the neck and opens upwards, ``high`` metres behind."""
    t, turn = np.meshgrid(np.linspace(0, 1, 12), np.linspace(0.55, 2 * np.pi - 0.55, COLUMNS), indexing="ij")
    behind = 0.5 - 0.5 * np.cos(turn)
    rise = high * t * (0.35 + 0.65 * behind**0.5)
    out = hole + 0.012 + rise * (0.42 + 0.25 * t)
    x, z = out * np.sin(turn), -0.012 + out * np.cos(turn)
    y = TOP + 0.012 - 0.035 * np.cos(turn) + rise
    points = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
    wide = (out / TRUNK).ravel()
    away = (turn.ravel() + np.pi) % (2 * np.pi) - np.pi
    grain = np.stack([np.sin(away) * wide, np.cos(away) * wide, (TOP + rise).ravel()], -1).astype(np.float32)
    return _placed(points, _woven(12, COLUMNS, False), grain, mannequin)


def near_weights(points: Floats, mannequin: Mannequin) -> Floats:
    """(N, 24) skinning weights of cloth that lies on a body: those of the body near it."""
    distance, near = cKDTree(mannequin.vertices).query(points, k=24)
    shares = 1.0 / (distance + 0.03) ** 2
    shares /= shares.sum(1, keepdims=True)
    found: Floats = np.einsum("pk,pkj->pj", shares, mannequin.weights[near]).astype(np.float32)
    return found


def _woven(rows: int, columns: int, closed: bool) -> NDArray[np.int32]:
    """(F, 3) faces of a grid whose diagonals alternate; ``closed``: its last column joins the first."""
    index = np.arange(rows * columns).reshape(rows, columns)
    index = np.concatenate([index, index[:, :1]], 1) if closed else index
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    odd = ((np.arange(a.shape[0])[:, None] + np.arange(a.shape[1])[None]) % 2 == 0)[..., None]
    one = np.where(odd, np.stack([a, b, c], -1), np.stack([a, b, d], -1))
    two = np.where(odd, np.stack([b, d, c], -1), np.stack([a, d, c], -1))
    return np.concatenate([one.reshape(-1, 3), two.reshape(-1, 3)]).astype(np.int32)


def _placed(points: Floats, faces: NDArray[np.int32], grain: Floats, mannequin: Mannequin) -> Piece:
    """A sheet of the standard figure on a body."""
    prop = Prop(points, faces, np.zeros_like(points), TRUNK_JOINTS)
    binding = bind(prop, mannequin.weights, mannequin.canonical)
    shift = mannequin.vertices - mannequin.canonical
    placed = points + np.einsum("pk,pkc->pc", binding.shares, shift[binding.neighbours])
    return Piece(placed.astype(np.float32), faces, binding.weights, points, np.ones(len(points), bool), grain)
