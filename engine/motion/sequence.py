"""Operations on sequences: cycling, joining one after another, laying arms over legs."""

from __future__ import annotations

import numpy as np

from engine.geometry.rotations import about_y, axis_angle_to_matrix, matrix_to_axis_angle, slerp, yaw_of
from engine.motion.arrays import Array, array
from engine.motion.skeleton import JOINT, MOVING, positions_of

Sequence = tuple[Array, Array]
"""Axis-angle poses (T,24,3) and pelvis positions (T,3)."""

_UPPER = ("collar", "shoulder", "elbow", "wrist", "hand")


def start_at_origin(made: Sequence) -> Sequence:
    """Move a motion so that its first frame stands over the origin."""
    poses, root = made
    return poses, root - root[:1] * array([1, 0, 1])


def find_cycle(poses: Array, root: Array, joints: Array, shortest: int = 14) -> tuple[int, int]:
    """Frames (start, end) between which a cyclic motion repeats best, by joint positions and their velocity."""
    turned = axis_angle_to_matrix(poses)
    turned[:, 0] = about_y(-yaw_of(turned[:, 0])) @ turned[:, 0]
    places = positions_of(matrix_to_axis_angle(turned), root * array([0, 1, 0]), joints)[:, :MOVING].reshape(
        len(poses), -1
    )
    state = np.concatenate([places, np.gradient(places, axis=0) * 4], 1)
    distance = np.linalg.norm(state[:, None] - state[None], axis=-1)
    gap = np.arange(len(poses))[None] - np.arange(len(poses))[:, None]
    distance[gap < shortest] = np.inf
    # A longer cycle is worth a little more: it keeps more of the motion's variety.
    start, end = np.unravel_index(np.argmin(distance - 0.004 * np.minimum(gap, 60)), distance.shape)
    return int(start), int(end)


def repeat(poses: Array, root: Array, cycle: tuple[int, int], cycles: int) -> Sequence:
    """Repeat frames start..end `cycles` times, spreading the seam's mismatch over the cycle and carrying travel on."""
    start, end = cycle
    period = end - start
    matrices = axis_angle_to_matrix(poses)
    turn_step = float((yaw_of(matrices[end, 0]) - yaw_of(matrices[start, 0]) + np.pi) % (2 * np.pi) - np.pi)
    turn_step = turn_step if abs(turn_step) > 0.3 else 0.0
    flat = array([1, 0, 1])
    ramp = (np.arange(period, dtype=np.float32) / period)[:, None]
    piece = matrices[start:end].copy()
    piece[:, 0] = about_y(-ramp[:, 0] * turn_step) @ piece[:, 0]
    # Rotation by which the end misses the start, undone little by little.
    last = matrices[end].copy()
    last[0] = about_y(-turn_step) @ last[0]
    piece = slerp(piece, piece @ np.swapaxes(last, -1, -2) @ matrices[start], np.broadcast_to(ramp, piece.shape[:2]))
    piece[:, 0] = about_y(ramp[:, 0] * turn_step) @ piece[:, 0]
    path = root[start:end] - root[start] * flat
    path = path + ramp * array([0, root[start, 1] - root[end, 1], 0])
    out_poses, out_root = [], []
    turn, place = np.eye(3, dtype=np.float32), np.zeros(3, np.float32)
    for _ in range(cycles):
        turned = piece.copy()
        turned[:, 0] = turn @ turned[:, 0]
        out_poses.append(matrix_to_axis_angle(turned))
        out_root.append((path @ turn.T + place).astype(np.float32))
        place = place + turn @ ((root[end] - root[start]) * flat)
        turn = about_y(turn_step) @ turn
    return np.concatenate(out_poses), np.concatenate(out_root)


def join(first: Sequence, second: Sequence, overlap: int, heading: float | None = None) -> Sequence:
    """One motion after another, cross-faded: the second goes on from where the first ends and faces.

    Args:
        heading: degrees by which the first ends turned to the left of how it starts; None to go by the pelvis.
    """
    overlap = max(2, min(overlap, len(first[0]) - 1, len(second[0]) - 1))
    end, begin = axis_angle_to_matrix(first[0]), axis_angle_to_matrix(second[0])
    turn = about_y(yaw_of(end[-overlap, 0]) - yaw_of(begin[0, 0]) if heading is None else np.radians(heading))
    begin[:, 0] = turn @ begin[:, 0]
    flat = array([1, 0, 1])
    path = (second[1] - second[1][0] * flat) @ turn.T + first[1][-overlap] * flat
    share = np.linspace(0, 1, overlap, dtype=np.float32)
    share = share * share * (3 - 2 * share)
    mixed = slerp(end[-overlap:], begin[:overlap], np.broadcast_to(share[:, None], (overlap, 24)))
    middle = first[1][-overlap:] * (1 - share[:, None]) + path[:overlap] * share[:, None]
    # What the first motion still travels while it fades is kept.
    drift = middle[-1] - path[overlap - 1]
    poses = np.concatenate([first[0][:-overlap], matrix_to_axis_angle(mixed), matrix_to_axis_angle(begin[overlap:])])
    return poses, np.concatenate([first[1][:-overlap], middle, path[overlap:] + drift * flat]).astype(np.float32)


def drift(root: Array) -> Array:
    """The steady horizontal travel (T,3) in pelvis positions (T,3), which starts at zero."""
    share = np.linspace(0, 1, len(root), dtype=np.float32)[:, None]
    return (share * (root[-1] - root[0]) * array([1, 0, 1])).astype(np.float32)


def leg_activity(sequence: Sequence, joints: Array) -> float:
    """How much a motion is made by the legs: travel, leg movement and a lowered or raised pelvis, in metres."""
    poses, root = sequence
    places = positions_of(poses, root, joints)
    feet = np.ptp(places[:, [7, 8]], axis=0).max()
    return float(feet + np.abs(root[:, 1] - joints[0, 1]).mean() * 3)


def away_from_hanging(made: Sequence, joints: Array) -> Array:
    """(T,2) metres of the left and the right wrist from where they are when the arm hangs."""
    places = positions_of(*made, joints)
    found = []
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hand = places[:, JOINT[f"{side}_wrist"]] - places[:, JOINT[f"{side}_shoulder"]]
        hanging = array([0.07 * sign, -0.49, 0.04]) * np.linalg.norm(joints[20] - joints[16]) / 0.51
        found.append(np.linalg.norm(hand - hanging, axis=-1))
    return np.stack(found, 1)


def overlay(base: Sequence, gesture: Sequence, joints: Array) -> Sequence:
    """Lay the gesture's active arms and head over a base motion of the same length (walking while waving)."""
    poses = base[0].copy()
    away = away_from_hanging(gesture, joints).mean(0)
    for side, far in zip(("left", "right"), away):
        if far > 0.12:
            for part in _UPPER:
                poses[:, JOINT[f"{side}_{part}"]] = gesture[0][:, JOINT[f"{side}_{part}"]]
    head = [JOINT["neck"], JOINT["head"]]
    if np.ptp(gesture[0][:, head], axis=0).max() > 0.25 or np.abs(gesture[0][:, head]).max() > 0.35:
        poses[:, head] = gesture[0][:, head]
    return poses, base[1]
