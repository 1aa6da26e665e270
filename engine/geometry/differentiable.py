"""Torch twins of what gradients pass through, batched; the numpy functions of the same names are the reference.

Bodies are skinned differentiably by `smplx`, so that there is no twin of skinning here.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def axis_angle_to_matrix(axis_angle: Tensor) -> Tensor:
    """Rotation matrices (..., 3, 3) of axis-angle vectors (..., 3); the gradient is finite at zero."""
    theta = axis_angle.square().sum(-1).clamp_min(1e-12).sqrt()[..., None, None]
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack((zero, -z, y, z, zero, -x, -y, x, zero), -1).unflatten(-1, (3, 3))
    first = torch.sin(theta) / theta
    second = 0.5 * (torch.sin(theta / 2.0) / (theta / 2.0)).square()
    identity = torch.eye(3, dtype=axis_angle.dtype, device=axis_angle.device)
    return identity + first * skew + second * (skew @ skew)


def matrix_from_6d(six: Tensor) -> Tensor:
    """Rotation matrices (..., 3, 3) of 6D (..., 6), not necessarily orthonormal."""
    columns = six.reshape(*six.shape[:-1], 3, 2)
    x = torch.nn.functional.normalize(columns[..., 0], dim=-1)
    y = columns[..., 1] - x * (x * columns[..., 1]).sum(-1, keepdim=True)
    y = torch.nn.functional.normalize(y, dim=-1)
    return torch.stack([x, y, torch.cross(x, y, dim=-1)], -1)


def joint_positions(local: Tensor, joints: Tensor, parents: Sequence[int], root: Tensor) -> Tensor:
    """Positions (B, J, 3) of the first J joints, rest positions ``joints``, with rotations (B, J, 3, 3) relative to
    their parents and the root at (B, 3): the first answer of `skinning.forward_kinematics`."""
    positions, rotations = [root], [local[:, 0]]
    for joint in range(1, local.shape[1]):
        parent = parents[joint]
        rotations.append(rotations[parent] @ local[:, joint])
        positions.append(positions[parent] + rotations[parent] @ (joints[joint] - joints[parent]))
    return torch.stack(positions, 1)


def vertex_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """Unit normals (B, V, 3) of vertices (B, V, 3) with faces (F, 3), the area-weighted mean of the faces'."""
    corners = vertices[:, faces]  # (B, F, 3, 3)
    normal = torch.cross(corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0], dim=-1)
    out = torch.zeros_like(vertices)
    for corner in range(3):
        out = out.index_add(1, faces[:, corner], normal)
    return torch.nn.functional.normalize(out, dim=-1)
