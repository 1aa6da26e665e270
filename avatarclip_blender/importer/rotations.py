"""Rotations and frames in numpy. Quaternions are (w, x, y, z), of unit length; no bpy."""

from __future__ import annotations

import numpy as np


def to_blender(points: np.ndarray) -> np.ndarray:
    """Turn points or directions (…,3) from SMPL's frame (+y up, facing +z) into Blender's (+z up, facing -y)."""
    points = np.asarray(points)
    return np.stack((points[..., 0], -points[..., 2], points[..., 1]), axis=-1)


def axis_angle_to_quaternion(vectors: np.ndarray) -> np.ndarray:
    """Convert axis-angle vectors (…,3), radians, into quaternions (…,4)."""
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    # sin(angle/2)/angle, which np.sinc continues smoothly through zero
    scale = 0.5 * np.sinc(angle / (2 * np.pi))
    return np.concatenate((np.cos(angle / 2), vectors * scale), axis=-1)


def matrix_to_quaternion(matrices: np.ndarray) -> np.ndarray:
    """Convert rotation matrices (…,3,3) into quaternions (…,4), by the eigenvector of Bar-Itzhack's matrix.

    It needs no case distinction and returns the nearest rotation for a matrix that is slightly off (a float32 bone).
    """
    m = np.asarray(matrices, dtype=np.float64)
    rows = (
        (m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2], m[..., 2, 1] - m[..., 1, 2],
         m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]),
        (m[..., 2, 1] - m[..., 1, 2], m[..., 0, 0] - m[..., 1, 1] - m[..., 2, 2],
         m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0]),
        (m[..., 0, 2] - m[..., 2, 0], m[..., 0, 1] + m[..., 1, 0],
         m[..., 1, 1] - m[..., 0, 0] - m[..., 2, 2], m[..., 1, 2] + m[..., 2, 1]),
        (m[..., 1, 0] - m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0],
         m[..., 1, 2] + m[..., 2, 1], m[..., 2, 2] - m[..., 0, 0] - m[..., 1, 1]),
    )  # fmt: skip
    symmetric = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2) / 3.0  # (…,4,4)
    return np.linalg.eigh(symmetric)[1][..., :, -1]


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product of quaternions (…,4): first ``b``, then ``a``, as with matrices."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack(
        (
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ),
        axis=-1,
    )


def conjugate(quaternions: np.ndarray) -> np.ndarray:
    """Inverse rotations of unit quaternions (…,4)."""
    return quaternions * np.array((1.0, -1.0, -1.0, -1.0))


def without_flips(quaternions: np.ndarray) -> np.ndarray:
    """Choose signs along the first axis, time, so that no quaternion (T,…,4) is opposite to the one before it.

    q and -q are the same rotation, but a curve that jumps from one to the other would spin in between. The first has
    w >= 0.
    """
    first = np.where(quaternions[:1, ..., :1] < 0, -1.0, 1.0)
    steps = np.sum(quaternions[1:] * quaternions[:-1], axis=-1, keepdims=True)
    return quaternions * np.cumprod(np.concatenate((first, np.where(steps < 0, -1.0, 1.0))), axis=0)


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Interpolate from quaternions ``a`` to ``b`` (…,4) along the shorter arc; ``t`` (…,1) from 0 to 1."""
    cosine = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(cosine < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    safe = np.where(sine > 1e-6, sine, 1.0)
    wa = np.where(sine > 1e-6, np.sin((1 - t) * angle) / safe, 1 - t)
    wb = np.where(sine > 1e-6, np.sin(t * angle) / safe, t)
    mixed = wa * a + wb * b
    return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True)


def resample(
    quaternions: np.ndarray, positions: np.ndarray, fps: float, new_fps: float
) -> tuple[np.ndarray, np.ndarray]:
    """Bring rotations (T,J,4) and positions (T,3) from one frame rate to another without changing their speed.

    Returns arrays of round((T-1)·new_fps/fps) + 1 frames; unchanged if the rates agree.
    """
    count = len(quaternions)
    if count < 2 or abs(fps - new_fps) < 1e-3:
        return quaternions, positions
    new_count = max(round((count - 1) * new_fps / fps), 1) + 1
    at = np.minimum(np.arange(new_count) * (fps / new_fps), count - 1)  # in old frames
    low = np.minimum(at.astype(int), count - 2)
    t = (at - low)[:, None]  # (T',1)
    rotations = slerp(quaternions[low], quaternions[low + 1], t[:, None])
    return rotations, (1 - t) * positions[low] + t * positions[low + 1]


def from_blender(points: np.ndarray) -> np.ndarray:
    """The reverse of `to_blender`."""
    points = np.asarray(points)
    return np.stack((points[..., 0], points[..., 2], -points[..., 1]), axis=-1)


def quaternion_to_axis_angle(quaternions: np.ndarray) -> np.ndarray:
    """Convert unit quaternions (…,4) into axis-angle vectors (…,3), radians."""
    quaternions = quaternions * np.where(quaternions[..., :1] < 0, -1.0, 1.0)
    sine = np.linalg.norm(quaternions[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternions[..., :1])
    return quaternions[..., 1:] * np.where(sine > 1e-9, angle / np.maximum(sine, 1e-12), 2.0)


def quaternion_to_matrix(quaternions: np.ndarray) -> np.ndarray:
    """Convert unit quaternions (…,4) into rotation matrices (…,3,3)."""
    w, x, y, z = np.moveaxis(quaternions, -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def euler_to_quaternion(angles: np.ndarray) -> np.ndarray:
    """Convert Euler angles (…,3), radians, in Blender's order XYZ (first X, then Y, then Z) into quaternions (…,4)."""
    half = np.asarray(angles) / 2
    out = np.zeros((*half.shape[:-1], 4))
    out[..., 0] = 1.0
    for axis in range(3):
        turn = np.zeros_like(out)
        turn[..., 0], turn[..., 1 + axis] = np.cos(half[..., axis]), np.sin(half[..., axis])
        out = multiply(turn, out)
    return out


def euler_without_flips(quaternions: np.ndarray) -> np.ndarray:
    """Convert quaternions (T,4) into Euler angles XYZ (T,3), radians, each as near as can be to the ones before it.

    Of the two triples that give a rotation, and of whole turns, the nearest is chosen, so that no curve jumps.
    """
    matrix = quaternion_to_matrix(quaternions)
    y = -np.arcsin(np.clip(matrix[..., 2, 0], -1, 1))
    x = np.arctan2(matrix[..., 2, 1], matrix[..., 2, 2])
    z = np.arctan2(matrix[..., 1, 0], matrix[..., 0, 0])
    first = np.stack((x, y, z), axis=-1)
    second = np.stack((x + np.pi, np.pi - y, z + np.pi), axis=-1)
    out = first.copy()
    for frame in range(len(out)):
        before = out[frame - 1] if frame else np.zeros(3)
        choices = [
            angles + 2 * np.pi * np.round((before - angles) / (2 * np.pi)) for angles in (first[frame], second[frame])
        ]
        out[frame] = min(choices, key=lambda angles: float(np.abs(angles - before).sum()))
    return out
