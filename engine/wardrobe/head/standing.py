"""Hair that stands off the head: coils, crests and stubble."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.falling import fall
from engine.wardrobe.head.frame import ROOT, Head, Seeds, unit, zones
from engine.wardrobe.head.locks import LockForm, Tufts, clumped, lock_tones, locks, together
from engine.wardrobe.head.styles import Style

CURLS = LockForm(0.9, 0.3, root=0.66, tip=1.10)
SPIKES = LockForm(0.6, 0.7, root=0.6)
POINTED = LockForm(0.45, 0.9, root=0.72, tip=1.12, sides=5)
CROWN = 0.745
"""Canonical height from which on hair stands in points."""
STUBBLE = LockForm(0.5, 0.8, root=0.85, tip=1.10, streaks=0.03)


def coils(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Small coils that stand out of a thick shell."""
    count, steps, s = len(seeds), style.steps, head.size
    zone = zones(seeds.canonical)
    out = unit(seeds.points - head.place(np.array([0.0, 0.715, 0.02])))
    heading = unit(0.6 * out + 0.4 * seeds.normals + rng.normal(0, 0.22, (count, 3)))
    edge = smoothstep(style.above(seeds.canonical), 0.0, 0.035)
    shell = style.shell * smoothstep(style.above(seeds.canonical), -0.001, max(0.0045, 0.55 * style.shell))
    start = seeds.points + heading * (0.72 * shell * s)[:, None]
    length = (zone @ np.array(style.length)) * s * (0.55 + 0.45 * edge) * rng.uniform(0.75, 1.2, count)
    t = np.linspace(0, 1, steps)
    side = unit(np.cross(heading, rng.normal(0, 1, (count, 3))))
    other = np.cross(heading, side)
    turn = 2 * np.pi * style.waves * t[None] * rng.choice([-1, 1], count)[:, None] + rng.uniform(0, 6.3, count)[:, None]
    radius = style.wave * s * np.clip(3 * t, 0, 1)[None] * rng.uniform(0.7, 1.2, count)[:, None]
    paths = start[:, None] + (length[:, None] * t)[..., None] * heading[:, None]
    paths = (
        paths + (radius * np.cos(turn))[..., None] * side[:, None] + (radius * np.sin(turn))[..., None] * other[:, None]
    )
    flat, _ = head.off_skin(paths.reshape(-1, 3), np.full(count * steps, 0.003 * s), 0.0)
    outward = np.repeat(heading[:, None], steps, 1) + rng.normal(0, 0.1, paths.shape)
    width = style.width * s * rng.uniform(0.7, 1.1, count)
    return locks(flat.reshape(paths.shape), outward, width, CURLS, rng)


def crest(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """A fan of spikes along the middle of the head."""
    count, steps, s = len(seeds), 10, head.size
    along = seeds.points * [0.2, 1, 1]  # spikes reach across the crest
    clumps = cKDTree(along[: style.clumps]).query(along)[1]
    x, y, z = seeds.canonical.T
    out = unit(np.stack([0.0 * x, y - 0.69, z - 0.02], 1) + 1e-6)
    heading = unit(out + np.array([0, 0.15, -0.12]) + rng.normal(0, 0.07, (style.clumps, 3))[clumps] * [0.4, 1, 1])
    long = np.interp(np.arctan2(z - 0.02, y - 0.69), [-2.4, -1.2, 0.2, 0.9], [0.3, 0.75, 1.0, 0.72])
    length = style.length[1] * s * long * rng.uniform(0.8, 1.12, style.clumps)[clumps] * rng.uniform(0.85, 1.05, count)
    t = np.linspace(0, 1, steps)
    bend = np.array([0, 0.0, -0.10]) * (t**2)[None, :, None] * length[:, None, None]
    paths = (
        (seeds.points + 0.0006 * s * seeds.normals)[:, None]
        + (length[:, None] * t)[..., None] * heading[:, None]
        + bend
    )
    paths = _clear(head, clumped(paths, clumps, 0.95))
    across = np.tile(np.array([1.0, 0, 0]), (count, steps, 1)) * np.where(x < 0, -1, 1)[:, None, None]
    tones = lock_tones(clumps, style.clumps, count, rng)
    return locks(paths, across, style.width * s * rng.uniform(0.7, 1.1, count), SPIKES, rng, tones)


def stubble(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Hairs of a few millimetres."""
    count, s = len(seeds), head.size
    zone = zones(seeds.canonical)
    lean = zone @ np.array([[0, 0.2, 0.9], [0, 0, 1.0], [0, -1.0, 0.2], [0, -1.0, 0]]) + rng.normal(0, 0.25, (count, 3))
    lean = lean - seeds.normals * (lean * seeds.normals).sum(1, keepdims=True)
    heading = unit(unit(lean) + 0.42 * seeds.normals)
    near = smoothstep(style.above(seeds.canonical), 0.0, 0.018 + 0.014 * zone[:, 2:].sum(1))  # finer to the edges
    length = (zone @ np.array(style.length)) * s * rng.uniform(0.7, 1.2, count) * (0.4 + 0.6 * near)
    t = np.linspace(0, 1, 2)
    paths = seeds.points[:, None] + (length[:, None] * t)[..., None] * heading[:, None]
    tones = np.clip(rng.normal(0.92, 0.26, count), 0.5, 1.4)
    width = style.width * s * (0.55 + 0.45 * near)
    return locks(paths, np.repeat(seeds.normals[:, None], 2, 1), width, STUBBLE, rng, tones)


def spikes(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Hair that stands up in points on the top of the head, over hair that lies at its sides."""
    high = seeds.canonical[:, 1] + rng.normal(0, 0.004, len(seeds)) > CROWN
    up, down = (seeds.take(np.flatnonzero(part)) for part in (high, ~high))
    return together(_points(style, head, up, rng), fall(style, head, down, rng))


def _points(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Locks that come together in points, each as its neighbours towards the style's directions off the skull."""
    count, s, t = len(seeds), head.size, np.linspace(0, 1, style.steps)
    zone = zones(seeds.canonical)
    clumps = cKDTree(seeds.points[: style.clumps]).query(seeds.points)[1]
    guides = min(style.clumps, count)
    out = unit(seeds.points - head.place(np.array([0.0, 0.69, 0.01])))
    lean = (zone @ np.array([style.front, style.top, style.side, style.back])) * [0.0, 1.0, 1.0]
    heading = unit(out + lean + rng.normal(0, style.loose, (guides, 3))[clumps])
    length = (zone @ np.array(style.length)) * s * rng.uniform(0.75, 1.15, guides)[clumps]
    length = length * rng.uniform(0.8, 1.0, count) * (0.45 + 0.55 * smoothstep(style.above(seeds.canonical), 0.0, 0.02))
    bend = rng.normal(0, 0.10, (guides, 3))[clumps][:, None] * (t**2)[None, :, None]
    paths = seeds.points[:, None] + (length[:, None] * t)[..., None] * (heading[:, None] + bend)
    outward = unit(seeds.points - seeds.points[clumps] + 0.3 * np.cross(heading, [1.0, 0.0, 0.0]) + 1e-6)
    paths = _clear(head, clumped(paths, clumps, style.gather))
    paths[:, 0] -= ROOT * seeds.normals
    width = style.width * s * rng.uniform(0.7, 1.1, count)
    tones = lock_tones(clumps, guides, count, rng)
    return locks(paths, np.repeat(outward[:, None], style.steps, 1), width, POINTED, rng, tones)


def _clear(head: Head, paths: NDArray) -> NDArray:
    """Paths (L, K, 3) of which all but the roots are off the skin."""
    lift = np.full(paths[:, 1:].shape[:2], 0.0015 * head.size).ravel()
    off = head.off_skin(paths[:, 1:].reshape(-1, 3), lift, 0.0)[0]
    return np.concatenate([paths[:, :1], off.reshape(len(paths), -1, 3)], 1)
