"""Texture coordinates of full layers: quickly, without overlaps, and running along the cloth.

What comes from the body's own triangles lies where `engine.mesh.pattern` has its place. What does not (props, hair,
skirts, linings, pockets upon cloth) is laid out as cylinders round the upright axis, or as the six sides of a box, in a
column beside that.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.geometry.measures import face_areas, vertex_normals
from engine.mesh.chart_regions import connected
from engine.mesh.full import along
from engine.mesh.pattern import pattern
from engine.mesh.surface import Floats
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.layers import Layer

SHARE = 0.8
"""Side of the square in which the body's charts lie. Set by hand."""
NEAR = 0.015
"""Metres from the standard figure within which a point belongs to it. Set by hand."""
STRETCH = 8.0
"""Factor by which a triangle's texels may be more or fewer than the pattern's. Set by hand."""
GAP = 0.004
"""Texture coordinates between two charts. Set by hand."""
UPRIGHT, TALL, ROUND = 0.6, 0.15, 12
"""Of a cylinder: share of faces that look sideways, metres of height, and in how many of 16 directions they look. Set
by hand."""
Numbers = NDArray[np.int64]


def layer_uvs(layer: Layer) -> Floats:
    """(F, 3, 2) texture coordinates of a layer's corners in 0-1, v up."""
    uvs, placed = np.zeros((len(layer.faces), 3, 2), np.float32), np.zeros(len(layer.faces), bool)
    if importlib.util.find_spec("xatlas") is not None:  # without which there is no pattern
        uvs, placed = _on_pattern(layer)
    rest = np.flatnonzero(~placed)
    if len(rest):
        charts = list(_cylinders_and_boxes(layer, rest))
        alone = len(rest) == len(layer.faces)
        for numbers, spots in _packed(charts, *((0.0, np.inf) if alone else (SHARE, SHARE * pattern().unit))):
            uvs[numbers] = spots
    return np.clip(uvs, 0.0, 1.0).astype(np.float32)


def _on_pattern(layer: Layer) -> tuple[Floats, NDArray[np.bool_]]:
    """Coordinates (F, 3, 2) on the standard figure's charts, and which faces (F,) can lie there without overlaps."""
    found = pattern()
    corners = layer.canonical[layer.faces]  # (F, 3, 3)
    face, _, distance = found.caster.closest_point(corners.mean(1), signed=False)
    uvs = np.zeros((len(corners), 3, 2), np.float32)
    placed = distance < NEAR
    order = np.flatnonzero(placed)
    order = order[np.argsort(found.charts[face[order]], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(found.charts[face[order]])) + 1) if len(order) else ():
        chart = int(found.charts[face[rows[0]]])
        used, index = np.unique(layer.faces[rows], return_inverse=True)
        spots, far = _spots(chart, layer.canonical[used])
        uvs[rows], placed[rows] = spots[index.reshape(-1, 3)], ~far[index.reshape(-1, 3)].any(1)
    uvs *= SHARE
    size = _area(uvs) / np.maximum(face_areas(layer.vertices, layer.faces), 1e-12) / (SHARE * found.unit) ** 2
    placed &= (size > 1.0 / STRETCH) & (size < STRETCH)
    part = connected(np.zeros(len(corners), np.int64), layer.faces)
    rows = np.flatnonzero(placed)
    placed[rows[_upper(uvs[rows], np.bincount(part)[part[rows]])]] = False
    return uvs, placed


def _spots(chart: int, points: np.ndarray) -> tuple[Floats, NDArray[np.bool_]]:
    """Coordinates (N, 2) of canonical points in a chart, continued beyond its border, and which are far off."""
    found = pattern()
    own, caster = found.of_chart(chart)
    face, bary, distance = caster.closest_point(points, signed=False)
    corners = found.vertices[found.faces[own[face]]].astype(np.float64)
    texels = found.uvs[own[face]].astype(np.float64)
    away = points - np.einsum("nk,nkc->nc", bary, corners)
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    beyond = along(e1, e2, texels, away)
    limit = 2.0 * found.unit * distance
    length = np.linalg.norm(beyond, axis=1)
    beyond *= np.minimum(1.0, limit / np.maximum(length, 1e-12))[:, None]  # thin triangles lead astray
    return (np.einsum("nk,nkc->nc", bary, texels) + beyond).astype(np.float32), distance > 2.0 * NEAR


def _upper(uvs: Floats, size: np.ndarray) -> Numbers:
    """Of faces (F, 3, 2) that lie upon others, the numbers of those from the smaller part (of ``size`` (F,) faces)."""
    if not len(uvs):
        return np.zeros(0, np.int64)
    order = np.empty(len(uvs))
    order[np.argsort(-size, kind="stable")] = np.linspace(0.0, 1.0, len(uvs))  # the largest part lies lowest
    raised = np.concatenate((uvs, np.repeat(order[:, None, None], 3, axis=1)), -1).reshape(-1, 3)
    caster = MeshRaycaster(raised, np.arange(len(raised), dtype=np.int32).reshape(-1, 3))
    middle, number = uvs.mean(1), np.arange(len(uvs))
    upper = np.zeros(len(uvs), bool)
    for start, down in ((2.0, -1.0), (-1.0, 1.0)):
        origins = np.concatenate((middle, np.full((len(uvs), 1), start)), 1)
        seen = caster.cast_rays(origins, np.tile([[0.0, 0.0, down]], (len(uvs), 1))).face
        over = (seen >= 0) & (seen != number)
        upper[seen[over] if down < 0 else number[over]] = True
    return np.flatnonzero(upper)


def _cylinders_and_boxes(layer: Layer, rest: Numbers) -> Iterator[tuple[Numbers, Floats]]:
    """Charts of faces (R,): numbers of faces (n,) and their corners (n, 3, 2) in metres."""
    normals = vertex_normals(layer.vertices, layer.faces)[layer.faces].mean(1)
    part = connected(np.zeros(len(rest), np.int64), layer.faces[rest])
    order = np.argsort(part, kind="stable")
    boxed = []
    for numbers in np.split(rest[order], np.flatnonzero(np.diff(part[order])) + 1):
        rolled = _rolled(layer.vertices[layer.faces[numbers]], normals[numbers])
        if rolled is None:
            boxed.append(numbers)
            continue
        wrong = np.union1d(_upper(rolled, np.ones(len(rolled))), np.flatnonzero(_area(rolled) <= 0.0))
        yield np.delete(numbers, wrong), np.delete(rolled, wrong, axis=0)
        boxed.append(numbers[wrong])
    faces = np.concatenate(boxed)
    if not len(faces):
        return
    axis = np.abs(normals[faces]).argmax(1)
    side = 2 * axis + (normals[faces, axis] > 0)
    part = connected(side, layer.faces[faces])
    order = np.argsort(part, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
        corners, which = layer.vertices[layer.faces[faces[group]]], int(side[group[0]])
        across, up = ((2, 1), (0, 2), (0, 1))[which // 2]
        sign = 1.0 if which in (0, 2, 5) else -1.0  # seen from outside, right is right
        yield faces[group], np.stack((sign * corners[..., across], corners[..., up]), -1)


def _rolled(corners: np.ndarray, normals: np.ndarray) -> Floats | None:
    """Faces (n, 3, 3) that stand round the upright axis, unrolled (n, 3, 2) in metres with the seam behind; or None."""
    flat = normals[:, [0, 2]]
    sideways = np.abs(normals[:, 1]) < 0.7
    angle = np.arctan2(flat[:, 0], flat[:, 1])
    turns = np.bincount(((angle[sideways] + np.pi) / (2 * np.pi) * 16).astype(int) % 16, minlength=16)
    points = corners.reshape(-1, 3)
    middle = 0.5 * (points.min(0) + points.max(0))
    out = corners - middle
    if np.ptp(corners[..., 1]) < TALL or sideways.mean() < UPRIGHT or (turns > 0.02 * len(corners)).sum() < ROUND:
        return None
    radius = float(np.hypot(out[..., 0], out[..., 2]).mean())
    turn = np.arctan2(out[..., 0], out[..., 2])  # 0 in front, to the left rising
    own = np.arctan2(out[..., 0].mean(1), out[..., 2].mean(1))[:, None]
    turn = own + (turn - own + np.pi) % (2 * np.pi) - np.pi
    return np.stack((radius * turn, corners[..., 1]), -1)


def _packed(charts: list[tuple[Numbers, Floats]], left: float, most: float) -> Iterator[tuple[Numbers, Floats]]:
    """Charts in metres brought side by side between ``left`` and the right border, as large as fits in rows, but
    a metre at ``most`` so large."""
    charts = [chart for chart in charts if len(chart[0])]
    low = np.stack([spots.reshape(-1, 2).min(0) for _, spots in charts])
    size = np.stack([spots.reshape(-1, 2).max(0) for _, spots in charts]) - low
    area = float(size.prod(1).sum())
    width = 1.0 - left - 2 * GAP
    scale = min(float(np.sqrt(width / max(area, 1e-9))), most)
    for _ in range(200):
        places = _rows(size * scale, width)
        if places is not None:
            break
        scale *= 0.93
    else:
        places = np.zeros_like(size)
    for (numbers, spots), start, place in zip(charts, low, places):
        yield numbers, (spots - start) * scale + place + [left + GAP, GAP]


def _rows(size: np.ndarray, width: float) -> Floats | None:
    """Lower left corners (N, 2) of boxes (N, 2) in rows of falling height, or None if they are too many."""
    if (size[:, 0] > width).any():
        return None
    order = np.argsort(-size[:, 1], kind="stable")
    wide, high = size[order].T
    spaced = np.stack((wide, np.full_like(wide, GAP)), -1).reshape(-1)  # box, gap, box, gap ...
    places, first, room, y = np.empty_like(size), 0, 64, size.dtype.type(0)
    while first < len(size):
        if y + high[first] > 1.0 - 2 * GAP:
            return None
        while True:
            ends = np.add.accumulate(spaced[2 * first : 2 * (first + room)])
            over = np.flatnonzero(ends[2::2] > width)
            if len(over) or first + room >= len(size):
                break
            room *= 2  # boxes that are tried for a row
        last = first + 1 + int(over[0]) if len(over) else len(size)
        places[order[first:last], 0] = np.concatenate(([0], ends[1 : 2 * (last - first) - 1 : 2]))
        places[order[first:last], 1] = y
        first, y = last, y + high[first] + GAP
    return places


def _area(uvs: np.ndarray) -> NDArray[np.float64]:
    """Signed areas (F,) of plane triangles (F, 3, 2)."""
    s, t = (uvs[:, k].astype(np.float64) - uvs[:, 0] for k in (1, 2))
    return np.asarray(0.5 * (s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]))
