"""Two-bone inverse kinematics for arms and legs, over all frames at once.

Each limb is solved in closed form: the law of cosines places the middle joint in the plane that the pole vector
chooses, and hinge axes stay where anatomy has them (rest axes: left elbow -y, right elbow +y, knees +x).
"""

from __future__ import annotations

import numpy as np

from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle, unit
from engine.motion.arrays import Array


def frame_of(along: Array, hinge: Array) -> Array:
    """Right-handed frames (...,3,3) whose first column is `along` and whose second is nearest to `hinge`."""
    along = unit(along)
    hinge = unit(hinge - along * np.sum(along * hinge, -1, keepdims=True))
    return np.stack([along, hinge, np.cross(along, hinge)], -1)


def two_bone(start: Array, target: Array, pole: Array, upper: Array, lower: Array, hinge: Array) -> tuple[Array, Array]:
    """Point a two-bone limb at a target.

    Args:
        start: root of the limb (T,3), world.
        target: where its end should be (T,3), world; pulled in where it is out of reach.
        pole: direction (T,3) in which the middle joint should bulge out, world.
        upper, lower: rest offsets (3,) of the two bones.
        hinge: rest axis (3,) of the middle joint's flexion.
    Returns:
        World rotations (T,3,3) of the upper and the lower bone.
    """
    a, b = float(np.linalg.norm(upper)), float(np.linalg.norm(lower))
    reach = target - start
    distance = np.linalg.norm(reach, axis=-1, keepdims=True)
    direction = reach / np.maximum(distance, 1e-6)
    # A limb that is nearly straight or folded flat snaps; the limits keep a few degrees of flexion.
    distance = np.clip(distance, abs(a - b) + 0.12 * min(a, b), 0.9985 * (a + b))
    bulge = pole - direction * np.sum(pole * direction, -1, keepdims=True)
    bulge = unit(bulge)
    cosine = np.clip((a * a + distance**2 - b * b) / (2 * a * distance), -1, 1)
    middle = a * (direction * cosine + bulge * np.sqrt(1 - cosine**2))
    end = distance * direction - middle
    normal = np.cross(bulge, direction)
    first = frame_of(middle, normal) @ frame_of(upper, hinge).T
    second = frame_of(end, normal) @ frame_of(lower, hinge).T
    return first.astype(np.float32), second.astype(np.float32)


def swing_twist(rotation: Array, axis: Array) -> tuple[Array, Array]:
    """Split rotations (T,3,3) into swing · twist, the twist being about `axis` (3,), as angles (T,) in radians."""
    vector = matrix_to_axis_angle(rotation)
    angle = np.linalg.norm(vector, axis=-1)
    half = np.where(angle > 1e-6, np.sin(angle / 2) / np.maximum(angle, 1e-9), 0.5)
    along = (vector * half[:, None]) @ axis
    twist = 2 * np.arctan2(along, np.cos(angle / 2))
    twist = (twist + np.pi) % (2 * np.pi) - np.pi
    return rotation @ np.swapaxes(axis_angle_to_matrix(twist[:, None] * axis), -1, -2), twist


def limit_angle(rotation: Array, degrees: float) -> Array:
    """Rotations (T,3,3) with their angle pulled back to at most `degrees`."""
    vector = matrix_to_axis_angle(rotation)
    angle = np.linalg.norm(vector, axis=-1, keepdims=True)
    limit = np.radians(degrees)
    return axis_angle_to_matrix(vector * np.minimum(1, limit / np.maximum(angle, 1e-9)))


def share_twist(forearm: Array, hand: Array, axis: Array) -> tuple[Array, Array]:
    """Turn the hand by pronating the forearm, as people do.

    Args:
        forearm: world rotations (T,3,3) of the untwisted forearm.
        hand: wanted world rotations (T,3,3) of the hand.
        axis: rest direction (3,) of the forearm.
    Returns:
        World rotation of the forearm, two thirds of the twist in it, and of the hand, within wrist limits.
    """
    local = np.swapaxes(forearm, -1, -2) @ hand
    swing, twist = swing_twist(local, unit(axis))
    twist = np.unwrap(twist)
    twist = twist - 2 * np.pi * np.round(np.median(twist) / (2 * np.pi))
    twist = np.clip(twist, np.radians(-130), np.radians(130))
    turned = forearm @ axis_angle_to_matrix((twist * 0.66)[:, None] * unit(axis))
    return turned, turned @ axis_angle_to_matrix((twist * 0.34)[:, None] * unit(axis)) @ limit_angle(
        _conjugate(swing, twist, unit(axis)), 80
    )


def _conjugate(swing: Array, twist: Array, axis: Array) -> Array:
    """swing · twist rewritten as twist · swing': the swing seen after the twist, (T,3,3)."""
    turn = axis_angle_to_matrix(twist[:, None] * axis)
    return np.swapaxes(turn, -1, -2) @ swing @ turn
