"""Linear blend skinning and forward kinematics against smplx and closed forms."""

from __future__ import annotations

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from smplx.lbs import batch_rigid_transform

from engine.geometry import differentiable, skinning
from engine.protocol import PARENTS

RNG = np.random.default_rng(3)
JOINTS = RNG.normal(0.0, 0.3, (24, 3))
POSES = RNG.normal(0.0, 0.8, (5, 24, 3))


def test_bone_transforms_agree_with_smplx() -> None:
    rotations = torch.from_numpy(Rotation.from_rotvec(POSES.reshape(-1, 3)).as_matrix().reshape(5, 24, 3, 3))
    joints = torch.from_numpy(JOINTS).expand(5, -1, -1)
    _, expected = batch_rigid_transform(rotations, joints, torch.tensor(PARENTS), dtype=torch.float64)
    np.testing.assert_allclose(skinning.bone_transforms(JOINTS, POSES, PARENTS), expected.numpy(), atol=1e-12)


def test_skin_moves_a_vertex_with_its_bone_and_keeps_the_rest_pose() -> None:
    vertices = RNG.normal(size=(50, 3))
    weights = np.eye(24)[RNG.integers(0, 24, 50)]
    rest = skinning.skin(vertices, weights, skinning.bone_transforms(JOINTS, np.zeros((1, 24, 3)), PARENTS))
    np.testing.assert_allclose(rest[0], vertices, atol=1e-12)
    transforms = skinning.bone_transforms(JOINTS, POSES, PARENTS)
    posed = skinning.skin(vertices, weights, transforms)
    homogeneous = np.append(vertices[7], 1.0)
    np.testing.assert_allclose(posed[2, 7], (transforms[2, weights[7].argmax()] @ homogeneous)[:3], atol=1e-12)


def test_forward_kinematics_and_its_twin_agree_with_smplx_and_can_be_undone() -> None:
    local = Rotation.from_rotvec(POSES.reshape(-1, 3)).as_matrix().reshape(5, 24, 3, 3)
    root = RNG.normal(size=(5, 3))
    joints = torch.from_numpy(JOINTS).expand(5, -1, -1)
    expected, _ = batch_rigid_transform(torch.from_numpy(local), joints, torch.tensor(PARENTS), dtype=torch.float64)
    places, world = skinning.forward_kinematics(local, JOINTS, PARENTS, root)
    np.testing.assert_allclose(places - root[:, None], expected.numpy() - JOINTS[0], atol=1e-12)
    np.testing.assert_allclose(skinning.local_rotations(world, PARENTS), local, atol=1e-12)
    twin = differentiable.joint_positions(*map(torch.from_numpy, (local, JOINTS)), PARENTS, torch.from_numpy(root))
    np.testing.assert_allclose(twin.numpy(), places, atol=1e-12)


def test_unposing_inverts_posing() -> None:
    rng = np.random.default_rng(1)
    poses = rng.normal(0, 0.4, (1, 24, 3))
    weights = rng.dirichlet(np.full(24, 0.05), 500)
    vertices = rng.normal(0, 0.5, (500, 3)).astype(np.float32)
    transforms = skinning.bone_transforms(JOINTS, poses, PARENTS)[0]
    homogeneous = np.c_[skinning.unpose(vertices, weights, transforms), np.ones(500)]
    again = np.einsum("vj,jik,vk->vi", weights, transforms, homogeneous)[:, :3]
    np.testing.assert_allclose(again, vertices, atol=1e-4)
