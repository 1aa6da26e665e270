"""The game mesh: few triangles, texture coordinates, and textures that carry what the triangles cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.mesh.bake import FullSurface, Textures, bake, baking_error
from engine.mesh.decimate import decimate
from engine.mesh.refine import Ask
from engine.mesh.regions import Figure, regions
from engine.mesh.surface import Floats, Indices
from engine.mesh.uv import unwrap
from engine.settings import MeshConfig

FOCUS, RAMP = 3.0, 0.06
"""How many times larger the head counts than the body, and the metres below it over which that sets in."""


@dataclass(frozen=True)
class GameMesh:
    """A light mesh in the stand pose with its textures."""

    vertices: Floats
    """(V, 3) metres."""
    faces: Indices
    """(F, 3) counter-clockwise seen from outside."""
    colors: Floats
    """(V, 3) sRGB 0-1."""
    uvs: Floats
    """(F, 3, 2) of the faces' corners, v up."""
    textures: Textures
    psnr: float
    """Decibels between the textured mesh and the colour field, over 8 views."""
    silhouette: float
    """Intersection over union with the full mesh's silhouettes, over 8 views."""


def build(
    vertices: Floats, faces: Indices, colors: Floats, color: Ask | None, figure: Figure, neck: float, conf: MeshConfig
) -> GameMesh | None:
    """Decimate, unwrap and bake; None if no simplification kept the surface closed.

    Args:
        vertices: (V, 3) of the full mesh in the stand pose, metres.
        faces: (F, 3) of it.
        colors: (V, 3) of it, sRGB 0-1.
        color: the field's sRGB (N, 3) at points (N, 3), or None to interpolate ``colors``.
        figure: whose weights and normals say where the charts are cut.
        neck: height in metres above which triangles and texels are finer.
        conf: triangle count, texture size, occlusion rays.
    """
    focus = Focus(vertices, neck)
    points, triangles = focus.enlarge(vertices), faces
    if len(faces) > conf.game_faces:
        points, triangles = decimate(points, faces, conf.game_faces)
    if len(triangles) > conf.game_faces:
        return None
    light = focus.reduce(points)
    triangles, uvs = unwrap(points, triangles, regions(light, triangles, figure), conf.texture_size)
    full = FullSurface(vertices, faces, color, colors, conf.occlusion_rays)
    textures = bake(light, triangles, uvs, full, conf.texture_size)
    psnr, silhouette = baking_error(light, triangles, uvs, textures.color, full)
    return GameMesh(light, triangles, full.color(full.at(light)), uvs, textures, psnr, silhouette)


class Focus:
    """Enlarges the head, so that what measures in metres spends more on it; exactly reversible.

    A point at height y goes to the integral of the scale over y, and its distance from the figure's axis is scaled.
    """

    def __init__(self, vertices: np.ndarray, neck: float) -> None:
        """``vertices`` (V, 3) give the axis; ``neck`` is the height from which the scale is `FOCUS`."""
        high = vertices[vertices[:, 1] > neck]
        middle = 0.5 * (high.min(0) + high.max(0)) if len(high) else vertices.mean(0)
        self._axis = middle[[0, 2]].astype(np.float64)
        top = max(float(vertices[:, 1].max()), neck) + 1.0
        self._heights = np.array([float(vertices[:, 1].min()) - 1.0, neck - RAMP, neck, top])
        self._scales = np.array([1.0, 1.0, FOCUS, FOCUS])
        steps = np.diff(self._heights) * 0.5 * (self._scales[1:] + self._scales[:-1])
        self._raised = self._heights[0] + np.append(0.0, np.cumsum(steps))

    def enlarge(self, vertices: np.ndarray) -> Floats:
        """(N, 3) metres to the enlarged figure's."""
        y = vertices[:, 1].astype(np.float64)
        scale = np.interp(y, self._heights, self._scales)
        interval = np.clip(np.searchsorted(self._heights, y) - 1, 0, 2)
        offset = y - self._heights[interval]
        raised = self._raised[interval] + 0.5 * (self._scales[interval] + scale) * offset
        flat = self._axis + (vertices[:, [0, 2]] - self._axis) * scale[:, None]
        return np.stack((flat[:, 0], raised, flat[:, 1]), -1).astype(np.float32)

    def reduce(self, vertices: np.ndarray) -> Floats:
        """The inverse of `enlarge`."""
        raised = vertices[:, 1].astype(np.float64)
        interval = np.clip(np.searchsorted(self._raised, raised) - 1, 0, 2)
        low, high = self._scales[interval], self._scales[interval + 1]
        span = self._heights[interval + 1] - self._heights[interval]
        beyond = raised - self._raised[interval]
        slope = (high - low) / span  # beyond = low t + slope t^2 / 2
        root = np.sqrt(np.maximum(low**2 + 2.0 * slope * beyond, 0.0))
        y = self._heights[interval] + 2.0 * beyond / (low + root)
        scale = np.interp(y, self._heights, self._scales)
        flat = self._axis + (vertices[:, [0, 2]] - self._axis) / scale[:, None]
        return np.stack((flat[:, 0], y, flat[:, 1]), -1).astype(np.float32)
