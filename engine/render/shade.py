"""Shading: plain Lambert for guidance, and a soft studio light (environment with occlusion) for stills.

Colours are sRGB 0-1 at the borders; the studio adds light in linear values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.render.raycast import GBuffer, MeshRaycaster

Floats = NDArray[np.float32]


def to_linear(srgb: np.ndarray) -> Floats:
    """SRGB 0-1 to linear 0-1 (IEC 61966-2-1)."""
    value = np.clip(srgb, 0.0, 1.0).astype(np.float32)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(linear: np.ndarray) -> Floats:
    """Linear 0-1 to sRGB 0-1 (IEC 61966-2-1)."""
    value = np.clip(linear, 0.0, 1.0).astype(np.float32)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055).astype(np.float32)


def shade(
    gbuffer: GBuffer,
    faces: np.ndarray,
    colors: np.ndarray,
    light_direction: np.ndarray,
    ambient: float,
    background: np.ndarray | float = 1.0,
) -> Floats:
    """Lambert shading as in AvatarCLIP equation 6: colour times a + (1 - a) max(0, n.l).

    Args:
        gbuffer: what the rays hit, (H, W).
        faces: (F, 3) of the mesh.
        colors: (V, 3) vertex colours, sRGB 0-1; the product is taken in sRGB, as the paper does.
        light_direction: (3,) from the surface towards the light.
        ambient: a, 0-1.
        background: scalar, (3,) or (H, W, 3) where the rays missed.

    Returns:
        (H, W, 3) float32, 0-1.
    """
    light = np.asarray(light_direction, np.float32)
    light = light / np.linalg.norm(light)
    shading = ambient + (1.0 - ambient) * np.maximum(gbuffer.normal @ light, 0.0)
    picture = gbuffer.interpolate(faces, colors) * shading[..., None]
    result = np.where(gbuffer.mask[..., None], picture, np.asarray(background, np.float32))
    return result.astype(np.float32)


@dataclass(frozen=True)
class Light:
    """A distant soft box."""

    direction: tuple[float, float, float]
    """From the subject towards the light; +x is the subject's left, +z its front."""
    color: tuple[float, float, float]
    """Linear radiance at its centre."""
    sharpness: float
    """Exponent of the lobe exp(sharpness (cos - 1)): 4 is a large window, 30 a small lamp."""


@dataclass(frozen=True)
class Studio:
    """A sky, a floor's bounce and three soft boxes, which together light a white front to about white."""

    sky: tuple[float, float, float] = (0.36, 0.37, 0.40)
    bounce: tuple[float, float, float] = (0.20, 0.19, 0.18)
    lights: tuple[Light, ...] = (
        Light((-0.62, 0.62, 0.75), (3.1, 3.0, 2.85), 7.0),  # key: above, at the camera's left
        Light((0.85, 0.25, 0.55), (0.62, 0.66, 0.74), 4.0),  # fill
        Light((0.75, 0.55, -0.85), (3.2, 3.3, 3.5), 12.0),  # rim, from behind
        Light((-0.9, 0.35, -0.7), (1.5, 1.5, 1.5), 12.0),  # second rim
    )

    def turned(self, azimuth_degrees: float) -> Studio:
        """The same studio turned round the vertical axis, so that the light keeps its side of the camera."""
        angle = np.radians(azimuth_degrees)
        cosine, sine = float(np.cos(angle)), float(np.sin(angle))
        turned = [
            Light((x * cosine + z * sine, y, z * cosine - x * sine), light.color, light.sharpness)
            for light in self.lights
            for x, y, z in [light.direction]
        ]
        return Studio(self.sky, self.bounce, tuple(turned))

    def radiance(self, directions: np.ndarray) -> Floats:
        """Linear radiance (K, 3) that comes from unit directions (K, 3)."""
        blend = np.clip(directions[:, 1:2] * 0.5 + 0.5, 0.0, 1.0)
        total = blend * np.array(self.sky) + (1.0 - blend) * np.array(self.bounce)
        for light in self.lights:
            centre = np.array(light.direction) / np.linalg.norm(light.direction)
            lobe = np.exp(light.sharpness * (directions @ centre - 1.0))
            total = total + lobe[:, None] * np.array(light.color)
        return total.astype(np.float32)


def sphere_directions(count: int) -> Floats:
    """Unit directions (count, 3), evenly spread (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    height = 1.0 - 2.0 * index / count
    azimuth = np.pi * (1.0 + 5.0**0.5) * index
    radius = np.sqrt(1.0 - height**2)
    return np.stack((radius * np.cos(azimuth), height, radius * np.sin(azimuth)), -1).astype(np.float32)


DIRECTIONS = sphere_directions(96)
"""Into which the light of a studio is divided, (K, 3)."""
GRAZING = 0.02
"""Light below this cosine to a surface is left out."""
INDIRECT = 0.15
"""Share of the light that reaches even a closed corner, from surface to surface."""


def visibility(raycaster: MeshRaycaster, points: np.ndarray, normals: np.ndarray) -> NDArray[np.bool_]:
    """Which of `DIRECTIONS` are open (N, K) above surfaces at points (N, 3) with unit normals (N, 3)."""
    towards = normals @ DIRECTIONS.T > GRAZING
    rows, columns = np.nonzero(towards)
    offset = (points + 2e-3 * normals)[rows]  # off the surface, against self-shadowing
    hits = raycaster.cast_rays(offset, DIRECTIONS[columns])
    towards[rows[hits.mask], columns[hits.mask]] = False
    return towards


def _harmonics(normals: np.ndarray) -> Floats:
    """The nine real spherical harmonics up to order 2, not normalised, at unit normals (N, 3) -> (N, 9)."""
    x, y, z = normals.T.astype(np.float32)
    return np.stack((np.ones_like(x), x, y, z, x * y, y * z, z * x, x * x - y * y, 3.0 * z * z - 1.0), -1)


class Illumination:
    """A studio's light on a white surface with any normal, and the share of it that arrives."""

    def __init__(self, studio: Studio) -> None:
        """Divide the studio's light into `DIRECTIONS`."""
        # Irradiance is the sum of radiance * max(0, n.d) * solid angle; over pi for a white surface's own radiance.
        self.radiance = studio.radiance(DIRECTIONS) * np.float32(4.0 / len(DIRECTIONS))
        # Nine harmonics hold the light on a matt surface (Ramamoorthi and Hanrahan 2001): quick for every pixel.
        exact = np.maximum(DIRECTIONS @ DIRECTIONS.T, 0.0) @ self.radiance
        self.coefficients = np.linalg.lstsq(_harmonics(DIRECTIONS), exact, rcond=None)[0]  # (9, 3)

    def open(self, normals: np.ndarray) -> Floats:
        """Linear light (N, 3) on unit normals (N, 3) when nothing stands in the way."""
        return np.maximum(_harmonics(normals) @ self.coefficients, 0.0).astype(np.float32)

    def share(self, normals: np.ndarray, visible: np.ndarray) -> Floats:
        """Share (N, 3), 0-1 a colour channel, of the open light that arrives, given `visibility` (N, K)."""
        cosine = normals @ DIRECTIONS.T
        cosine[cosine <= GRAZING] = 0.0
        arriving = (cosine * visible) @ self.radiance / np.maximum(cosine @ self.radiance, 1e-6)
        return (INDIRECT + (1.0 - INDIRECT) * arriving).astype(np.float32)
