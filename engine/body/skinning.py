"""Linear blend skinning (LBS) in SMPL's convention: numpy for the stages, a differentiable torch twin beside each.

Frame: metres, +y up, facing +z. A pose is one axis-angle rotation (radians) a joint, local to its parent;
the identity is the T-pose. See Loper et al., SMPL (2015), equations 2-4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.protocol import PARENTS

Array = NDArray[np.floating]


def axis_angle_to_matrix(axis_angle: Array) -> Array:
    """Rotation matrices (..., 3, 3) of axis-angle vectors (..., 3) by Rodrigues' formula, exact also near zero."""
    theta = np.linalg.norm(axis_angle, axis=-1)[..., None, None]
    skew = np.zeros((*axis_angle.shape, 3), axis_angle.dtype)
    x, y, z = np.moveaxis(axis_angle, -1, 0)
    skew[..., 0, 1], skew[..., 0, 2], skew[..., 1, 2] = -z, y, -x
    skew[..., 1, 0], skew[..., 2, 0], skew[..., 2, 1] = z, -y, x
    # np.sinc(x) is sin(pi x) / (pi x); (1 - cos t) / t^2 = sinc(t / 2)^2 / 2 loses no digits for small t.
    first = np.sinc(theta / np.pi)
    second = 0.5 * np.sinc(theta / (2.0 * np.pi)) ** 2
    matrix: Array = np.eye(3, dtype=axis_angle.dtype) + first * skew + second * (skew @ skew)
    return matrix.astype(axis_angle.dtype, copy=False)


def bone_transforms(joints: Array, poses: Array, parents: Sequence[int] = PARENTS) -> Array:
    """The LBS matrices A_j: rigid maps from rest space to posed space.

    Args:
        joints: (J, 3) or (T, J, 3) rest positions of the joints.
        poses: (T, J, 3) axis-angle.
        parents: parent of each joint, -1 for the root; a parent stands before its children.

    Returns:
        (T, J, 4, 4). A rest point x carried by joint j alone goes to ``A[t, j] @ [x, 1]``.
    """
    frames, count = poses.shape[:2]
    rest = np.broadcast_to(joints, (frames, count, 3))
    local = axis_angle_to_matrix(poses)
    rotations, positions = np.empty_like(local), np.empty_like(local[..., 0])
    for joint, parent in enumerate(parents):
        if parent < 0:
            rotations[:, joint], positions[:, joint] = local[:, joint], rest[:, joint]
            continue
        offset = rest[:, joint] - rest[:, parent]  # (T, 3) bone in the parent's frame
        rotations[:, joint] = rotations[:, parent] @ local[:, joint]
        positions[:, joint] = positions[:, parent] + np.einsum("tij,tj->ti", rotations[:, parent], offset)
    transforms = np.zeros((frames, count, 4, 4), poses.dtype)
    transforms[..., :3, :3] = rotations
    transforms[..., :3, 3] = positions - np.einsum("tkij,tkj->tki", rotations, rest)
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


def axis_angle_to_matrix_torch(axis_angle: Tensor) -> Tensor:
    """Torch twin of `axis_angle_to_matrix`; its gradient is finite at zero."""
    theta = axis_angle.square().sum(-1).clamp_min(1e-12).sqrt()[..., None, None]
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack((zero, -z, y, z, zero, -x, -y, x, zero), -1).unflatten(-1, (3, 3))
    first = torch.sin(theta) / theta
    second = 0.5 * (torch.sin(theta / 2.0) / (theta / 2.0)).square()
    identity = torch.eye(3, dtype=axis_angle.dtype, device=axis_angle.device)
    return identity + first * skew + second * (skew @ skew)


def bone_transforms_torch(joints: Tensor, poses: Tensor, parents: Sequence[int] = PARENTS) -> Tensor:
    """Torch twin of `bone_transforms`: joints (J, 3) or (B, J, 3), poses (B, J, 3) -> (B, J, 4, 4)."""
    rest = joints.expand(poses.shape[0], -1, -1)
    local = axis_angle_to_matrix_torch(poses)
    rotations: list[Tensor] = []
    positions: list[Tensor] = []
    for joint, parent in enumerate(parents):
        if parent < 0:
            rotations.append(local[:, joint])
            positions.append(rest[:, joint])
            continue
        offset = (rest[:, joint] - rest[:, parent]).unsqueeze(-1)  # (B, 3, 1)
        rotations.append(rotations[parent] @ local[:, joint])
        positions.append(positions[parent] + (rotations[parent] @ offset).squeeze(-1))
    rotation = torch.stack(rotations, 1)  # (B, J, 3, 3)
    translation = torch.stack(positions, 1) - (rotation @ rest.unsqueeze(-1)).squeeze(-1)
    upper = torch.cat((rotation, translation.unsqueeze(-1)), -1)  # (B, J, 3, 4)
    bottom = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=upper.dtype, device=upper.device)
    return torch.cat((upper, bottom.expand(*upper.shape[:2], 1, 4)), -2)


def skin_torch(vertices: Tensor, weights: Tensor, transforms: Tensor) -> Tensor:
    """Torch twin of `skin`: vertices (V, 3) or (B, V, 3), weights (V, J), transforms (B, J, 4, 4) -> (B, V, 3)."""
    upper = transforms[:, :, :3].flatten(2)  # (B, J, 12)
    blended = (weights @ upper).unflatten(-1, (3, 4))  # (B, V, 3, 4)
    rest = vertices.expand(transforms.shape[0], -1, -1).unsqueeze(-1)
    return (blended[..., :3] @ rest).squeeze(-1) + blended[..., 3]
