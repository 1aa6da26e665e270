"""Linear blend skinning after the SMPL paper, written apart from both the add-on and the engine, as an oracle."""

import numpy as np


def rodrigues(vector):
    """Rotation matrix (3,3) of an axis-angle vector, by the closed form."""
    angle = np.linalg.norm(vector)
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def skin(vertices, weights, joints, parents, pose, trans):
    """Pose rest vertices (V,3): joint by joint down the tree, then the weighted sum of the bones' motions."""
    world = []
    for joint, parent in enumerate(parents):
        local = np.eye(4)
        local[:3, :3] = rodrigues(pose[3 * joint : 3 * joint + 3])
        local[:3, 3] = joints[joint] + trans if parent < 0 else joints[joint] - joints[parent]
        world.append(local if parent < 0 else world[parent] @ local)
    posed = np.zeros_like(vertices, dtype=float)
    for joint, matrix in enumerate(world):
        moved = (vertices - joints[joint]) @ matrix[:3, :3].T + matrix[:3, 3]
        posed += weights[:, joint, None] * moved
    return posed
