"""Hair that is swept along the head to a tie: ponytails and buns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.forms import ellipsoid, tube
from engine.wardrobe.head.frame import Head, Seeds, hairline, unit, zones
from engine.wardrobe.head.locks import SHORTER_AT_ROOTS, LockForm, Tufts, locks, together
from engine.wardrobe.head.styles import Style

SWEPT = LockForm(0.40, 0.3, root=0.85, tip=0.95, sides=5)
TAIL = LockForm(0.3, 0.5, root=0.8, sides=6)
WOUND = LockForm(0.3, 0.25, root=0.8, tip=0.9, sides=5)


def gather(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Hair swept along the head to a tie, and what hangs or is wound there."""
    steps, count = 12, len(seeds)
    tie = head.place(np.array(style.tie))
    zone = zones(seeds.canonical)
    lift = (zone @ np.array(style.lift)) * rng.uniform(0.3, 1.15, count) * head.size
    clear = head.size * (0.0008 + style.shell * smoothstep(hairline(seeds.canonical), 0.0, 0.0045))
    point, normal = seeds.points + (clear - 0.0015)[:, None] * seeds.normals, seeds.normals
    paths, normals = [point], [normal]
    aim = tie + rng.normal(0, 0.005, (count, 3)) * head.size
    places = np.linspace(0, 1, steps) ** SHORTER_AT_ROOTS
    for k in range(1, steps):
        to = aim - point
        left = np.linalg.norm(to, axis=1, keepdims=True)
        along = unit(to) - 0.9 * normal * (unit(to) * normal).sum(1, keepdims=True)
        share = (places[k] - places[k - 1]) / (1 - places[k - 1])
        point = point + unit(along) * left * share * np.where(left > 0.02, 1.06, 1.0)
        above = lift * np.interp(k, [0, 2, steps - 1], [0.2, 1, 1.2])
        point, normal = head.off_skin(point, np.maximum(above, clear), 0.5)
        paths.append(point)
        normals.append(normal)
    paths[-1] = aim
    width = style.width * head.size * rng.uniform(0.6, 1.1, count)
    swept = locks(np.stack(paths, 1), np.stack(normals, 1), width, SWEPT, rng)
    rest = _tail(style, head, tie, rng) if style.tail else _knot(style, head, tie, rng)
    return together(swept, rest)


def _tail(style: Style, head: Head, tie: NDArray, rng: np.random.Generator) -> Tufts:
    """The hair of a ponytail, behind its band."""
    count, steps, s = 110, 14, head.size
    around, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count))
    start = tie + s * 0.010 * np.stack([reach * np.cos(around), reach * np.sin(around), -0.2 + 0 * reach], 1)
    heading = unit(np.stack([0.55 * reach * np.cos(around), 0.35 + 0.6 * reach * np.sin(around), -1 + 0 * reach], 1))
    length = style.tail * s * rng.uniform(0.72, 1.05, count)
    point, paths = start, [start]
    for k in range(1, steps):
        fall = 0.16 + 0.5 * min(1.0, k / 5)
        heading = unit(heading + fall * np.array([0, -1.0, 0.04]))
        point = point + heading * (length / (steps - 1))[:, None]
        point, _ = head.off_skin(point, np.full(count, 0.010 * s) * (0.4 + reach), 0.0)
        paths.append(point)
    found = np.stack(paths, 1)
    t = np.linspace(0, 1, steps)
    middle = found.mean(0)
    found = middle + (found - middle) * np.interp(t, [0, 0.3, 0.6, 1], [0.8, 0.9, 0.85, 0.25])[None, :, None]
    phase = rng.normal(0, 0.5, count)
    found[..., 0] += 0.006 * s * t * np.sin(2 * np.pi * 1.3 * t[None] + phase[:, None])
    outward = unit(found - middle + np.array([0, 0.0, -1e-3]))
    hair = locks(found, outward, 0.0085 * s * rng.uniform(0.6, 1.1, count), TAIL, rng)
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    axis = tie + np.array([0, 0, -0.004]) * s
    ring = np.stack([np.cos(turn), np.sin(turn), -0.3 * np.sin(turn)], 1) * 0.0125 * s + axis
    band = tube(np.concatenate([ring, ring[:2]]), np.full(26, 0.0042 * s), 8)
    return together(hair, Tufts.plain(band.vertices, band.faces, 0.35))


def _knot(style: Style, head: Head, tie: NDArray, rng: np.random.Generator) -> Tufts:
    """The hair of a bun: locks wound round a ball about the line from the head to it."""
    count, steps, size = 110, 16, style.knot * head.size
    axis = unit(np.array([0.0, 0.62, -0.78]))
    side = np.array([1.0, 0, 0])
    up = np.cross(axis, side)
    middle = tie + 0.60 * size * axis
    t = np.linspace(0, 1, steps)
    start = rng.uniform(0, 2 * np.pi, count)
    first = rng.uniform(0.55, 2.3, count)
    polar = first[:, None] + t * rng.uniform(-0.35, -0.05, count)[:, None]
    polar = np.clip(polar, 0.12, None)
    turn = start[:, None] + t * (1.6 / np.clip(np.sin(first), 0.5, 1))[:, None]
    out = 1 + rng.uniform(-0.12, 0.06, count)[:, None] + 0.05 * np.sin(np.pi * t) - 0.12 * (t - 0.5) ** 2 * 4
    rays = (
        np.cos(polar)[..., None] * axis
        + (np.sin(polar) * np.cos(turn))[..., None] * side
        + (np.sin(polar) * np.sin(turn))[..., None] * up
    )
    squashed = rays - 0.22 * (rays @ axis)[..., None] * axis
    paths = middle + size * out[..., None] * squashed
    wound = locks(paths, rays, 0.0085 * head.size * rng.uniform(0.6, 1.1, count), WOUND, rng)
    core = _ball(middle, 0.86 * size, axis)
    return together(wound, Tufts.plain(core[0], core[1], 0.57))


def _ball(middle: NDArray, radius: float, axis: NDArray) -> tuple[NDArray, NDArray[np.int32]]:
    """Vertices and faces of a ball flattened along an axis."""
    form = ellipsoid((0, 0, 0), (1, 1, 1))
    flat = form.vertices - 0.22 * (form.vertices @ axis)[:, None] * axis
    return middle + radius * flat, form.faces
