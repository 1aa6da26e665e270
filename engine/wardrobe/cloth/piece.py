"""A piece of cloth: part of the body's surface with all that lies on it, and what is let down from its hems.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from engine.geometry.edges import edges, loops, renumbered
from engine.geometry.measures import face_areas
from engine.geometry.operators import cotangent_links, cotangents, laplacian
from engine.geometry.subdivide import halved
from engine.wardrobe.cloth.hulls import round_the_legs
from engine.wardrobe.cut import SNAP, cut_region, kept, split
from engine.wardrobe.layers import Floats, Indices, Mannequin

NEIGHBOURS = 24
"""Body vertices that lend weights to cloth which hangs free."""
LEGS = ((1, 2), (4, 5), (7, 8), (10, 11))
"""The legs' joints, left and right."""
HALF_WIDTH = 0.12
"""Metres from the middle at which hanging cloth belongs to one leg alone."""


BESIDE, WIDEST = 0.014, 3.0
"""Metres that cloth which is let down keeps from the legs, and how much wider it may become for their sake."""
CARRIED = ("vertices", "weights", "canonical", "free", "grain")
"""Arrays of a piece that have a row for each point."""


@dataclass(frozen=True)
class Piece:
    """A triangle mesh and what its points carry."""

    vertices: Floats  # (P, 3) stand pose
    faces: Indices  # (F, 3)
    weights: Floats  # (P, 24)
    canonical: Floats  # (P, 3) pattern coordinates
    free: NDArray[np.bool_]  # (P,) let down from a hem: no part of the body's surface
    grain: Floats  # (P, 3) sine and cosine of the turn round the body or limb, 0 in front, and metres along it, both
    # as the cloth was cut: patterns run straight in them. Of cloth let down, both are times how much wider it is

    @staticmethod
    def of(mannequin: Mannequin, signed: NDArray) -> Piece:
        """The part of a body where a function (V,) of its vertices is positive."""
        mix, faces = cut_region(mannequin.faces, signed)
        parts = (np.asarray(mix @ a, np.float32) for a in (mannequin.vertices, mannequin.weights, mannequin.canonical))
        vertices, weights, canonical = parts
        count = len(vertices)
        return Piece(vertices, faces, weights, canonical, np.zeros(count, bool), np.zeros((count, 3), np.float32))

    def mixed(self, mix: sparse.csr_matrix, faces: Indices) -> Piece:
        """Another mesh whose points are mixtures ``mix`` (Q, P) of this one's."""
        parts = [np.asarray(mix @ a, np.float32) for a in (self.vertices, self.weights, self.canonical, self.grain)]
        vertices, weights, canonical, grain = parts
        free = np.asarray(mix @ self.free.astype(np.float32) > 0.5)
        return Piece(vertices, faces, weights, canonical, free, grain)

    def finer(self, chosen: NDArray | None = None) -> Piece:
        """Every triangle quartered; or only some edges (E, 2) halved, whose middles then come last."""
        chosen = edges(self.faces) if chosen is None else chosen
        return self.mixed(*halved(self.faces, chosen, len(self.vertices)))

    def cut(self, signed: NDArray) -> Piece:
        """What lies where a function (P,) is positive."""
        return self.mixed(*cut_region(self.faces, signed))

    def lined(self, signed: NDArray, snap: float = SNAP) -> Piece:
        """The same surface with edges along the curve where a function (P,) is zero."""
        mix, faces, _ = split(self.faces, signed, snap)
        return self.mixed(*kept(mix, faces))

    def compact(self) -> Piece:
        """The same without points that no face uses."""
        used, faces = renumbered(self.faces)
        return Piece(faces=faces, **{name: getattr(self, name)[used] for name in CARRIED})

    def moved(self, vertices: NDArray) -> Piece:
        """The same piece elsewhere."""
        return replace(self, vertices=np.asarray(vertices, np.float32))


def together(first: Piece, second: Piece) -> Piece:
    """Two pieces as one."""
    parts = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in CARRIED}
    return Piece(faces=np.concatenate([first.faces, second.faces + len(first.vertices)]).astype(np.int32), **parts)


def taken_along(moves: NDArray, mean: sparse.csr_matrix, rounds: int, may: NDArray[np.bool_]) -> NDArray:
    """Moves (P, 3) in which points that ``may`` (P,) move as those beside them (`averaging`), where that is farther."""
    moves = moves.copy()
    for _ in range(rounds):
        beside = mean @ moves
        farther = may & (np.linalg.norm(beside, axis=1) > np.linalg.norm(moves, axis=1))
        moves[farther] = beside[farther]
    return moves


def evened(piece: Piece, reach: float) -> Piece:
    """The piece whose pattern coordinates and grain run evenly over its surface: what cloth was pushed together
    within itself while it fell, by less than ``reach`` metres, no longer bends lines that are drawn on it.

    Heat flow by the cotangent Laplacian; borders keep theirs.
    """
    faces, count = piece.faces, len(piece.vertices)
    mass = np.bincount(faces.T.ravel(), np.tile(np.maximum(face_areas(piece.vertices, faces), 5e-13) / 3, 3), count)
    weights = np.clip(cotangents(piece.vertices[faces]), 2e-3, 40.0)
    stiffness = laplacian(cotangent_links(faces, weights, count))
    fixed = np.zeros(count, bool)
    for loop in loops(faces):
        fixed[loop] = True
    free = sparse.diags((~fixed).astype(float))
    system = (sparse.diags(np.where(fixed, 1.0, mass)) + reach**2 * (free @ stiffness)).tocsc()
    values = np.concatenate([piece.canonical, piece.grain], 1).astype(np.float64)
    found = splu(system).solve(values * np.where(fixed, 1.0, mass)[:, None]).astype(np.float32)
    return replace(piece, canonical=found[:, :3], grain=found[:, 3:])


def closes(points: NDArray) -> bool:
    """Whether the last of a border's points (N, 3) is beside the first."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return bool(np.linalg.norm(points[0] - points[-1]) < 4 * np.median(steps))


@dataclass(frozen=True)
class Fall:
    """How rows of cloth hang from a border."""

    depth: float
    """Metres down to which it hangs, from each point of the border."""
    flare: float = 1.0
    """How much wider the lowest row is."""
    waves: int = 0
    """Folds round the lowest row."""
    wave: float = 0.0
    """Their height as a share of the row's radius."""
    profile: Sequence[Sequence[float]] = ()
    """Instead of ``flare``, pairs of a share of the depth and how much wider it is there."""
    train: float = 0.0
    """Metres by which it is longer behind."""

    def width(self, share: float) -> float:
        """How much wider than the border the row is at a share of the depth."""
        shares, widths = np.array(self.profile or ((0.0, 1.0), (1.0, self.flare)), float).T
        return float(np.interp(share, shares, widths))

    def fold(self, share: float, angle: NDArray) -> NDArray:
        """(N,) factors of the row's radius at a share of the depth and at angles (N,) round it."""
        waves = np.cos(self.waves * angle) + 0.5 * np.cos(round(self.waves * 0.63 + 1) * angle + 1.0)
        return np.asarray(1 + self.wave * share * waves)


def let_down(piece: Piece, hem: NDArray, fall: Fall, mannequin: Mannequin, row: float) -> Piece:
    """Hang rows of cloth from a border.

    Args:
        piece: the cloth above.
        hem: (N,) the border's vertices, in the faces' direction; where it closes on itself the last joins the first.
        fall: how it hangs.
        mannequin: whose legs carry the cloth.
        row: metres between rows.
    """
    top, canonical = piece.vertices[hem], piece.canonical[hem]
    depth, rows = fall.depth, max(round(fall.depth / row), 1)
    centre = np.array([0.5 * (top[:, 0].min() + top[:, 0].max()), 0, 0.5 * (top[:, 2].min() + top[:, 2].max())])
    out = (top - centre) * [1, 0, 1]
    radius = np.linalg.norm(out, axis=1, keepdims=True)
    angle = np.arctan2(out[:, 0], out[:, 2])
    made, places, grains = [], [], []
    flat = canonical * [1, 0, 1]
    level = depth + top[:, 1] - np.median(top[:, 1])  # so that the new hem is level
    level = level + fall.train * np.clip(-np.cos(angle), 0, 1) ** 1.5
    for k in range(1, rows + 1):
        t = k / rows
        width = fall.width(t)
        wide = width * fall.fold(t, angle)[:, None]
        around = round_the_legs(mannequin, float(np.median(top[:, 1])) - depth * t, centre, angle) + BESIDE
        wide = np.maximum(wide, np.minimum(around[:, None] / np.maximum(radius, 1e-6), WIDEST))
        grains.append(np.full((len(hem), 3), width, np.float32))
        made.append(centre + out * wide + (top * [0, 1, 0]) - (level * t)[:, None] * [0, 1, 0])
        places.append(flat * wide + canonical * [0, 1, 0] - [0, depth * t / mannequin.size, 0])
    fresh = np.concatenate(made).astype(np.float32)
    weights = _hanging_weights(fresh, radius.mean(), mannequin)
    faces = _strip_faces(hem, len(piece.vertices), rows, closes(top))
    return Piece(
        np.concatenate([piece.vertices, fresh]),
        np.concatenate([piece.faces, faces]).astype(np.int32),
        np.concatenate([piece.weights, weights]),
        np.concatenate([piece.canonical, np.concatenate(places).astype(np.float32)]),
        np.concatenate([piece.free, np.ones(len(fresh), bool)]),
        np.concatenate([piece.grain, *grains]),
    )


def _strip_faces(hem: NDArray, first: int, rows: int, closed: bool) -> NDArray:
    """Faces of rows of as many vertices as the border ``hem`` (N,), from vertex ``first`` on, that hang from it."""
    columns = len(hem)
    index = np.concatenate([hem[None], first + np.arange(rows * columns).reshape(rows, columns)])
    a, c = index[:-1], index[1:]
    following = [np.roll(grid, -1, axis=1) for grid in (a, c)]
    if not closed:
        a, c, following = a[:, :-1], c[:, :-1], [grid[:, :-1] for grid in following]
    b, d = following
    # The border runs with the faces above, so the rows below take it in the opposite direction.
    odd = (np.arange(a.shape[0])[:, None] + np.arange(a.shape[1])[None]) % 2 == 0
    one = np.where(odd[..., None], np.stack([b, a, c], -1), np.stack([b, a, d], -1))
    two = np.where(odd[..., None], np.stack([b, c, d], -1), np.stack([a, c, d], -1))
    return np.concatenate([one.reshape(-1, 3), two.reshape(-1, 3)])


def _hanging_weights(points: Floats, radius: float, mannequin: Mannequin) -> Floats:
    """(N, 24) weights of cloth round the legs: those of the body near it, passing softly from one leg to the other."""
    carried = np.flatnonzero(mannequin.weights[:, [0, 1, 2, 3, 4, 5, 7, 8]].sum(1) > 0.5)
    distance, near = cKDTree(mannequin.vertices[carried]).query(points, k=NEIGHBOURS)
    shares = 1.0 / (distance + 0.03) ** 2
    shares /= shares.sum(1, keepdims=True)
    weights = np.einsum("pk,pkj->pj", shares, mannequin.weights[carried[near]])
    middle = mannequin.joints[0, 0]
    left = np.clip((points[:, 0] - middle) / (2 * HALF_WIDTH) + 0.5, 0, 1)
    left = left * left * (3 - 2 * left)
    for a, b in LEGS:
        total = weights[:, a] + weights[:, b]
        weights[:, a], weights[:, b] = total * left, total * (1 - left)
    found: Floats = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    return found
