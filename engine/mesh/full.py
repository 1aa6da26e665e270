"""The full surface as what textures are baked from: layers, each asked by itself, and what all of them hide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry.measures import vertex_normals
from engine.mesh.surface import Floats, Indices
from engine.render.raycast import GBuffer, MeshRaycaster
from engine.render.shade import sphere_directions
from engine.wardrobe.layers import Joined
from engine.wardrobe.materials import MATERIALS

SHEETS = 0.004
"""Metres to both sides within which the outermost sheet that looks the same way is looked for. Set by hand."""
AGREES = 0.2
"""Least cosine between the normals of a point and of its place on the full surface. Set by hand."""
STEEPEST = 1.5
"""Most that a relief rises a metre. Set by hand."""


@dataclass(frozen=True)
class Spots:
    """Points of the full surface whose colours are asked for."""

    points: Floats  # (N, 3) in the stand pose, metres
    canonical: Floats  # (N, 3) pattern coordinates
    layers: Indices  # (N,) which layer each lies on


Paint = Callable[[Spots], Floats]
"""sRGB (N, 3) of spots."""


class FullSurface:
    """Layers in full detail: points, normals, occlusion, colours and materials of each layer near a point."""

    def __init__(self, full: Joined, paint: Paint | None, rays: int) -> None:
        """``paint``: None to interpolate the vertices' colours; ``rays``: of the occlusion, 0 for none."""
        self.full, self._paint = full, paint
        self.seen = np.flatnonzero(uncovered(full.faces, full.covered))
        self.caster = MeshRaycaster(full.vertices, full.faces[self.seen])
        self.normals = vertex_normals(full.vertices, full.faces)
        self._own = [np.flatnonzero(full.face_layers == layer) for layer in range(len(full.names))]
        self._casters: dict[int, MeshRaycaster] = {}
        used = np.unique(full.faces[self.seen])
        self.openness = np.ones(len(full.vertices), np.float32)
        if rays:
            self.openness[used] = openness(self.caster, full.vertices[used], self.normals[used], rays)

    def at(self, layer: int, points: np.ndarray, looking: np.ndarray | None = None) -> GBuffer:
        """The closest place of a layer to each point (N, 3); with ``looking`` (N, 3), which way a light surface looks
        there, the outermost place near it that looks the same way, if there is one: cloth has an outside and a lining,
        laces and buttons lie over what is beneath them.
        """
        if layer not in self._casters:
            self._casters[layer] = MeshRaycaster(self.full.vertices, self.full.faces[self._own[layer]])
        caster = self._casters[layer]
        face, bary, distance = caster.closest_point(points, signed=False)
        found = self._place(self._own[layer][face], bary, distance)
        if looking is None:
            return found
        hit = caster.cast_rays(points + SHEETS * looking, -looking)
        near = np.flatnonzero(hit.mask & (hit.depth < 2.0 * SHEETS))
        other = self._place(self._own[layer][hit.face[near]], hit.bary[near], np.abs(hit.depth[near] - SHEETS))
        better = (other.normal * looking[near]).sum(1) >= AGREES
        chosen = near[better]
        for into, of in zip(
            (found.face, found.bary, found.normal, found.depth), (other.face, other.bary, other.normal, other.depth)
        ):
            into[chosen] = of[better]
        return found

    def of(self, hits: GBuffer) -> GBuffer:
        """Hits (N,) of ``caster`` as places of the full surface."""
        return self._place(self.seen[hits.face], hits.bary, hits.depth)

    def _place(self, face: np.ndarray, bary: np.ndarray, depth: np.ndarray) -> GBuffer:
        normal = np.einsum("nk,nkc->nc", bary, self.normals[self.full.faces[face]])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        return GBuffer(face.astype(np.int32), np.array(bary), normal.astype(np.float32), np.array(depth))

    def color(self, places: GBuffer) -> Floats:
        """sRGB (N, 3) there."""
        full = self.full
        if self._paint is None:
            return places.interpolate(full.faces, full.colors)
        points, canonical = (places.interpolate(full.faces, values) for values in (full.vertices, full.canonical))
        return self._paint(Spots(points, canonical, full.face_layers[places.face]))

    def packed(self, places: GBuffer) -> Floats:
        """Occlusion (1 is open), roughness and metalness (N, 3) there."""
        full = self.full
        return places.interpolate(full.faces, np.stack((self.openness, full.roughness, full.metallic), -1))

    def relief(self, layer: int, places: GBuffer, texel: np.ndarray) -> Floats:
        """Normals (N, 3) there, tilted by the small-scale relief of the layer's material.

        Args:
            layer: on which the places lie.
            places: (N,).
            texel: (N,) metres that a texel covers; what repeats after two texels or less is left out, from four on
                it is there in full.
        """
        material, normal = MATERIALS[self.full.materials[layer]], places.normal
        there = np.clip(material.scale / np.maximum(texel, 1e-9) / 2.0 - 1.0, 0.0, 1.0)
        if material.depth == 0.0 or not there.any():
            return normal
        corners = self.full.faces[places.face]
        points, canonical = self.full.vertices[corners], self.full.canonical[corners]  # (N, 3, 3)
        e1, e2 = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
        side = e1 - (e1 * normal).sum(1, keepdims=True) * normal
        side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-12)
        step = material.scale / 24.0
        here = places.interpolate(self.full.faces, self.full.canonical)
        height, slope = material.heights(here), np.zeros_like(normal)
        for axis in (side, np.cross(normal, side)):
            moved = here + step * along(e1, e2, canonical, axis)
            slope += ((material.heights(moved) - height) / step)[:, None] * axis
        steep = np.linalg.norm(slope, axis=1, keepdims=True)
        slope *= there[:, None] * np.minimum(1.0, STEEPEST / np.maximum(steep, 1e-9))
        tilted = normal - slope
        return np.asarray(tilted / np.linalg.norm(tilted, axis=1, keepdims=True), np.float32)


def along(e1: np.ndarray, e2: np.ndarray, values: np.ndarray, axis: np.ndarray) -> Floats:
    """How values at triangles' corners (N, 3, C) change (N, C) a metre along unit vectors (N, 3) in their planes."""
    aa, ab, bb = (e1 * e1).sum(1), (e1 * e2).sum(1), (e2 * e2).sum(1)
    p, q = (e1 * axis).sum(1), (e2 * axis).sum(1)
    scale = 1.0 / np.maximum(aa * bb - ab * ab, 1e-20)
    first, second = scale * (bb * p - ab * q), scale * (aa * q - ab * p)
    change = first[:, None] * (values[:, 1] - values[:, 0]) + second[:, None] * (values[:, 2] - values[:, 0])
    return np.asarray(change, np.float32)


def uncovered(faces: np.ndarray, covered: np.ndarray) -> NDArray[np.bool_]:
    """Which faces (F,) can be seen: those with a vertex that is not covered (V,); all where nothing else is left."""
    seen = ~covered[faces].all(1)
    return seen if seen.any() else np.ones(len(faces), bool)


def openness(caster: MeshRaycaster, vertices: np.ndarray, normals: np.ndarray, rays: int) -> Floats:
    """Share (V,), 0-1, of the light of an even sky that reaches each vertex: 1 less the ambient occlusion.

    Args:
        caster: the mesh.
        vertices: (V, 3) of it.
        normals: (V, 3) of it.
        rays: directions a vertex, spread by the cosine, turned by another angle at each vertex.
    """
    count = len(vertices)
    normal = normals.astype(np.float32)
    side = np.cross(normal, np.where(np.abs(normal[:, :1]) < 0.8, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]))
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    other = np.cross(normal, side)
    turn = 2.0 * np.pi * np.random.default_rng(0).random((count, 1))
    # Half a Fibonacci sphere, squeezed so that directions are as dense as their cosine.
    height = sphere_directions(2 * rays)[:rays, 1]
    azimuth = np.pi * (1.0 + 5.0**0.5) * (np.arange(rays) + 0.5)
    radius, rise = np.sqrt(1.0 - height), np.sqrt(height)
    start = vertices + 2e-3 * normal
    hits = np.zeros(count, np.float32)
    for angle, wide, high in zip(azimuth, radius, rise):  # a direction at a time: little memory, coherent rays
        x, y = wide * np.cos(angle + turn), wide * np.sin(angle + turn)
        hits += caster.cast_rays(start, (x * side + y * other + high * normal).astype(np.float32)).mask
    return (1.0 - hits / rays).astype(np.float32)
