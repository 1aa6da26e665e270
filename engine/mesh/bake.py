"""Textures of a light mesh, baked from the full surface and the colour field.

Each texel is carried to its point on the light mesh, from there to the closest point of the full surface, and there
the field is asked for its colour. Normals are in the tangent space of `engine.mesh.uv.tangents`, green up (OpenGL's
and glTF's convention); occlusion is the cosine-weighted share of open directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from engine.mesh.refine import Ask
from engine.mesh.surface import Floats, Indices
from engine.mesh.uv import split_seams, tangents
from engine.render.camera import Camera
from engine.render.raycast import GBuffer, MeshRaycaster, vertex_normals
from engine.render.shade import sphere_directions

Picture = NDArray[np.uint8]
VIEWS, VIEW_SIZE, FIELD_OF_VIEW = 8, 256, 22.0
"""Pictures round the figure that the baking error is measured in, their side in pixels, degrees."""


@dataclass(frozen=True)
class Textures:
    """Square pictures of one size, uint8 (S, S, 3); row 0 is v = 1."""

    color: Picture
    """sRGB."""
    normal: Picture
    """Tangent space, (n + 1) / 2, green up."""
    occlusion: Picture
    """The same in all channels; 255 is open."""


class FullSurface:
    """The full mesh as what is baked from: points, normals, occlusion and colours of the surface near a point."""

    def __init__(self, vertices: Floats, faces: Indices, color: Ask | None, colors: Floats, rays: int) -> None:
        """``color``: sRGB (N, 3) at points, or None to interpolate ``colors`` (V, 3); ``rays``: of the occlusion."""
        self.vertices, self.faces, self._color = vertices, faces, color
        self.caster = MeshRaycaster(vertices, faces)
        self.colors = colors
        self.openness = openness(self.caster, vertices, rays) if rays else np.ones(len(vertices), np.float32)

    def at(self, points: np.ndarray) -> GBuffer:
        """The closest place of the surface to each point (N, 3)."""
        face, bary, distance = self.caster.closest_point(points, signed=False)
        normal = np.einsum("nk,nkc->nc", bary, self.caster.normals[self.faces[face]])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        return GBuffer(face, bary, normal.astype(np.float32), distance)

    def color(self, places: GBuffer) -> Floats:
        """sRGB (N, 3) of the colour field there."""
        if self._color is None:
            return places.interpolate(self.faces, self.colors)
        return self._color(places.interpolate(self.faces, self.vertices))


def openness(caster: MeshRaycaster, vertices: np.ndarray, rays: int) -> Floats:
    """Share (V,), 0-1, of the light of an even sky that reaches each vertex: 1 less the ambient occlusion.

    Args:
        caster: the mesh with its normals.
        vertices: (V, 3) of it.
        rays: directions a vertex, spread by the cosine, turned by another angle at each vertex.
    """
    count = len(vertices)
    normal = caster.normals.astype(np.float32)
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


def bake(vertices: Floats, faces: Indices, uvs: Floats, full: FullSurface, size: int) -> Textures:
    """Textures of a light mesh.

    Args:
        vertices: (V, 3), in the pose of the full surface.
        faces: (F, 3).
        uvs: (F, 3, 2).
        full: what is baked.
        size: side in texels.
    """
    texels = _texels(uvs, size)
    mask = texels.mask
    inside = np.flatnonzero(mask)
    hits = GBuffer(texels.face[inside], texels.bary[inside], texels.normal[inside], texels.depth[inside])
    source, split, coordinates = split_seams(faces, uvs)
    normals = vertex_normals(vertices, faces)[source]
    frame = tangents(vertices[source], normals, split, coordinates)
    points = hits.interpolate(faces, vertices)
    places = full.at(points)
    base = hits.interpolate(split, normals)
    base /= np.maximum(np.linalg.norm(base, axis=1, keepdims=True), 1e-9)
    agrees = (base * places.normal).sum(1) > 0.2  # else the closest point is of another sheet
    normal = np.where(agrees[:, None], places.normal, base)
    local = _to_tangent_space(normal, base, hits.interpolate(split, frame))
    bright = places.interpolate(full.faces, full.openness[:, None])
    values = np.hstack((full.color(places), 0.5 * local + 0.5, bright))  # (M, 7)
    return _pictures(values, inside, size)


def _texels(uvs: Floats, size: int) -> GBuffer:
    """Which triangle lies under each texel's centre (S * S,), found by rays through the layout."""
    flat = np.concatenate((uvs.reshape(-1, 2), np.zeros((uvs.size // 2, 1), np.float32)), 1)
    caster = MeshRaycaster(flat, np.arange(len(flat), dtype=np.int32).reshape(-1, 3))
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size
    u, v = np.meshgrid(axis, 1.0 - axis)
    origins = np.stack((u.ravel(), v.ravel(), np.ones(size * size, np.float32)), -1)
    return caster.cast_rays(origins, np.broadcast_to(np.array([0.0, 0.0, -1.0], np.float32), origins.shape))


def _to_tangent_space(normal: Floats, base: Floats, frame: Floats) -> Floats:
    """World normals (M, 3) in the frames of interpolated tangents (M, 4) over unit normals ``base`` (M, 3)."""
    tangent = frame[:, :3] - (frame[:, :3] * base).sum(1, keepdims=True) * base
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    bitangent = np.sign(frame[:, 3:]) * np.cross(base, tangent)
    local = np.stack([(normal * axis).sum(1) for axis in (tangent, bitangent, base)], -1)
    local[:, 2] = np.maximum(local[:, 2], 0.05)
    return np.asarray(local / np.linalg.norm(local, axis=1, keepdims=True), np.float32)


def _pictures(values: np.ndarray, inside: NDArray[np.int64], size: int) -> Textures:
    """Round to 8 bits and give every texel outside the charts the value of the nearest one inside."""
    picture = np.zeros((size * size, 7), np.uint8)
    picture[inside] = (np.clip(values, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    empty = np.ones(size * size, bool)
    empty[inside] = False
    row, column = distance_transform_edt(empty.reshape(size, size), return_distances=False, return_indices=True)
    picture = picture.reshape(size, size, 7)[row, column]
    parts = picture[..., :3], picture[..., 3:6], np.repeat(picture[..., 6:], 3, axis=2)
    return Textures(*(np.ascontiguousarray(part) for part in parts))


def sample(picture: Picture, uvs: np.ndarray) -> Floats:
    """Values (N, 3) in 0-1 of a picture at coordinates (N, 2), bilinear."""
    height, width = picture.shape[:2]
    where = np.stack(((1.0 - uvs[:, 1]) * height - 0.5, uvs[:, 0] * width - 0.5))
    channels = [map_coordinates(picture[..., k], where, np.float32, order=1, mode="nearest") for k in range(3)]
    return (np.stack(channels, -1) / 255.0).astype(np.float32)


def baking_error(
    vertices: Floats, faces: Indices, uvs: Floats, color: Picture, full: FullSurface
) -> tuple[float, float]:
    """How well the light mesh with its texture stands for the field.

    Returns:
        Peak signal-to-noise ratio in decibels of the unlit colours over all pixels that both cover, and the
        intersection over union of the silhouettes, in `VIEWS` pictures round the figure.
    """
    light = MeshRaycaster(vertices, faces)
    corners = np.arange(len(uvs) * 3, dtype=np.int32).reshape(-1, 3)
    low, high = full.vertices.min(0), full.vertices.max(0)
    distance = 0.55 * float(np.linalg.norm(high - low)) / np.tan(np.radians(FIELD_OF_VIEW) / 2.0)
    squared = pixels = both = either = 0.0
    for view in range(VIEWS):
        elevation = (0.0, 20.0, 0.0, -15.0)[view % 4]
        camera = Camera.orbit((low + high) / 2, distance, 360.0 * view / VIEWS, elevation, FIELD_OF_VIEW, VIEW_SIZE)
        seen, true = light.cast(camera).reshape(-1), full.caster.cast(camera).reshape(-1)
        shared = np.flatnonzero(seen.mask & true.mask)
        painted = sample(color, seen.interpolate(corners, uvs.reshape(-1, 2))[shared])
        exact = full.color(GBuffer(true.face[shared], true.bary[shared], true.normal[shared], true.depth[shared]))
        squared += float(((painted - exact) ** 2).sum())
        pixels += 3 * len(shared)
        both, either = both + len(shared), either + int((seen.mask | true.mask).sum())
    return float(-10.0 * np.log10(max(squared / max(pixels, 1), 1e-12))), both / max(either, 1)
