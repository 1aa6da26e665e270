"""A photographer's studio as light from every direction, known in closed form at any blur.

Directions are unit vectors away from the subject: +x is its left, +y up, +z its front. Radiance is linear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.render.shade import sphere_directions

Floats = NDArray[np.float32]
Color = tuple[float, float, float]

TILE = 4
"""Each pixel of a square of this side traces other directions; its neighbours' complete the hemisphere."""
SPREAD = 12
"""Directions over the whole sphere that one pixel traces; those below its surface cost nothing. Set by hand."""
KEY_RAYS = 2
"""Points of the key light that one pixel traces. Set by hand."""


def edge(value: NDArray) -> Floats:
    """A blurred step: 0 below -1, 1 above 1, near the integral of a Gaussian of deviation 0.45 between."""
    t = np.clip(value * 0.5 + 0.5, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


@dataclass(frozen=True)
class Box:
    """A soft box far away: a rectangle of even radiance."""

    direction: tuple[float, float, float]
    """From the subject towards its centre."""
    radiance: Color
    width: float
    """Sine of half the angle that it spans across."""
    height: float
    """Sine of half the angle that it spans upwards."""

    def axes(self) -> Floats:
        """Rows (3, 3): unit vectors across, upwards and to the centre."""
        centre = np.asarray(self.direction, np.float64) / np.linalg.norm(self.direction)
        across = np.cross((0.0, 1.0, 0.0), centre)
        across /= np.linalg.norm(across)
        return np.stack((across, np.cross(centre, across), centre)).astype(np.float32)

    @property
    def irradiance(self) -> Floats:
        """(3,) over pi: the radiance of a white matt surface that faces it, nothing in the way."""
        return np.asarray(self.radiance, np.float32) * np.float32(4.0 * self.width * self.height / np.pi)

    def coverage(self, directions: NDArray, blur: NDArray | float) -> Floats:
        """Share (N,) of what is seen along directions (N, 3) that the box fills, blurred by radians (N,)."""
        across, upwards, ahead = self.axes() @ directions.T
        sharp = np.asarray(1.0 / (2.2 * np.maximum(blur, 0.01)), np.float32)
        share = edge((self.width - across) * sharp) - edge((-self.width - across) * sharp)
        share *= edge((self.height - upwards) * sharp) - edge((-self.height - upwards) * sharp)
        covered: Floats = share * edge(ahead * sharp + 1.0)
        return covered

    def light(self, normals: NDArray, spread: NDArray | float = 0.0) -> Floats:
        """(N, 3) linear light on matt white surfaces with unit normals (N, 3), nothing in the way.

        ``spread`` (N, 3): how far light goes on beneath the surface past the terminator, as a cosine.
        """
        soft = np.float32(np.sqrt(self.width * self.height)) + np.asarray(spread, np.float32)  # large lights are soft
        cosine = (normals @ self.axes()[2])[:, None]
        smooth = np.where(cosine < soft, np.maximum(cosine + soft, 0.0) ** 2 / (4.0 * soft), cosine)
        return (smooth * self.irradiance).astype(np.float32)


@dataclass(frozen=True)
class Studio:
    """A light tent above a floor before a bright backdrop, with a key light and other soft boxes."""

    zenith: Color = (0.44, 0.45, 0.47)
    horizon: Color = (0.06, 0.06, 0.065)
    """The dark room behind the camera, at eye level."""
    backdrop: Color = (0.42, 0.42, 0.42)
    """At eye level behind the subject."""
    floor: Color = (0.30, 0.29, 0.28)
    """Towards the horizon."""
    nadir: Color = (0.12, 0.115, 0.11)
    """Straight down, where the subject takes light from the floor."""
    key: Box = Box((-0.72, 0.66, 0.72), (6.6, 6.35, 6.0), 0.30, 0.40)
    """Above, at the camera's left."""
    boxes: tuple[Box, ...] = (
        Box((0.95, 0.15, 0.50), (0.38, 0.41, 0.46), 0.40, 0.60),  # fill
        Box((0.80, 0.45, -0.70), (3.6, 3.7, 3.9), 0.11, 0.55),  # rim, from behind
        Box((-0.90, 0.35, -0.65), (2.6, 2.6, 2.6), 0.10, 0.55),  # second rim
        Box((-0.24, 0.17, 1.0), (5.0, 4.9, 4.8), 0.10, 0.12),  # catch light, small: eyes mirror it below the lids
    )
    azimuth: float = 0.0
    """Degrees by which all of it is turned round the vertical axis; +z to +x counts as positive."""

    def turned(self, azimuth: float) -> Studio:
        """The same studio elsewhere, so that the light keeps its side of a camera at this azimuth in degrees."""
        return replace(self, azimuth=azimuth)

    def inward(self, directions: NDArray) -> Floats:
        """Directions (N, 3) of the world in the frame of the studio."""
        return (directions @ self._turn()).astype(np.float32)

    def outward(self, directions: NDArray) -> Floats:
        """Directions (N, 3) of the studio in the frame of the world."""
        return (directions @ self._turn().T).astype(np.float32)

    def radiance(self, directions: NDArray, blur: NDArray | float = 0.02, key: bool = True) -> Floats:
        """Linear radiance (N, 3) from directions (N, 3), blurred by radians (N,) as a rough surface mirrors it."""
        own = self.inward(directions)
        total = self._surroundings(own, np.asarray(blur, np.float32))
        for box in (self.key, *self.boxes) if key else self.boxes:
            total += box.coverage(own, blur)[:, None] * np.asarray(box.radiance, np.float32)
        return total

    def _surroundings(self, own: Floats, blur: NDArray) -> Floats:
        """Radiance (N, 3) of tent, backdrop and floor in the studio's frame."""
        zenith, horizon, backdrop, floor, nadir = (
            np.asarray(color, np.float32)
            for color in (self.zenith, self.horizon, self.backdrop, self.floor, self.nadir)
        )
        behind = edge(-own[:, 2:] * 1.6)
        level = horizon + behind * (backdrop - horizon)
        height = own[:, 1:2]
        above = level + edge(2.0 * np.abs(height) - 1.0) * (zenith - level)
        below = floor + edge(2.0 * np.abs(height) - 1.0) * (nadir - floor)
        sky = edge(height / np.maximum(2.2 * np.broadcast_to(blur, height.shape[:1])[:, None], 0.03))
        total: Floats = below + sky * (above - below)
        return total

    def _turn(self) -> Floats:
        """(3, 3) whose product with a row turns it from the world into the studio."""
        angle = np.radians(self.azimuth)
        cosine, sine = np.cos(angle), np.sin(angle)
        return np.array(((cosine, 0.0, sine), (0.0, 1.0, 0.0), (-sine, 0.0, cosine)), np.float32)


def _harmonics(normals: NDArray) -> Floats:
    """The nine real spherical harmonics up to order 2, not normalised, at unit normals (N, 3) -> (N, 9)."""
    x, y, z = normals.T.astype(np.float32)
    return np.stack((np.ones_like(x), x, y, z, x * y, y * z, z * x, x * x - y * y, 3.0 * z * z - 1.0), -1)


class Illumination:
    """A studio's light on matt white surfaces, and the directions along which its shadows are traced."""

    def __init__(self, studio: Studio) -> None:
        """Divide the studio into directions, interleaved over `TILE` squared slots."""
        self.studio = studio
        fine = sphere_directions(2048)
        # Irradiance is the sum of radiance * max(0, n.d) * solid angle; over pi for a white surface's own radiance.
        radiance = studio.radiance(fine, 0.1, key=False) * np.float32(4.0 / len(fine))
        normals = fine[::8]
        exact = np.maximum(normals @ fine.T, 0.0) @ radiance
        # Nine harmonics hold the light on a matt surface (Ramamoorthi and Hanrahan 2001): quick for every pixel.
        self._coefficients = np.linalg.lstsq(_harmonics(normals), exact, rcond=None)[0].astype(np.float32)  # (9, 3)
        slots = TILE * TILE
        self.directions = sphere_directions(slots * SPREAD).reshape(SPREAD, slots, 3).swapaxes(0, 1)
        """(slots, SPREAD, 3): what a pixel of each slot traces for `ambient`."""
        brightness = studio.radiance(self.directions.reshape(-1, 3), 0.2, key=False).mean(1)
        self.weights: Floats = brightness.reshape(slots, SPREAD)
        """(slots, SPREAD) radiance along them."""
        self.key_directions = self._over_key(slots * KEY_RAYS).reshape(KEY_RAYS, slots, 3).swapaxes(0, 1)
        """(slots, KEY_RAYS, 3): what it traces for `key`."""

    def ambient(self, normals: NDArray) -> Floats:
        """Linear light (N, 3) of all but the key light on unit normals (N, 3), nothing in the way."""
        return np.maximum(_harmonics(normals) @ self._coefficients, 0.0)

    def key(self, normals: NDArray, spread: NDArray | float = 0.0) -> Floats:
        """Linear light (N, 3) of the key light on unit normals (N, 3), nothing in the way; see `Box.light`."""
        return self.studio.key.light(self.studio.inward(normals), spread)

    def _over_key(self, count: int) -> Floats:
        """Directions (count, 3) evenly over the key light's rectangle."""
        index = np.arange(count)
        plane = np.stack((index * 0.7548776662 % 1.0, index * 0.5698402910 % 1.0), -1) * 2.0 - 1.0  # R2 sequence
        key = self.studio.key
        across, upwards, centre = key.axes()
        rows = centre + plane[:, :1] * key.width * across + plane[:, 1:] * key.height * upwards
        return self.studio.outward(rows / np.linalg.norm(rows, axis=1, keepdims=True))
