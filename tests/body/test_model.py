"""The bundled body, and the user's own SMPL arrays."""

import numpy as np
import pytest
import torch
import trimesh

from engine.body import load_body, stand_pose
from engine.geometry.skinning import bone_transforms, skin
from engine.protocol import JOINT_NAMES, PARENTS


@pytest.fixture(scope="module")
def body():
    return load_body()


def test_the_surface_is_closed_and_encloses_a_person(body):
    mesh = trimesh.Trimesh(body.template, body.faces, process=False)
    assert mesh.is_watertight and mesh.is_winding_consistent
    assert len(mesh.split(only_watertight=False)) == 1
    assert 0.04 < mesh.volume < 0.11  # cubic metres; positive only if faces point outwards
    assert body.num_betas >= 16


def test_the_rest_pose_is_smpls_t_pose(body):
    joints = dict(zip(JOINT_NAMES, body.rest_joints(np.zeros(body.num_betas))))
    for side, sign in (("left_", 1), ("right_", -1)):
        arm = joints[side + "wrist"] - joints[side + "shoulder"]
        assert sign * arm[0] > 0.99 * np.linalg.norm(arm)
        leg = joints[side + "ankle"] - joints[side + "hip"]
        assert -leg[1] > 0.99 * np.linalg.norm(leg)
        assert joints[side + "foot"][2] > joints[side + "ankle"][2]  # toes forward: faces +z
    assert joints["head"][1] > joints["neck"][1] > joints["pelvis"][1]


def test_shape_directions_change_height_and_volume(body):
    heights, volumes = [], []
    rng = np.random.default_rng(0)
    for _ in range(30):
        vertices = body.rest_vertices(rng.normal(size=body.num_betas))
        heights.append(np.ptp(vertices[:, 1]))
        volumes.append(trimesh.Trimesh(vertices, body.faces, process=False).volume)
    assert np.std(heights) > 0.08 and np.std(volumes) > 0.01


def test_smplx_agrees_with_an_independent_forward_pass(body):
    """Loper et al. 2015, equations 2-4, written out joint by joint."""
    rng = np.random.default_rng(1)
    betas, pose = rng.normal(size=body.num_betas), rng.normal(size=(24, 3)) * 0.4
    posed, joints = body.pose(betas, pose[None])
    rest, centers = body.rest_vertices(betas).astype(np.float64), body.rest_joints(betas).astype(np.float64)
    world = []
    for j, parent in enumerate(PARENTS):
        angle = np.linalg.norm(pose[j])
        x, y, z = pose[j] / angle
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        local = np.eye(4)
        local[:3, :3] = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
        local[:3, 3] = centers[j] - (centers[parent] if parent >= 0 else 0)
        world.append(local if parent < 0 else world[parent] @ local)
    expected_joints = np.array([w[:3, 3] for w in world])
    matrices = np.array([w[:3, :3] for w in world])
    shifts = expected_joints - np.einsum("jab,jb->ja", matrices, centers)
    carried = np.einsum("jab,vb->vja", matrices, rest) + shifts
    expected = np.einsum("vj,vja->va", body.weights, carried)
    assert np.abs(posed[0] - expected).max() < 1e-5
    assert np.abs(joints[0] - expected_joints).max() < 1e-5


def test_numpy_skinning_agrees_with_the_body(body):
    rng = np.random.default_rng(2)
    betas, poses = rng.normal(size=body.num_betas), rng.normal(size=(3, 24, 3)) * 0.3
    transforms = bone_transforms(body.rest_joints(betas).astype(np.float64), poses, PARENTS)
    assert np.abs(skin(body.rest_vertices(betas), body.weights, transforms) - body.pose(betas, poses)[0]).max() < 1e-5


def test_nothing_touches_in_the_stand_pose(body):
    vertices = body.pose(np.zeros(body.num_betas), stand_pose()[None])[0][0]
    hands = vertices[body.weights[:, 20:].sum(1) > 0.9]
    trunk = vertices[body.weights[:, [0, 3, 6]].sum(1) > 0.9]
    gap = np.linalg.norm(hands[::20, None] - trunk[None, ::20], axis=-1).min()
    assert gap > 0.1


def test_gradients_reach_betas_and_pose(body):
    betas = torch.zeros(1, body.num_betas, requires_grad=True)
    pose = torch.zeros(1, 24, 3, requires_grad=True)
    vertices, _ = body.forward(betas, pose)
    vertices.square().sum().backward()
    assert betas.grad.abs().sum() > 0 and pose.grad.abs().sum() > 0
