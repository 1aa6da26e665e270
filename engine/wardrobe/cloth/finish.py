"""What makes cloth a garment: marks cut in and raised, collars, buttons, and hems that have a thickness.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import loops
from engine.geometry.measures import vertex_normals
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.details import ARM, BEVEL, LEG, LEGS, TRUNK, Borders, Mark, Spot
from engine.wardrobe.cloth.piece import Piece, closes
from engine.wardrobe.forms import ellipsoid

COLLARS: dict[str, Sequence[tuple[float, float]]] = {
    "roll": [(-0.002, 0.012), (-0.005, 0.026), (-0.006, 0.044), (-0.003, 0.056), (0.003, 0.058), (0.007, 0.050),
             (0.009, 0.036), (0.010, 0.020), (0.010, 0.008)],
    "funnel": [(0.0, 0.008), (-0.003, 0.020), (-0.005, 0.036), (-0.006, 0.054), (-0.004, 0.066), (0.002, 0.070),
               (0.008, 0.064), (0.010, 0.050), (0.009, 0.030), (0.006, 0.012)],
    "fur": [(0.0, 0.010), (0.004, 0.026), (0.014, 0.044), (0.030, 0.050), (0.046, 0.040), (0.054, 0.020),
            (0.052, 0.0), (0.046, -0.022), (0.036, -0.034)],
}  # fmt: skip
"""Profiles of collars from the neckline: metres outwards and upwards."""
RAISED = 0.002
"""Metres from which on what is raised has a strip of its own beside its border."""
EDGE = 0.0007
"""Half width in metres of the borders between colours."""
NECK, LEAN = 0.068, 0.75
"""Radius of a neck in metres, and how much of what a neckline is wider a collar comes in."""


def grained(piece: Piece) -> Points:
    """A piece's points, whose ``around`` and ``along`` are its grain."""
    p = Points(piece.canonical, EDGE)
    sine, cosine, p.along = piece.grain.T
    radius = np.where(p.arm, ARM, np.where((p.y < LEGS) & ~piece.free, LEG, TRUNK))
    p.turn = np.arctan2(sine, cosine)
    p.around = radius * p.turn * np.where(piece.free, np.hypot(sine, cosine), 1.0)
    return p


def engrave(piece: Piece, marks: Sequence[Mark], scale: float) -> Piece:
    """Cut the marks' borders into the cloth and raise what is inside them; ``scale`` is the body's size."""
    for mark in marks:
        signed = mark.signed(grained(piece))
        if mark.middle is None and (signed.max() <= 0 or signed.min() >= 0):
            continue
        if mark.middle is not None:
            piece = piece.lined(mark.middle(grained(piece)), 0.1)
            signed = mark.signed(grained(piece))
        piece = piece.lined(signed)
        if mark.height >= RAISED:  # so that its shadow ends beside it
            piece = piece.lined(mark.signed(grained(piece)) + BEVEL, 0.08)
        if mark.height or mark.tone != 1.0 or mark.accent:
            for depth in (BEVEL,) if mark.dome == BEVEL else (0.2 * mark.dome, 0.6 * mark.dome):
                piece = piece.lined(mark.signed(grained(piece)) - depth, 0.08)
    rise = np.zeros(len(piece.vertices), np.float32)
    p = grained(piece)
    for mark in marks:
        inside = smoothstep(mark.signed(p), 0.0, BEVEL)
        if mark.dome > BEVEL:
            inside = np.sqrt(1 - (1 - np.clip(mark.signed(p) / mark.dome, 0, 1)) ** 2)
        rise += mark.height * inside * (1.0 if mark.rise is None else mark.rise(p))
    normals = vertex_normals(piece.vertices, piece.faces)
    return piece.moved(piece.vertices + scale * rise[:, None] * normals)


def collar(piece: Piece, style: str, borders: Borders, low: float | None, scale: float) -> Piece:
    """A collar on the neckline, as wide as ``COLLARS`` says, ending where lapels begin if the front is open."""
    run = _neckline(piece, borders, low)
    if run is None:
        return piece
    points, at = piece.vertices[run], piece.canonical[run]
    middle = 0.5 * (points.min(0) + points.max(0))
    out = (points - middle) * [1, 0, 1]
    wide = np.linalg.norm(out, axis=1)
    out /= np.maximum(wide, 1e-6)[:, None]
    high = np.ones(len(run)) if low is None else smoothstep(at[:, 1], 0.415, 0.475)
    lean = LEAN * np.clip(wide - NECK * scale, 0, None) * high  # shoulders are wider than a collar
    rows = []
    for outward, upward in COLLARS[style]:
        fallen = np.clip((outward - 0.008) / 0.015, 0, 1)
        inward = lean * np.clip(upward / 0.03, 0, 1) if outward < 0.008 else lean * (1 - 0.35 * fallen)
        off = out * (scale * outward * high - inward)[:, None]
        rows.append(points + off + scale * (upward * high)[:, None] * [0, 1, 0])
    first = len(piece.vertices)
    made = _extruded(piece, run, rows)
    steps = np.linalg.norm(np.diff(np.array([(0.0, 0.0), *COLLARS[style]]), axis=0), axis=1).cumsum()
    made.grain[first:, 2] += np.repeat(steps, len(run))  # patterns go on over the collar
    return made


def _neckline(piece: Piece, borders: Borders, low: float | None) -> NDArray[np.int64] | None:
    """The border's vertices round the neck, in the faces' direction: closed, or from lapel to lapel."""
    p = Points(piece.canonical)
    if not borders.has("neck"):
        return None
    distance = borders.distance("neck", p)
    for loop in loops(piece.faces):
        near = (np.abs(distance[loop]) < 0.004) & (p.side[loop] < 0.17) & (p.y[loop] > 0.3)
        if near.sum() < 8:
            continue
        chosen = near | ((p.y[loop] > 0.415) & (p.z[loop] > 0.02) & (p.side[loop] < 0.12)) if low is not None else near
        if chosen.all():
            return loop
        starts = np.flatnonzero(chosen & ~np.roll(chosen, 1))
        runs = []
        for start in starts:
            turned, kept = np.roll(loop, -start), np.roll(chosen, -start)
            runs.append(turned[: len(kept) if kept.all() else int(np.argmin(kept))])
        return max(runs, key=len)
    return None


def _extruded(piece: Piece, run: NDArray, rows: Sequence[NDArray]) -> Piece:
    """Rows of points from a run of the border."""
    closed = closes(piece.canonical[run])
    count, columns = len(piece.vertices), len(run)
    index = np.concatenate([run[None], count + np.arange(len(rows) * columns).reshape(len(rows), columns)])
    a, b = index[:-1], np.roll(index[:-1], -1, axis=1)
    c, d = index[1:], np.roll(index[1:], -1, axis=1)
    a, b, c, d = (grid[:, : columns if closed else -1].ravel() for grid in (a, b, c, d))
    faces = np.concatenate([piece.faces, np.stack([b, a, c], 1), np.stack([b, c, d], 1)]).astype(np.int32)
    times = len(rows)
    return Piece(
        np.concatenate([piece.vertices, *rows]).astype(np.float32),
        faces,
        np.concatenate([piece.weights, *[piece.weights[run]] * times]),
        np.concatenate([piece.canonical, *[piece.canonical[run]] * times]),
        np.concatenate([piece.free, *[piece.free[run]] * times]),
        np.concatenate([piece.grain, *[piece.grain[run]] * times]),
    )


def rims(piece: Piece, thick: float) -> tuple[Piece, NDArray[np.bool_]]:
    """Turn every border inwards, so that cloth has a thickness where it ends; and which vertices (P,) are inside."""
    before = len(piece.vertices)
    normals, inwards = vertex_normals(piece.vertices, piece.faces), inwards_of(piece)
    for loop in loops(piece.faces):
        if len(loop) < 6:
            continue
        at, n, back = piece.vertices[loop], _even(normals[loop]), _even(inwards[loop])
        edge = at - thick * n
        piece = _extruded(piece, loop, [edge, edge + 4 * thick * back - 0.3 * thick * n])
    return piece, np.arange(len(piece.vertices)) >= before


def inwards_of(piece: Piece) -> NDArray:
    """(P, 3) unit vectors towards the mean of the points beside each: on a border, into the cloth."""
    total, degree = np.zeros_like(piece.vertices), np.zeros(len(piece.vertices))
    for k in range(3):
        for other in (1, 2):
            np.add.at(total, piece.faces[:, k], piece.vertices[piece.faces[:, (k + other) % 3]])
            np.add.at(degree, piece.faces[:, k], 1)
    inwards: NDArray = total / np.maximum(degree, 1)[:, None] - piece.vertices
    inwards /= np.maximum(np.linalg.norm(inwards, axis=1, keepdims=True), 1e-6)
    return inwards


@dataclass(frozen=True)
class Ruffle:
    """A gathered strip on a border, as records ask for it."""

    border: str
    width: float
    """Metres."""
    wave: float = 0.012
    """Metres by which its waves rise."""
    period: float = 0.04
    """Metres from wave to wave."""
    out: float = 0.3
    """Metres by which it leans off the cloth, a metre."""


def ruffle(piece: Piece, borders: Borders, scale: float, form: Ruffle) -> Piece:
    """A piece with a gathered strip; ``scale`` is the body's size."""
    if not borders.has(form.border):
        return piece
    distance = borders.distance(form.border, grained(piece))
    for loop in loops(piece.faces):
        near = np.abs(distance[loop]) < 0.004
        if len(loop) < 12 or near.mean() < 0.5:
            continue
        points = piece.vertices[loop]
        normal = _even(vertex_normals(piece.vertices, piece.faces)[loop])
        away = -_even(inwards_of(piece)[loop])
        steps = np.linalg.norm(np.diff(points, axis=0, append=points[:1]), axis=1)
        length = float(steps.sum())
        phase = 2 * np.pi * np.r_[0.0, steps.cumsum()[:-1]] / length * max(round(length / form.period), 3)
        rows = []
        for t in np.linspace(0, 1, 6)[1:]:
            lift = scale * (form.out * form.width * t + form.wave * t**0.8 * np.sin(phase + 0.8 * np.sin(0.37 * phase)))
            rows.append(points + scale * form.width * t * away + lift[:, None] * normal)
        first = len(piece.vertices)
        piece = _extruded(piece, loop, rows)
        piece.grain[first:, 2] -= np.repeat(np.linspace(0, form.width, 6)[1:], len(loop))
    return piece


def strips(piece: Piece, below: float, teeth: float) -> Piece:
    """A piece cut into strips, ``teeth`` metres wide at the waist, below a height."""
    piece = piece.finer()
    p = grained(piece)
    gaps = np.abs((TRUNK * p.turn / teeth) % 1 - 0.5) * teeth - 0.12 * teeth
    return piece.cut(np.maximum(p.y - below, gaps)).compact()


def _even(directions: NDArray) -> NDArray:
    """Unit vectors (N, 3) along a closed border without their noise."""
    total = sum(np.roll(directions, k, axis=0) for k in range(-3, 4))
    even: NDArray = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-6)
    return even


def buttons(piece: Piece, spots: Sequence[Spot], scale: float) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Vertices, faces, weights and canonical coordinates of the buttons on a piece, and whose each vertex is."""
    normals = vertex_normals(piece.vertices, piece.faces)
    parts: list[tuple[NDArray, NDArray, NDArray, NDArray, NDArray]] = []
    first = 0
    for number, spot in enumerate(spots):
        facing = np.sign(spot.at[2]) * piece.canonical[:, 2] > -0.005
        far = np.linalg.norm((piece.canonical - np.array(spot.at)) * [1, 1, 0.0], axis=1) + 10.0 * ~facing
        near = int(far.argmin())
        if far[near] > 0.012:
            continue
        form = ellipsoid((0, 0, 0), (spot.radius, spot.radius, 0.0022), 0.7, columns=14)
        normal = normals[near]
        right = np.cross([0, 1, 0], normal)
        right /= max(np.linalg.norm(right), 1e-6)
        frame = np.stack([right, np.cross(normal, right), normal])
        at = piece.vertices[near] + 0.0012 * scale * normal
        parts.append(
            (
                at + scale * form.vertices @ frame,
                form.faces + first,
                np.repeat(piece.weights[near : near + 1], len(form.vertices), 0),
                np.repeat(piece.canonical[near : near + 1], len(form.vertices), 0),
                np.full(len(form.vertices), number),
            )
        )
        first += len(form.vertices)
    if not parts:
        return np.zeros((0, 3)), np.zeros((0, 3), int), np.zeros((0, 24)), np.zeros((0, 3)), np.zeros(0, int)
    columns = [np.concatenate(column) for column in zip(*parts)]
    return columns[0], columns[1], columns[2], columns[3], columns[4]
