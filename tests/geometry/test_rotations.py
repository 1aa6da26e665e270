"""Rotations, as the engine and the add-on use them, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from engine.geometry import differentiable, rotations


def as_scipy(quaternions: np.ndarray) -> Rotation:
    return Rotation.from_quat(quaternions[..., (1, 2, 3, 0)].reshape(-1, 4))


@pytest.fixture
def random_rotations() -> Rotation:
    return Rotation.random(200, random_state=3)


def test_rotations_agree_with_scipy_from_tiny_to_large_angles() -> None:
    rng = np.random.default_rng(3)
    axes = rng.normal(size=(200, 3))
    axes *= (10.0 ** rng.uniform(-9, 0.7, (200, 1))) / np.linalg.norm(axes, axis=1, keepdims=True)
    axes[0] = 0.0
    expected = Rotation.from_rotvec(axes).as_matrix()
    np.testing.assert_allclose(rotations.axis_angle_to_matrix(axes), expected, atol=1e-12)
    ours = differentiable.axis_angle_to_matrix(torch.from_numpy(axes)).numpy()
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_axis_angle_and_matrix_agree_with_scipy(random_rotations: Rotation) -> None:
    vectors = random_rotations.as_rotvec()
    vectors[:3] = [(0, 0, 0), (1e-9, 0, 0), (np.pi, 0, 0)]
    expected = Rotation.from_rotvec(vectors)
    for quaternions in (
        rotations.axis_angle_to_quaternion(vectors),
        rotations.matrix_to_quaternion(expected.as_matrix()),
    ):
        assert (as_scipy(quaternions) * expected.inv()).magnitude().max() < 1e-7
        assert np.allclose(np.linalg.norm(quaternions, axis=-1), 1)


def test_multiplication_agrees_with_scipy(random_rotations: Rotation) -> None:
    a, b = random_rotations[:100], random_rotations[100:]
    qa, qb = (rotations.axis_angle_to_quaternion(r.as_rotvec()) for r in (a, b))
    assert (as_scipy(rotations.multiply(qa, qb)) * (a * b).inv()).magnitude().max() < 1e-7
    assert (as_scipy(rotations.conjugate(qa)) * a).magnitude().max() < 1e-7


def test_no_flips_and_the_same_rotations() -> None:
    angle = np.linspace(0, 25, 80)[:, None, None] * np.array((0.2, 0.9, 0.1))
    quaternions = rotations.axis_angle_to_quaternion(angle) * np.random.default_rng(0).choice((-1, 1), (80, 1, 1))
    smooth = rotations.without_flips(quaternions)
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.2
    assert smooth[0, 0, 0] >= 0
    assert np.allclose(np.abs(np.sum(smooth * quaternions, axis=-1)), 1)


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    axis = rng.normal(size=(200, 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    angles = np.concatenate([rng.uniform(0, np.pi, 196), [0, 1e-7, np.pi - 1e-4, np.pi]])
    return (axis * angles[:, None]).astype(np.float32)


def test_conversions_agree_with_scipy(vectors):
    matrices = Rotation.from_rotvec(vectors).as_matrix()
    np.testing.assert_allclose(rotations.axis_angle_to_matrix(vectors), matrices, atol=1e-5)
    np.testing.assert_allclose(
        rotations.axis_angle_to_matrix(rotations.matrix_to_axis_angle(matrices)), matrices, atol=2e-5
    )
    np.testing.assert_allclose(rotations.matrix_from_6d(rotations.matrix_to_6d(matrices)), matrices, atol=1e-5)
    twin = differentiable.matrix_from_6d(
        torch.from_numpy(rotations.matrix_to_6d(rotations.axis_angle_to_matrix(vectors)))
    ).numpy()
    np.testing.assert_allclose(twin, matrices, atol=1e-5)


def test_slerp_halfway_agrees_with_scipy(vectors):
    first, second = vectors[:50], vectors[50:100]
    relative = Rotation.from_rotvec(first).inv() * Rotation.from_rotvec(second)
    expected = Rotation.from_rotvec(first) * Rotation.from_rotvec(relative.as_rotvec() / 2)
    got = rotations.slerp(
        rotations.axis_angle_to_matrix(first), rotations.axis_angle_to_matrix(second), np.full(50, 0.5)
    )
    np.testing.assert_allclose(got, expected.as_matrix(), atol=1e-4)


def test_euler_signs():
    forward, left = rotations.euler(90, 0, 0) @ [0, 1, 0], rotations.euler(0, 90, 0) @ [0, 0, 1]
    np.testing.assert_allclose(forward, [0, 0, 1], atol=1e-6)  # bending forward takes the head to +z
    np.testing.assert_allclose(left, [1, 0, 0], atol=1e-6)  # turning left takes the face to +x


def test_the_gradient_at_the_identity_is_finite() -> None:
    vectors = torch.zeros(1, 24, 3, requires_grad=True)
    (differentiable.axis_angle_to_matrix(vectors) * torch.arange(9.0).reshape(3, 3)).sum().backward()
    assert vectors.grad is not None and torch.isfinite(vectors.grad).all() and vectors.grad.abs().max() > 0
