"""Blender's frame, Euler angles and frame rates, in numpy; rotations themselves are the engine's. No bpy.

Quaternions are (w, x, y, z), of unit length.
"""

from __future__ import annotations

import numpy as np

from ..contract import rotations


def to_blender(points: np.ndarray) -> np.ndarray:
    """Turn points or directions (…,3) from SMPL's frame (+y up, facing +z) into Blender's (+z up, facing -y)."""
    points = np.asarray(points)
    return np.stack((points[..., 0], -points[..., 2], points[..., 1]), axis=-1)


def from_blender(points: np.ndarray) -> np.ndarray:
    """The reverse of `to_blender`."""
    points = np.asarray(points)
    return np.stack((points[..., 0], points[..., 2], -points[..., 1]), axis=-1)


def euler_to_quaternion(angles: np.ndarray) -> np.ndarray:
    """Convert Euler angles (…,3), radians, in Blender's order XYZ (first X, then Y, then Z) into quaternions (…,4)."""
    half = np.asarray(angles) / 2
    out = np.zeros((*half.shape[:-1], 4))
    out[..., 0] = 1.0
    for axis in range(3):
        turn = np.zeros_like(out)
        turn[..., 0], turn[..., 1 + axis] = np.cos(half[..., axis]), np.sin(half[..., axis])
        out = rotations.multiply(turn, out)
    return out


def euler_without_flips(quaternions: np.ndarray) -> np.ndarray:
    """Convert quaternions (T,4) into Euler angles XYZ (T,3), radians, each as near as can be to the ones before it.

    Of the two triples that give a rotation, and of whole turns, the nearest is chosen, so that no curve jumps.
    """
    matrix = rotations.quaternion_to_matrix(quaternions)
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
    turned = rotations.slerp_quaternions(quaternions[low], quaternions[low + 1], t[:, None])
    return turned, (1 - t) * positions[low] + t * positions[low + 1]
