"""Words, numbers and symbols on garments, out of ``catalog/decals.toml``: exact outlines as cloth of their own, a hair
above the cloth that they are printed on. Its numbers are set by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from engine.geometry.measures import vertex_normals
from engine.render.raycast import MeshRaycaster
from engine.tables import read_as
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.cut import cut_region
from engine.wardrobe.materials import CATALOG
from engine.wardrobe.outfit import Garment

CELL = 0.0024
"""Metres between the points of which outlines are cut; they are linear between these."""
FEWEST = 17
"""In how many such steps half of a decal's height is divided at least."""
ABOVE = 0.0009
"""Metres above the cloth."""
ADVANCE, HEIGHT, BOLD = 5.4, 6.0, 1.05
"""A glyph's advance, height and stroke width, in units of its cell."""
WIDEST, TALLEST, BROADEST = 0.22, 0.105, 0.25
"""Metres that a word is wide and high at most on the chest of the standard figure, and wide on a back."""
SYMBOL, EMBLEM, BADGE = 0.062, 0.036, 0.026
"""Half sizes in metres of symbols on chests, on emblems, and beside closures."""
Shape = Callable[[NDArray, NDArray], NDArray]
"""Metres inside of an outline at places (N,) across and up."""


@dataclass(frozen=True)
class Print:
    """A decal on a garment."""

    shape: Shape
    half: tuple[float, float]
    """Half the decal's width and height in metres."""
    at: tuple[float, float]
    """The decal's middle on the standard figure, across and up."""
    back: bool


class Symbol(TypedDict):
    """A record of ``[symbols]``."""

    color: str
    add: list[str]
    cut: NotRequired[list[str]]


class Decals(TypedDict):
    """The tables of ``catalog/decals.toml``."""

    glyphs: dict[str, str]
    symbols: dict[str, Symbol]


def read_decals(path: Path = CATALOG / "decals.toml") -> Decals:
    """The strokes and symbols of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: Decals = read_as(path, Decals)
    return found


@cache
def _tables() -> Decals:
    return read_decals()


def _points(text: str) -> NDArray:
    """'x,y x,y' -> (N, 2)."""
    return np.array([[float(value) for value in pair.split(",")] for pair in text.split()])


def _to_line(u: NDArray, v: NDArray, line: NDArray) -> NDArray:
    """(N,) distance from a line of points (K, 2)."""
    found = np.full(len(u), np.inf)
    at = np.stack([u, v], -1)
    for a, b in pairwise(line):
        along = b - a
        share = np.clip((at - a) @ along / max(along @ along, 1e-12), 0, 1)
        found = np.minimum(found, np.linalg.norm(at - a - share[:, None] * along, axis=1))
    return found


def _in_polygon(u: NDArray, v: NDArray, corners: NDArray) -> NDArray:
    """(N,) distance inside of a polygon (K, 2), negative outside."""
    inside = np.zeros(len(u), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0)):
        if y0 != y1:
            inside ^= ((y0 > v) != (y1 > v)) & (u < (x1 - x0) * (v - y0) / (y1 - y0) + x0)
    away = _to_line(u, v, np.concatenate([corners, corners[:1]]))
    return np.where(inside, away, -away)


def _part(text: str, u: NDArray, v: NDArray) -> NDArray:
    """(N,) distance inside of one part of a symbol."""
    if text.startswith("*"):
        return np.maximum(_part(text[1:], u, v), _part(text[1:], -u, v))
    form, _, rest = text.partition(" ")
    if form == "polygon":
        return _in_polygon(u, v, _points(rest))
    if form == "stroke":
        width, _, line = rest.partition(" ")
        return 0.5 * float(width) - _to_line(u, v, _points(line))
    centre, radii = _points(rest)
    return np.asarray(radii.min() * (1 - np.hypot((u - centre[0]) / radii[0], (v - centre[1]) / radii[1])))


def symbol(name: str, half: float) -> Shape:
    """A symbol of `outfit.SYMBOLS`, ``half`` metres from its middle to its border."""
    table = _tables()["symbols"][name]

    def shape(u: NDArray, v: NDArray) -> NDArray:
        u, v = u / half, v / half
        found = np.max([_part(part, u, v) for part in table["add"]], axis=0)
        for part in table.get("cut", ()):
            found = np.minimum(found, -_part(part, u, v))
        return np.asarray(half * found)

    return shape


def lettering(text: str, unit: float) -> Shape:
    """A word or number about the origin; ``unit`` metres are one of a glyph's cell. Unknown signs are left blank."""
    glyphs = _tables()["glyphs"]
    start = -0.5 * (ADVANCE * len(text) - (ADVANCE - 4.0))

    def shape(u: NDArray, v: NDArray) -> NDArray:
        u, v = u / unit, v / unit + 0.5 * HEIGHT
        found = np.full(len(u), -1.0)
        for index, sign in enumerate(text.upper()):
            for line in filter(None, glyphs.get(sign, "").split(";")):
                away = _to_line(u - start - ADVANCE * index, v, _points(line))
                found = np.maximum(found, 0.5 * BOLD - away)
        return np.asarray(unit * found)

    return shape


def prints_of(garment: Garment, split: bool, number_behind: bool = False) -> list[Print]:
    """Where a garment's decal is shown: on the chest; on the back and small on the left where the front is ``split``
    by a closure; on capes on the back alone."""
    if garment.decal is None:
        return []
    emblem = garment.kind == "chest_emblem"
    places: list[tuple[tuple[float, float], bool, float]] = [((0.0, 0.300), False, 1.0)]
    if emblem:
        places = [((0.0, 0.345), False, EMBLEM / SYMBOL)]
    elif garment.kind == "cape":
        places = [((0.0, 0.10), True, 2.0)]
    elif split:
        places = [((0.0, 0.300), True, 1.25), ((0.088, 0.335), False, BADGE / SYMBOL)]
    elif number_behind:
        places = [((0.0, 0.300), False, 1.0), ((0.0, 0.280), True, 1.5)]
    what, _, shown = garment.decal.partition(":")
    found = []
    for at, back, scale in places:
        if what == "symbol":
            half = SYMBOL * scale
            found.append(Print(symbol(shown, half), (half, half), at, back))
        else:
            unit = min(
                scale * min(TALLEST / HEIGHT, WIDEST / (ADVANCE * len(shown))), BROADEST / (ADVANCE * len(shown))
            )
            half_wide = 0.5 * unit * (ADVANCE * len(shown) + 1)
            found.append(Print(lettering(shown, unit), (half_wide, 0.5 * unit * (HEIGHT + 2)), at, back))
    return found


def printed(piece: Piece, what: Print, size: float) -> Piece | None:
    """A decal as cloth on a piece; None where it does not meet it. ``size`` is the body's."""
    cell = min(CELL, what.half[1] / FEWEST)
    counts = [max(int(np.ceil(2 * half / cell)), 2) + 1 for half in what.half]
    u, v = np.meshgrid(*[np.linspace(-half, half, count) for half, count in zip(what.half, counts)])
    index = np.arange(u.size).reshape(u.shape)
    a, b, c, d = (grid.ravel() for grid in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]))
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)]).astype(np.int32)
    mix, faces = cut_region(faces, what.shape(u.ravel(), v.ravel()))
    flat = np.asarray(mix @ np.stack([u.ravel(), v.ravel()], -1))
    sign = -1.0 if what.back else 1.0
    origins = np.stack([what.at[0] + sign * flat[:, 0], what.at[1] + flat[:, 1], np.full(len(flat), sign)], -1)
    caster = MeshRaycaster(piece.canonical, piece.faces)
    hits = caster.cast_rays(origins.astype(np.float32), np.tile(np.array([[0, 0, -sign]], np.float32), (len(flat), 1)))
    on = hits.face >= 0
    faces = faces[on[faces].all(1)]
    if len(faces) < 8:
        return None
    corners, shares = piece.faces[np.maximum(hits.face, 0)], hits.bary
    rows = {
        name: np.einsum("nk,nkc->nc", shares, getattr(piece, name)[corners]).astype(np.float32)
        for name in ("vertices", "weights", "canonical", "grain")
    }
    normals = vertex_normals(piece.vertices, piece.faces)
    out = np.einsum("nk,nkc->nc", shares, normals[corners])
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    rows["vertices"] = rows["vertices"] + ABOVE * size * out
    return Piece(faces=faces, free=np.zeros(len(flat), bool), **rows).compact()


def symbol_color(shown: str) -> str:
    """The colour in which a symbol is usually shown, of `outfit.COLORS`."""
    return str(_tables()["symbols"][shown]["color"])


def known_signs() -> Sequence[str]:
    """What `lettering` can write."""
    return tuple(_tables()["glyphs"])
