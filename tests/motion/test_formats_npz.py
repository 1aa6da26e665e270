"""AMASS's and other .npz files as motion: which way is up, the path, the scale, and this engine's own files."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import motion
from engine.body.model import stand_pose
from engine.errors import EngineError
from engine.export.bvh import write_bvh as write_own_bvh
from engine.geometry.rotations import about_y, axis_angle_to_matrix, matrix_to_axis_angle
from engine.motion.skeleton import positions_of
from engine.protocol import PARENTS
from engine.report import Silent
from engine.rig import relative_to
from engine.settings import MotionConfig
from tests.motion.motion_files import (
    CASES,
    WALK,
    bring,
    leg,
    travel,
)


@pytest.mark.parametrize("name", ["a05_rate1", "a13b_transl"])
def test_npz_cases_travel_alike(name, body):
    """Without shape coefficients the legs are those of the mean body, 0.81 m."""
    report = Silent()
    made = bring(CASES / f"{name}.npz", body, report, fps=120.0)
    rest = body.rest_joints(np.zeros(body.num_betas))
    assert len(made.poses) == 241 and not report.warnings
    assert travel(made) == pytest.approx(WALK * leg(rest) / 0.81, rel=0.005)


TO_FILE = {"z": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]), "-y": np.diag([1.0, -1, -1]), "y": np.eye(3)}
"""From our axes to those of a file in which that one is up."""


def write_npz(path, poses, trans, up, keys="amass", turn=0.0, rate=30.0):
    """Poses (T,24,3), pelvis positions (T,3) over the floor, as AMASS and video estimators store them."""
    axes = TO_FILE[up] @ about_y(turn)
    out = np.zeros((len(poses), 52, 3))
    out[:, :22] = poses[:, :22]
    out[:, 0] = matrix_to_axis_angle((axes @ axis_angle_to_matrix(poses[:, 0])).astype(np.float32))
    path_there = trans @ axes.T - [0, -0.24, 0.03]
    if keys == "amass":
        more = {"poses": out.reshape(len(out), -1), "trans": path_there, "mocap_framerate": rate}
        more |= {"betas": np.zeros(16), "gender": "neutral"}
    else:
        more = {
            "global_orient": out[:, 0],
            "body_pose": out[:, 1:22].reshape(len(out), -1),
            "transl": path_there,
            "fps": rate,
        }
    np.savez(path, **more)


def posture(kind):
    """60 frames of somebody who lies, stands on the hands or crawls, arms and legs moving; +y up, floor at 0."""
    time = np.linspace(0, 2, 60)
    poses, trans = np.zeros((60, 24, 3), np.float32), np.zeros((60, 3))
    swing = np.sin(time * 3)
    if kind == "crawl":
        poses[:, 0] = [np.pi / 2, 0, 0]
        poses[:, [1, 2], 0], poses[:, [4, 5], 0] = -np.pi / 2, np.pi / 2
        poses[:, 16, 1], poses[:, 17, 1] = -np.pi / 2, np.pi / 2
        trans[:, 1], trans[:, 2] = 0.45, 0.2 * time
        poses[:, 1, 0] += 0.2 * swing
        poses[:, 2, 0] -= 0.2 * swing
        return poses, trans
    poses[:, 0] = {
        "back": [-np.pi / 2, 0, 0],
        "front": [np.pi / 2, 0, 0],
        "handstand": [np.pi, 0, 0],
        "side": [0, 0, np.pi / 2],
    }[kind]
    trans[:, 1] = {"back": 0.12, "front": 0.12, "side": 0.2, "handstand": 0.75}[kind]
    poses[:, 4, 0] = 0.3 + 0.3 * swing
    poses[:, 16, 2], poses[:, 17, 2] = (1.3, -1.3) if kind == "handstand" else (0.2 * swing - 1.2, 1.2 - 0.2 * swing)
    return poses, trans


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("kind", ["back", "front", "side", "handstand", "crawl"])
def test_who_lies_in_amass_stays_lying(kind, turn, body, tmp_path):
    poses, trans = posture(kind)
    write_npz(tmp_path / "a.npz", poses, trans, "z", turn=np.radians(turn))
    made = bring(tmp_path / "a.npz", body)
    trunk, wanted = (axis_angle_to_matrix(p)[:, 1, 1] for p in (made.poses[:, :3], poses[:, 0]))
    np.testing.assert_allclose(trunk, wanted, atol=0.02)


def test_the_case_of_one_who_lies(body):
    made = bring(CASES / "a04_lie_py.npz", body)
    assert np.abs(axis_angle_to_matrix(made.poses[:, :3])[:, 1, 1]).max() < np.sin(np.radians(15))


@pytest.mark.parametrize("keys", ["amass", "estimator"])
@pytest.mark.parametrize("up", ["y", "z", "-y"])
def test_a_walk_says_itself_which_axis_is_up(up, keys, walked, body, tmp_path):
    made, rest = walked
    floor = body.rest_vertices(np.zeros(body.num_betas))[:, 1].min()
    write_npz(tmp_path / "a.npz", made.poses.reshape(-1, 24, 3), made.trans + rest[0] - [0, floor, 0], up, keys)
    again = bring(tmp_path / "a.npz", body)
    np.testing.assert_allclose(
        axis_angle_to_matrix(again.poses.reshape(-1, 24, 3))[:, :22],
        axis_angle_to_matrix(made.poses.reshape(-1, 24, 3))[:, :22],
        atol=1e-3,
    )
    assert travel(again) == pytest.approx(travel(made) * leg(rest) / 0.81, rel=0.01)


def test_the_option_decides(body, tmp_path):
    poses, trans = posture("back")
    write_npz(tmp_path / "a.npz", poses, trans, "y")
    assert np.abs(axis_angle_to_matrix(bring(tmp_path / "a.npz", body, file_up="y").poses[:, :3])[:, 1, 1]).max() < 0.02
    with pytest.raises(EngineError, match="file_up"):
        bring(tmp_path / "a.npz", body, file_up="up")


@pytest.mark.parametrize("text", ["walking", "crawling", "doing a handstand", "lying down", "swimming"])
def test_own_files_come_back_as_they_were(text, body, tmp_path):
    betas = np.zeros(body.num_betas, np.float32)
    betas[0] = 1.0
    conf = MotionConfig(frames=40)
    made = motion.run(text, body, betas, None, conf, torch.Generator().manual_seed(0), Silent())
    motion.save_motion(made, tmp_path / "own.npz")
    rest = body.rest_joints(betas)
    write_own_bvh(tmp_path / "own.bvh", rest, made.poses, made.trans, made.fps)
    pose = stand_pose()
    posed = positions_of(pose[None], rest[:1], rest)[0]
    turned = relative_to(pose, made.poses, np.array(PARENTS))
    write_own_bvh(tmp_path / "own_a.bvh", posed, turned, made.trans, made.fps)
    for name in ("own.npz", "own.bvh", "own_a.bvh"):
        again = bring(tmp_path / name, body, betas=betas)
        for part in ("poses", "trans"):
            assert getattr(again, part).shape == getattr(made, part).shape
        gap = axis_angle_to_matrix(again.poses.reshape(-1, 24, 3)) - axis_angle_to_matrix(made.poses.reshape(-1, 24, 3))
        assert np.abs(gap).max() < 1e-4 and np.abs(again.trans - made.trans).max() < 1e-4


def test_own_files_of_another_body_are_scaled_by_its_shape(walked, body, tmp_path):
    made, rest = walked
    motion.save_motion(made, tmp_path / "own.npz")
    betas = np.zeros(body.num_betas, np.float32)
    betas[0] = 2.0
    again = bring(tmp_path / "own.npz", body, betas=betas)
    assert travel(again) == pytest.approx(travel(made) * leg(body.rest_joints(betas)) / leg(rest), rel=0.01)


@pytest.mark.parametrize("shape", [(-1, 1, 3), (1, -1, 3)])
@pytest.mark.parametrize("key", ["trans", "transl", "root_pos", "Trans"])
def test_paths_under_any_name_and_shape(key, shape, body, tmp_path):
    held = dict(np.load(CASES / "a13b_transl.npz"))
    held[key] = held.pop("transl").reshape(shape)
    np.savez(tmp_path / "a.npz", **held)
    assert travel(bring(tmp_path / "a.npz", body)) > 2


@pytest.mark.parametrize("width", [66, 72, 156, 165])
def test_poses_of_all_models(width, body, tmp_path):
    held = dict(np.load(CASES / "a13b_transl.npz"))
    poses = np.zeros((241, width))
    poses[:, :66] = held["poses"][:, :66]
    for number, stored in enumerate(
        (poses, poses.reshape(241, -1, 3), axis_angle_to_matrix(poses.reshape(241, -1, 3)))
    ):
        np.savez(tmp_path / f"{number}.npz", **{**held, "poses": stored})
        assert travel(bring(tmp_path / f"{number}.npz", body)) > 2


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"poses": np.zeros((5, 70))}, "5 x 70 numbers"),
        ({"poses": np.zeros((5, 72)), "trans": np.zeros((3, 3))}, "5 poses but 3 positions"),
        ({"poses": np.zeros((5, 72)), "trans": np.zeros((5, 3))}, "no usable frame rate"),
        ({"betas": np.zeros(10)}, "holds no poses"),
    ],
)
def test_wrong_joint_counts(arrays, says, body, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(EngineError, match=says):
        bring(tmp_path / "a.npz", body)
