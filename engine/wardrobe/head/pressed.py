"""Hair gives way to what is worn on the head, and lies over what is worn beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import Head, unit
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


def over(tufts: Tufts, head: Head, clothes: Sequence[Layer]) -> Tufts:
    """Hair that hangs below the chin, lifted off the clothes that it would go through."""
    low = np.flatnonzero(head.canonical(tufts.vertices)[:, 1] < 0.58)
    if not clothes or not len(low):
        return tufts
    worn = joined(clothes)
    start, ray, reach = _from_skin(head, tufts.vertices[low])
    outside = start + FAR * ray
    hits = MeshRaycaster(worn.vertices, worn.faces).cast_rays(outside, -ray)
    cloth = np.where((hits.face >= 0) & (hits.depth < FAR), FAR - hits.depth, 0.0)
    share = smoothstep(head.canonical(start)[:, 1], 0.58, 0.54)
    lifted = np.where(cloth > 0, np.maximum(reach, cloth + GAP + 0.4 * np.minimum(reach, 0.02)), reach)
    vertices = tufts.vertices.copy()
    vertices[low] = start + (reach + share * (lifted - reach))[:, None] * ray
    return replace(tufts, vertices=vertices)


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
