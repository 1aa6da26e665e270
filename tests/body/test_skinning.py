"""Linear blend skinning against scipy's rotations, smplx and closed forms."""

from __future__ import annotations

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from smplx.lbs import batch_rigid_transform

from engine.body import skinning
from engine.protocol import PARENTS

RNG = np.random.default_rng(3)
JOINTS = RNG.normal(0.0, 0.3, (24, 3))
POSES = RNG.normal(0.0, 0.8, (5, 24, 3))


def test_rotations_agree_with_scipy_from_tiny_to_large_angles() -> None:
    axes = RNG.normal(size=(200, 3))
    axes *= (10.0 ** RNG.uniform(-9, 0.7, (200, 1))) / np.linalg.norm(axes, axis=1, keepdims=True)
    axes[0] = 0.0
    expected = Rotation.from_rotvec(axes).as_matrix()
    np.testing.assert_allclose(skinning.axis_angle_to_matrix(axes), expected, atol=1e-12)
    ours = skinning.axis_angle_to_matrix_torch(torch.from_numpy(axes)).numpy()
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_bone_transforms_agree_with_smplx() -> None:
    rotations = torch.from_numpy(Rotation.from_rotvec(POSES.reshape(-1, 3)).as_matrix().reshape(5, 24, 3, 3))
    joints = torch.from_numpy(JOINTS).expand(5, -1, -1)
    _, expected = batch_rigid_transform(rotations, joints, torch.tensor(PARENTS), dtype=torch.float64)
    np.testing.assert_allclose(skinning.bone_transforms(JOINTS, POSES), expected.numpy(), atol=1e-12)
    twin = skinning.bone_transforms_torch(joints, torch.from_numpy(POSES))
    np.testing.assert_allclose(twin.numpy(), expected.numpy(), atol=1e-12)


def test_skin_moves_a_vertex_with_its_bone_and_keeps_the_rest_pose() -> None:
    vertices = RNG.normal(size=(50, 3))
    weights = np.eye(24)[RNG.integers(0, 24, 50)]
    rest = skinning.skin(vertices, weights, skinning.bone_transforms(JOINTS, np.zeros((1, 24, 3))))
    np.testing.assert_allclose(rest[0], vertices, atol=1e-12)
    transforms = skinning.bone_transforms(JOINTS, POSES)
    posed = skinning.skin(vertices, weights, transforms)
    homogeneous = np.append(vertices[7], 1.0)
    np.testing.assert_allclose(posed[2, 7], (transforms[2, weights[7].argmax()] @ homogeneous)[:3], atol=1e-12)
    twin = skinning.skin_torch(*(torch.from_numpy(a) for a in (vertices, weights, transforms)))
    np.testing.assert_allclose(twin.numpy(), posed, atol=1e-12)


def test_gradient_at_the_rest_pose_is_finite() -> None:
    poses = torch.zeros(1, 24, 3, requires_grad=True)
    transforms = skinning.bone_transforms_torch(torch.from_numpy(JOINTS).float(), poses)
    transforms.square().sum().backward()
    assert poses.grad is not None and torch.isfinite(poses.grad).all() and poses.grad.abs().max() > 0
