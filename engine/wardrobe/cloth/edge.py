"""The edge of a garment's neck and front as a smooth line, along which collars and lapels are turned over.

Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from engine.geometry.edges import loops
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.geometry.vectors import unit
from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth.blocks import front_edge
from engine.wardrobe.cloth.details import Borders
from engine.wardrobe.cloth.finish import inwards_of
from engine.wardrobe.cloth.piece import Piece, taken_along
from engine.wardrobe.layers import Floats

STEP = 0.003
"""Metres between the points of an edge, about."""
STRAIGHT, STEADY = 0.018, 0.030
"""Metres within which an edge is straightened, and within which the directions beside it are evened."""
BESIDE = 10
"""Rings of the garment's points that go along when its edge is straightened."""


@dataclass(frozen=True)
class Edge:
    """A garment's edge as a smooth line from one front to the other, its points evenly spaced."""

    points: Floats  # (N, 3)
    into: Floats  # (N, 3) unit vectors into the cloth
    normal: Floats  # (N, 3)
    at: Floats  # (N, 3) canonical
    length: float  # metres

    def reversed(self) -> Edge:
        """From the other end."""
        return Edge(self.points[::-1], self.into[::-1], self.normal[::-1], self.at[::-1], self.length)

    def sampled(self, values: NDArray, t: NDArray) -> NDArray:
        """Values (..., 3) that the line has at lengths ``t`` (...)."""
        place = np.clip(t / self.length * (len(values) - 1), 0, len(values) - 1.001)
        first = place.astype(int)
        share = (place - first)[..., None]
        return np.asarray((1 - share) * values[first] + share * values[first + 1])

    def above(self, height: float) -> float:
        """Where the line first comes above a height of the standard figure."""
        return self.length * int(np.argmax(self.at[:, 1] > height)) / (len(self.at) - 1)


def _run(piece: Piece, borders: Borders, measures: dict[str, float]) -> tuple[NDArray, bool] | None:
    """The vertices along neckline and front opening, and whether they close there where nothing is open."""
    p, low = Points(piece.canonical), measures.get("low")
    distance = borders.distance("neck", p)
    if low is not None:
        distance = np.minimum(distance, front_edge(p, low, measures.get("spread", 0.0), measures.get("slit", 0.0)))
    lowest = 0.3 if low is None else low - 0.004
    for loop in loops(piece.faces):
        near = (np.abs(distance[loop]) < 0.005) & (p.side[loop] < 0.17) & (p.y[loop] > lowest)
        if (near & (p.y[loop] > 0.5)).sum() < 8:
            continue
        if near.all() or low is None:
            first = loop[np.where(p.z[loop] > 0, p.y[loop], 9.0).argmin()]
            start = int(np.flatnonzero(loop == first)[0])
            turned = np.roll(loop, -start)
            return np.append(turned, turned[0]), low is None
        gaps = np.flatnonzero(~near)
        turned, kept = np.roll(loop, -gaps[0]), np.roll(near, -gaps[0])
        ends = np.flatnonzero(np.diff(np.r_[0, kept, 0]))
        starts, stops = ends[::2], ends[1::2]
        k = int((stops - starts).argmax())
        return turned[starts[k] : stops[k]], False
    return None


def smooth(values: NDArray, reach: float, closed: bool) -> NDArray:
    """Values (N, 3) along a line without what is shorter than ``reach`` metres; ends stay."""
    sigma = reach / STEP
    if closed:
        found = gaussian_filter1d(values[:-1], sigma, axis=0, mode="wrap")
        return np.concatenate([found, found[:1]])
    pad = min(int(4 * sigma), len(values) - 1)
    start, end = 2 * values[0] - values[pad:0:-1], 2 * values[-1] - values[-2 : -pad - 2 : -1]
    return np.asarray(gaussian_filter1d(np.concatenate([start, values, end]), sigma, axis=0)[pad : pad + len(values)])


def edge_of(piece: Piece, borders: Borders, measures: dict[str, float], scale: float) -> tuple[Edge, Piece] | None:
    """The edge of a garment's neck and front as a smooth line, and the garment with its cloth drawn to it; None
    where it has none. ``scale`` is the body's size."""
    found = _run(piece, borders, measures)
    if found is None:
        return None
    run, closed = found
    points = piece.vertices[run].astype(float)
    lengths = np.r_[0, np.linalg.norm(np.diff(points, axis=0), axis=1).cumsum()]
    t = np.linspace(0, lengths[-1], round(lengths[-1] / STEP) + 1)

    def along(values: NDArray) -> NDArray:
        return np.stack([np.interp(t, lengths, column) for column in values.T], 1)

    line = smooth(along(points), STRAIGHT * scale, closed)
    normal = smooth(along(vertex_normals(piece.vertices, piece.faces)[run]), STEADY * scale, closed)
    tangent = np.gradient(line, axis=0)
    tangent = unit(smooth(tangent, STRAIGHT * scale, closed))
    normal = unit(normal - (normal * tangent).sum(1, keepdims=True) * tangent)
    into = np.cross(tangent, normal)
    mean = averaging(piece.faces, len(piece.vertices))
    inwards = along(inwards_of(piece)[run])
    into *= np.sign((into * inwards).sum())
    moves = np.zeros(piece.vertices.shape)
    moves[run] = np.stack([np.interp(lengths, t, column) for column in line.T], 1) - points
    may = np.ones(len(moves), bool)
    may[run] = False
    drawn = piece.moved(piece.vertices + taken_along(0.98 * moves, 0.9 * mean, BESIDE, may))
    at = smooth(along(piece.canonical[run]), STRAIGHT, closed)
    edge = Edge(line, into, normal, at, float(lengths[-1]))
    quarter = edge.at[len(t) // 4, 0]
    return (edge if quarter > 0 else edge.reversed()), drawn
