"""The stage as a whole: shapes, frames, determinism, floor, loops, other bodies, files, errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import motion
from engine.body import load_body
from engine.config import MotionConfig
from engine.errors import EngineError
from engine.motion.cleanup import clear_arms, plant_feet, sample_skin
from engine.motion.codes import load_codes
from engine.motion.landmarks import measure
from engine.motion.motion_prior import decode_frames, encode_frames
from engine.motion.rotations import to_matrix
from engine.motion.sequence import find_cycle, join, repeat
from engine.motion.skeleton import positions_of, reference_joints
from engine.report import Silent


@pytest.fixture(scope="module")
def body():
    return load_body()


def make(text, body, conf=None, seed=0, betas=None):
    betas = np.zeros(body.num_betas, np.float32) if betas is None else betas
    return motion.run(text, body, betas, None, conf or MotionConfig(), torch.Generator().manual_seed(seed), Silent())


def lowest(made, body):
    vertices, _ = body.pose(made.betas, made.poses.reshape(-1, 24, 3)[::6], made.trans[::6])
    return vertices[:, :, 1].min(1) - body.rest_vertices(made.betas)[:, 1].min()


def test_shapes_and_types(body):
    made = make("waving", body, MotionConfig(frames=45, fps=24.0, candidates=3))
    assert made.poses.shape == (45, 72) and made.trans.shape == (45, 3) and made.fps == 24.0
    assert made.poses.dtype == made.trans.dtype == np.float32
    assert 1 <= len(made.candidates) <= 3 and made.candidates.shape[1] == 72
    assert not made.poses.reshape(-1, 24, 3)[:, 22:].any()  # the hands stay at rest


def test_one_seed_one_motion(body):
    first, again, other = (make("standing still", body, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.poses, again.poses)
    assert np.abs(first.poses - other.poses).max() > 1e-4


@pytest.mark.parametrize(
    "text", ["walking", "sitting down", "push-ups", "kneeling", "dancing", "running", "lying on the floor"]
)
def test_nothing_sinks_and_nothing_floats(text, body):
    low = lowest(make(text, body), body)
    assert low.min() > -0.03, low
    assert low.min() < 0.03, low


@pytest.mark.parametrize("direction", [-2.0, 2.0])
def test_other_bodies_stand_on_their_floor_too(direction, body):
    betas = np.zeros(body.num_betas, np.float32)
    betas[:3] = direction
    low = lowest(make("walking", body, betas=betas), body)
    assert -0.03 < low.min() < 0.03


def test_no_frame_jumps(body):
    for text in ("walking", "kicking a ball", "walking and then sitting down", "dancing"):
        made = make(text, body)
        joints = positions_of(made.poses.reshape(-1, 24, 3), made.trans, body.rest_joints(made.betas))
        assert np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() < 0.45, text


def test_loop_closes(body):
    made = make("walking", body, MotionConfig(loop=True))
    joints = positions_of(made.poses.reshape(-1, 24, 3), made.trans, body.rest_joints(made.betas))
    step = np.linalg.norm(np.diff(joints, axis=0), axis=-1)
    assert np.linalg.norm(joints[0] - joints[-1], axis=-1).max() < 2 * step.max()


def test_left_is_the_other_side(body):
    right, left = make("raising one arm", body), make("raising the left arm", body)
    high = [m.poses.reshape(-1, 24, 3)[60] for m in (right, left)]
    joints = [positions_of(p[None], np.zeros((1, 3)), body.rest_joints(right.betas))[0] for p in high]
    assert joints[0][21, 1] > joints[0][20, 1] + 0.5
    assert joints[1][20, 1] > joints[1][21, 1] + 0.5


@pytest.mark.parametrize("method", ["interpolate", "optimise"])
def test_motion_through_candidates(method, body):
    made = make("raising both arms", body, MotionConfig(method=method, iterations=5))
    assert made.source == method and np.isfinite(made.poses).all()
    if method == "interpolate":  # the best candidate is where it starts
        start = to_matrix(made.poses[0].reshape(24, 3)[1:22])
        best = to_matrix(made.candidates[0].reshape(24, 3)[1:22])
        assert np.abs(start - best)[2:].mean() < 0.1


def test_file_round_trip(body, tmp_path):
    made = make("waving", body, MotionConfig(frames=10))
    motion.save_motion(made, tmp_path / "motion.npz")
    again = motion.load_motion(tmp_path / "motion.npz")
    for name in ("poses", "trans", "betas", "candidates"):
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name))
    assert (made.fps, made.labels, made.source) == (again.fps, again.labels, again.source)
    with np.load(tmp_path / "motion.npz") as data:
        assert {"poses", "trans", "mocap_framerate", "betas"} <= set(data.files)


def test_broken_file_is_one_sentence(tmp_path):
    (tmp_path / "motion.npz").write_bytes(b"PK half")
    with pytest.raises(EngineError) as caught:
        motion.load_motion(tmp_path / "motion.npz")
    assert caught.value.code == "broken_job"


@pytest.mark.parametrize("change", [{"method": "magic"}, {"frames": 1}, {"fps": 0.0}, {"candidates": 0}])
def test_impossible_settings(change, body):
    with pytest.raises(EngineError) as caught:
        make("waving", body, replace(MotionConfig(), **change))
    assert caught.value.code == "bad_config"


def test_features_round_trip():
    poses, root, _ = load_codes().decode("walk")
    again, path = decode_frames(encode_frames(poses, root))
    np.testing.assert_allclose(to_matrix(again)[:, 1:22], to_matrix(poses)[:, 1:22], atol=1e-4)
    np.testing.assert_allclose(np.diff(path, axis=0)[:, 1], np.diff(root, axis=0)[:, 1], atol=1e-4)
    assert abs(np.linalg.norm(path[-1] - path[0]) - np.linalg.norm(root[-1] - root[0])) < 0.05


def test_walking_code_walks_and_repeats_smoothly():
    poses, root, _ = load_codes().decode("walk")
    cycle = find_cycle(poses, root, reference_joints())
    long, path = repeat(poses, root, cycle, 4)
    assert np.linalg.norm(path[-1] - path[0]) > 3 * np.linalg.norm(root[cycle[1]] - root[cycle[0]])
    places = positions_of(long, path, reference_joints())
    assert np.linalg.norm(np.diff(places, axis=0), axis=-1).max() < 0.2


def test_join_goes_on_where_the_first_ended():
    walk, path, _ = load_codes().decode("walk")
    poses, root = join((walk, path), (walk, path), 10)
    assert len(poses) == 2 * len(walk) - 10
    assert root[-1, 2] > 1.6 * path[-1, 2]
    assert np.linalg.norm(np.diff(root, axis=0), axis=-1).max() < 0.12


def test_planted_feet_stand_still(body):
    betas = np.zeros(body.num_betas, np.float32)
    joints, vertices = body.rest_joints(betas), body.rest_vertices(betas)
    marks = measure(joints, vertices)
    frames = 40
    poses = np.zeros((frames, 24, 3), np.float32)
    root = np.tile(marks.joints[0], (frames, 1)) + np.linspace(0, 0.1, frames)[:, None] * np.float32([1, 0, 0])
    planted = plant_feet(poses, root.astype(np.float32), marks, 30.0)
    slide = np.ptp(positions_of(planted, root, marks.joints)[8:-8, 10, 0])
    assert np.ptp(root[8:-8, 0]) > 0.05 > 5 * slide


def test_skin_sample_finds_the_lowest_vertex(body):
    betas = np.zeros(body.num_betas, np.float32)
    vertices = body.rest_vertices(betas)
    vertices = vertices - np.float32([0, vertices[:, 1].min(), 0])
    skin = sample_skin(vertices, body.weights)
    marks = measure(body.rest_joints(betas), body.rest_vertices(betas))
    low = skin.lowest(np.zeros((1, 24, 3), np.float32), marks.joints[:1], marks)
    assert abs(low[0]) < 0.005


def test_hanging_arms_clear_wide_hips_and_raised_ones_stay(body):
    betas = np.zeros(body.num_betas, np.float32)
    marks = replace(measure(body.rest_joints(betas), body.rest_vertices(betas)), hang=0.3)
    poses = np.zeros((12, 24, 3), np.float32)
    poses[:, 16, 2], poses[:, 17, 2] = -np.pi / 2, -1.2  # left arm straight down, right arm up
    joints = positions_of(clear_arms(poses, marks), np.zeros((12, 3), np.float32), marks.joints)
    before = positions_of(poses, np.zeros((12, 3), np.float32), marks.joints)
    left = joints[0, 20] - joints[0, 16]
    assert left[0] / np.linalg.norm(left) == pytest.approx(0.3, abs=0.03)
    np.testing.assert_allclose(joints[:, 21], before[:, 21], atol=1e-5)
