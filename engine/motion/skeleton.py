"""The 24-joint skeleton in motion: forward kinematics, mirroring, and the size in which priors store root motion.

SMPL frame: metres, +y up, facing +z, left arm along +x.
"""

from __future__ import annotations

import numpy as np

from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle, slerp
from engine.geometry.skinning import forward_kinematics
from engine.motion.arrays import Array, array
from engine.protocol import JOINT_NAMES, PARENTS

JOINT = {name: index for index, name in enumerate(JOINT_NAMES)}
NUM_JOINTS = len(JOINT_NAMES)
MOVING = 22
"""Joints 0-21 move in the priors; the two hands stay at rest."""

REFERENCE_LEG = 0.81
"""Hip to ankle in metres of the skeleton in whose size the motion prior stores the root's path."""

_OFFSETS = (
    (0.0, 0.0, 0.0), (0.08, -0.08, 0.0), (-0.08, -0.08, 0.0), (0.0, 0.11, -0.02), (0.0, -0.4, 0.0), (0.0, -0.4, 0.0),
    (0.0, 0.13, 0.0), (0.0, -0.41, 0.0), (0.0, -0.41, 0.0), (0.0, 0.06, 0.0), (0.0, -0.06, 0.13), (0.0, -0.06, 0.13),
    (0.0, 0.21, -0.01), (0.08, 0.12, -0.01), (-0.08, 0.12, -0.01), (0.0, 0.09, 0.04), (0.1, 0.04, -0.01),
    (-0.1, 0.04, -0.01), (0.26, 0.0, 0.0), (-0.26, 0.0, 0.0), (0.25, 0.0, 0.0), (-0.25, 0.0, 0.0),
    (0.08, 0.0, 0.0), (-0.08, 0.0, 0.0),
)  # fmt: skip
"""A generic adult skeleton of round proportions, child minus parent in the T-pose. Set by hand."""

MIRROR = tuple(
    JOINT[name.replace("left", "RIGHT").replace("right", "left").replace("RIGHT", "right")] for name in JOINT_NAMES
)
"""For each joint its partner on the other side."""


def reference_joints() -> Array:
    """Rest joints (24,3) of the reference skeleton, pelvis at its standing height above the floor y = 0."""
    joints = np.zeros((NUM_JOINTS, 3), np.float32)
    joints[0] = (0, 0.97, 0)
    for joint in range(1, NUM_JOINTS):
        joints[joint] = joints[PARENTS[joint]] + array(_OFFSETS[joint])
    return joints


def leg_length(joints: Array) -> float:
    """Hip to ankle in metres along the bones of rest joints (24,3), mean of both sides."""
    lengths = np.linalg.norm(joints[[4, 7, 5, 8]] - joints[[1, 4, 2, 5]], axis=-1)
    return float(lengths.sum() / 2)


def forward(local: Array, root: Array, joints: Array) -> tuple[Array, Array]:
    """Forward kinematics.

    Args:
        local: rotations relative to the parent (T,24,3,3).
        root: positions of the pelvis (T,3), world metres.
        joints: rest joints (24,3).
    Returns:
        World positions (T,24,3) and world rotations (T,24,3,3).
    """
    return forward_kinematics(array(local), array(joints), PARENTS, array(root))


def mirror(poses: Array, trans: Array) -> tuple[Array, Array]:
    """Reflect axis-angle poses (T,24,3) and root positions (T,3) in the plane x = 0, swapping left and right."""
    flipped = poses[:, list(MIRROR)] * array([1, -1, -1])
    return flipped, trans * array([-1, 1, 1])


def positions_of(poses: Array, trans: Array, joints: Array) -> Array:
    """World joint positions (T,24,3) of axis-angle poses (T,24,3) with root positions (T,3)."""
    return forward(axis_angle_to_matrix(poses), trans, joints)[0]


def resample(poses: Array, trans: Array, times: Array) -> tuple[Array, Array]:
    """Sample a sequence (T,24,3), (T,3) at fractional frame numbers (N,) by slerp and linear interpolation."""
    times = np.clip(np.asarray(times, np.float32), 0, len(poses) - 1)
    low = np.minimum(times.astype(int), max(len(poses) - 2, 0))
    high = np.minimum(low + 1, len(poses) - 1)
    weight = times - low
    matrices = axis_angle_to_matrix(poses)
    mixed = slerp(matrices[low], matrices[high], np.broadcast_to(weight[:, None], (len(times), poses.shape[1])))
    return matrix_to_axis_angle(mixed), trans[low] + weight[:, None] * (trans[high] - trans[low])
