"""Makes a motion repeat without a seam, in place."""

from __future__ import annotations

import numpy as np

from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle, slerp
from engine.motion.arrays import array
from engine.motion.sequence import Sequence

SMALL = np.radians(25)
"""A misfit of the seam up to which it is spread over the whole motion; a larger one is blended away at the end. Set by
hand."""
BLEND_SHARE = 0.25
"""Share of the motion in which it is. Set by hand."""


def close_loop(made: Sequence) -> Sequence:
    """Bring the end of a motion (T,24,3), (T,3) to where the first frame follows the last one, without travel.

    A cyclic movement misses its beginning by little, which is spread evenly; any other one is led back to its first
    pose
    over its last quarter.
    """
    poses, root = made
    local = axis_angle_to_matrix(poses)
    count = len(poses)
    # Where the next frame would be, if there were one more.
    following = local[-1] @ np.swapaxes(local[-2], -1, -2) @ local[-1]
    turn = matrix_to_axis_angle(np.swapaxes(following, -1, -2) @ local[0])
    if np.linalg.norm(turn, axis=-1).max() < SMALL:
        share = (np.arange(count, dtype=np.float32) / count)[:, None]
        closed = local @ axis_angle_to_matrix(turn[None] * share[..., None])
    else:
        length = max(2, round(BLEND_SHARE * count))
        share = np.zeros((count, 1), np.float32)
        ramp = np.linspace(0, 1, length + 1, dtype=np.float32)[:-1]
        share[-length:, 0] = ramp * ramp * (3 - 2 * ramp)
        closed = slerp(local, np.broadcast_to(local[:1], local.shape), np.broadcast_to(share, local.shape[:2]))
    flat = array([1, 0, 1])
    step = root[-1] - root[-2] if count > 2 else root[-1] * 0
    travel = (root[-1] + step - root[0]) * flat
    path = root - (np.arange(count, dtype=np.float32) / count)[:, None] * travel
    rise = (root[0, 1] - root[-1, 1] - step[1]) * share
    path = path + rise * array([0, 1, 0])
    return matrix_to_axis_angle(closed), path.astype(np.float32)
