"""A pinhole camera. Frame: metres, +y up; the picture's first row is its top and its first column its left."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks from ``eye`` at ``target``; both are (3,) in world metres."""

    eye: np.ndarray
    target: np.ndarray
    up: np.ndarray = field(default_factory=lambda: np.array([0.0, 1.0, 0.0]))
    fov_degrees: float = 60.0
    """Vertical field of view."""
    width: int = 224
    height: int = 224

    def axes(self) -> tuple[Vector, Vector, Vector]:
        """Unit vectors (3,) to the picture's right, up and into the scene."""
        forward = np.asarray(self.target, np.float64) - np.asarray(self.eye, np.float64)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, np.asarray(self.up, np.float64))
        if np.linalg.norm(right) < 1e-6:  # looking along ``up``: any right will do
            right = np.cross(forward, np.array([0.0, 0.0, -1.0]))
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        return right.astype(np.float32), up.astype(np.float32), forward.astype(np.float32)

    def rays(self, rows: slice = slice(None), columns: slice = slice(None)) -> tuple[Vector, Vector]:
        """Origins and unit directions, each (H*W, 3) row by row, through the centres of all or some pixels."""
        right, up, forward = self.axes()
        tangent = math.tan(math.radians(self.fov_degrees) / 2.0)
        x = ((np.arange(self.width, dtype=np.float32)[columns] + 0.5) * 2.0 - self.width) / self.height * tangent
        y = (self.height - (np.arange(self.height, dtype=np.float32)[rows] + 0.5) * 2.0) / self.height * tangent
        directions = y[:, None, None] * up + x[None, :, None] * right + forward  # (H, W, 3)
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        flat = directions.reshape(-1, 3).astype(np.float32)
        return np.broadcast_to(np.asarray(self.eye, np.float32), flat.shape), flat

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixel positions (N, 2) as (column, row), centres at .5, and depths (N,) along the viewing axis, of points."""
        right, up, forward = self.axes()
        offset = np.asarray(points, np.float64) - np.asarray(self.eye, np.float64)
        depth = offset @ forward
        tangent = math.tan(math.radians(self.fov_degrees) / 2.0)
        scale = self.height / (2.0 * tangent * np.where(np.abs(depth) < 1e-9, 1e-9, depth))
        columns = self.width / 2.0 + offset @ right * scale
        rows = self.height / 2.0 - offset @ up * scale
        return np.stack((columns, rows), -1), depth

    @staticmethod
    def orbit(
        target: np.ndarray,
        distance: float,
        azimuth_degrees: float,
        elevation_degrees: float = 0.0,
        fov_degrees: float = 60.0,
        size: int | tuple[int, int] = 224,
    ) -> Camera:
        """A camera on a sphere round ``target``.

        Azimuth 0 stands in front of a body that faces +z, 90 at its left (+x), 180 behind it; ``size`` is the
        side of a square picture or (width, height).
        """
        azimuth, elevation = math.radians(azimuth_degrees), math.radians(elevation_degrees)
        direction = np.array(
            [
                math.sin(azimuth) * math.cos(elevation),
                math.sin(elevation),
                math.cos(azimuth) * math.cos(elevation),
            ]
        )
        width, height = (size, size) if isinstance(size, int) else size
        centre = np.asarray(target, np.float64)
        return Camera(centre + distance * direction, centre, fov_degrees=fov_degrees, width=width, height=height)
