"""Smooth shells round parts of a body and what it wears: where plates, belts, shafts and straps lie.

A hull is an image of distances: rays from an axis inside the part, one row a height ``u`` along it, one column an angle
``theta`` round it. The outermost surface met along the rays is made convex and smooth, and never lies beneath what it
goes round. ``u`` is in the standard figure's metres along the part (height for trunk, neck and legs, distance from the
middle for arms, radians of elevation for the head), ``theta`` in degrees: 0 in front, 90 on the outer side of a limb
or on the body's left.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter1d

from engine.render.raycast import MeshRaycaster
from engine.wardrobe.hard.rings import COLUMNS, PAD, THETA, bridged, drafted, smoothed
from engine.wardrobe.layers import Layer, Mannequin

REACH = 0.9
"""Metres from the axis where rays start inwards."""
ARM, LEG = ((16, 18, 20, 22), (17, 19, 21, 23)), ((1, 4, 7, 10), (2, 5, 8, 11))


@dataclass(frozen=True)
class BodyPart:
    """How a part of the body is gone round."""

    low: float
    high: float
    """Ends of ``u``."""
    fan: float | None = None
    """``u`` beyond which rays fan out from one point until they are nearly along the axis."""
    convex: float = 1.0
    """How far hollows across the part are bridged, 0-1."""
    smooth: float = 1.5
    """Rows and columns by which the shell is smoothed."""
    limb: bool = False
    crown: float | None = None
    """The same at the far end of the fan; None: as elsewhere."""
    bridge: int = 1
    """Rows over which hollows along the part are bridged."""
    draft: float | None = None
    """``u`` under which each ring holds all rings above it: feet in shoes."""


PARTS: dict[str, BodyPart] = {
    "torso": BodyPart(-0.15, 0.56, fan=0.36, smooth=3.0, crown=0.15, bridge=17),
    "trunk": BodyPart(-0.15, 0.56, fan=0.36, smooth=1.5, convex=0.35),
    "neck": BodyPart(0.465, 0.60, smooth=1.6),
    "arm": BodyPart(0.06, 0.71, fan=0.20, convex=0.8, limb=True, smooth=2.2),
    "leg": BodyPart(-0.945, 0.02, convex=0.85, limb=True, smooth=1.8, draft=-0.875),
    "head": BodyPart(-1.25, 1.56, smooth=2.5),
    "face": BodyPart(-1.25, 1.56, smooth=1.2, convex=0.25),
}
STEEPEST = np.radians(84)
"""Of a fan's rays against the rings."""


@dataclass(frozen=True)
class Hull:
    """A shell: where its rays begin (R, 3), their directions (R, C, 3) and lengths (R, C), at ``u`` (R,) rising."""

    u: NDArray
    origins: NDArray
    directions: NDArray
    radii: NDArray
    size: float = 1.0
    """Scale of the part's cross-section against a grown person's, for thicknesses and rims."""

    @cached_property
    def _images(self) -> tuple[NDArray, NDArray]:
        """Spline coefficients of points and of normals, (3, R, C + 2 PAD)."""
        points = self.origins[:, None] + self.directions * self.radii[..., None]
        wrapped = np.concatenate([points[:, -PAD:], points, points[:, :PAD]], 1)
        normals = np.cross(np.gradient(wrapped, axis=1), np.gradient(wrapped, axis=0))
        outward = np.sign((normals[:, PAD:-PAD] * self.directions).sum())
        normals *= outward / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9)
        return _coefficients(wrapped), _coefficients(normals)

    def at(self, u: NDArray, theta: NDArray, lift: NDArray | float = 0.0) -> NDArray:
        """(..., 3) points at heights and angles, ``lift`` metres outside the shell."""
        row = np.interp(u, self.u, np.arange(len(self.u)))
        column = (np.mod(np.asarray(theta) + 180.0, 360.0)) * COLUMNS / 360.0 + PAD
        row, column = np.broadcast_arrays(row, column)

        def sampled(image: NDArray) -> NDArray:
            parts = [map_coordinates(c, [row, column], order=3, prefilter=False, mode="nearest") for c in image]
            return np.stack(parts, -1)

        points, normals = (sampled(image) for image in self._images)
        normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
        found: NDArray = points + normals * np.asarray(lift)[..., None]
        return found


def _coefficients(image: NDArray) -> NDArray:
    filtered = spline_filter1d(spline_filter1d(image, axis=0, mode="nearest"), axis=1, mode="nearest")
    return np.moveaxis(filtered, -1, 0)


@dataclass
class Hulls:
    """The shells of one body in what it wears, each made when it is asked for."""

    mannequin: Mannequin
    beneath: Sequence[Layer] = ()
    reach: float = np.inf
    """Metres on a grown body beyond the bare skin that what is worn beneath is gone round; the rest is tucked in."""
    made: dict[str, Hull] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Hull:
        """Of ``torso``, ``trunk`` (the same, closer), ``neck``, ``head``, ``face`` (closer), and of
        ``arm.L``, ``arm.R``, ``leg.L`` and ``leg.R``.
        """
        if name not in self.made:
            self.made[name] = self._build(*name.split("."))
        return self.made[name]

    def _build(self, part: str, side: str = "L") -> Hull:
        how, right = PARTS[part], side == "R"
        body = self.mannequin
        own = _belongs(part, right, body.canonical, body.weights)
        if part in ("head", "face"):
            u, origins, directions = _sphere(how, body.vertices[own], body.canonical[own])
        else:
            u, origins, directions = _rings(part, how, right, body, own)
        surfaces = [(body.vertices, body.faces, own)]
        for layer in self.beneath:
            surfaces.append((layer.vertices, layer.faces, _belongs(part, right, layer.canonical, layer.weights)))
        raw = _distances(surfaces, origins, directions)
        if len(surfaces) > 1 and np.isfinite(self.reach):
            raw = np.minimum(raw, _distances(surfaces[:1], origins, directions) + self.reach * self.mannequin.size)
        if how.draft is not None:
            foot = u < how.draft
            raw[foot] = drafted(raw[foot], origins[foot])
        size = float(np.clip(np.median(raw) / MEDIANS[part], 0.5, 1.25))
        return Hull(u, origins, directions, smoothed(raw, how, u), size)


MEDIANS = {"torso": 0.13, "trunk": 0.13, "neck": 0.07, "arm": 0.045, "leg": 0.065, "head": 0.1, "face": 0.1}
"""Metres: usual distances of a part's surface from its axis."""


def _belongs(part: str, right: bool, canonical: NDArray, weights: NDArray) -> NDArray[np.bool_]:
    """Which vertices are of a part and may touch its rays."""
    x, y, z = canonical.T
    side = -x if right else x
    if part in ("torso", "trunk"):
        found = (np.abs(x) < 0.205) & (y > -0.19) & (y < 0.553)
    elif part == "neck":
        found = (np.abs(x) < 0.17) & (y > 0.43) & (y < 0.585) & (z < 0.10)
    elif part in ("head", "face"):
        found = y > 0.552
    elif part == "arm":
        found = (side > 0.09) & (y > 0.30) & (weights[:, list((*ARM[right], 14 if right else 13))].sum(1) > 0.4)
    else:
        found = (side > -0.01) & (y < 0.05) & (weights[:, list(LEG[right])].sum(1) > 0.15)
    return np.asarray(found)


def _rings(part: str, how: BodyPart, right: bool, body: Mannequin, own: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Heights (R,), axis (R, 3) and directions (R, C, 3) of a tube, and of the fan at its end."""
    sign = -1.0 if right else 1.0
    along = np.abs(body.canonical[own, 0]) if part == "arm" else body.canonical[own, 1]
    points = body.vertices[own]
    first = how.low if how.fan is None or part != "arm" else how.fan
    last = how.high if how.fan is None or part == "arm" else how.fan
    knots = np.linspace(first, last, 15)
    centers = np.array([_middle(points, along, knot) for knot in knots])
    centers[:, 0] *= part not in ("torso", "trunk", "neck")
    centers = gaussian_filter(centers, (0.7, 0), mode="nearest")
    if part != "arm":
        centers[:, 1] = _heights(points, along, knots)
    u = np.arange(how.low, how.high, 0.009)
    if how.draft is not None:
        u = np.concatenate([np.arange(how.low, how.draft, 0.004), np.arange(how.draft, how.high, 0.009)])
    origins = np.stack([np.interp(u, knots, centers[:, k]) for k in range(3)], 1)
    if part == "arm":
        axis = centers[-1] - centers[0]
        axis /= np.linalg.norm(axis)
    else:
        axis = np.array([0.0, 1.0, 0.0])
    front = np.array([0, 0, 1.0]) - axis * axis[2]
    front /= np.linalg.norm(front)
    outer = np.cross(front, axis) if part == "arm" else np.array([1.0, 0, 0])
    outer *= np.sign(outer[0]) * sign
    theta = np.radians(THETA[PAD:-PAD])
    flat = np.cos(theta)[:, None] * front + np.sin(theta)[:, None] * outer
    steep = np.zeros(len(u))
    if how.fan is not None:
        end = how.low if part == "arm" else how.high
        steep = np.clip((u - how.fan) / (end - how.fan), 0, 1) * STEEPEST
    pole = -axis if part == "arm" else axis
    directions = np.cos(steep)[:, None, None] * flat + np.sin(steep)[:, None, None] * pole
    return u, origins, directions


def _heights(points: NDArray, along: NDArray, knots: NDArray) -> NDArray:
    """(K,) where on a body heights of the standard figure are: least squares by pieces between knots."""
    place = np.clip((along - knots[0]) / (knots[1] - knots[0]), 0, len(knots) - 1)
    low = np.minimum(place.astype(int), len(knots) - 2)
    share, rows = place - low, np.arange(len(along))
    hats = np.zeros((len(along), len(knots)))
    hats[rows, low], hats[rows, low + 1] = 1 - share, share
    bend = 3.0 * np.diff(np.eye(len(knots)), 2, axis=0)
    system, wanted = np.concatenate([hats, bend]), np.concatenate([points[:, 1], np.zeros(len(bend))])
    found: NDArray = np.linalg.lstsq(system, wanted, rcond=None)[0]
    return found


def _middle(points: NDArray, along: NDArray, at: float) -> NDArray:
    """(3,) the middle of the box round a part's vertices at a height."""
    near = points[np.abs(along - at) < 0.022]
    if len(near) < 4:
        near = points[np.argsort(np.abs(along - at))[:12]]
    return 0.5 * (near.min(0) + near.max(0))


def _sphere(how: BodyPart, points: NDArray, canonical: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Elevations (R,), the head's middle (R, 3) and directions (R, C, 3)."""
    upper = points[np.abs(canonical[:, 1] - 0.685) < 0.025]
    center = 0.5 * (upper.min(0) + upper.max(0))
    u, theta = np.arange(how.low, how.high, 0.028), np.radians(THETA[PAD:-PAD])
    level = np.stack([np.sin(theta), 0 * theta, np.cos(theta)], 1)
    directions = np.cos(u)[:, None, None] * level + np.sin(u)[:, None, None] * np.array([0, 1.0, 0])
    return u, np.repeat(center[None], len(u), 0), directions


def _distances(surfaces: list[tuple[NDArray, NDArray, NDArray]], origins: NDArray, directions: NDArray) -> NDArray:
    """(R, C) metres along rays to the outermost of surfaces (vertices, faces, mask of vertices); holes are bridged."""
    vertices, faces, start = [], [], 0
    for points, triangles, own in surfaces:
        kept = triangles[own[triangles].all(1)]
        vertices.append(points)
        faces.append(kept + start)
        start += len(points)
    caster = MeshRaycaster(np.concatenate(vertices), np.concatenate(faces))
    flat = directions.reshape(-1, 3)
    begin = np.repeat(origins, directions.shape[1], 0) + REACH * flat
    hits = caster.cast_rays(begin, -flat)
    depth = REACH - np.where(hits.mask, hits.depth, np.nan)
    depth = depth.reshape(directions.shape[:2])
    depth[depth < 0.004] = np.nan
    return bridged(depth)
