"""The T-pose and the A-pose as rest poses: the same motion, the same avatar."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.body import load_body, stand_pose
from engine.errors import EngineError
from engine.geometry.skinning import bone_transforms
from engine.mesh.extract import from_body
from engine.report import Silent
from engine.rig import Avatar, in_rest_pose, load_avatar, pose_avatar, relative_to, run, save_avatar
from engine.rig.rig import bound_pose
from engine.settings import RigConfig

BODY = load_body()
BETAS = np.zeros(BODY.num_betas)


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return run(from_body(BODY, BETAS), BODY, BETAS, RigConfig(a_pose=True), Silent())


def places(avatar: Avatar, poses: np.ndarray, trans: np.ndarray) -> np.ndarray:
    """(T, 54, 3) the joints in poses (T, 54, 3)."""
    transforms = bone_transforms(avatar.joints.astype(float), poses.astype(float), avatar.parents.tolist())
    homogeneous = np.c_[avatar.joints, np.ones(54)]
    return np.einsum("tjab,jb->tja", transforms[:, :, :3], homogeneous) + trans[:, None]


def test_joints_move_alike_from_either_rest_pose(avatar: Avatar) -> None:
    rng = np.random.default_rng(4)
    poses = rng.normal(0, 0.8, (40, 54, 3)).astype(np.float32)
    poses[0], poses[1] = 0.0, bound_pose(54)
    trans = rng.normal(0, 1, (40, 3)).astype(np.float32)
    resting = in_rest_pose(avatar)
    turned = relative_to(avatar.rest_pose, poses, avatar.parents)
    assert np.abs(resting.joints - avatar.joints).max() > 0.2 and np.abs(turned - poses).max() > 0.2
    difference = np.linalg.norm(places(resting, turned, trans) - places(avatar, poses, trans), axis=-1)
    assert difference.max() < 1e-4
    np.testing.assert_allclose(turned[1], 0.0, atol=1e-5)  # the pose of sculpting is no turn at all
    flat = relative_to(avatar.rest_pose, poses.reshape(40, 162), avatar.parents)
    np.testing.assert_array_equal(flat.reshape(turned.shape), turned)
    assert relative_to(None, poses, avatar.parents) is poses


def test_the_mesh_rests_as_it_was_sculpted(avatar: Avatar) -> None:
    resting, stand = in_rest_pose(avatar), bound_pose(54)[None]
    np.testing.assert_allclose(resting.vertices, from_body(BODY, BETAS).vertices, atol=1e-4)
    again = pose_avatar(resting, relative_to(avatar.rest_pose, stand, avatar.parents))[0]
    np.testing.assert_allclose(again, pose_avatar(avatar, stand)[0], atol=1e-4)
    plain = dataclasses.replace(avatar, rest_pose=None)
    assert in_rest_pose(plain) is plain


def test_the_file_keeps_the_t_pose_and_names_the_other(avatar: Avatar, tmp_path: Path) -> None:
    save_avatar(avatar, tmp_path / "a.npz")
    again = load_avatar(tmp_path / "a.npz")
    np.testing.assert_array_equal(again.rest_pose[:24], stand_pose())
    assert not again.rest_pose[24:].any()  # files rest with flat hands
    np.testing.assert_allclose(again.joints[:24], BODY.rest_joints(BETAS), atol=1e-6)
    broken = dataclasses.replace(avatar, rest_pose=np.zeros((3, 3), np.float32))
    save_avatar(broken, tmp_path / "b.npz")
    with pytest.raises(EngineError, match="do not fit"):
        load_avatar(tmp_path / "b.npz")
