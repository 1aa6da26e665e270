"""Arms stay out of the trunk of wide bodies, by the whole skin's own distances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from engine.body import load_body
from engine.motion.collision import free_arms, sample_flesh
from engine.motion.skeleton import JOINT
from engine.report import Silent
from engine.shape.codebook import load_codes


@pytest.fixture(scope="module")
def body():
    return load_body()


@pytest.fixture(scope="module")
def fat(body):
    """Shape coefficients of the codebook's body that is widest for its height."""

    def width(betas):
        vertices = body.rest_vertices(betas)
        return np.abs(trunk_of(body, vertices)[:, 0]).max() / np.ptp(vertices[:, 1])

    return max(load_codes(body, Silent()).betas[::3], key=width)


def trunk_of(body, values):
    return values[np.isin(body.weights.argmax(1), [0, 3, 6])]


def sunk(body, betas, poses) -> float:
    """Metres by which the deepest vertex of forearms and hands is beneath the trunk's skin, over all poses."""
    deepest = 0.0
    below = np.isin(
        body.weights.argmax(1), [JOINT[f"{s}_{p}"] for s in ("left", "right") for p in ("elbow", "wrist", "hand")]
    )
    for vertices in body.pose(betas, poses)[0]:
        corner = vertices[body.faces]
        across = np.repeat(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), 3, 0)
        normals = np.stack([np.bincount(body.faces.ravel(), across[:, i], len(vertices)) for i in range(3)], 1)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        skin, out = trunk_of(body, vertices), trunk_of(body, normals)
        _, nearest = cKDTree(skin).query(vertices[below])
        gap = skin[nearest] - vertices[below]
        depth = (gap * out[nearest]).sum(1)
        beside = np.linalg.norm(gap - depth[:, None] * out[nearest], axis=1) > 0.02  # the skin's edge: not beneath it
        deepest = max(deepest, float(np.where(beside, 0, depth).max()))
    return deepest


def hanging(frames: int = 12) -> np.ndarray:
    poses = np.zeros((frames, 24, 3), np.float32)
    poses[:, JOINT["left_shoulder"], 2], poses[:, JOINT["right_shoulder"], 2] = -1.5, 1.5
    return poses


def flesh(body, betas):
    return sample_flesh(body.rest_vertices(betas), body.faces, body.weights, body.rest_joints(betas))


def test_hanging_arms_come_out_of_a_fat_body(body, fat):
    before = sunk(body, fat, hanging(3))
    after = sunk(body, fat, free_arms(hanging(), flesh(body, fat), 30.0)[::4])
    assert before > 0.04
    assert after < 0.02


def test_arms_that_are_free_stay(body, fat):
    poses = np.zeros((12, 24, 3), np.float32)
    np.testing.assert_array_equal(free_arms(poses, flesh(body, fat), 30.0), poses)


def test_arms_move_out_smoothly(body, fat):
    """An arm that swings into the trunk and out again goes round it without a jerk."""
    poses = np.zeros((60, 24, 3), np.float32)
    poses[:, JOINT["left_shoulder"], 2] = -1.5 * np.sin(np.linspace(0, np.pi, 60))
    made = free_arms(poses, flesh(body, fat), 30.0)
    assert np.degrees(np.abs(np.diff(made[:, JOINT["left_shoulder"]], axis=0)).max()) < 12
    np.testing.assert_allclose(made[:5], poses[:5], atol=0.02)
