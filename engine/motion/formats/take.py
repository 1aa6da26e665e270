"""A recorded skeleton of any kind in motion: what every reader gives and `retarget` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.geometry.skinning import forward_kinematics, local_rotations
from engine.motion.arrays import Array

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
        return local_rotations(self.world, self.parents)

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
    moved = np.repeat(rest[None], len(rotations), axis=0)
    for joint, move in moves.items():
        moved[:, joint] = move
    for joint, parent in enumerate(parents):
        if parent >= 0:
            rest[joint] += rest[parent]
            moved[:, joint] += moved[:, parent]
    places, world = forward_kinematics(rotations.astype(np.float32), moved, parents)
    return Take(names, parents, rest.astype(np.float32), world, places.astype(np.float32), fps)
