"""The head of a body: how the standard figure's places map to it, its scalp, and points sampled on its surface.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.geometry.measures import face_areas
from engine.geometry.rotations import unit
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.hair_masks import above_smooth_hairline
from engine.wardrobe.layers import Floats, Mannequin

ROOT = 0.0003
"""Metres by which hair begins beneath the skin."""
HEAD, NECK, CHEST = 15, 12, 9
"""Joints of SMPL's order that carry the hair."""


@dataclass(frozen=True)
class Head:
    """A mannequin's head. ``scale`` (3,) and ``shift`` (3,) bring the standard figure's head to it, axis by axis."""

    mannequin: Mannequin
    scale: NDArray
    shift: NDArray

    @staticmethod
    def of(mannequin: Mannequin) -> Head:
        """The scale and shift that fit the skull and face best."""
        on = mannequin.weights[:, HEAD] > 0.9
        for ids in mannequin.labels.values():  # eyes may have been sunk
            on[ids] = False
        if mannequin.drawn:  # a muzzle says nothing of the head's size
            on &= (mannequin.canonical[:, 2] < 0.06) | (mannequin.canonical[:, 1] > 0.70)
        at, to = mannequin.canonical[on].astype(np.float64), mannequin.vertices[on].astype(np.float64)
        middle = at.mean(0)
        scale = ((at - middle) * (to - to.mean(0))).sum(0) / ((at - middle) ** 2).sum(0)
        return Head(mannequin, scale, to.mean(0) - scale * middle)

    @property
    def size(self) -> float:
        """Against the standard figure's head."""
        return float(np.cbrt(np.prod(self.scale)))

    def place(self, canonical: NDArray) -> NDArray:
        """Where places of the standard figure's head (..., 3) are."""
        return np.asarray(canonical) * self.scale + self.shift

    def canonical(self, points: NDArray) -> NDArray:
        """The opposite of `place`: works beside the surface as well as on it."""
        return (np.asarray(points) - self.shift) / self.scale

    def off_skin(self, points: NDArray, lift: NDArray, pull: NDArray | float) -> tuple[NDArray, NDArray]:
        """Points (N, 3) kept ``lift`` (N,) metres off the skin, those further off drawn in by the share ``pull``.

        Returns:
            The points, and the outward normals (N, 3) of the nearest skin.
        """
        mannequin = self.mannequin
        face, bary, distance = mannequin.caster.closest_point(points)
        corners = mannequin.faces[face]
        normal = unit(np.einsum("nk,nkc->nc", bary, mannequin.normals[corners]).astype(np.float64))
        nearest = np.einsum("nk,nkc->nc", bary, mannequin.vertices[corners])
        away = unit((points - nearest) * np.where(distance < 0, -1, 1)[:, None])
        away = unit(away + 0.5 * normal)
        gap = lift - distance
        return points + away * np.where(gap > 0, gap, pull * gap)[:, None], normal

    @cached_property
    def _standard(self) -> MeshRaycaster:
        """Rays on the standard figure's surface."""
        return MeshRaycaster(self.mannequin.canonical, self.mannequin.faces)

    def struck(self, starts: NDArray, rays: NDArray) -> Seeds:
        """What rays (N, 3) from canonical starts (N, 3) hit of the standard figure, as seeds on this one."""
        hits = self._standard.cast_rays(starts, rays)
        mannequin = self.mannequin
        points, normals, canonical = (
            hits.interpolate(mannequin.faces, values).astype(np.float64)
            for values in (mannequin.vertices, mannequin.normals, mannequin.canonical)
        )
        return Seeds(points, unit(normals), canonical)

    def before(self, x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
        """Points (N, 3) on the front of the face at canonical x and y (N,), and the normals (N, 3) there."""
        ahead = np.tile(np.array([0, 0, -1.0]), (len(x), 1))
        found = self.struck(np.stack([x, y, np.full_like(x, 0.30)], 1), ahead)
        return found.points, found.normals

    def hang(self, points: NDArray) -> Floats:
        """(N, 24) skinning weights of what hangs from the head: the head's down to the chin, then neck, then chest."""
        joints = self.mannequin.joints
        y = np.asarray(points)[:, 1]
        chest = 0.35 * joints[CHEST, 1] + 0.65 * joints[NECK, 1]
        head = smoothstep(y, joints[NECK, 1] + 0.2 * (joints[HEAD, 1] - joints[NECK, 1]), joints[HEAD, 1])
        low = (1 - head) * smoothstep(y, joints[NECK, 1], chest - 0.02)
        weights = np.zeros((len(y), 24), np.float32)
        weights[:, HEAD], weights[:, CHEST], weights[:, NECK] = head, low, 1 - head - low
        return weights


@dataclass(frozen=True)
class Seeds:
    """Points on the body's surface (N rows)."""

    points: NDArray  # (N, 3)
    normals: NDArray  # (N, 3) unit
    canonical: NDArray  # (N, 3)

    def __len__(self) -> int:
        return len(self.points)

    def take(self, chosen: NDArray) -> Seeds:
        """Some of them."""
        return Seeds(self.points[chosen], self.normals[chosen], self.canonical[chosen])


def beside_ears(canonical: NDArray) -> NDArray:
    """(N,) metres away from the ears as seen from the side; negative on them, large off the sides of the head."""
    x, y, z = np.asarray(canonical).T
    shape = np.hypot((y - 0.672) / 0.039, (z - 0.024 - 0.15 * (y - 0.676)) / 0.0235)
    found: NDArray = 0.03 * (shape - 1) + 0.1 * (np.abs(x) < 0.04)
    return found


def hairline(canonical: NDArray) -> NDArray:
    """(N,) metres above the hairline, the ears left free; negative on face, ears and neck."""
    p = Points(canonical)
    temples = 0.006 * np.exp(-(((p.side - 0.042) / 0.014) ** 2)) * smoothstep(p.z, 0.05, 0.09)
    above = above_smooth_hairline(p) - temples + 0.0015 * smoothstep(p.side, 0.02, 0.0) * smoothstep(p.z, 0.06, 0.1)
    burn = np.minimum(np.minimum(p.z - 0.040, 0.062 - p.z) - 0.12 * np.clip(0.70 - p.y, 0, 1), 0.8 * (p.y - 0.674))
    above = np.maximum(above, np.where((p.side > 0.05) & (p.y < 0.74), burn, -1.0))  # sideburns
    found: NDArray = np.minimum(above, beside_ears(canonical))
    return found


def sideburns(canonical: NDArray) -> NDArray:
    """(N,) how far places are of the hair in front of the ears."""
    x, y, z = np.asarray(canonical).T
    found: NDArray = smoothstep(np.abs(x), 0.045, 0.055) * smoothstep(z, 0.034, 0.042) * smoothstep(y, 0.715, 0.70)
    return found


def sample(mannequin: Mannequin, density: Callable[[NDArray], NDArray], count: int, rng: np.random.Generator) -> Seeds:
    """Points by area where ``density`` of canonical places is above nought, as far apart from one another as that goes.

    Returns:
        At most ``count``; none where there is no density.
    """
    near = density(mannequin.canonical) > 0
    corners = mannequin.faces[near[mannequin.faces].any(1)]
    if not len(corners) or count < 1:
        return Seeds(*(np.zeros((0, 3)) for _ in range(3)))
    area = face_areas(mannequin.vertices, corners)
    tries = 6 * count
    face = rng.choice(len(corners), tries, p=area / area.sum())
    u, v = np.sqrt(rng.random(tries)), rng.random(tries)
    bary = np.stack([1 - u, u * (1 - v), u * v], 1)

    def mixed(values: NDArray) -> NDArray:
        return np.einsum("nk,nkc->nc", bary, values[corners[face]].astype(np.float64))

    seeds = Seeds(mixed(mannequin.vertices), unit(mixed(mannequin.normals)), mixed(mannequin.canonical))
    wanted = np.clip(density(seeds.canonical), 0, 1)
    seeds = seeds.take(np.flatnonzero(rng.random(tries) < wanted))
    reach = 0.62 * float(np.sqrt(area.sum() * wanted.mean() / count))
    return seeds.take(_apart(seeds.points, reach)[:count]) if len(seeds) else seeds


def _apart(points: NDArray, reach: float) -> NDArray:
    """Indices of points (N, 3) of which none is within ``reach`` of an earlier one, then the others."""
    near = cKDTree(points).query_ball_point(points, reach)
    taken, first, rest = np.zeros(len(points), bool), [], []
    for index, neighbours in enumerate(near):
        if taken[index]:
            rest.append(index)
        else:
            taken[neighbours] = True
            first.append(index)
    return np.array(first + rest, np.int64)


def zones(canonical: NDArray) -> NDArray:
    """(N, 4) shares of front, top, side and back at places of the scalp."""
    _, y, z = np.asarray(canonical).T
    top = smoothstep(y, 0.735, 0.772) * smoothstep(z, -0.055, -0.02)
    ahead = smoothstep(z, 0.060, 0.092)
    top = np.maximum(top, ahead * smoothstep(y, 0.725, 0.740))  # over the forehead, down to the hairline
    front = top * ahead
    back = (1 - top) * smoothstep(z, 0.015, -0.02)
    return np.stack([front, top - front, 1 - top - back, back], 1)
