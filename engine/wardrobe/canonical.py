"""Canonical coordinates: where on the standard figure a surface point lies, whatever the body's shape or pose.

The standard figure is the open body's template in the T-pose (metres, +y up, facing +z, pelvis at the origin); all
garment borders are written in its coordinates. Interpolated inside triangles they give borders as sharp as the
surface is sampled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine import userdata
from engine.body import Body, load_body

Floats = NDArray[np.float32]

# The standard figure's joints (24, 3): SMPL's order, the open body's template.
STANDARD_JOINTS: Floats = np.array(
    [
        [0, 0, 0], [0.110, -0.016, -0.006], [-0.110, -0.016, -0.006], [0, 0.077, -0.037], [0.111, -0.435, -0.007],
        [-0.111, -0.435, -0.007], [0, 0.148, -0.023], [0.112, -0.868, -0.007], [-0.112, -0.868, -0.007],
        [0, 0.231, -0.025], [0.106, -0.918, 0.142], [-0.106, -0.918, 0.142], [0, 0.548, 0], [0.023, 0.473, 0.018],
        [-0.023, 0.473, 0.018], [0, 0.647, 0.033], [0.175, 0.451, 0.010], [-0.175, 0.451, 0.010],
        [0.443, 0.451, 0.010], [-0.443, 0.451, 0.010], [0.684, 0.451, 0.010], [-0.684, 0.451, 0.010],
        [0.791, 0.451, 0.010], [-0.791, 0.451, 0.010],
    ],
    np.float32,
)  # fmt: skip


def canonical_coordinates(body: Body) -> Floats:
    """(V, 3) the standard figure's coordinates of a body's vertices.

    The open body is the standard figure. Another body in SMPL layout is registered with it once (`registration`); the
    result is cached.
    """
    if body.is_standard:
        return body.template
    from engine.wardrobe.registration import register

    path = userdata.cached(
        f"canonical-{body.checksum[:12]}", lambda: {"points": register(body, load_body(), STANDARD_JOINTS)}
    )
    points: Floats = load_file(path)["points"]
    return points


def smoothstep(value: NDArray, low: float, high: float) -> NDArray:
    """0 below ``low``, 1 above ``high``, a cubic between; also for low > high (then falling)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


class Points:
    """Canonical points (N, 3) with the terms that garment borders are written in; ``soft`` is a border's half width."""

    def __init__(self, canonical: NDArray, soft: float = 0.003) -> None:
        self.x, self.y, self.z = np.asarray(canonical, np.float32).T
        self.side = np.abs(self.x)
        self.soft = soft
        self.neck = np.sqrt(self.x**2 + (self.y - 0.545) ** 2 + (self.z - 0.03) ** 2)
        """Distance from the pit of the neck: necklines are spheres round it."""
        self.arm = (self.side > 0.19) & (self.y > 0.36)
        self.along = np.where(self.arm, self.side, self.y)
        """Metres along the limb or trunk: across it run horizontal stripes."""
        self.turn = np.arctan2(self.x, self.z)
        """Turn round trunk or limb, 0 in front."""
        self.around = np.where(self.arm, self.y, np.where(self.y < -0.06, self.side - 0.11, self.x))

    def above(self, value: NDArray, edge: float) -> NDArray:
        """1 where ``value`` exceeds the edge."""
        return smoothstep(value, edge - self.soft, edge + self.soft)

    def below(self, value: NDArray, edge: float) -> NDArray:
        """1 where ``value`` is under the edge."""
        return smoothstep(value, edge + self.soft, edge - self.soft)

    def band(self, value: NDArray, low: float, high: float) -> NDArray:
        """1 between two edges."""
        return self.above(value, low) * self.below(value, high)

    def front(self) -> NDArray:
        """1 on the side that faces +z."""
        return self.above(self.z, 0.02)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float) -> NDArray:
        """1 inside an ellipse in the frontal plane, on the front; mirrored where cx > 0."""
        across = (self.side if cx > 0 else self.x) - cx
        radius = np.sqrt((across / rx) ** 2 + ((self.y - cy) / ry) ** 2)
        edge = self.soft / min(rx, ry)
        return smoothstep(radius, 1.0 + edge, 1.0 - edge) * self.front()
