"""Where the guided stage looks from, what stands behind the avatar and how it is lit (AvatarCLIP section 3.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.appearance.field import MARGIN
from engine.render.camera import Camera

FOV = 35.0
"""Degrees of our own cameras. Set by hand."""
PAPER_FOV = 60.0
"""Section 3.3: degrees of the pictures that the paper's field is made of."""
FACE_SIDE = 0.6
"""Part of the way round from which faces are looked at by `around_view`. Set by hand."""
FACE_EVERY = 4
"""Every how many steps the camera looks at the face. Section 3.3."""


@dataclass(frozen=True)
class View:
    """A camera and the prompt it is judged by: ``body``, ``face`` or ``back``."""

    camera: Camera
    kind: str


@dataclass(frozen=True)
class FigureExtents:
    """What cameras need to know of a figure in metres: height range, middle, head joint and head size."""

    low: float
    high: float
    center: NDArray[np.float32]
    head: NDArray[np.float32]
    head_scale: float
    radius: float
    """Of the sphere round the middle that holds the figure: the paper's unit sphere."""
    wide: float
    """From the upright line through the middle to the farthest hand."""
    room: float = 0.0
    """Metres round the figure in which forms may grow, and which pictures therefore show."""

    @staticmethod
    def of(vertices: NDArray, joints: NDArray, room: float = 0.0) -> FigureExtents:
        """From a figure's vertices and its 24 joints in the stand pose; an adult's neck bone is 10.5 cm.

        The middle is that of the body, whatever its hands hold and its back carries.
        """
        scale = float(np.clip(np.linalg.norm(joints[15] - joints[12]) / 0.105, 0.5, 1.4))
        center = (joints.min(0) + joints.max(0)).astype(np.float32) / 2
        center[1] = (vertices[:, 1].min() + vertices[:, 1].max()) / 2
        radius = float(np.linalg.norm(vertices - center, axis=1).max()) + MARGIN + room
        wide = float(np.linalg.norm((vertices - center)[:, ::2], axis=1).max())
        low, high = (float(value) for value in (vertices[:, 1].min(), vertices[:, 1].max()))
        return FigureExtents(low, high, center, joints[15], scale, radius, wide, room)


def _random(generator: torch.Generator) -> float:
    return float(torch.rand(1, generator=generator))


def _normal(generator: torch.Generator) -> float:
    return float(torch.randn(1, generator=generator))


def framed(target: NDArray, covered: float, azimuth: float, elevation: float, size: int) -> Camera:
    """A camera whose picture covers ``covered`` metres at the target."""
    distance = covered / 2 / math.tan(math.radians(FOV / 2))
    return Camera.orbit(target, distance, azimuth, elevation, FOV, size)


def face_view(extents: FigureExtents, azimuth: float, elevation: float, covered: float, size: int) -> View:
    """A close-up of the head; ``covered`` in metres for an adult's head."""
    target = extents.head + np.array([0, 0.035, 0.03], np.float32) * extents.head_scale
    return View(framed(target, covered * extents.head_scale, azimuth, elevation, size), "face")


def random_view(extents: FigureExtents, step: int, size: int, generator: torch.Generator, faces: bool = True) -> View:
    """One step's view: every fourth the face, else the body from theta ~ N(0, pi/3), or beyond 90 degrees its back."""
    if faces and step % FACE_EVERY == FACE_EVERY - 1:
        covered = 0.32 + 0.16 * _random(generator)
        return face_view(extents, 25 * _normal(generator), 10 * _normal(generator), covered, size)
    theta = (60.0 * _normal(generator) + 180) % 360 - 180
    height = extents.high - extents.low + extents.room
    near = _random(generator) < 0.3
    covered = height * (0.5 + 0.4 * _random(generator) if near else 1.05 + 0.4 * _random(generator))
    reach = (height / 2 - covered / 2 if near else 0.03 * height) * (2 * _random(generator) - 1)
    target = extents.center + np.array([0, reach, 0], np.float32)
    camera = framed(target, covered, theta, 10 * _normal(generator), size)
    return View(camera, "back" if abs(theta) > 90 else "body")


def around_view(extents: FigureExtents, step: int, size: int, generator: torch.Generator, faces: bool = True) -> View:
    """One step's view from all sides alike, for forms that must be right at the back too; faces where they are seen.

    Those that come near also go to the sides: hands would be small in every picture.
    """
    seen = random_view(extents, step, size, generator, faces)
    turned = 360 * _random(generator) - 180
    camera = seen.camera
    away = camera.eye - camera.target
    far = float(np.linalg.norm(away))
    elevation = math.degrees(math.asin(float(away[1]) / far))
    if seen.kind == "face":
        turned *= FACE_SIDE
    moved = Camera.orbit(camera.target, far, turned, elevation, FOV, size)
    beside = extents.wide - far * math.tan(math.radians(FOV / 2))
    if seen.kind != "face" and beside > 0:
        shift = beside * (2 * _random(generator) - 1) * moved.axes()[0]
        moved = replace(moved, eye=moved.eye + shift, target=moved.target + shift)
    return View(moved, "face" if seen.kind == "face" else "back" if abs(turned) > 90 else "body")


def paper_view(extents: FigureExtents, step: int, size: int, generator: torch.Generator, faces: bool = True) -> View:
    """The paper's cameras, lengths in radii of the sphere: off the front by theta ~ N(0, pi/3) in any direction.

    Every fourth looks at the head from 0.4 with theta ~ N(0, pi/12), from the front only; the others at a point near
    the middle from 1 to 2. Where the paper's unit sphere has the head at a fixed height, this takes the head joint.
    """
    face = faces and step % FACE_EVERY == FACE_EVERY - 1
    theta = _normal(generator) * math.pi / (12 if face else 3)
    around = 2 * math.pi * _random(generator)
    if face:
        theta = max(-math.pi / 2, min(math.pi / 2, theta))
        target, distance = extents.head.astype(np.float64), 0.4
    else:
        shift = np.clip([0.1 * _normal(generator) for _ in range(3)], -0.3, 0.3)
        target, distance = extents.center + extents.radius * shift, 1 + _random(generator)
    direction = np.array([math.sin(theta) * math.cos(around), math.sin(theta) * math.sin(around), math.cos(theta)])
    eye = np.asarray(target, np.float64) + distance * extents.radius * direction
    camera = Camera(eye, np.asarray(target, np.float64), fov_degrees=PAPER_FOV, width=size, height=size)
    behind = abs((theta + math.pi) % (2 * math.pi) - math.pi) > math.pi / 2
    return View(camera, "face" if face else "back" if behind else "body")


VIEWS = {"framed": random_view, "around": around_view, "paper": paper_view}
"""What ``appearance.cameras`` may name."""


def random_light(camera: Camera, generator: torch.Generator) -> tuple[Tensor, float]:
    """A light within 45 degrees of the camera in both angles, (3,) towards it, and an ambience of 0 to 0.2."""
    right, up, forward = camera.axes()
    across, above = (math.radians(90) * (_random(generator) - 0.5) for _ in range(2))
    direction = -forward + math.tan(across) * right + math.tan(above) * up
    return F.normalize(torch.from_numpy(direction.astype(np.float32)), dim=0), 0.2 * _random(generator)


def random_background(size: int, generator: torch.Generator, varied: bool = True) -> Tensor:
    """(3, size, size): white, black, Gaussian noise, or a blurred chessboard; always white unless ``varied``."""
    kind = int(torch.randint(4, (1,), generator=generator)) if varied else 0
    if kind == 0:
        return torch.ones(3, size, size)
    if kind == 1:
        return torch.zeros(3, size, size)
    if kind == 2:
        return (0.5 + 0.2 * torch.randn(1, size, size, generator=generator)).clamp(0, 1).expand(3, -1, -1).contiguous()
    square = int(torch.randint(max(size // 20, 1), max(size // 10, 2), (1,), generator=generator))
    line = (torch.arange(size) // square) % 2
    board = 0.2 + 0.6 * (line[:, None] ^ line[None]).float()
    return F.avg_pool2d(board[None, None], 3, 1, 1)[0].expand(3, -1, -1).contiguous()
