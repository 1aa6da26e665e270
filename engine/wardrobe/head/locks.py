"""Locks of hair: paths swept into tapering arches or tubes, and put together into layers.

Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import compact
from engine.geometry.measures import arc_lengths
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import Head, unit
from engine.wardrobe.layers import Indices, Layer

SHORTER_AT_ROOTS = 1.5
"""Power by which the steps of a lock are shorter near its root."""


@dataclass(frozen=True)
class Tufts:
    """A surface with the tone of each of its points: what its colour is multiplied by."""

    vertices: NDArray  # (V, 3)
    faces: Indices  # (F, 3)
    tones: NDArray  # (V,)
    strands: NDArray
    """(V, 2) metres across and along the hair, along which its strands run."""

    @staticmethod
    def none() -> Tufts:
        """Nothing."""
        return Tufts(np.zeros((0, 3)), np.zeros((0, 3), np.int32), np.zeros(0), np.zeros((0, 2)))

    @staticmethod
    def plain(vertices: NDArray, faces: Indices, tone: float) -> Tufts:
        """A surface all in one tone, its strands upright."""
        return Tufts(vertices, faces, np.full(len(vertices), tone), vertices[:, [0, 1]])

    def without(self, gone: NDArray) -> Tufts:
        """All but the faces whose points are all ``gone`` (V,) bool, and points that nothing uses."""
        return self._of(self.faces[~gone[self.faces].all(1)])

    def cut(self, gone: NDArray) -> Tufts:
        """All but the faces that have a point that is ``gone`` (V,) bool, and points that nothing uses."""
        return self._of(self.faces[~gone[self.faces].any(1)])

    def _of(self, kept: NDArray) -> Tufts:
        values, faces = compact(np.c_[self.vertices, self.tones, self.strands], kept)
        return Tufts(values[:, :3], faces.astype(np.int32), values[:, 3], values[:, 4:])


@dataclass(frozen=True)
class LockForm:
    """How the locks of one kind of hair are formed and shaded. All by hand, after photographs of hair."""

    flat: float
    """Depth against width."""
    taper: float
    """Share of the length over which a lock runs out into its tip."""
    root: float = 0.62
    """Brightness at the root."""
    tip: float = 1.16
    """Brightness at the tip."""
    sides: int = 3
    """Corners of a section."""
    streaks: float = 0.12
    """How much the brightness of a lock's strands differs."""


def together(*parts: Tufts) -> Tufts:
    """Several as one."""
    first = np.cumsum([0, *(len(part.vertices) for part in parts)])
    return Tufts(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, first)]).astype(np.int32),
        np.concatenate([part.tones for part in parts]),
        np.concatenate([part.strands for part in parts]),
    )


def section(sides: int) -> NDArray:
    """(sides,) angles of a lock's section: a triangle with one corner outward, or an arch."""
    if sides == 3:
        return 2 * np.pi * np.arange(3) / 3 + np.pi / 2
    return np.linspace(-0.06, 1.06, sides) * np.pi


def sweep(
    paths: NDArray, outward: NDArray, widths: NDArray, depths: NDArray, sides: int = 3, ridges: NDArray | None = None
) -> tuple[NDArray, Indices]:
    """Closed tubes of three corners along paths, or open arches of more, which light reaches from beneath too.

    Args:
        paths: (L, K, 3) from root to tip.
        outward: (L, K, 3) directions away from the head; sections are flat across them.
        widths: (L, K) half widths of the sections, metres; the last ring of each is drawn into a point.
        depths: (L, K) half depths.
        sides: corners of a section (`section`).
        ridges: (L, sides) factors of the depth at each corner.

    Returns:
        Vertices (L * ((K - 1) * sides + 1), 3), ring by ring and the tip last, and faces, counter-clockwise outside.
    """
    count, steps, _ = paths.shape
    along = unit(np.gradient(paths, axis=1))
    across = unit(np.cross(along, outward))
    up = np.cross(across, along)
    turn = section(sides)
    rise = np.sin(turn) * (np.ones((count, sides)) if ridges is None else ridges)
    rings = (
        paths[:, :, None]
        + widths[:, :, None, None] * np.cos(turn)[:, None] * across[:, :, None]
        + (depths[:, :, None] * rise[:, None])[..., None] * up[:, :, None]
    )[:, :-1]  # (L, K-1, sides, 3)
    vertices = np.concatenate([rings.reshape(count, -1, 3), paths[:, -1:]], 1)
    each = (steps - 1) * sides + 1
    k = np.arange(sides if sides == 3 else sides - 1)
    near = (k + 1) % sides
    rows = sides * np.arange(steps - 2)[:, None]
    a, b, c, d = (rows + k).ravel(), (rows + near).ravel(), (rows + sides + k).ravel(), (rows + sides + near).ravel()
    last = sides * (steps - 2)
    quads = np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)])
    tip = np.stack([last + k, last + near, np.full(len(k), each - 1)], 1)
    root = [[0, 2, 1]] if sides == 3 else np.zeros((0, 3), int)
    one = np.concatenate([quads, tip, root])[:, ::-1]
    faces = (one[None] + each * np.arange(count)[:, None, None]).reshape(-1, 3)
    return vertices.reshape(-1, 3), faces.astype(np.int32)


def locks(
    paths: NDArray,
    outward: NDArray,
    width: NDArray,
    form: LockForm,
    rng: np.random.Generator,
    tone: NDArray | None = None,
) -> Tufts:
    """Tapering locks along paths (L, K, 3).

    Args:
        paths: from root to tip.
        outward: (L, K, 3) away from the head.
        width: (L,) half width at the widest place, metres.
        form: how they taper, and their shades from root to tip.
        rng: decides each lock's tone.
        tone: (L,) brightness of each lock; without it, at random about one.
    """
    count, steps, _ = paths.shape
    sides = form.sides
    if not count:
        return Tufts.none()
    t = np.linspace(0, 1, steps)
    shape = np.clip((1 - t) / form.taper, 0, 1) ** 0.75 * np.clip((0.55 if sides == 3 else 0.35) + 3.0 * t, 0, 1)
    widths = width[:, None] * shape
    ridges = 1 + (0.0 if sides == 3 else 0.24) * rng.uniform(-1, 1, (count, sides))
    vertices, faces = sweep(paths, outward, widths, form.flat * widths, sides, ridges)
    own = np.clip(rng.normal(1.0, 0.09, count), 0.75, 1.3) if tone is None else tone
    along = np.interp(t, [0, 0.35, 0.75, 1], [form.root, 0.95, 1.02, form.tip])
    edges = 0.0 if sides == 3 else 0.17 * np.cos(section(sides)) ** 4  # shadows between locks
    ring = 1 - edges + rng.normal(0, form.streaks, (count, 1, sides))
    tones = (own[:, None, None] * along[None, :-1, None] * ring).reshape(count, -1)
    tones = np.concatenate([tones, (own * along[-1])[:, None]], 1)
    reach = arc_lengths(paths)
    x = width[:, None, None] * np.cos(section(sides)) + np.zeros((count, steps - 1, sides))
    y = np.broadcast_to(reach[:, :-1, None], x.shape)
    strands = np.stack([x.reshape(count, -1), y.reshape(count, -1)], 2)
    strands = np.concatenate([strands, np.stack([0 * reach[:, -1:], reach[:, -1:]], 2)], 1)
    strands = strands + np.stack([rng.uniform(0, 0.1, count), rng.uniform(0, 1, count)], 1)[:, None]
    return Tufts(vertices, faces, tones.ravel(), strands.reshape(-1, 2))


def clumped(paths: NDArray, clumps: NDArray, strength: float) -> NDArray:
    """Locks (L, K, 3) drawn towards the first lock of their clump, the more the nearer to the tip."""
    t = np.linspace(0, 1, paths.shape[1])
    guides = paths[: clumps.max() + 1][clumps]
    found: NDArray = paths + (strength * smoothstep(t, 0.25, 1.0))[None, :, None] * (guides - paths) * 0.8
    return found


def lock_tones(clumps: NDArray, groups: int, count: int, rng: np.random.Generator) -> NDArray:
    """(count,) brightness of locks: clumps differ, and locks within them."""
    tones: NDArray = np.clip(rng.normal(1, 0.055, groups)[clumps] + rng.normal(0, 0.06, count), 0.7, 1.35)
    return tones


def hair_layer(name: str, tufts: Tufts, color: NDArray, head: Head) -> Layer:
    """A layer of hair in a colour (3,) sRGB, which follows head, neck and chest by its height."""
    base = np.asarray(color, float)
    tones = tufts.tones[:, None]
    bright = smoothstep(base.mean(), 0.5, 0.9)
    # white hair would look like metal, and dark between its locks
    tones = 1 + (tones - 1) * (1 - bright * np.where(tones < 1, 0.6, 0.3))
    base = base * (1 - 0.15 * bright)  # it is never as white as paper: its strands shade one another
    fade = np.array([0.8, 1.05, 1.3]) if base[0] > base[2] + 0.05 else np.ones(3)  # fair hair darkens to brown
    lifted = base * tones**fade
    if base.mean() < 0.25:  # black hair shows its strands by their sheen
        lifted = lifted + np.array([0.022, 0.017, 0.014]) * (tones - 0.8)
    return Layer(
        name,
        "hair",
        tufts.vertices.astype(np.float32),
        tufts.faces,
        np.clip(lifted, 0, 1).astype(np.float32),
        head.hang(tufts.vertices),
        np.c_[tufts.strands, np.zeros(len(tufts.strands))].astype(np.float32),
    )
