"""How the surface of a mesh takes light, beside its colours: roughness, metalness and a relief finer than its faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.geometry.vectors import dot, unit
from engine.render.raycast import GBuffer
from engine.render.studio import edge

Floats = NDArray[np.float32]
MATT = 1.0
"""Roughness of a mesh of which nothing is said. Set by hand."""
FULL, FADED = 0.28, 0.55
"""Pixels that span less of a relief's period show all of it, those that span more nothing. Set by hand."""


class Relief(Protocol):
    """A material's heights over pattern coordinates; `engine.wardrobe.materials.Material` is one."""

    @property
    def scale(self) -> float:
        """Metres after which it repeats."""

    @property
    def depth(self) -> float:
        """Metres between its lowest and its highest places."""

    @property
    def fibres(self) -> float:
        """0-1: how far highlights spread across fibres that run along the second pattern coordinate."""

    def heights(self, points: NDArray) -> NDArray:
        """(N,) metres at pattern coordinates (N, 3) in metres."""


@dataclass(frozen=True)
class Surface:
    """What a mesh of V vertices and F faces is made of; what is None is matt, not metallic and smooth."""

    roughness: Floats | None = None
    """(V,) 0-1, as glTF has it."""
    metallic: Floats | None = None
    """(V,) 0-1."""
    opacity: Floats | None = None
    """(V,) 0-1: below 1 what is behind shows through; None: nowhere."""
    softness: Floats | None = None
    """(V,) 0-1: 1 where light goes on beneath the surface as in skin."""
    scatter: Floats | None = None
    """(V,) 0-1: how much light passes through from all sides, as between the fibres of hair."""
    canonical: Floats | None = None
    """(V, 3) pattern coordinates in metres."""
    face_layers: NDArray[np.int32] | None = None
    """(F,) which of `materials` a face is of."""
    materials: Sequence[Relief] = ()
    """One a layer."""

    def finish(self, count: int) -> Floats:
        """(V, 4) roughness, metalness, softness and scatter."""
        given = ((self.roughness, MATT), (self.metallic, 0.0), (self.softness, 0.0), (self.scatter, 0.0))
        return np.stack([np.full(count, usual) if part is None else part for part, usual in given], -1).astype(
            np.float32
        )


class Embossed:
    """The relief of a posed mesh: tilts normals by the slopes of its materials' heights."""

    def __init__(self, surface: Surface, vertices: NDArray, faces: NDArray) -> None:
        """``vertices`` (V, 3) metres, posed; ``faces`` (F, 3)."""
        self.surface, self.faces = surface, faces
        deep = any(material.depth > 0 for material in surface.materials)
        self.shown = deep and surface.canonical is not None and surface.face_layers is not None
        if self.shown:
            self._patterns = _jacobians(vertices[faces], np.asarray(surface.canonical)[faces])

    def tilt(self, hits: GBuffer, normals: Floats, footprints: Floats) -> tuple[Floats, Floats]:
        """Normals (N, 3) with the relief in them, and the variance (N,) of the slopes too small to be seen.

        Args:
            hits: N loose rays that hit the mesh.
            normals: (N, 3) unit, smooth.
            footprints: (N,) metres that a pixel spans at each.
        """
        tilted, unseen = normals.copy(), np.zeros(len(normals), np.float32)
        if not self.shown:
            return tilted, unseen
        layers = np.asarray(self.surface.face_layers)[hits.face]
        for layer, material in enumerate(self.surface.materials):
            if material.depth <= 0.0:
                continue
            mine = np.flatnonzero(layers == layer)
            seen = _seen(footprints[mine], material)
            slope = np.pi * material.depth / material.scale  # steepest place of a sine wave
            unseen[mine] = (1.0 - seen**2) * (0.5 * min(slope, 1.0) ** 2)
            mine, seen = mine[seen > 0.02], seen[seen > 0.02]
            if len(mine):
                tilted[mine] = self._tilted(hits, mine, normals[mine], footprints[mine], material, seen)
        return tilted, unseen

    def _tilted(
        self, hits: GBuffer, mine: NDArray, normals: Floats, footprints: Floats, material: Relief, seen: NDArray
    ) -> Floats:
        """Normals (M, 3) at the hits ``mine`` (M,), tilted by one material; ``seen`` (M,) 0-1 is how much."""
        faces = hits.face[mine]
        points = self._pattern(hits, mine)
        step = np.maximum(0.5 * footprints, material.scale / 24.0)[:, None]  # no finer than pixels: evens out the rest
        here = material.heights(points)
        tilted = normals.copy()
        for tangent in _tangents(normals):
            along = np.einsum("mij,mj->mi", self._patterns[faces], tangent)
            rise = (material.heights(points + step * along) - here) / step[:, 0]
            tilted -= (np.clip(rise, -1.5, 1.5) * seen)[:, None] * tangent
        return unit(tilted)

    def combed(self, hits: GBuffer, normals: Floats, directions: Floats, footprints: Floats) -> tuple[Floats, Floats]:
        """Fibres: normals (N, 3) by which they mirror, turned to the viewer round them, and how bright (N,) each is.

        Args:
            hits: N loose rays that hit the mesh.
            normals: (N, 3) unit.
            directions: (N, 3) unit, of the rays.
            footprints: (N,) metres that a pixel spans at each.
        """
        found, bright = normals.copy(), np.ones(len(normals), np.float32)
        if not self.shown:
            return found, bright
        layers = np.asarray(self.surface.face_layers)[hits.face]
        for layer, material in enumerate(self.surface.materials):
            mine = np.flatnonzero(layers == layer) if material.fibres > 0.0 else np.zeros(0, np.int64)
            along = self._patterns[hits.face[mine], 1]
            known = np.linalg.norm(along, axis=1) > 0.1
            mine, along = mine[known], unit(along[known])
            round_them = unit(-directions[mine] + dot(directions[mine], along) * along)
            found[mine] += material.fibres * (round_them - normals[mine])
            raised = material.heights(self._pattern(hits, mine)) / max(material.depth, 1e-9)
            bright[mine] = 1.0 + material.fibres * _seen(footprints[mine], material) * raised
        return unit(found), bright

    def _pattern(self, hits: GBuffer, mine: NDArray) -> NDArray:
        """(M, 3) pattern coordinates at the hits ``mine`` (M,)."""
        corners = np.asarray(self.surface.canonical)[self.faces[hits.face[mine]]]
        return np.asarray(np.einsum("mk,mkc->mc", hits.bary[mine], corners))


def _seen(footprints: Floats, material: Relief) -> Floats:
    """(N,) 0-1: how much of a relief is seen where a pixel spans so many metres (N,)."""
    return edge((FULL + FADED - 2.0 * footprints / material.scale) / (FADED - FULL))


def _tangents(normals: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors (N, 3) across each unit normal (N, 3) and each other."""
    sign = np.where(normals[:, 2] < 0, -1.0, 1.0).astype(np.float32)  # Duff et al. 2017
    x, y, z = normals.T
    a = -1.0 / (sign + z)
    b = x * y * a
    first = np.stack((1.0 + sign * x * x * a, sign * b, -sign * x), -1)
    return first, np.stack((b, sign + y * y * a, -y), -1)


def _jacobians(corners: NDArray, patterns: NDArray) -> Floats:
    """(F, 3, 3): how pattern coordinates change along the faces, from both at their corners (F, 3, 3)."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = np.cross(first, second)
    square = np.maximum(dot(across, across), 1e-20)
    duals = np.cross(second, across) / square, np.cross(across, first) / square
    edges = patterns[:, 1] - patterns[:, 0], patterns[:, 2] - patterns[:, 0]
    found = sum(np.einsum("fi,fj->fij", edge, dual) for edge, dual in zip(edges, duals))
    return np.clip(found, -4.0, 4.0).astype(np.float32)
