"""Locks of hair: paths swept into closed, flattened, tapering tubes, and put together into layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    @staticmethod
    def none() -> Tufts:
        """Nothing."""
        return Tufts(np.zeros((0, 3)), np.zeros((0, 3), np.int32), np.zeros(0))


def together(*parts: Tufts) -> Tufts:
    """Several as one."""
    first = np.cumsum([0, *(len(part.vertices) for part in parts)])
    return Tufts(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, first)]).astype(np.int32),
        np.concatenate([part.tones for part in parts]),
    )


def sweep(
    paths: NDArray, outward: NDArray, widths: NDArray, depths: NDArray, sides: int = 3
) -> tuple[NDArray, Indices]:
    """Closed tubes of elliptical section along paths.

    Args:
        paths: (L, K, 3) from root to tip.
        outward: (L, K, 3) directions away from the head; sections are flat across them.
        widths: (L, K) half widths of the sections, metres; the last ring of each is drawn into a point.
        depths: (L, K) half depths.
        sides: corners of a section.

    Returns:
        Vertices (L * ((K - 1) * sides + 1), 3), ring by ring and the tip last, and faces, counter-clockwise outside.
    """
    count, steps, _ = paths.shape
    along = unit(np.gradient(paths, axis=1))
    across = unit(np.cross(along, outward))
    up = np.cross(across, along)
    turn = 2 * np.pi * np.arange(sides) / sides + np.pi / 2  # one corner outward
    rings = (
        paths[:, :, None]
        + widths[:, :, None, None] * np.cos(turn)[:, None] * across[:, :, None]
        + depths[:, :, None, None] * np.sin(turn)[:, None] * up[:, :, None]
    )[:, :-1]  # (L, K-1, sides, 3)
    vertices = np.concatenate([rings.reshape(count, -1, 3), paths[:, -1:]], 1)
    each = (steps - 1) * sides + 1
    k, near = np.arange(sides), (np.arange(sides) + 1) % sides
    rows = sides * np.arange(steps - 2)[:, None]
    a, b, c, d = (rows + k).ravel(), (rows + near).ravel(), (rows + sides + k).ravel(), (rows + sides + near).ravel()
    last = sides * (steps - 2)
    quads = np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)])
    tip = np.stack([last + k, last + near, np.full(sides, each - 1)], 1)
    root = np.stack([np.zeros(sides - 2, int), k[2:], k[1:-1]], 1)
    one = np.concatenate([quads, tip, root])[:, ::-1]
    faces = (one[None] + each * np.arange(count)[:, None, None]).reshape(-1, 3)
    return vertices.reshape(-1, 3), faces.astype(np.int32)


def locks(
    paths: NDArray, outward: NDArray, width: NDArray, flat: float, taper: float, rng: np.random.Generator,
    tone: NDArray | None = None, root: float = 0.62, tip: float = 1.16, sides: int = 3,
) -> Tufts:  # fmt: skip
    """Tapering locks along paths (L, K, 3).

    Args:
        paths: from root to tip.
        outward: (L, K, 3) away from the head.
        width: (L,) half width at the widest place, metres.
        flat: depth against width.
        taper: share of the length over which a lock runs out into its tip.
        rng: decides each lock's tone.
        tone: (L,) brightness of each lock; without it, at random about one.
        root: brightness at the root.
        tip: brightness at the tip.
        sides: of a section.
    """
    count, steps, _ = paths.shape
    if not count:
        return Tufts.none()
    t = np.linspace(0, 1, steps)
    shape = np.clip((1 - t) / taper, 0, 1) ** 0.75 * np.clip(0.55 + 3.0 * t, 0, 1)
    widths = width[:, None] * shape
    vertices, faces = sweep(paths, outward, widths, flat * widths, sides)
    own = np.clip(rng.normal(1.0, 0.09, count), 0.75, 1.3) if tone is None else tone
    along = np.interp(t, [0, 0.35, 0.75, 1], [root, 0.95, 1.02, tip])
    ring = 1 + rng.normal(0, 0.07, (count, 1, sides))
    tones = (own[:, None, None] * along[None, :-1, None] * ring).reshape(count, -1)
    tones = np.concatenate([tones, (own * along[-1])[:, None]], 1)
    return Tufts(vertices, faces, tones.ravel())


def clumped(paths: NDArray, clumps: NDArray, strength: float) -> NDArray:
    """Locks (L, K, 3) drawn towards the first lock of their clump, the more the nearer to the tip."""
    t = np.linspace(0, 1, paths.shape[1])
    guides = paths[: clumps.max() + 1][clumps]
    found: NDArray = paths + (strength * smoothstep(t, 0.25, 1.0))[None, :, None] * (guides - paths) * 0.8
    return found


def lock_tones(clumps: NDArray, groups: int, count: int, rng: np.random.Generator) -> NDArray:
    """(count,) brightness of locks: clumps differ, and locks within them."""
    tones: NDArray = np.clip(rng.normal(1, 0.08, groups)[clumps] + rng.normal(0, 0.07, count), 0.7, 1.35)
    return tones


def hair_layer(name: str, tufts: Tufts, color: NDArray, head: Head) -> Layer:
    """A layer of hair in a colour (3,) sRGB, which follows head, neck and chest by its height."""
    base = np.asarray(color, float)
    tones = tufts.tones[:, None]
    tones = 1 + (tones - 1) * (1 - 0.45 * smoothstep(base.mean(), 0.5, 0.9))  # white hair would look like metal
    fade = np.array([0.8, 1.05, 1.3]) if base[0] > base[2] + 0.05 else np.ones(3)  # fair hair darkens to brown
    lifted = base * tones**fade
    if base.mean() < 0.25:  # black hair shows its strands by their sheen
        lifted = lifted + 0.035 * (tones - 0.8)
    return Layer(
        name,
        "hair",
        tufts.vertices.astype(np.float32),
        tufts.faces,
        np.clip(lifted, 0, 1).astype(np.float32),
        head.hang(tufts.vertices),
        head.canonical(tufts.vertices).astype(np.float32),
    )
