"""Closed forms that attached pieces are made of, in the standard figure's metres: turned, bent and flat ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.geometry.measures import volume

Floats = NDArray[np.float32]
PartRecord = Mapping[str, Any]
"""One of the ``parts`` of a record in ``catalog/things``."""
MAIN, ACCENT, DARK, LIGHT = range(4)
"""Which of a garment's colours a vertex has: its own, its accent, nearly black, nearly white."""


@dataclass(frozen=True)
class Form:
    """A closed triangle mesh.

    ``vertices`` (P, 3), ``faces`` (Q, 3) seen counter-clockwise from outside, ``roles`` (P,) of MAIN ... LIGHT, and
    ``tones`` (P,) by which the colours are multiplied.
    """

    vertices: NDArray
    faces: NDArray[np.int32]
    roles: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    tones: NDArray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if len(self.roles) != len(self.vertices):
            object.__setattr__(self, "roles", np.zeros(len(self.vertices), np.int64))
        if len(self.tones) != len(self.vertices):
            object.__setattr__(self, "tones", np.ones(len(self.vertices)))

    def painted(self, where: NDArray, role: int) -> Form:
        """The form with some of its vertices (P,) in another role."""
        return replace(self, roles=np.where(where, role, self.roles))

    def toned(self, tones: NDArray) -> Form:
        """The form with its colours multiplied by ``tones`` (P,)."""
        return replace(self, tones=self.tones * tones)

    def moved(self, vertices: NDArray) -> Form:
        """The same surface elsewhere."""
        return replace(self, vertices=vertices)

    def mirrored(self) -> Form:
        """The form on the other side of the body."""
        return replace(self, vertices=self.vertices * [-1, 1, 1], faces=self.faces[:, ::-1])


def grid_faces(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles of a grid of rows x columns vertices that closes round its columns."""
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns)[None]).ravel()
    b = (np.arange(rows - 1)[:, None] * columns + (np.arange(columns)[None] + 1) % columns).ravel()
    return np.concatenate([np.stack([a, a + columns, b], 1), np.stack([b, a + columns, b + columns], 1)]).astype(
        np.int32
    )


def capped(rings: NDArray, first: NDArray, last: NDArray) -> Form:
    """Rings (R, C, 3), counter-clockwise seen from the first end, closed by a point (3,) at each end."""
    rows, columns, _ = rings.shape
    count, k = rows * columns, np.arange(columns)
    end = count - columns
    first_cap = np.stack([k, (k + 1) % columns, np.full(columns, count)], 1)
    last_cap = np.stack([end + (k + 1) % columns, end + k, np.full(columns, count + 1)], 1)
    faces = np.concatenate([grid_faces(rows, columns), first_cap, last_cap]).astype(np.int32)
    return Form(np.concatenate([rings.reshape(-1, 3), first[None], last[None]]), faces)


def lathe(heights: NDArray, half_x: NDArray, half_z: NDArray, center_z: NDArray, columns: int = 28) -> Form:
    """A closed tube of elliptical rings (R,) from the top down."""
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    x = half_x[:, None] * np.sin(angle)
    z = center_z[:, None] + half_z[:, None] * np.cos(angle)
    rings = np.stack([x, np.broadcast_to(heights[:, None], x.shape), z], -1)
    ends = [np.array([0, heights[i], center_z[i]]) for i in (0, -1)]
    return capped(rings, *ends)


def turned(
    profile: Sequence[tuple[float, float]],
    center_z: float = 0.045,
    deeper: float = 0.022,
    columns: int = 48,
    steps: int = 3,
) -> Form:
    """A form turned round the head's axis from (radius, height) pairs, from the top's middle to the underside's.

    ``deeper`` metres are added to the radius from front to back; ``steps`` rings lie between two pairs.
    """
    points = np.array(profile)
    at = np.linspace(0, len(points) - 1, (len(points) - 1) * steps + 1)
    radius, height = (np.interp(at, np.arange(len(points)), column) for column in points.T)
    share = np.clip(radius / 0.08, 0, 1)
    return lathe(height, radius, radius + deeper * share, np.full_like(radius, center_z), columns)


def ellipsoid(center: Sequence[float], radii: Sequence[float], power: float = 1.0, columns: int = 20) -> Form:
    """A closed (super)ellipsoid; ``power`` < 1 makes it boxy."""
    t = np.linspace(0.02, np.pi - 0.02, 11 if columns <= 20 else 25)
    rounded = np.sin(t) ** power
    form = lathe(np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power, rounded, rounded, np.zeros_like(t), columns)
    vertices = form.vertices
    if power < 1.0:
        flat = vertices[:, [0, 2]]
        length = np.maximum(np.abs(flat).max(1) / np.maximum(np.linalg.norm(flat, axis=1), 1e-6), 1e-6)
        vertices[:, [0, 2]] = flat / length[:, None] ** 0.7
    return form.moved(vertices * np.array(radii) + np.array(center))


def tube(path: NDArray, radii: NDArray, columns: int = 14) -> Form:
    """A bent tube round a path (N, 3) with radii (N,)."""
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along[0], [0.31, 0.52, 0.79])
    rings = []
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)[:, None]
    for point, direction, radius in zip(path, along, radii):
        side = side - direction * (side @ direction)
        side /= np.linalg.norm(side)
        other = np.cross(side, direction)  # so that rings run counter-clockwise seen from the path's beginning
        rings.append(point + radius * (np.cos(angle) * side + np.sin(angle) * other))
    return capped(np.array(rings), path[0], path[-1])


def ring(path: NDArray, section: NDArray) -> Form:
    """A band that closes on itself: ``section`` (C, 2) gives outward and upward offsets round a path (N, 3) about y."""
    away = path * [1, 0, 1] - path.mean(0) * [1, 0, 1]
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    offsets = section if section.ndim == 3 else np.broadcast_to(section, (len(path), *section.shape))
    points = path[:, None] + offsets[..., :1] * away[:, None] + offsets[..., 1:] * np.array([0, 1, 0])
    rows, columns = points.shape[:2]
    faces = grid_faces(rows + 1, columns) % (rows * columns)
    return outward(Form(points.reshape(-1, 3), faces.astype(np.int32)))


def looped(path: NDArray, radii: NDArray | float, axis: NDArray | None = None, columns: int = 8) -> Form:
    """A round rod along a closed path (N, 3), ``radii`` (N,) or one metres thick.

    ``axis``: (3,) the normal of the plane in which the path lies; None: found from it.
    """
    along = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    if axis is None:
        axis = np.cross(path - path.mean(0), along).mean(0)
        axis = axis / np.linalg.norm(axis)
    side = np.cross(along, axis)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    turn = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    section = np.cos(turn)[:, None] * side[:, None] + np.sin(turn)[:, None] * np.cross(side, along)[:, None]
    points = path[:, None] + np.broadcast_to(radii, len(path))[:, None, None] * section
    faces = grid_faces(len(path) + 1, columns) % (len(path) * columns)
    return outward(Form(points.reshape(-1, 3), faces.astype(np.int32)))


def outward(form: Form) -> Form:
    """The form with its faces turned so that it holds a positive volume."""
    return replace(form, faces=form.faces[:, ::-1]) if volume(form.vertices, form.faces) < 0 else form


def sheet(outer: NDArray, inner: NDArray) -> Form:
    """A flat piece between two grids (R, C, 3) of points that lie against each other."""
    rows, columns, _ = outer.shape
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None]).ravel()
    back = np.concatenate([np.stack([a, a + columns, a + 1], 1), np.stack([a + 1, a + columns, a + columns + 1], 1)])
    count = rows * columns
    index = np.arange(count).reshape(rows, columns)
    rim = np.concatenate([index[0], index[1:, -1], index[-1, -2::-1], index[-2:0:-1, 0]])
    r, s = rim, np.roll(rim, -1)
    edge = np.concatenate([np.stack([r, s, r + count], 1), np.stack([s, s + count, r + count], 1)])
    faces = np.concatenate([back[:, ::-1], back + count, edge[:, ::-1]]).astype(np.int32)
    return outward(Form(np.concatenate([outer.reshape(-1, 3), inner.reshape(-1, 3)]), faces))


def joined(*forms: Form) -> Form:
    """Several forms as one."""
    first = np.cumsum([0, *(len(form.vertices) for form in forms)])
    return Form(
        np.concatenate([form.vertices for form in forms]),
        np.concatenate([form.faces + start for form, start in zip(forms, first)]).astype(np.int32),
        np.concatenate([form.roles for form in forms]),
        np.concatenate([form.tones for form in forms]),
    )


def angles(form: Form, center_z: float = 0.045) -> NDArray:
    """(P,) a form's angles round the head's axis, 0 in front."""
    found: NDArray = np.arctan2(form.vertices[:, 0], form.vertices[:, 2] - center_z)
    return found
