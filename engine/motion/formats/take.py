"""A recorded skeleton of any kind in motion: what every reader gives and `retarget` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.motion.rotations import Array

Warn = Callable[[str], None]
"""Takes one sentence for the user about a file that is used all the same."""


@dataclass(frozen=True)
class Take:
    """A skeleton in motion, in the file's own axes and units."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each joint's parent, -1 for the first."""
    rest: Array
    """(J,3) places in the rest pose."""
    world: Array
    """(T,J,3,3) rotations in the world relative to the rest pose."""
    places: Array
    """(T,J,3) places in the world."""
    fps: float

    def local(self) -> Array:
        """(T,J,3,3) rotations relative to the parent."""
        out = self.world.copy()
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                out[:, joint] = np.swapaxes(self.world[:, parent], -1, -2) @ self.world[:, joint]
        return out

    def rested(self, frame: int) -> Take:
        """The same movement with the pose of one frame as its rest pose."""
        back = np.swapaxes(self.world[frame], -1, -2)
        return replace(self, rest=self.places[frame].copy(), world=self.world @ back)


def posed(
    names: tuple[str, ...],
    parents: tuple[int, ...],
    offsets: Array,
    rotations: Array,
    moves: dict[int, Array],
    fps: float,
) -> Take:
    """A take from local rotations, by forward kinematics; the rest pose has no rotations.

    Args:
        offsets: (J,3) from the parent, in the rest pose.
        rotations: (T,J,3,3) relative to the parent.
        moves: (T,3) offsets that change with time, by joint.
    """
    rest = np.array(offsets, np.float64)
    world = rotations.astype(np.float32)
    places = np.zeros((*world.shape[:2], 3), np.float64)
    for joint, parent in enumerate(parents):
        step = moves.get(joint, offsets[joint])
        if parent >= 0:
            rest[joint] += rest[parent]
            world[:, joint] = world[:, parent] @ world[:, joint]
            places[:, joint] = places[:, parent] + np.einsum(
                "tij,tj->ti", world[:, parent].astype(np.float64), np.broadcast_to(step, (len(world), 3))
            )
        else:
            places[:, joint] = step
    return Take(names, parents, rest.astype(np.float32), world, places.astype(np.float32), fps)
