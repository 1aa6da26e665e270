"""The stage as a whole: shapes, frames, determinism, floor, loops, other bodies, files, errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import motion, registry, schema
from engine.body import load_body
from engine.errors import EngineError
from engine.geometry.rotations import axis_angle_to_matrix
from engine.motion import candidates, proposals
from engine.motion.cleanup import clear_arms, plant_feet, sample_skin
from engine.motion.codes import load_codes
from engine.motion.interfaces import BACKENDS, Made
from engine.motion.landmarks import measure
from engine.motion.limits import excess, limited
from engine.motion.motion_prior import decode_frames, encode_frames
from engine.motion.sequence import find_cycle, join, repeat
from engine.motion.skeleton import positions_of, reference_joints
from engine.report import Silent
from engine.settings import MotionConfig, OptimiseConfig


@pytest.fixture(scope="module")
def body():
    """The bundled body; candidates are not drawn, but where a test asks for their pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proposals, "candidate_pictures", lambda *_: [np.zeros((2, 2, 3), np.uint8)])
        yield load_body()


def make(text, body, conf=None, seed=0, betas=None):
    betas = np.zeros(body.num_betas, np.float32) if betas is None else betas
    return motion.run(text, body, betas, None, conf or MotionConfig(), torch.Generator().manual_seed(seed), Silent())


def through(method, **more):
    return MotionConfig(backend="optimise", optimise=OptimiseConfig(method=method), **more)


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


@pytest.mark.parametrize("method", ["interpolate", "optimise", "baseline"])
@pytest.mark.parametrize("frames", [40, 150])
def test_motion_through_candidates(method, frames, body):
    made = make("raising both arms", body, through(method, iterations=5, frames=frames))
    assert made.source == method and made.poses.shape == (frames, 72) and np.isfinite(made.poses).all()
    joints = positions_of(made.poses.reshape(-1, 24, 3), made.trans, body.rest_joints(made.betas))
    assert np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() < 0.45
    if method == "interpolate":  # the best candidate is where it starts
        start = axis_angle_to_matrix(made.poses[0].reshape(24, 3)[1:22])
        best = axis_angle_to_matrix(made.candidates[0].reshape(24, 3)[1:22])
        assert np.abs(start - best)[2:].mean() < 0.1


def test_optimised_motion_reaches_its_candidates(body):
    def misses(iterations):
        made = make("raising both arms", body, through("optimise", iterations=iterations, frames=60, candidates=3))
        turned = axis_angle_to_matrix(made.poses.reshape(-1, 24, 3)[:, 16:20])
        return [
            np.abs(turned - axis_angle_to_matrix(c.reshape(24, 3)[16:20])).mean((1, 2, 3)).min()
            for c in made.candidates
        ]

    assert misses(60)[0] < misses(1)[0]


def test_picked_candidates_decide_the_motion(body, monkeypatch):
    monkeypatch.setattr(proposals, "candidate_pictures", candidates.candidate_pictures)
    report = Silent()
    betas = np.zeros(body.num_betas, np.float32)
    conf = MotionConfig(iterations=5, pick=(2, 1), candidates=3)
    made = motion.run("raising both arms", body, betas, None, conf, torch.Generator().manual_seed(0), report)
    every = make("raising both arms", body, MotionConfig(candidates=3)).candidates
    np.testing.assert_array_equal(made.candidates, every[[1, 0]])
    assert made.source == "optimise"
    assert {"candidate-1", "candidate-2", "candidate-3", "candidates"} <= set(report.previews)


def test_another_backend_is_one_more_part(body, monkeypatch):
    def frozen(inputs, stage, report):
        poses = np.zeros((stage.conf.frames, 24, 3), np.float32)
        return Made((poses, np.tile(stage.marks.joints[0], (len(poses), 1))), 30.0, poses[:1], ("frozen",), "frozen")

    monkeypatch.setattr(registry, "_COMPONENTS", {})
    registry.add(BACKENDS, "frozen", frozen)
    made = make("waving", body, MotionConfig(backend="frozen", frames=12))
    schema.ADDED.pop(BACKENDS)
    assert made.source == "frozen" and made.poses.shape == (12, 72)
    with pytest.raises(EngineError, match=r"motion\.backend"):
        make("waving", body, MotionConfig(backend="frozen"))


def test_strength_scales_the_movement(body):
    reach = {}
    for strength in (0.5, 1.0, 1.5):
        made = make("walking", body, MotionConfig(strength=strength))
        hips = made.poses.reshape(-1, 24, 3)[:, 1:3, 0]
        reach[strength] = (np.ptp(hips), np.linalg.norm(made.trans[-1] - made.trans[0]))
        assert -0.03 < lowest(made, body).min() < 0.03
    assert reach[0.5] < reach[1.0] < reach[1.5]
    half = make("raising both arms", body, MotionConfig(strength=0.5))
    joints = positions_of(half.poses.reshape(-1, 24, 3), half.trans, body.rest_joints(half.betas))
    assert joints[:, 20, 1].max() < joints[:, 15, 1].max()


@pytest.mark.parametrize("text", ["walking", "waving", "kicking a ball"])
def test_loops_go_on_without_a_jump(text, body):
    made = make(text, body, MotionConfig(loop=True))
    joints = positions_of(made.poses.reshape(-1, 24, 3), made.trans, body.rest_joints(made.betas))
    twice = np.concatenate([joints, joints])
    step = np.linalg.norm(np.diff(twice, axis=0), axis=-1).max(1)
    assert step[len(joints) - 1] < 1.3 * np.delete(step, len(joints) - 1).max() + 0.005


def test_counted_movements_happen_so_often(body):
    made = make("claps twice", body, MotionConfig(frames=120))
    joints = positions_of(made.poses.reshape(-1, 24, 3), made.trans, body.rest_joints(made.betas))
    apart = np.linalg.norm(joints[:, 20] - joints[:, 21], axis=-1)
    together = apart < apart.min() + 0.05
    assert int((np.diff(together.astype(int)) == 1).sum() + together[0]) == 2


def test_what_happens_once_is_over_before_the_next(body):
    made = make("turns around and walks away", body, MotionConfig(frames=150))
    assert made.trans[-1, 2] < -0.8  # away from where it faced


def test_in_place_goes_nowhere(body):
    made = make("walking in place", body)
    assert np.ptp(made.trans[:, [0, 2]], axis=0).max() < 0.3


def test_joints_stay_within_their_limits(body):
    for text in ("kicking high", "dancing", "crawling", "doing a cartwheel", "playing golf", "throwing a ball"):
        assert np.degrees(excess(make(text, body).poses.reshape(-1, 24, 3))).max() < 12, text


def test_limits_bring_back_what_goes_too_far():
    poses = np.zeros((3, 24, 3), np.float32)
    poses[1, 4, 0], poses[2, 18, 1] = -1.2, 1.0  # a knee and an elbow bent the wrong way
    kept = limited(poses)
    np.testing.assert_array_equal(kept[0], poses[0])
    assert np.degrees(excess(poses)).max(1)[1:].min() > 40 and np.degrees(excess(kept)).max() < 0.1


def test_file_round_trip(body, tmp_path):
    made = make("waving", body, MotionConfig(frames=10))
    motion.save_motion(made, tmp_path / "motion.npz")
    again = motion.load_motion(tmp_path / "motion.npz")
    for name in ("poses", "trans", "betas", "candidates"):
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name))
    assert (made.fps, made.labels, made.source, made.gender) == (again.fps, again.labels, again.source, again.gender)
    with np.load(tmp_path / "motion.npz") as data:
        assert {"poses", "trans", "mocap_framerate", "betas", "gender"} <= set(data.files)  # as AMASS's readers ask for
        assert str(data["gender"]) == body.gender and data["gender"].shape == ()


def test_broken_file_is_one_sentence(tmp_path):
    (tmp_path / "motion.npz").write_bytes(b"PK half")
    with pytest.raises(EngineError) as caught:
        motion.load_motion(tmp_path / "motion.npz")
    assert caught.value.code == "broken_job"


@pytest.mark.parametrize(
    "change",
    [
        {"backend": "magic"},
        {"backend": "file"},
        {"generator": "magic"},
        {"frames": 1},
        {"fps": 0.0},
        {"candidates": 0},
        {"strength": 9.0},
        {"pick": (9,)},
    ],
)
def test_impossible_settings(change, body):
    with pytest.raises(EngineError) as caught:
        make("waving", body, replace(MotionConfig(), **change))
    assert caught.value.code == "bad_config"


def test_features_round_trip():
    poses, root, _ = load_codes().decode("walk")
    again, path = decode_frames(encode_frames(poses, root))
    np.testing.assert_allclose(axis_angle_to_matrix(again)[:, 1:22], axis_angle_to_matrix(poses)[:, 1:22], atol=1e-4)
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
