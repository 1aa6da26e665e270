"""Colour spaces, and the plain Lambert shading of guidance and thumbnails. Colours are sRGB 0-1 at the borders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.render.raycast import GBuffer

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


def sphere_directions(count: int) -> Floats:
    """Unit directions (count, 3), evenly spread (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    height = 1.0 - 2.0 * index / count
    azimuth = np.pi * (1.0 + 5.0**0.5) * index
    radius = np.sqrt(1.0 - height**2)
    return np.stack((radius * np.cos(azimuth), height, radius * np.sin(azimuth)), -1).astype(np.float32)
