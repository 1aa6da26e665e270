"""Fewer keys for the same movement, and movement on the spot. Numpy only, no bpy.

Between two keys a curve is a cubic Hermite spline with the dense motion's own slopes: in Blender a Bézier curve
whose handles
stand at a third of the way, so that it stays easy to edit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..contract import protocol, rotations, skinning
from . import conversions

DEGREES, METRES = 0.5, 0.005
"""How far a reduced motion may be from the dense one."""
TIGHTER = 0.6
"""Joints add up along a limb: tolerances shrink by this until all positions are within `METRES`."""


def slopes(values: np.ndarray) -> np.ndarray:
    """Change a frame of values (T,C) at every frame."""
    return np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)


def spline(values: np.ndarray, tangents: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """The values (T,C) that a curve through the rows `keys` has at every frame."""
    at = np.arange(len(values))
    segment = np.clip(np.searchsorted(keys, at, side="right") - 1, 0, max(len(keys) - 2, 0))
    first, last = keys[segment], keys[np.minimum(segment + 1, len(keys) - 1)]
    span = np.maximum(last - first, 1)[:, None]
    s = (at - first)[:, None] / span
    return (
        (2 * s**3 - 3 * s**2 + 1) * values[first]
        + (s**3 - 2 * s**2 + s) * span * tangents[first]
        + (3 * s**2 - 2 * s**3) * values[last]
        + (s**3 - s**2) * span * tangents[last]
    )


def few_keys(values: np.ndarray, error: Callable[[np.ndarray, np.ndarray], np.ndarray], tolerance: float) -> np.ndarray:
    """Rows of values (T,C) between which a spline keeps within a tolerance, each segment as long as it can be.

    Args:
        error: of predicted rows (N,C) against true rows (N,C), as (N,).
    """
    tangents, count = slopes(values), len(values)
    if count == 1 or error(np.broadcast_to(values[:1], values.shape), values).max() < 1e-9:
        return np.array([0])

    def fits(start: int, end: int) -> bool:
        piece = slice(start, end + 1)
        guess = spline(values[piece], tangents[piece], np.array([0, end - start]))
        return bool(error(guess, values[piece]).max() <= tolerance)

    keys = [0]
    while keys[-1] < count - 1:
        start, reach = keys[-1], 1
        while start + 2 * reach < count and fits(start, start + 2 * reach):
            reach *= 2
        low, high = start + reach, min(start + 2 * reach, count - 1)
        while low < high:  # the farthest end that still fits
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(start, middle) else (low, middle - 1)
        keys.append(low)
    return np.array(keys)


def quaternion_error(guess: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Degrees (N,) between quaternions (N,4); the guess need not be of unit length, as between keys in Blender."""
    cosine = np.abs(np.sum(guess * truth, axis=-1)) / np.maximum(np.linalg.norm(guess, axis=-1), 1e-9)
    return np.degrees(2 * np.arccos(np.clip(cosine, 0, 1)))


def euler_error(guess: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Degrees (N,) by which Euler angles (N,3), radians, turn differently."""
    return quaternion_error(conversions.euler_to_quaternion(guess), conversions.euler_to_quaternion(truth))


def distance(guess: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Distances (N,) of points (N,3)."""
    return np.linalg.norm(guess - truth, axis=-1)


def joint_places(basis: np.ndarray, locations: np.ndarray, rest: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Joint positions (T,J,3) of bones' rotations (T,J,4) and the root's location (T,3).

    Args:
        rest: orientations (J,3,3) of the bones at rest.
        heads: rest positions (J,3).
    """
    bone = rotations.matrix_to_quaternion(rest)[None]
    turn = rotations.multiply(rotations.multiply(bone, basis), rotations.conjugate(bone))
    matrices = rotations.quaternion_to_matrix(turn)
    root = protocol.SKELETON_PARENTS.index(-1)
    moved = heads[root] + locations @ rest[root].T
    return skinning.forward_kinematics(matrices, heads, protocol.SKELETON_PARENTS, moved)[0]


def _normalised(quaternions: np.ndarray) -> np.ndarray:
    return quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True)


def reduce(
    channels: list[np.ndarray], locations: np.ndarray, rest: np.ndarray, heads: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """Rows to keep for every bone, and for the root's location, so that all stays within `DEGREES` and `METRES`.

    Args:
        channels: for each bone its quaternions (T,4) or Euler angles (T,3).
        locations: (T,3).
        rest, heads: as in `joint_places`.
    """
    quaternion = channels[0].shape[1] == 4
    error = quaternion_error if quaternion else euler_error
    as_basis = _normalised if quaternion else conversions.euler_to_quaternion
    truth = joint_places(np.stack([as_basis(c) for c in channels], 1), locations, rest, heads)
    share = 1.0
    while True:
        kept = [few_keys(values, error, DEGREES * share) for values in channels]
        path = few_keys(locations, distance, METRES * share * 0.5)
        guess = [as_basis(spline(values, slopes(values), keys)) for values, keys in zip(channels, kept)]
        moved = spline(locations, slopes(locations), path)
        if distance(joint_places(np.stack(guess, 1), moved, rest, heads), truth).max() <= METRES or share < 0.02:
            return kept, path
        share *= TIGHTER


def in_place(positions: np.ndarray, fps: float) -> np.ndarray:
    """Pelvis positions (T,3), Blender's frame, without travel over the floor; sway and bounce within a second stay."""
    count = len(positions)
    if count < 3:
        return positions
    width = max(1, min(round(0.4 * fps), count - 1))
    padded = np.concatenate(
        (  # continued by its mirror image through either end
            2 * positions[0] - positions[width:0:-1],
            positions,
            2 * positions[-1] - positions[-2 : -width - 2 : -1],
        )
    )
    window = np.hanning(2 * width + 3)[1:-1]
    smooth = np.stack([np.convolve(padded[:, axis], window / window.sum(), "valid") for axis in range(2)], axis=1)
    out = positions.copy()
    out[:, :2] -= smooth
    return out
