"""Textures of a light mesh, baked from the full surface and its paint.

Each texel is carried to its point on the light mesh, from there to the closest point of the same layer in full detail,
and there that is asked for its colour. Normals are in the tangent space of `engine.mesh.uv.tangents`, green up
(OpenGL's and glTF's convention), with the relief of the layer's material; occlusion is the cosine-weighted share of
open directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from engine.geometry.measures import vertex_normals
from engine.mesh.full import AGREES, FullSurface
from engine.mesh.surface import Floats, Indices
from engine.mesh.uv import split_seams, tangents
from engine.render.camera import Camera
from engine.render.raycast import GBuffer, MeshRaycaster

Picture = NDArray[np.uint8]
VIEWS, VIEW_SIZE, FIELD_OF_VIEW = 8, 256, 22.0
"""Pictures round the figure that the baking error is measured in, their side in pixels, degrees. Set by hand."""
BLOCK = 1 << 19
"""Texels baked at a time. Set by hand."""


@dataclass(frozen=True)
class Textures:
    """Square pictures of one size, uint8 (S, S, 3); row 0 is v = 1."""

    color: Picture
    """sRGB."""
    normal: Picture
    """Tangent space, (n + 1) / 2, green up."""
    orm: Picture
    """Ambient occlusion (255 is open), roughness and metalness, as glTF packs them."""


class _Light:
    """The light mesh as texels see it."""

    def __init__(self, vertices: Floats, faces: Indices, uvs: Floats, size: int) -> None:
        self.vertices, self.faces = vertices, faces
        source, self.split, coordinates = split_seams(faces, uvs)
        self.normals = vertex_normals(vertices, faces)[source]
        self.frame = tangents(vertices[source], self.normals, self.split, coordinates)
        a, b = (vertices[faces[:, k]] - vertices[faces[:, 0]] for k in (1, 2))
        s, t = (uvs[:, k].astype(np.float64) - uvs[:, 0] for k in (1, 2))
        flat = np.abs(s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0])
        self.texel = np.sqrt(np.linalg.norm(np.cross(a, b), axis=1) / np.maximum(flat, 1e-12)) / size
        """(F,) metres that a texel covers."""

    def values(self, hits: GBuffer, layer: int, full: FullSurface) -> Floats:
        """Colour, tangent-space normal in 0-1, and packed occlusion, roughness, metalness (M, 9) of texels (M,)."""
        base = hits.interpolate(self.split, self.normals)
        base /= np.maximum(np.linalg.norm(base, axis=1, keepdims=True), 1e-9)
        places = full.at(layer, hits.interpolate(self.faces, self.vertices), base)
        agrees = (base * places.normal).sum(1) > AGREES  # else the closest point is of another sheet
        normal = full.relief(layer, places, self.texel[hits.face])
        normal = np.where(agrees[:, None], normal, base)
        local = _to_tangent_space(normal, base, hits.interpolate(self.split, self.frame))
        return np.hstack((full.color(places), 0.5 * local + 0.5, full.packed(places)))


def bake(vertices: Floats, faces: Indices, uvs: Floats, face_layers: Indices, full: FullSurface, size: int) -> Textures:
    """Textures of a light mesh.

    Args:
        vertices: (V, 3), in the pose of the full surface.
        faces: (F, 3).
        uvs: (F, 3, 2).
        face_layers: (F,) the layer of each face.
        full: what is baked.
        size: side in texels.
    """
    texels, light = _texels(uvs, size), _Light(vertices, faces, uvs, size)
    picture, filled = np.zeros((size * size, 9), np.uint8), texels.mask
    layer_of = np.where(filled, face_layers[texels.face], -1)
    for layer in np.unique(face_layers).tolist():
        inside = np.flatnonzero(layer_of == layer)
        for block in np.array_split(inside, len(inside) // BLOCK + 1):
            hits = GBuffer(texels.face[block], texels.bary[block], texels.normal[block], texels.depth[block])
            picture[block] = (np.clip(light.values(hits, layer, full), 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return _pictures(picture, ~filled, size)


def _texels(uvs: Floats, size: int) -> GBuffer:
    """Which triangle lies under each texel's centre (S * S,), found by rays through the layout.

    Triangles between the texels' centres get the texel of their own middle, if no other has it.
    """
    flat = np.concatenate((uvs.reshape(-1, 2), np.zeros((uvs.size // 2, 1), np.float32)), 1)
    caster = MeshRaycaster(flat, np.arange(len(flat), dtype=np.int32).reshape(-1, 3))
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size
    u, v = np.meshgrid(axis, 1.0 - axis)
    origins = np.stack((u.ravel(), v.ravel(), np.ones(size * size, np.float32)), -1)
    found = caster.cast_rays(origins, np.broadcast_to(np.array([0.0, 0.0, -1.0], np.float32), origins.shape))
    column, row = np.clip(uvs.mean(1).T * size, 0, size - 1).astype(np.int64)
    middle = (size - 1 - row) * size + column
    lost = np.flatnonzero(found.face[middle] < 0)
    found.face[middle[lost]], found.bary[middle[lost]] = lost, np.float32(1.0 / 3.0)
    return found


def _to_tangent_space(normal: Floats, base: Floats, frame: Floats) -> Floats:
    """World normals (M, 3) in the frames of interpolated tangents (M, 4) over unit normals ``base`` (M, 3)."""
    tangent = frame[:, :3] - (frame[:, :3] * base).sum(1, keepdims=True) * base
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    bitangent = np.sign(frame[:, 3:]) * np.cross(base, tangent)
    local = np.stack([(normal * axis).sum(1) for axis in (tangent, bitangent, base)], -1)
    local[:, 2] = np.maximum(local[:, 2], 0.05)
    return np.asarray(local / np.linalg.norm(local, axis=1, keepdims=True), np.float32)


def _pictures(picture: Picture, empty: NDArray[np.bool_], size: int) -> Textures:
    """Give every texel outside the charts (S * S, 9) the value of the nearest one inside, and take them apart."""
    row, column = distance_transform_edt(empty.reshape(size, size), return_distances=False, return_indices=True)
    picture = picture.reshape(size, size, 9)[row, column]
    return Textures(*(np.ascontiguousarray(picture[..., first : first + 3]) for first in (0, 3, 6)))


def sample(picture: Picture, uvs: np.ndarray) -> Floats:
    """Values (N, 3) in 0-1 of a picture at coordinates (N, 2), bilinear."""
    height, width = picture.shape[:2]
    where = np.stack(((1.0 - uvs[:, 1]) * height - 0.5, uvs[:, 0] * width - 0.5))
    channels = [map_coordinates(picture[..., k], where, np.float32, order=1, mode="nearest") for k in range(3)]
    return (np.stack(channels, -1) / 255.0).astype(np.float32)


def baking_error(
    vertices: Floats, faces: Indices, uvs: Floats, color: Picture, full: FullSurface
) -> tuple[float, float]:
    """How well the light mesh with its texture stands for the full surface.

    Returns:
        Peak signal-to-noise ratio in decibels of the unlit colours over all pixels that both cover, and the
        intersection over union of the silhouettes, in `VIEWS` pictures round the figure.
    """
    light = MeshRaycaster(vertices, faces)
    corners = np.arange(len(uvs) * 3, dtype=np.int32).reshape(-1, 3)
    low, high = full.full.vertices.min(0), full.full.vertices.max(0)
    distance = 0.55 * float(np.linalg.norm(high - low)) / np.tan(np.radians(FIELD_OF_VIEW) / 2.0)
    squared = pixels = both = either = 0.0
    for view in range(VIEWS):
        elevation = (0.0, 20.0, 0.0, -15.0)[view % 4]
        camera = Camera.orbit((low + high) / 2, distance, 360.0 * view / VIEWS, elevation, FIELD_OF_VIEW, VIEW_SIZE)
        seen, true = light.cast(camera).reshape(-1), full.caster.cast(camera).reshape(-1)
        shared = np.flatnonzero(seen.mask & true.mask)
        painted = sample(color, seen.interpolate(corners, uvs.reshape(-1, 2))[shared])
        hits = GBuffer(true.face[shared], true.bary[shared], true.normal[shared], true.depth[shared])
        exact = full.color(full.of(hits))
        squared += float(((painted - exact) ** 2).sum())
        pixels += 3 * len(shared)
        both, either = both + len(shared), either + int((seen.mask | true.mask).sum())
    return float(-10.0 * np.log10(max(squared / max(pixels, 1), 1e-12))), both / max(either, 1)
