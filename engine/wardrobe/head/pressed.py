"""Hair gives way to what is worn on the head, goes into what stands round the neck, and lies over the rest.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import HEAD, NECK, Head, unit
from engine.wardrobe.head.locks import Tufts
from engine.wardrobe.layers import Layer, joined

GAP = 0.0012
"""Metres that hair stays inside of headgear and outside of clothes."""
SPREAD = 0.9
"""Metres by which it spreads again with each metre away from its border."""
SHUT_IN = 0.78
"""Canonical height from which on nobody sees what is beneath headgear."""
FAR = 0.09
"""Metres from the skin within which it heeds them."""
BINS = 48
"""Directions round the neck in which what stands there is looked at."""
AROUND = 0.20
"""Metres from the neck's axis within which something stands round it."""
LOWEST, DEEP = 0.50, 0.08
"""Canonical height above which that counts, and how many metres of hair below its top are inside of it."""
INSIDE, FEW = 0.98, 50
"""Share of the hair at its top, of so many points at least, that is inside of what hair is tucked into."""
ROUNDS, BESIDE = 3, 24
"""How often the way out of clothes is evened out, among how many points beside one another."""


def under(tufts: Tufts, head: Head, headgear: Sequence[Layer]) -> Tufts:
    """Hair no further off the skin than the headgear round it; what it shuts in is left out."""
    if not headgear:
        return tufts
    worn = joined(headgear)
    caster = MeshRaycaster(worn.vertices, worn.faces)
    start, ray, reach = _from_skin(head, tufts.vertices)
    most = SPREAD * caster.closest_point(start, signed=False)[2] - GAP
    pressed = np.minimum(reach, np.maximum(most, -0.002))
    inside = caster.cast_rays(start, ray).face >= 0
    found = replace(tufts, vertices=start + pressed[:, None] * ray)
    return found.without(inside & (head.canonical(start)[:, 1] > SHUT_IN))


def clad(tufts: Tufts, head: Head, clothes: Sequence[Layer]) -> Tufts:
    """Hair inside of what stands round the neck further out than itself, and over all other clothes."""
    found = [(layer, _tops(tufts, head, layer)) for layer in clothes]
    lying = over(tufts, head, [layer for layer, tops in found if tops is None])
    for layer, tops in found:
        if tops is not None:
            lying = _tucked(lying, head, layer, tops)
    return lying


def _tops(tufts: Tufts, head: Head, layer: Layer) -> NDArray | None:
    """(BINS,) heights up to which a layer stands round the neck outside of the hair, -inf where it is open; or None."""
    points = layer.vertices.astype(np.float64)
    places, reach = _polar(head, points)
    near = (reach < AROUND) & (head.canonical(points)[:, 1] > LOWEST)
    tops, rim = np.full(BINS, -np.inf), np.zeros(BINS)
    np.maximum.at(tops, places[near], points[near, 1])
    high = near & (points[:, 1] > tops[places] - 0.02)
    np.maximum.at(rim, places[high], reach[high])
    at, out = _polar(head, tufts.vertices)
    here = np.abs(tufts.vertices[:, 1] - tops[at]) < 0.012
    outside = rim[at[here]] > out[here] + GAP
    return tops if here.sum() > FEW and outside.mean() > INSIDE else None


def _tucked(tufts: Tufts, head: Head, layer: Layer, tops: NDArray) -> Tufts:
    """Hair that hangs into a layer, down to where that is narrowest."""
    points = tufts.vertices.copy()
    at, out = _polar(head, points)
    low = np.flatnonzero(points[:, 1] < tops[at])
    axis = _axis(head, points[low])
    ray = unit((points[low] - axis) * [1.0, 0, 1.0])
    inner = MeshRaycaster(layer.vertices, layer.faces).cast_rays(axis, ray)
    room = np.where(inner.face >= 0, inner.depth, np.inf)
    points[low] = axis + np.minimum(out[low], room - 2 * GAP)[:, None] * ray
    floor = np.full(BINS, -np.inf)
    for place in range(BINS):
        here = (at[low] == place) & (points[low, 1] > tops[place] - DEEP) & (inner.face >= 0)
        if here.any():
            floor[place] = points[low[here], 1][room[here].argmin()]
    floor = np.maximum(floor, np.maximum(np.roll(floor, 1), np.roll(floor, -1)))
    return replace(tufts, vertices=points).cut(points[:, 1] < floor[at])


def _axis(head: Head, points: NDArray) -> NDArray:
    """(N, 3) points of the neck's axis at the heights of others."""
    neck, skull = head.mannequin.joints[NECK].astype(np.float64), head.mannequin.joints[HEAD].astype(np.float64)
    share = np.clip((points[:, 1] - neck[1]) / (skull[1] - neck[1]), 0, 1)[:, None]
    found: NDArray = neck + share * (skull - neck)
    found[:, 1] = points[:, 1]
    return found


def _polar(head: Head, points: NDArray) -> tuple[NDArray, NDArray]:
    """Of which direction of `BINS` points (N, 3) are, seen from the neck's axis, and how far from it (N,)."""
    level = points - _axis(head, points)
    turn = np.arctan2(level[:, 0], level[:, 2]) / (2 * np.pi) % 1.0
    return (turn * BINS).astype(int) % BINS, np.hypot(level[:, 0], level[:, 2])


def over(tufts: Tufts, head: Head, clothes: Sequence[Layer]) -> Tufts:
    """Hair that hangs below the chin, lifted off the clothes that it would go through, its strands side by side."""
    low = np.flatnonzero(head.canonical(tufts.vertices)[:, 1] < 0.58)
    if not clothes or not len(low):
        return tufts
    worn = joined(clothes)
    caster = MeshRaycaster(worn.vertices, worn.faces)
    points = tufts.vertices[low].astype(np.float64)
    beside = cKDTree(points).query(points, k=min(BESIDE, len(points)))[1]
    moved = np.zeros_like(points)
    for _ in range(ROUNDS):
        lift = _lifted(head, caster, points + moved) - points
        longer = np.maximum(np.linalg.norm(lift, axis=1), 1e-9)
        weight = longer[beside] + 1e-4  # what is lifted takes along what lies beside it
        moved = (lift[beside] * weight[..., None]).sum(1) / weight.sum(1)[:, None]
    vertices = tufts.vertices.copy()
    vertices[low] = _lifted(head, caster, points + moved)
    return replace(tufts, vertices=vertices)


def _lifted(head: Head, caster: MeshRaycaster, points: NDArray) -> NDArray:
    """Points (N, 3) of hair, off the clothes."""
    start, ray, reach = _from_skin(head, points)
    hits = caster.cast_rays(start + FAR * ray, -ray)
    cloth = np.where((hits.face >= 0) & (hits.depth < FAR), FAR - hits.depth, 0.0)
    share = smoothstep(head.canonical(start)[:, 1], 0.58, 0.54)
    lifted = np.where((cloth > 0) & (reach < cloth + GAP), cloth + GAP + 0.4 * np.clip(reach, 0, 0.02), reach)
    found: NDArray = start + (reach + share * (lifted - reach))[:, None] * ray
    return found


def _from_skin(head: Head, points: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """The skin's points (N, 3) nearest to points, unit rays (N, 3) from them, and how far along those they are."""
    mannequin = head.mannequin
    face, bary, distance = mannequin.caster.closest_point(points)
    corners = mannequin.faces[face]
    start = np.einsum("nk,nkc->nc", bary, mannequin.vertices[corners]).astype(np.float64)
    normal = np.einsum("nk,nkc->nc", bary, mannequin.normals[corners]).astype(np.float64)
    away = points - start
    close = np.abs(distance) < 0.0008
    ray = unit(np.where(close[:, None], normal, away * np.where(distance < 0, -1, 1)[:, None]))
    return start, ray, (away * ray).sum(1)
