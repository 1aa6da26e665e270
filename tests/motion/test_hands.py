"""What hands do in motions: by movements and words, in files of other programs, in our own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import motion
from engine.body.fingers import full_joints
from engine.body.hands import both_hands, from_straight, hand_poses
from engine.body.model import load_open_body
from engine.export.bvh import write_bvh
from engine.geometry.rotations import axis_angle_to_matrix
from engine.motion.formats.fingers import find_fingers
from engine.motion.formats.retarget import retarget
from engine.motion.formats.take import Take
from engine.motion.hands import Span, _table, call_for, hands_of
from engine.motion.library import entries
from engine.motion.matcher import concepts
from engine.protocol import FINGER_NAMES, SKELETON_NAMES, SKELETON_PARENTS
from engine.report import Silent
from engine.settings import MotionConfig
from tests.motion.motion_files import bring


def perform(text, body, seed=0, **changes):
    betas = np.zeros(body.num_betas, np.float32)
    report = Silent()
    made = motion.run(text, body, betas, None, MotionConfig(**changes), torch.Generator().manual_seed(seed), report)
    return made, report


def nearest(hand, side):
    """Name of the pose that a hand (45,) of a side is nearest to."""
    return min(hand_poses(), key=lambda name: np.abs(both_hands(name, name)[side] - hand).max())


def test_the_table_names_movements_and_poses_that_there_are():
    movements, phrases = _table()
    known = set(entries()) | {concept.name for concept in concepts()}
    assert set(movements) <= known
    assert {call.pose for call in movements.values()} | {call.pose for _, call in phrases} <= set(hand_poses())


@pytest.mark.parametrize(
    ("names", "text", "pose", "both"),
    [
        (["wave"], "waves to the crowd", "spread", False),
        (["box"], "boxing", "fist", True),
        (["walk"], "walking with clenched fists", "fist", True),
        (["stand"], "makes a fist", "fist", False),
        (["wave"], "waving with a clenched fist", "fist", False),
        (["walk"], "walking", None, None),
        (["stand"], "giving a thumbs up", "thumb_up", False),
        (["type"], "typing an email", "typing", True),
        (["stand"], "she is holding a mug of cocoa", "cup", False),
    ],
)
def test_words_come_before_what_the_movement_does(names, text, pose, both):
    call = call_for(names, [text])
    assert (None if call is None else (call.pose, call.both)) == (None if pose is None else (pose, both))


def test_the_raised_hand_acts_and_the_other_is_relaxed(body):
    made, _ = perform("making a peace sign", body)
    assert made.hands.shape == (len(made.poses), 2, 45)
    last = made.hands[-1]
    assert nearest(last[1], 1) == "peace" and nearest(last[0], 0) == "relaxed"
    other, _ = perform("making a peace sign with the left hand", body)
    assert nearest(other.hands[-1][0], 0) == "peace" and nearest(other.hands[-1][1], 1) == "relaxed"


def test_one_pose_goes_softly_over_into_the_next(body):
    made, _ = perform("boxing and then standing still", body)
    assert nearest(made.hands[2][0], 0) == "fist" and nearest(made.hands[-3][0], 0) == "relaxed"
    whole = np.abs(both_hands("fist", "fist") - both_hands()).max()
    assert np.abs(np.diff(made.hands, axis=0)).max() < 0.15 * whole
    assert np.abs(np.diff(made.hands, n=2, axis=0)).max() < 0.04 * whole


def test_relaxed_hands_differ_by_seed_and_live(body):
    first, again, other = (perform("standing still", body, seed)[0].hands for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert 0.01 < np.abs(first[0] - other[0]).max() < 0.2
    assert 0.001 < np.ptp(first, axis=0).max() < 0.3
    assert np.abs(first - both_hands()).max() < 0.35


def test_a_loop_closes_in_the_hands_too(body):
    joints = full_joints(body, np.zeros(body.num_betas))[:24]
    still = np.zeros((90, 24, 3), np.float32), np.repeat(joints[:1], 90, 0)
    spans = [Span(0, 45, ("box",), ("boxing",)), Span(45, 90, ("stand",), ("standing",))]
    hands = hands_of(still, spans, joints, 30.0, torch.Generator().manual_seed(0), loop=True)
    steps = np.abs(np.diff(np.concatenate([hands, hands[:1]]), axis=0)).max((1, 2))
    assert steps[-1] <= steps.max() * 1.01 and steps.max() < 0.25


def test_motion_files_keep_hands_and_those_of_24_have_none(body, tmp_path):
    made, _ = perform("typing", body, frames=20)
    motion.save_motion(made, tmp_path / "m.npz")
    np.testing.assert_array_equal(motion.load_motion(tmp_path / "m.npz").hands, made.hands)
    with np.load(tmp_path / "m.npz") as stored:
        assert stored["left_hand_pose"].shape == stored["right_hand_pose"].shape == (20, 45)
    plain, _ = perform("typing", load_open_body(hands=False), frames=20)
    motion.save_motion(plain, tmp_path / "p.npz")
    assert plain.hands is None and motion.load_motion(tmp_path / "p.npz").hands is None
    np.testing.assert_array_equal(plain.poses, made.poses)  # fingers change nothing else
    with np.load(tmp_path / "p.npz") as stored:
        assert not {"left_hand_pose", "right_hand_pose"} & set(stored.files)


def amass(path, width, hands, apart=False):
    """A file of still poses in AMASS's manner with fingers (T,90) behind body (and face), or beside."""
    poses = np.zeros((len(hands), width), np.float32)
    more = {}
    if apart:
        more = {"left_hand_pose": hands[:, :45], "right_hand_pose": hands[:, 45:]}
    else:
        poses[:, -90:] = hands
    np.savez(
        path,
        poses=poses,
        trans=np.tile([0, 0, 0.95], (len(hands), 1)),
        mocap_framerate=30.0,
        betas=np.zeros(16),
        gender="neutral",
        **more,
    )
    return path


@pytest.mark.parametrize(("width", "apart"), [(156, False), (165, False), (66, True)])
def test_amass_files_bring_their_fingers(body, tmp_path, width, apart):
    hands = np.random.default_rng(1).normal(0, 0.3, (6, 90)).astype(np.float32)
    made = bring(amass(tmp_path / "a.npz", width, hands, apart), body)
    np.testing.assert_allclose(made.hands, from_straight(hands.reshape(6, 2, 45)), atol=1e-4)


def test_fingers_for_a_body_without_are_left_out_and_said(tmp_path):
    report, plain = Silent(), load_open_body(hands=False)
    made = bring(amass(tmp_path / "a.npz", 156, np.full((6, 90), 0.2, np.float32)), plain, report)
    assert made.hands is None
    assert [text for text in report.warnings if "fingers" in text] == [
        "The motion has fingers, which open body has not; they are left out."
    ]


def test_still_fingers_are_none_and_become_relaxed(body, tmp_path):
    made = bring(amass(tmp_path / "a.npz", 156, np.zeros((6, 90), np.float32)), body)
    assert nearest(made.hands[0][0], 0) == "relaxed"


def test_own_bvh_with_fingers_comes_back_as_it_was(body, tmp_path):
    made, _ = perform("waving and then boxing", body, frames=40)
    betas = np.zeros(body.num_betas)
    poses = np.concatenate([made.poses.reshape(40, 24, 3), made.hands.reshape(40, 30, 3)], 1)
    write_bvh(tmp_path / "own.bvh", full_joints(body, betas), poses, made.trans, made.fps)
    again = bring(tmp_path / "own.bvh", body)
    np.testing.assert_allclose(again.hands, made.hands, atol=2e-4)
    np.testing.assert_allclose(again.poses, made.poses, atol=2e-4)


MIXAMO = {
    "pelvis": "Hips",
    "spine1": "Spine",
    "spine2": "Spine1",
    "spine3": "Spine2",
    "neck": "Neck",
    "head": "Head",
    "collar": "Shoulder",
    "shoulder": "Arm",
    "elbow": "ForeArm",
    "wrist": "Hand",
    "hip": "UpLeg",
    "knee": "Leg",
    "ankle": "Foot",
    "foot": "ToeBase",
}


def mixamo_name(name):
    side, _, part = name.rpartition("_")
    if name in FINGER_NAMES:
        return f"mixamorig:{side.title()}Hand{part.title()}"
    return f"mixamorig:{side.title()}{MIXAMO.get(part, 'HandProp')}"


def test_fingers_of_another_skeleton_point_where_theirs_do(body):
    """The same bones under Mixamo's names, fingers resting bent as its own do: directions in the world are kept."""
    betas = np.zeros(body.num_betas)
    joints = full_joints(body, betas)
    rng = np.random.default_rng(5)
    bent = rng.normal(0, 0.2, (54, 3)) * (np.arange(54) >= 24)[:, None]
    poses = rng.normal(0, 0.25, (5, 54, 3)) * np.where(np.arange(54) < 22, 0.3, 1.0)[:, None]
    parents = SKELETON_PARENTS

    def placed(turns):  # (T,J,3,3) local -> world rotations and places
        world, places = turns.copy(), np.zeros((*turns.shape[:2], 3))
        places[:, 0] = joints[0]
        for joint in range(1, 54):
            world[:, joint] = world[:, parents[joint]] @ turns[:, joint]
            step = world[:, parents[joint]] @ (joints[joint] - joints[parents[joint]])
            places[:, joint] = places[:, parents[joint]] + step
        return world, places

    rest_world, rest = placed(axis_angle_to_matrix(bent[None]))
    world, places = placed(axis_angle_to_matrix(poses))
    take = Take(
        tuple(map(mixamo_name, SKELETON_NAMES)),
        parents,
        rest[0].astype(np.float32),
        (world @ rest_world.swapaxes(-1, -2)).astype(np.float32),
        places.astype(np.float32),
        30.0,
    )
    made = retarget(take, "m.bvh", joints)
    local = axis_angle_to_matrix(np.concatenate([made.poses, made.hands.reshape(5, 30, 3)], 1))
    again = placed(local)[1]
    for name in FINGER_NAMES:
        if name[-1] == "3":
            continue
        joint = SKELETON_NAMES.index(name)
        ours, theirs = again[:, joint + 1] - again[:, joint], places[:, joint + 1] - places[:, joint]
        cosine = (ours * theirs).sum(-1) / np.linalg.norm(ours, axis=-1) / np.linalg.norm(theirs, axis=-1)
        assert cosine.min() > 0.9999, name


@pytest.mark.parametrize(
    "names",
    [
        ["LeftHand", "LeftHandIndex1", "LeftHandIndex2", "LeftHandIndex3", "LeftHandIndex4"],
        ["hand_l", "index_metacarpal_l", "index_01_l", "index_02_l", "index_03_l"],
        ["LeftHand", "LeftIndexProximal", "LeftIndexIntermediate", "LeftIndexDistal", "LeftIndexEnd"],
        ["hand.L", "f_index.01.L", "f_index.02.L", "f_index.03.L", "f_index.end.L"],
        ["J_Bip_L_Hand", "J_Bip_L_Index1", "J_Bip_L_Index2", "J_Bip_L_Index3", "J_Bip_L_Index3_end"],
        ["left_wrist", "left_index1", "left_index2", "left_index3", "left_index"],
        ["CC_Base_L_Hand", "CC_Base_L_Index1", "CC_Base_L_Index2", "CC_Base_L_Index3", "CC_Base_L_IndexTip"],
    ],
)
def test_programs_names_of_fingers(names):
    first = next(number for number, name in enumerate(names) if "1" in name or "Prox" in name)
    before = "CC_Base_" if names[0].startswith("CC_Base_") else ""  # such a prefix is on all joints
    names = [*names, *(before + name for name in ("Hips", "Spine", "Neck", "Head"))]
    parents = (-1, *range(len(names) - 1))
    bones = np.zeros((len(names), 3), np.float32)
    take = Take(tuple(names), parents, bones, np.zeros((1, len(names), 3, 3)), bones[None], 30.0)
    assert find_fingers(take) == {f"left_index{k}": first + k - 1 for k in (1, 2, 3)}


def test_numbered_fingers_and_what_is_none():
    names = [
        "Bip01 L Hand",
        "Bip01 L Finger0",
        "Bip01 L Finger01",
        "Bip01 L Finger02",
        "Bip01 L Finger1",
        "Bip01 L Finger11",
        "Bip01 L Finger12",
        "Bip01 L Toe0",
        "Bip01 Ring",
        "LeftToeIndex",
        "LeftArm",
    ]
    parents = (-1, 0, 1, 2, 0, 4, 5, -1, -1, -1, -1)
    bones = np.zeros((len(names), 3), np.float32)
    take = Take(tuple(names), parents, bones, np.zeros((1, len(names), 3, 3)), bones[None], 30.0)
    assert find_fingers(take) == {
        f"left_{finger}{k}": first + k for finger, first in (("thumb", 0), ("index", 3)) for k in (1, 2, 3)
    }
