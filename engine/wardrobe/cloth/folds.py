"""The folds of worn cloth: it is too long where limbs bend and where it is stopped, and buckles there.

After *Wrinkle Meshes* (Müller & Chentanez 2010): cloth at rest is relaxed once more, near where it is, towards edges
that are longer along some directions; what is too long has to leave the surface. It keeps out of what is beneath.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import warp as wp
from numpy.typing import NDArray

from engine.geometry.edges import edges, opposite_corners
from engine.geometry.measures import edge_lengths, vertex_normals
from engine.geometry.operators import averaging
from engine.geometry.vectors import unit
from engine.render.raycast import MeshRaycaster
from engine.tables import read_as
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth import blocks, kernels
from engine.wardrobe.cloth.details import LEGS
from engine.wardrobe.cloth.drape import coloured
from engine.wardrobe.cloth.finish import grained
from engine.wardrobe.cloth.noise import noise
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.cloth.records import Record
from engine.wardrobe.cloth.sheet import TOP
from engine.wardrobe.layers import Floats, Indices
from engine.wardrobe.materials import CATALOG

SWEEPS, SOFTENED = 60, 4
"""How often all edges are brought to their lengths, and after how many of these sweeps folds are evened out once."""
SEED = 0.003
"""Metres by which cloth is uneven before it buckles."""
FLAT = 0.0004
"""Metres by which the middle of an edge may miss the folded cloth. Set by hand."""
SHORT, WHOLE = 0.004, 0.009
"""Metres of edges that are not lengthened, lest they crumple, and of those that are in full."""
BACK = 0.2
"""Half the width in metres of what capes cover behind."""
FADES = 0.01
"""Metres from the edge of what is worn over it within which cloth folds less."""
NARROW, BROADER = 0.035, 0.05
"""Metres after which the folds of limp cloth follow one another, and by how many more those of stiff cloth."""
HANGING = 0.11
"""Metres after which the folds of cloth that hangs from a hem follow one another."""


@dataclass(frozen=True)
class Push:
    """A place where cloth is too long; the keys of ``catalog/folds.toml``."""

    on: str
    reach: float | tuple[float, ...]
    at: float = 0.0
    along: float = 0.0
    around: float = 0.0
    slant: float = 0.0
    facing: float | None = None
    fan: tuple[float, ...] | None = None


def read_pushes(path: Path = CATALOG / "folds.toml") -> dict[str, Push]:
    """The places of a file by name; `ValueError` names the file, the place, the key and what is wrong."""
    found: dict[str, Push] = read_as(path, dict[str, Push])
    return found


@cache
def pushes() -> tuple[Push, ...]:
    """All places, in the file's order."""
    return tuple(read_pushes().values())


def excess(p: Points, free: NDArray, normals: NDArray) -> Floats:
    """(N, 3, 3) by which share cloth is too long in each direction of pattern space, as quadratic forms.

    Args:
        p: the cloth's points, whose ``turn`` is its grain.
        free: (N,) what is let down.
        normals: (N, 3) of the cloth in pattern space.
    """
    found = np.zeros((len(free), 3, 3))
    parts = {
        "arm": p.arm,
        "leg": ~p.arm & ~free & (p.y < LEGS + 0.04),
        "trunk": ~p.arm & ~free & (p.y >= LEGS),
        "hanging": free,
    }
    place = np.where(p.arm, p.side, p.y)
    axis = np.where(p.arm[:, None], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    across = unit(np.cross(normals, axis))
    lay = noise(p, 0.33, 0.7)
    amount = np.clip(0.9 + 0.8 * noise(p, 0.24, 2.1), 0.1, 1.9)
    for push in pushes():
        share = amount * parts[push.on]
        if push.fan is not None:
            off = np.stack([p.x - np.sign(p.x) * push.fan[0], p.y - push.fan[1], 0 * p.x], -1)
            far = np.linalg.norm(off, axis=1)
            share = share * np.exp(-((far / float(np.mean(push.reach))) ** 2)) * smoothstep(far, 0.02, 0.06)
            way = unit(np.stack([-off[:, 1], off[:, 0], 0 * p.x], -1))
        else:
            low, high = (push.reach, push.reach) if isinstance(push.reach, float) else push.reach
            away = place - push.at
            share = share * np.exp(-((away / np.where(away < 0, low, high)) ** 2))
            way = unit(axis + push.slant * np.clip(2.0 * lay, -1, 1)[:, None] * across)
        if push.facing is not None:
            share = share * (0.6 + 0.4 * np.cos(np.abs(p.turn) - push.facing))
        found += push.along * share[:, None, None] * way[:, :, None] * way[:, None, :]
        if push.around:
            found += push.around * share[:, None, None] * across[:, :, None] * across[:, None, :]
    return found.astype(np.float32)


def shown(piece: Piece, above: Sequence[Record], held: Sequence[Sequence[float]]) -> Floats:
    """(P,) 0-1: where cloth may fold, which is not beneath what is worn over it, lest it show through, nor where a
    waistband or a bodice holds it.

    Args:
        piece: the cloth.
        above: the garments of cloth that are worn over it.
        held: pairs of heights.
    """
    p = Points(piece.canonical)
    found = np.ones(len(piece.vertices))
    for record in above:
        found *= smoothstep(-_within(record, piece.canonical, p), 0.0, FADES)
    for low, high in held:
        within = np.minimum(p.y - low, high - p.y)
        found = np.where(p.arm | piece.free, found, found * smoothstep(-within, -0.01, 0.02))
    return found.astype(np.float32)


def _within(record: Record, canonical: NDArray, p: Points) -> NDArray:
    """(P,) metres by which places of the standard figure are beneath a garment, what is let down included."""
    if record.block == "cape":
        return np.minimum.reduce([0.02 - p.z, BACK - p.side, p.y - TOP + record.drop])
    if record.block == "poncho":
        return np.asarray(p.y - TOP + record.drop)
    measures = record.measures
    if record.drop:
        measures = {**measures, "hem": measures["hem"] - record.drop}
    return blocks.signed(record.block, measures, canonical, record.kind, record.cut)


def ahead(piece: Piece, reach: float) -> Floats:
    """(P,) metres from the cloth outwards to other cloth of the piece that faces it, as between the thighs; at most
    ``reach``, and 0 where it is inside of the other."""
    caster = MeshRaycaster(piece.vertices, piece.faces)
    mean = averaging(piece.faces, len(piece.vertices))
    normals, start = vertex_normals(piece.vertices, piece.faces), 0.002
    for _ in range(4):
        normals = unit(normals + 2 * (mean @ normals))
    hits = caster.cast_rays((piece.vertices + start * normals).astype(np.float32), normals.astype(np.float32))
    within = np.isfinite(hits.depth) & (hits.depth < reach)
    corners = piece.vertices[piece.faces[np.where(within, hits.face, 0)]]
    facing = np.einsum("ni,ni->n", np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), normals)
    found: Floats = np.where(within, np.where(facing < 0, start + hits.depth, 0.0), reach).astype(np.float32)
    return found


def folded(piece: Piece, clearance: NDArray, room: NDArray, amount: float, bend: float, size: float) -> Piece:
    """A piece with its folds, its edges halved where it is curved.

    Args:
        piece: the cloth at rest.
        clearance: (P,) metres by which each point may go inwards, where it may go outwards as far.
        room: (P,) metres by which it may go outwards and aside; 0 where nothing folds.
        amount: of the excess of ``folds.toml``.
        bend: 0-1, how cloth resists bending: the more, the broader its folds.
        size: the body's, against the standard figure.
    """
    p, clearance = grained(piece), np.minimum(clearance, room)
    normals = vertex_normals(piece.vertices, piece.faces)
    form = amount * excess(p, piece.free, vertex_normals(piece.canonical, piece.faces))
    along, corners = edges(piece.faces), opposite_corners(piece.faces)
    pairs = np.concatenate([along, corners])
    first, second = pairs.T
    way = unit(piece.canonical[second] - piece.canonical[first])
    longer = np.einsum("ci,cij,cj->c", way, 0.5 * (form[first] + form[second]), way)
    spans = edge_lengths(piece.vertices, pairs)
    rest = spans * (1 + longer * smoothstep(spans, SHORT * size, WHOLE * size))
    stiff = np.where(np.arange(len(pairs)) < len(along), 1.0, 0.1 * bend).astype(np.float32)
    wave = NARROW + BROADER * bend
    run = np.where(piece.free, p.around / HANGING, p.along / wave)  # folds hang down, or lie across limbs
    seed = np.cos(2 * np.pi * run + 3.0 * noise(p, 0.21, 0.4)) * np.where(piece.free, 1.0, noise(p, 0.13, 1.9))
    start = piece.vertices + (np.clip(SEED * size * seed, -clearance, room))[:, None] * normals
    moved = _relaxed(start, piece, normals, (pairs, rest, stiff), (clearance, room), 0.1 + 0.7 * bend)
    finer = piece.moved(moved).finer()
    mean = averaging(finer.faces, len(finer.vertices))
    points = finer.vertices
    for weight in (0.5, -0.2, 0.5, -0.2):
        points = points + weight * (mean @ points - points)
    whole, middles = points[: len(moved)], points[len(moved) :]
    curved = np.linalg.norm(middles - whole[along].mean(1), axis=1) > FLAT * size
    return piece.finer(along[curved]).moved(np.concatenate([whole, middles[curved]]))


def _relaxed(
    start: NDArray,
    piece: Piece,
    normals: Floats,
    springs: tuple[Indices, NDArray, NDArray],
    bounds: tuple[NDArray, NDArray],
    even: float,
) -> Floats:
    """(P, 3) points whose pairs (C, 2) have their lengths (C,), by the resistances (C,) of ``springs``, as far as they
    may leave the piece inwards and outwards (P,); ``even``: by how much what they left it is evened out each time."""
    pairs, rest, stiff = springs
    order, ranges = coloured(pairs, len(start))
    mean = averaging(piece.faces, len(start))

    def array(values: NDArray, kind: object = wp.float32) -> wp.array:
        return wp.array(np.ascontiguousarray(values), dtype=kind, device="cpu")

    x, x0, n0 = (array(values.astype(np.float32), wp.vec3) for values in (start, piece.vertices, normals))
    mobility = array((bounds[1] > 1e-5).astype(np.float32))
    stretch = array(stiff[order].astype(np.float32))
    sorted_pairs, lengths = array(pairs[order].astype(np.int32), wp.vec2i), array(rest[order].astype(np.float32))
    limits = [array(values.astype(np.float32)) for values in bounds]
    for sweep in range(SWEEPS):
        for first, last in ranges:
            inputs = [x, sorted_pairs, lengths, stretch, stretch, mobility, first]
            wp.launch(kernels.distances, last - first, inputs, device="cpu")
        if sweep % SOFTENED == 0:
            shown = x.numpy()  # the array's own memory
            away = shown - piece.vertices
            shown += even * (mean @ away - away)
        wp.launch(kernels.near, len(start), [x, x0, n0, *limits], device="cpu")
    return np.array(x.numpy())
