"""Plain pictures of a mesh for a perceptor: soft frontal light before white, as numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.render.camera import Camera
from engine.render.raycast import MeshRaycaster

LIGHT = np.array([0.2, 0.4, 1.0]) / np.linalg.norm([0.2, 0.4, 1.0])
"""Direction to the light in the camera's frame: right, up, towards the camera. Set by hand."""
AMBIENT = 0.4
"""Share of the light that comes from everywhere. Set by hand."""


def portraits(caster: MeshRaycaster, colors: NDArray, cameras: Sequence[Camera]) -> NDArray[np.float32]:
    """Pictures (N, 3, H, W) in sRGB 0-1 of a mesh with vertex colours (V, 3) from N cameras of one size."""
    pictures = []
    for camera in cameras:
        hits = caster.cast(camera)
        right, up, forward = camera.axes()
        light = LIGHT[0] * right + LIGHT[1] * up - LIGHT[2] * forward
        shading = AMBIENT + (1 - AMBIENT) * np.clip(hits.normal @ light, 0, None)
        picture = np.where(hits.mask[..., None], hits.interpolate(caster.faces, colors) * shading[..., None], 1.0)
        pictures.append(picture.transpose(2, 0, 1))
    return np.stack(pictures).astype(np.float32)
