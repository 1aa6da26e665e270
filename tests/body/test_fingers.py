"""Fingers of the open body, and the poses of hands by name."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from engine.body import stand_pose
from engine.body.fingers import full_joints, full_pose, posed_body
from engine.body.hands import both_hands, from_straight, hand_pose, hand_poses
from engine.body.model import load_open_body
from engine.geometry.skinning import bone_transforms
from engine.protocol import FINGER_NAMES, FINGERS, JOINT_NAMES, PARENTS, SKELETON_NAMES, SKELETON_PARENTS

BODY = load_open_body()
BETAS = np.zeros(BODY.num_betas)
INDEX = {name: index for index, name in enumerate(SKELETON_NAMES)}


def posed_joints(name: str) -> np.ndarray:
    """(54, 3) the joints with both hands in a pose, the body in the T-pose."""
    joints = full_joints(BODY, BETAS).astype(float)
    pose = full_pose(np.zeros((1, 24, 3)), both_hands(name, name)).astype(float)
    transforms = bone_transforms(joints, pose, SKELETON_PARENTS)[0]
    return np.einsum("jab,jb->ja", transforms[:, :3], np.c_[joints, np.ones(54)])


def test_fingers_stand_behind_the_24_with_smplx_s_names_and_parents() -> None:
    assert SKELETON_NAMES[:24] == JOINT_NAMES and SKELETON_PARENTS[:24] == PARENTS and len(FINGER_NAMES) == 30
    for side, wrist in (("left", 20), ("right", 21)):
        for finger in FINGERS:
            chain = [INDEX[f"{side}_{finger}{number}"] for number in (1, 2, 3)]
            assert [SKELETON_PARENTS[joint] for joint in chain] == [wrist, *chain[:2]]
    assert FINGER_NAMES[:4] == ("left_index1", "left_index2", "left_index3", "left_middle1")  # SMPL-X's order


def test_fingers_carry_what_the_hands_carried_and_nothing_else() -> None:
    full = BODY.fingers.full(BODY.weights)
    np.testing.assert_allclose(full.sum(1), 1, atol=1e-5)
    untouched = [joint for joint in range(24) if joint not in (22, 23)]
    np.testing.assert_array_equal(full[:, untouched], BODY.weights[:, untouched])
    for side, hand in enumerate((22, 23)):
        of_fingers = full[:, 24 + 15 * side : 39 + 15 * side].sum(1)
        np.testing.assert_allclose(of_fingers + full[:, hand], BODY.weights[:, hand], atol=1e-5)
    assert load_open_body(hands=False).fingers is None


def test_with_fingers_at_rest_a_body_is_posed_as_by_24_joints() -> None:
    pose = full_pose(stand_pose()[None], np.zeros((2, 45)))[0]
    np.testing.assert_allclose(posed_body(BODY, BETAS, pose), BODY.pose(BETAS, stand_pose()[None])[0][0], atol=1e-5)


def test_left_and_right_mirror_each_other() -> None:
    for name in hand_poses():
        joints = posed_joints(name)
        left, right = (joints[[INDEX[n] for n in FINGER_NAMES if n.startswith(side)]] for side in ("left", "right"))
        np.testing.assert_allclose(left * [-1, 1, 1], right, atol=2e-4)


def test_a_straight_finger_is_straight_and_a_bend_is_so_many_degrees() -> None:
    """From the knuckle on bones lie on a line; every joint turns its bone by the table's degrees about the hinge."""
    joints = posed_joints("flat")
    for finger in ("index", "middle", "ring", "pinky"):
        one, two, three = (joints[INDEX[f"left_{finger}{number}"]] for number in (1, 2, 3))
        cosine = (two - one) @ (three - two) / np.linalg.norm(two - one) / np.linalg.norm(three - two)
        assert cosine > np.cos(np.radians(9)), finger  # fingers rest bent sideways a little, too
    turns = {name: Rotation.from_rotvec(hand_pose(name).reshape(15, 3)) for name in ("flat", "fist")}
    middle = FINGER_NAMES.index("left_middle2")
    turned = (turns["fist"][middle] * turns["flat"][middle].inv()).magnitude()
    assert np.degrees(turned) == pytest.approx(100 - 2, abs=0.1)  # as the table says


@pytest.mark.parametrize(("finger", "bend"), [("index", 98), ("middle", 100), ("ring", 100), ("pinky", 98)])
def test_a_fist_brings_the_last_joint_to_the_knuckle_by_the_law_of_cosines(finger: str, bend: float) -> None:
    """Of two bones a and b that bend by so many degrees from straight, the ends are √(a² + b² + 2ab cos) apart."""
    flat, closed = posed_joints("flat"), posed_joints("fist")
    one, two, three = (INDEX[f"left_{finger}{number}"] for number in (1, 2, 3))
    first, second = (np.linalg.norm(flat[b] - flat[a]) for a, b in ((one, two), (two, three)))
    wanted = np.sqrt(first**2 + second**2 + 2 * first * second * np.cos(np.radians(bend)))
    assert np.linalg.norm(closed[three] - closed[one]) == pytest.approx(wanted, abs=1.5e-3)  # a little sideways, too
    assert closed[three, 1] < flat[three, 1] - 0.008  # the left palm faces down


def test_fingers_keep_their_order_and_distance_in_every_pose() -> None:
    """Each of the four long fingers stays on its side of the next one, and none is in another."""
    for name in hand_poses():
        joints = posed_joints(name)
        for first, second in (("index", "middle"), ("middle", "ring"), ("ring", "pinky")):
            for number in (2, 3):
                one, other = (joints[INDEX[f"left_{finger}{number}"]] for finger in (first, second))
                if np.abs((one - other)[:2]).max() < 0.015:  # beside, not before each other
                    assert one[2] > other[2], (name, first, second)
                assert np.linalg.norm(one - other) > 0.007, (name, first, second)


def test_gestures_show_the_fingers_that_they_are_named_for() -> None:
    stretched = {
        "point": {"index"},
        "peace": {"index", "middle"},
        "horns": {"index", "pinky"},
        "fist": set(),
        "flat": {"index", "middle", "ring", "pinky"},
    }
    for name, shown in stretched.items():
        joints = posed_joints(name)
        for finger in ("index", "middle", "ring", "pinky"):
            root, tip = joints[INDEX[f"left_{finger}1"]], joints[INDEX[f"left_{finger}3"]]
            assert ((tip - root)[0] > 0.03) == (finger in shown), (name, finger)


def test_poses_from_straight_fingers_point_where_they_say() -> None:
    """SMPL-X's zero is a straight hand: brought here, bones are straight; one turn turns the bone by as much."""
    straight = from_straight(np.zeros((1, 2, 45)))[0]
    for finger in ("index", "middle", "ring", "pinky"):
        chain = [FINGER_NAMES.index(f"left_{finger}{number}") for number in (1, 2, 3)]
        at = full_joints(BODY, BETAS).astype(float)
        world = Rotation.identity()
        bones = []
        for number in (0, 1):
            world = world * Rotation.from_rotvec(straight[0].reshape(15, 3)[chain[number]])
            bones.append(world.apply(at[24 + chain[number] + 1] - at[24 + chain[number]]))
        cosine = bones[0] @ bones[1] / np.prod([np.linalg.norm(bone) for bone in bones])
        assert cosine > np.cos(np.radians(9))
    bent = np.zeros((1, 2, 45))
    bent[0, 0, 3 * FINGER_NAMES.index("left_index1") + 2] = -0.7
    turn = Rotation.from_rotvec(from_straight(bent)[0, 0, :3]) * Rotation.from_rotvec(straight[0, :3]).inv()
    np.testing.assert_allclose(turn.as_rotvec(), [0, 0, -0.7], atol=1e-5)
