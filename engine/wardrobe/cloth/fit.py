"""From the body's surface to a garment's: without the anatomy, with ease, outside what is beneath.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.spatial import ConvexHull

from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.hulls import reach as reach_of
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Floats, Indices, Mannequin

ROUNDS = 3
"""How often it is smoothed and brought outside again."""
SLICE = 0.012
"""Metres between the heights at which the trunk is spanned."""
FALL = 0.12
"""By how much a metre cloth comes in where it hangs from what stands out above."""
SPANNED = 40
"""How often cloth over the seat's cleft is evened out."""
BELOW = 0.08
"""Metres beneath a surface from which points are still brought out."""


class Beneath:
    """The surface that a garment lies on: the body and what is worn already."""

    def __init__(self, vertices: Floats, faces: Indices) -> None:
        self.vertices, self.faces = vertices, faces
        self.caster = MeshRaycaster(vertices, faces)

    def signed(self, points: NDArray) -> tuple[Floats, Floats]:
        """Distance (N,) outside of the surface, by the side of its smooth normal, and that normal (N, 3)."""
        face, bary, _ = self.caster.closest_point(np.ascontiguousarray(points, np.float32), False)
        corners = self.faces[face]
        at = np.einsum("nk,nkc->nc", bary, self.vertices[corners])
        normal = np.einsum("nk,nkc->nc", bary, self.caster.normals[corners])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        away = points - at
        distance = np.linalg.norm(away, axis=1) * np.where((away * normal).sum(1) < 0, -1.0, 1.0)
        return distance.astype(np.float32), normal.astype(np.float32)

    def outside(self, points: NDArray, gap: NDArray | float, rounds: int = 2) -> Floats:
        """Points (N, 3) moved out where they are nearer than ``gap`` metres."""
        points = np.array(points, np.float32)
        for _ in range(rounds):
            distance, normal = self.signed(points)
            lack = np.clip(gap - distance, 0, None) * (distance > -BELOW)
            points += lack[:, None] * normal
        return points

    def enclosed(self, points: NDArray, centre: NDArray, gap: float, reach: float) -> Floats:
        """Points (N, 3) moved out level from the upright line through ``centre`` (3,) until nothing that stands up to
        ``reach`` metres beyond them is outside: cuffs, pockets, plates."""
        away = np.asarray(points, np.float32) - np.asarray(centre, np.float32)
        away[:, 1] = 0
        away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
        start = (points + reach * away).astype(np.float32)
        out = reach + gap - self.caster.cast_rays(start, -away).depth
        found: Floats = (points + np.clip(out, 0, None)[:, None] * away).astype(np.float32)
        return found


def plain_form(mannequin: Mannequin) -> Floats:
    """(V, 3) the body as cloth feels it: its trunk spanned from side to side, without navel, cleft and ribs."""
    points, at = mannequin.vertices.astype(np.float64), mannequin.canonical
    trunk = np.flatnonzero((np.abs(at[:, 0]) < 0.18) & (at[:, 1] > -0.10) & (at[:, 1] < 0.44))
    low, high = points[trunk, 1].min(), points[trunk, 1].max()
    heights = np.arange(low, high, SLICE)
    turns = np.linspace(-np.pi, np.pi, 73)
    middle = np.zeros((len(heights), 2))
    reach = np.zeros((len(heights), len(turns)))
    for k, height in enumerate(heights):
        near = points[trunk][np.abs(points[trunk, 1] - height) < SLICE][:, [0, 2]]
        if len(near) < 8:
            continue
        corners = near[ConvexHull(near).vertices]
        middle[k] = 0.5 * (corners.min(0) + corners.max(0))
        reach[k] = reach_of(corners - middle[k], turns)
    for k in range(len(heights) - 2, -1, -1):  # what hangs from the chest or the belly falls in slowly
        reach[k] = np.maximum(reach[k], reach[k + 1] - FALL * SLICE)
    row = (points[trunk, 1] - low) / SLICE
    centre = np.stack([np.interp(row, np.arange(len(heights)), middle[:, i]) for i in (0, 1)], -1)
    out = points[trunk][:, [0, 2]] - centre
    radius = np.linalg.norm(out, axis=1)
    turn = (np.arctan2(out[:, 0], out[:, 1]) + np.pi) / (2 * np.pi) * (len(turns) - 1)
    hull = map_coordinates(reach, [row, turn], order=1, mode="nearest")
    share = smoothstep(at[trunk, 1], -0.10, -0.05) * smoothstep(at[trunk, 1], 0.44, 0.36)
    grown = 1 + share * (np.maximum(hull / np.maximum(radius, 1e-6), 1.0) - 1).clip(0, 0.6)
    points[trunk[:, None], [0, 2]] = centre + out * grown[:, None]
    soft = (at[:, 1] < 0.50) & (at[:, 1] > -0.86) & (np.abs(at[:, 0]) < 0.66)
    mean = averaging(mannequin.faces, len(points))
    for weight in (0.6, -0.61) * 14:
        points[soft] += weight * (mean @ points - points)[soft]
    return Beneath(mannequin.vertices, mannequin.faces).outside(points.astype(np.float32), 0.0)


def ease_of(p: Points, trunk: Sequence[Sequence[float]], arms: Sequence[Sequence[float]]) -> Floats:
    """(N,) metres between skin and cloth out of tables of (place, ease): places are heights on trunk and legs, and
    distances from the middle on the arms."""
    across, high = (np.array(table, float).T for table in (arms, trunk))
    on_arm = np.clip((p.side - 0.16) / 0.06, 0, 1) * (p.y > 0.30)
    ease = on_arm * np.interp(p.side, *across) + (1 - on_arm) * np.interp(p.y, *high)
    return ease.astype(np.float32)


def cleft(canonical: NDArray) -> NDArray[np.bool_]:
    """(N,) which points of the standard figure are where trunks are spanned across the seat's cleft."""
    x, y, z = canonical.T
    return np.asarray((np.abs(x) < 0.07) & (y > -0.085) & (y < 0.07) & (z < 0.0))


def fit(piece: Piece, beneath: Beneath, ease: NDArray, smoothing: int) -> Floats:
    """(P, 3) a piece smoothed over the anatomy and kept ``ease`` (P,) metres away from what is beneath."""
    mean = averaging(piece.faces, len(piece.vertices))
    points: NDArray = piece.vertices.astype(np.float64)
    near = cleft(piece.canonical)
    for _ in range(SPANNED if near.any() else 0):  # else its walls would lie pressed together in what spans it
        points[near] += 0.7 * (mean @ points - points)[near]
    points = points + ease[:, None] * vertex_normals(points, piece.faces)  # of walls they would point at one another
    for _ in range(ROUNDS):
        for _ in range(max(smoothing // ROUNDS, 1)):
            points = points + 0.6 * (mean @ points - points)
        points = beneath.outside(points, ease)
    for _ in range(2):
        points = points + 0.5 * (mean @ points - points)
    found: Floats = beneath.outside(points, np.minimum(ease, 0.003)).astype(np.float32)
    return found
