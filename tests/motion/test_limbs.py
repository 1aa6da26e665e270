"""Inverse kinematics and in-betweening against independent oracles."""

from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from engine.motion.keyposes import Entry, Foot, Hand, Key, blend_weights, both, solve, swap_sides
from engine.motion.landmarks import reference_landmarks
from engine.motion.library import entries
from engine.motion.limbs import share_twist, two_bone
from engine.motion.skeleton import JOINT, mirror, positions_of, reference_joints, resample


def test_a_mirrored_pose_has_mirrored_joints():
    rng = np.random.default_rng(1)
    poses, root = rng.normal(size=(5, 24, 3)).astype(np.float32) * 0.5, rng.normal(size=(5, 3)).astype(np.float32)
    joints = reference_joints()
    places = positions_of(poses, root, joints)
    flipped = positions_of(*mirror(poses, root), joints)
    np.testing.assert_allclose(flipped[:, JOINT["left_wrist"]], places[:, JOINT["right_wrist"]] * [-1, 1, 1], atol=1e-5)


def test_limb_reaches_its_target_and_bends_towards_the_pole():
    rng = np.random.default_rng(2)
    upper, lower = np.float32([0.26, 0, 0]), np.float32([0.25, 0, 0])
    direction = rng.normal(size=(100, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    target = (direction * rng.uniform(0.15, 0.5, (100, 1))).astype(np.float32)
    pole = rng.normal(size=(100, 3)).astype(np.float32)
    first, second = two_bone(np.zeros((100, 3), np.float32), target, pole, upper, lower, np.float32([0, -1, 0]))
    elbow = first @ upper
    np.testing.assert_allclose(elbow + second @ lower, target, atol=1e-4)
    assert ((elbow * pole).sum(1) > ((target / 2) * pole).sum(1) - 1e-5).all()
    # The elbow is a hinge: the rotation between the bones is about -y of the upper arm.
    hinge = matrix_to_axis_angle(np.swapaxes(first, 1, 2) @ second)
    np.testing.assert_allclose(hinge[:, [0, 2]], 0, atol=1e-4)
    assert (hinge[:, 1] <= 1e-4).all()


def test_sharing_twist_keeps_a_reachable_hand():
    forearm = np.eye(3, dtype=np.float32)[None].repeat(3, 0)
    hand = axis_angle_to_matrix(np.float32([[1.2, 0, 0], [-0.6, 0.3, 0.2], [0.2, 0.5, -0.4]]))
    turned, reached = share_twist(forearm, hand, np.float32([1, 0, 0]))
    np.testing.assert_allclose(reached, hand, atol=1e-4)
    assert abs(matrix_to_axis_angle(turned)[0, 0] - 1.2 * 0.66) < 1e-3


def test_weights_sum_to_one_and_hit_the_keys():
    keys = (Key(0), Key(0.5, through=True), Key(1.2, through=True), Key(2.0))
    for loop in (False, True):
        weights = blend_weights(keys, np.linspace(0, 2, 101), loop)
        np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
        np.testing.assert_allclose(blend_weights(keys, np.array([0.5, 1.2]), loop)[[0, 1], [1, 2]], 1, atol=1e-5)


def test_feet_stand_and_hands_touch_while_the_body_moves():
    hand = Hand("chest", (0.015, 0.0, 0.24), palm=(-1, 0, 0), fingers=(0, 0.6, 0.8))
    keys = (Key(0, **both(hand)), Key(1, root=(0.05, -0.2, 0), turn=(10, 20, 0), spine=(5, 20, 0), **both(hand)))
    marks = reference_landmarks()
    poses, root = solve(Entry("x", ("x",), keys, loop=False), np.linspace(0, 1, 20, dtype=np.float32), marks)
    places = positions_of(poses, root, marks.joints)
    assert np.ptp(places[:, [JOINT["left_ankle"], JOINT["right_ankle"]]], axis=0).max() < 2e-3
    gap = np.linalg.norm(places[:, JOINT["left_wrist"]] - places[:, JOINT["right_wrist"]], axis=-1)
    assert np.ptp(gap) < 0.01


def test_a_foot_on_its_toes_does_not_sink():
    marks = reference_landmarks()
    entry = Entry(
        "x", ("x",), (Key(0, left_foot=Foot((0, 0, -0.3), pitch=60)), Key(1, left_foot=Foot((0, 0, -0.3), pitch=60)))
    )
    poses, root = solve(entry, np.float32([0.5]), marks)
    toe = positions_of(poses, root, marks.joints)[0, JOINT["left_foot"]]
    assert toe[1] > 0.0


def test_swapping_sides_mirrors_the_result():
    marks = reference_landmarks()
    entry = entries()["wave"]
    times = np.linspace(0, 0.7, 5, dtype=np.float32)
    straight, mirrored = solve(entry, times, marks), solve(swap_sides(entry), times, marks)
    np.testing.assert_allclose(
        positions_of(*mirror(*straight), marks.joints), positions_of(*mirrored, marks.joints), atol=2e-4
    )


@pytest.mark.slow
def test_library_is_sound():
    for name, entry in entries().items():
        moments = [key.time for key in entry.keys]
        assert moments[0] == 0 and (np.diff(moments) > 0).all(), name
        assert entry.texts and all(text == text.strip() and text for text in entry.texts), name
        poses, root = solve(entry, np.linspace(0, moments[-1], 4, dtype=np.float32), reference_landmarks())
        assert np.isfinite(poses).all() and np.isfinite(root).all(), name
        assert np.linalg.norm(poses[:, 1:], axis=-1).max() < np.pi + 1e-3, name


def test_resampling_at_whole_frames_changes_nothing():
    rng = np.random.default_rng(3)
    poses, root = rng.normal(size=(6, 24, 3)).astype(np.float32) * 0.4, rng.normal(size=(6, 3)).astype(np.float32)
    again, path = resample(poses, root, np.arange(6))
    np.testing.assert_allclose(again, poses, atol=1e-5)
    np.testing.assert_allclose(path, root, atol=1e-6)
