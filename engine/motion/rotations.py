"""Rotations between axis-angle, matrices and 6D, on the last axes of numpy arrays or torch tensors.

6D is the first two columns of the matrix (Zhou et al. 2019), stored as (3,2) row-major, the layout that VPoser's
decoder puts out. All angles are radians.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[Any]
"""Mostly float32; the type checker is not told, since numpy widens in places."""


def array(values: Any) -> Array:
    """Values as a float32 array."""
    return np.asarray(values, np.float32)


def to_matrix(axis_angle: Array) -> Array:
    """Axis-angle (...,3) -> rotation matrices (...,3,3), by Rodrigues' formula."""
    vector = np.asarray(axis_angle, np.float64)
    angle = np.linalg.norm(vector, axis=-1, keepdims=True)
    axis = vector / np.maximum(angle, 1e-12)
    angle = angle[..., None]
    skew = np.zeros((*vector.shape, 3))
    skew[..., 0, 1], skew[..., 0, 2], skew[..., 1, 2] = -axis[..., 2], axis[..., 1], -axis[..., 0]
    skew = skew - np.swapaxes(skew, -1, -2)
    return (np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * (skew @ skew)).astype(np.float32)


def to_quaternion(matrix: Array) -> Array:
    """Rotation matrices (...,3,3) -> unit quaternions (...,4) as w, x, y, z with w >= 0 (Shepperd's method)."""
    m = np.asarray(matrix, np.float64)
    d0, d1, d2 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    # Four candidates, each 4·q·(one component); the one with the largest component is well conditioned.
    candidates = np.stack(
        [
            np.stack(
                [
                    1 + d0 + d1 + d2,
                    m[..., 2, 1] - m[..., 1, 2],
                    m[..., 0, 2] - m[..., 2, 0],
                    m[..., 1, 0] - m[..., 0, 1],
                ],
                -1,
            ),
            np.stack(
                [
                    m[..., 2, 1] - m[..., 1, 2],
                    1 + d0 - d1 - d2,
                    m[..., 1, 0] + m[..., 0, 1],
                    m[..., 0, 2] + m[..., 2, 0],
                ],
                -1,
            ),
            np.stack(
                [
                    m[..., 0, 2] - m[..., 2, 0],
                    m[..., 1, 0] + m[..., 0, 1],
                    1 - d0 + d1 - d2,
                    m[..., 2, 1] + m[..., 1, 2],
                ],
                -1,
            ),
            np.stack(
                [
                    m[..., 1, 0] - m[..., 0, 1],
                    m[..., 0, 2] + m[..., 2, 0],
                    m[..., 2, 1] + m[..., 1, 2],
                    1 - d0 - d1 + d2,
                ],
                -1,
            ),
        ],
        -2,
    )
    best = np.argmax(np.stack([candidates[..., i, i] for i in range(4)], -1), -1)
    quaternion = np.take_along_axis(candidates, best[..., None, None], -2)[..., 0, :]
    quaternion = quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True)
    return (quaternion * np.where(quaternion[..., :1] < 0, -1.0, 1.0)).astype(np.float32)


def to_axis_angle(matrix: Array) -> Array:
    """Rotation matrices (...,3,3) -> axis-angle (...,3) with angles in 0..π."""
    quaternion = to_quaternion(matrix).astype(np.float64)
    sine = np.linalg.norm(quaternion[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternion[..., :1])
    scale = np.where(sine > 1e-8, angle / np.maximum(sine, 1e-12), 2.0)
    return (quaternion[..., 1:] * scale).astype(np.float32)


def to_6d(matrix: Array) -> Array:
    """Rotation matrices (...,3,3) -> 6D (...,6)."""
    return np.ascontiguousarray(matrix[..., :2]).reshape(*matrix.shape[:-2], 6)


def from_6d(six: Array) -> Array:
    """6D (...,6), not necessarily orthonormal -> rotation matrices (...,3,3), by Gram-Schmidt on the columns."""
    columns = np.asarray(six, np.float32).reshape(*six.shape[:-1], 3, 2)
    x = unit(columns[..., 0])
    y = unit(columns[..., 1] - x * np.sum(x * columns[..., 1], -1, keepdims=True))
    return np.stack([x, y, np.cross(x, y)], -1)


def from_6d_torch(six: torch.Tensor) -> torch.Tensor:
    """The differentiable twin of `from_6d`."""
    columns = six.reshape(*six.shape[:-1], 3, 2)
    x = torch.nn.functional.normalize(columns[..., 0], dim=-1)
    y = columns[..., 1] - x * (x * columns[..., 1]).sum(-1, keepdim=True)
    y = torch.nn.functional.normalize(y, dim=-1)
    return torch.stack([x, y, torch.cross(x, y, dim=-1)], -1)


def axis_angle_to_matrix_torch(vectors: torch.Tensor) -> torch.Tensor:
    """The differentiable twin of `to_matrix`."""
    angle = (vectors.square().sum(-1, keepdim=True) + 1e-12).sqrt()
    x, y, z = (vectors / angle).unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(*x.shape, 3, 3)
    angle = angle[..., None]
    return torch.eye(3) + angle.sin() * skew + (1 - angle.cos()) * (skew @ skew)


def unit(vector: Array) -> Array:
    """Vectors (...,n) scaled to length one; a zero vector stays zero."""
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


def euler(pitch: Array | float, yaw: Array | float, roll: Array | float) -> Array:
    """Degrees (...) -> matrices (...,3,3) = Ry(yaw)·Rx(pitch)·Rz(roll).

    In SMPL's frame a positive pitch bends forward, a positive yaw turns to the body's left, and a positive roll
    leans to the body's right (its left side goes up).
    """
    pitch, yaw, roll = np.broadcast_arrays(*(np.asarray(a, np.float32) for a in (pitch, yaw, roll)))
    zero = np.zeros_like(pitch)
    degrees = np.float32(np.pi / 180)
    rx = to_matrix(np.stack([pitch * degrees, zero, zero], -1))
    ry = to_matrix(np.stack([zero, yaw * degrees, zero], -1))
    rz = to_matrix(np.stack([zero, zero, roll * degrees], -1))
    return ry @ rx @ rz


def slerp(first: Array, second: Array, weight: Array | float) -> Array:
    """Rotation matrices (...,3,3) moved from first to second along the shortest arc by weight (...) in 0..1."""
    step = to_axis_angle(np.swapaxes(first, -1, -2) @ second)
    return first @ to_matrix(step * np.asarray(weight, np.float32)[..., None])


def yaw_of(matrix: Array) -> Array:
    """Heading (...) in radians of orientations (...,3,3): the angle about +y by which their +z axis is turned."""
    forward = matrix[..., :, 2]
    up = matrix[..., :, 1]
    # A body that lies down has no horizontal forward axis: its up axis (or its opposite) then gives the heading.
    flat = np.hypot(forward[..., 0], forward[..., 2]) < 0.2
    axis = np.where(flat[..., None], up * -np.sign(forward[..., 1:2]), forward)
    return np.arctan2(axis[..., 0], axis[..., 2])


def about_y(angle: Array | float) -> Array:
    """Radians (...) -> matrices (...,3,3) turning about +y."""
    angle = np.asarray(angle, np.float32)
    zero = np.zeros_like(angle)
    return to_matrix(np.stack([zero, angle, zero], -1))


def shortest_turn(start: Array, end: Array) -> Array:
    """Rotation (3,3) that takes the direction of `start` to that of `end` by the shortest way."""
    first, second = unit(array(start)), unit(array(end))
    axis = np.cross(first, second)
    sine = float(np.linalg.norm(axis))
    angle = np.arctan2(sine, float(first @ second))
    if sine < 1e-6:
        axis, sine = np.cross(first, [0.0, 0.0, 1.0]), 1.0
        angle = np.pi if float(first @ second) < 0 else 0.0
    return to_matrix(array(axis / max(sine, 1e-9) * angle))
