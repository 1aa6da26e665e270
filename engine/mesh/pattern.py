"""The standard figure laid flat once, for all layers that are cut from the body: charts at fixed places, stripes level.

The open body's template is cut into charts (front and back of trunk, arms and legs, hands, feet, head) and packed into
a square. What belongs to a place of the body (`wardrobe.canonical`) has the same texture coordinates on every avatar.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine import userdata
from engine.body import load_body
from engine.geometry.edges import compact
from engine.geometry.measures import face_vectors
from engine.mesh.chart_regions import SkinnedBody, as_on, connected, regions
from engine.mesh.flatten import flatten, folded, level
from engine.mesh.surface import Floats, Indices
from engine.mesh.uv import Pieces, split_seams, unwrap
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import STANDARD_JOINTS

TEXELS = 1024
"""Side of the square that the charts' distances are meant for. Set by hand."""
VERSION = 2
"""Of the layout; another one is made anew."""
FEW, SMALL = 0.05, 8
"""Share of a region's faces that may be cut out of its level chart, and faces of a piece that is left to xatlas. Set by
hand."""
STEEP, HIDDEN = 0.2, 0.0005
"""Least cosine between a face's normal and the direction that it is seen from; metres that hide it. Set by hand."""


@dataclass(frozen=True)
class Pattern:
    """The template's charts."""

    vertices: Floats
    """(B, 3) canonical coordinates."""
    faces: Indices
    """(G, 3)."""
    charts: Indices
    """(G,) the chart of each face."""
    uvs: Floats
    """(G, 3, 2) in 0-1, v up."""

    @cached_property
    def caster(self) -> MeshRaycaster:
        """For closest points on all of it."""
        return MeshRaycaster(self.vertices, self.faces)

    @cached_property
    def unit(self) -> float:
        """Texture coordinates that a metre covers."""
        area = 0.5 * np.linalg.norm(face_vectors(self.vertices, self.faces), axis=1).sum()
        s, t = (self.uvs[:, k] - self.uvs[:, 0] for k in (1, 2))
        return float(np.sqrt(0.5 * np.abs(s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum() / area))

    def of_chart(self, chart: int) -> tuple[NDArray[np.int64], MeshRaycaster]:
        """The numbers of a chart's faces, and these for closest points."""
        if chart not in self._casters:
            own = np.flatnonzero(self.charts == chart)
            self._casters[chart] = own, MeshRaycaster(*compact(self.vertices, self.faces[own]))
        return self._casters[chart]

    @cached_property
    def _casters(self) -> dict[int, tuple[NDArray[np.int64], MeshRaycaster]]:
        return {}


@cache
def pattern() -> Pattern:
    """The layout, made once and kept in the user's cache."""
    stored = load_file(userdata.cached(f"pattern-{VERSION}", _made))
    return Pattern(load_body().template, stored["faces"], stored["charts"], stored["uvs"])


def _made() -> dict[str, NDArray]:
    body = load_body()
    figure = SkinnedBody(body.template, body.faces, body.weights, STANDARD_JOINTS)
    region = regions(body.faces, *as_on(figure, body.template), figure)
    faces, uvs = unwrap(body.template, body.faces, region, TEXELS, _lay)
    _, split, _ = split_seams(faces, uvs)
    return {"faces": faces, "charts": connected(np.zeros(len(faces), np.int64), split).astype(np.int32), "uvs": uvs}


def _lay(vertices: np.ndarray, faces: Indices, cuts: int = 4) -> Pieces:
    """Charts of a region that rise along the limb: level if few faces come to lie upon others, else as seen from where
    the region looks. What lies badly is cut out of them."""
    points, triangles = compact(vertices, faces)
    plane, bad = level(points, triangles, _rise(points))
    if bad.mean() > FEW:
        plane, bad = _seen(points, triangles)
    if not bad.any():
        return [(faces, plane)]
    if cuts == 0 or bad.all():
        return [(faces, None)]
    piece = connected(bad.astype(np.int64), triangles)
    pieces: Pieces = []
    for number in range(int(piece.max()) + 1):
        group = faces[piece == number]
        whole = len(group) < SMALL or bad[piece == number].all()
        pieces += [(group, None)] if whole else _lay(vertices, group, cuts - 1)
    return pieces


def _seen(points: np.ndarray, faces: Indices) -> tuple[Floats, NDArray[np.bool_]]:
    """A piece as it is seen from where it looks (V, 2), less crooked where that works, and what lies badly (F,)."""
    normal = face_vectors(points.astype(np.float64), faces)
    front = normal.sum(0) / max(float(np.linalg.norm(normal.sum(0))), 1e-12)
    side = np.cross(front, np.eye(3)[np.abs(front).argmin()])
    side /= np.linalg.norm(side)
    other = np.cross(front, side)
    flat = np.stack((points @ side, points @ other), -1)
    slope = np.linalg.lstsq(np.c_[flat, np.ones(len(flat))], _rise(points), rcond=None)[0][:2]
    cosine, sine = slope[::-1] / max(float(np.linalg.norm(slope)), 1e-12)
    plane = np.stack((cosine * flat[:, 0] - sine * flat[:, 1], sine * flat[:, 0] + cosine * flat[:, 1]), -1)
    away = normal @ front < STEEP * np.linalg.norm(normal, axis=1)
    middle = points[faces].mean(1)
    looking = np.tile(-front, (len(faces), 1))
    hit = MeshRaycaster(points, faces).cast_rays(middle + front, looking)
    bad = away | (hit.mask & (hit.depth < 1.0 - HIDDEN))
    if bad.any():
        return plane.astype(np.float32), bad
    better, folds = flatten(points, faces, plane)
    return (better, folds) if not folds.any() else (plane.astype(np.float32), folded(plane, faces))


def _rise(points: np.ndarray) -> np.ndarray:
    """Along arms and hands away from the body, along feet forwards, elsewhere upwards."""
    side, up, _ = np.abs(points.mean(0) * [1, 0, 0]) + points.mean(0) * [0, 1, 1]
    if side > 0.19 and up > 0.36:
        return np.asarray(np.abs(points[:, 0]))
    return np.asarray(points[:, 2] if up < -0.88 else points[:, 1])
