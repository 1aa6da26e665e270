"""Forward kinematics and linear blend skinning (LBS) in SMPL's convention; Loper et al., SMPL (2015), equations 2-4.

A pose is one rotation a joint, local to its parent; the identity is the pose that the joints are given in. A parent
stands before its children, and a root's parent is -1. Needs numpy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .rotations import axis_angle_to_matrix

Array = NDArray[Any]


def forward_kinematics(
    local: Array, joints: Array, parents: Sequence[int], root: Array | None = None
) -> tuple[Array, Array]:
    """Where bones are and how they are turned.

    Args:
        local: (T, J, 3, 3) rotations relative to the parent.
        joints: (J, 3) or (T, J, 3) rest positions.
        parents: of the joints, or of more.
        root: (T, 3) positions of the root; None keeps its rest position.

    Returns:
        Positions (T, J, 3) and rotations (T, J, 3, 3) in the world.
    """
    rest = np.broadcast_to(joints, local.shape[:3])
    rotations = np.empty_like(local)
    positions = np.empty(rest.shape, np.result_type(local, rest if root is None else root))
    for joint, parent in enumerate(parents[: local.shape[1]]):
        if parent < 0:
            rotations[:, joint], positions[:, joint] = local[:, joint], rest[:, joint] if root is None else root
            continue
        offset = rest[:, joint] - rest[:, parent]  # (T, 3) bone in the parent's frame
        rotations[:, joint] = rotations[:, parent] @ local[:, joint]
        positions[:, joint] = positions[:, parent] + np.einsum("tij,tj->ti", rotations[:, parent], offset)
    return positions, rotations


def local_rotations(world: Array, parents: Sequence[int]) -> Array:
    """The reverse for rotations: (T, J, 3, 3) relative to the parent of those in the world."""
    local = world.copy()
    for joint, parent in enumerate(parents[: world.shape[1]]):
        if parent >= 0:
            local[:, joint] = np.swapaxes(world[:, parent], -1, -2) @ world[:, joint]
    return local


def bone_transforms(joints: Array, poses: Array, parents: Sequence[int]) -> Array:
    """The LBS matrices A_j: rigid maps from rest space to posed space.

    Args:
        joints: (J, 3) or (T, J, 3) rest positions of the joints.
        poses: (T, J, 3) axis-angle.
        parents: of the joints.

    Returns:
        (T, J, 4, 4). A rest point x carried by joint j alone goes to ``A[t, j] @ [x, 1]``.
    """
    positions, rotations = forward_kinematics(axis_angle_to_matrix(poses), joints, parents)
    return rigid(rotations, np.broadcast_to(joints, positions.shape), positions)


def rigid(rotations: Array, before: Array, after: Array) -> Array:
    """Matrices (..., 4, 4) that take points ``before`` (..., 3) to ``after``, turned by rotations (..., 3, 3)."""
    transforms = np.zeros((*rotations.shape[:-2], 4, 4), rotations.dtype)
    transforms[..., :3, :3] = rotations
    transforms[..., :3, 3] = after - np.einsum("...ij,...j->...i", rotations, before)
    transforms[..., 3, 3] = 1.0
    return transforms


def skin(vertices: Array, weights: Array, transforms: Array) -> Array:
    """Pose vertices by the weighted mean of their joints' transforms.

    Args:
        vertices: (V, 3) or (T, V, 3) in rest space.
        weights: (V, J), rows sum to 1.
        transforms: (T, J, 4, 4) from `bone_transforms`.

    Returns:
        (T, V, 3) posed vertices.
    """
    frames, count = len(transforms), weights.shape[0]
    rest = np.broadcast_to(vertices, (frames, count, 3))
    posed = np.empty((frames, count, 3), transforms.dtype)
    for frame in range(frames):  # one frame at a time: a sculpted mesh has hundreds of thousands of vertices
        blended = (weights @ transforms[frame, :, :3].reshape(-1, 12)).reshape(count, 3, 4)
        posed[frame] = np.einsum("vij,vj->vi", blended[..., :3], rest[frame]) + blended[..., 3]
    return posed


def unpose(vertices: Array, weights: Array, transforms: Array) -> NDArray[np.float32]:
    """Inverse linear blend skinning: posing the answer again gives back ``vertices``.

    Args:
        vertices: (V, 3) posed.
        weights: (V, J).
        transforms: (J, 4, 4) from `bone_transforms`.

    Returns:
        (V, 3) in the rest pose.
    """
    blended = (weights.astype(np.float64) @ transforms[:, :3].reshape(len(transforms), 12)).reshape(-1, 3, 4)
    offset = vertices - blended[..., 3]
    return np.linalg.solve(blended[..., :3], offset[..., None])[..., 0].astype(np.float32)
