"""BVH files as motion: what was written comes back, names of many rigs are known, broken files are one sentence."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
import torch

from engine import motion
from engine.errors import EngineError
from engine.geometry.rotations import about_y, axis_angle_to_matrix, yaw_of
from engine.motion.formats.names import NEEDED, find_joints
from engine.protocol import JOINT_NAMES
from engine.report import Silent
from engine.settings import MotionConfig
from tests.motion.motion_files import (
    CASES,
    WALK,
    Z_UP,
    Variant,
    along_x,
    bring,
    leg,
    other_names,
    places,
    travel,
    write_bvh,
)

MIXAMO = """Hips Spine Spine1 Spine2 Neck Head HeadTop_End LeftShoulder LeftArm LeftForeArm LeftHand
    LeftHandThumb1 RightShoulder RightArm RightForeArm RightHand LeftUpLeg LeftLeg LeftFoot LeftToeBase
    RightUpLeg RightLeg RightFoot RightToeBase"""
CMU = """Hips LHipJoint LeftUpLeg LeftLeg LeftFoot LeftToeBase RHipJoint RightUpLeg RightLeg RightFoot
    RightToeBase LowerBack Spine Spine1 Neck Neck1 Head LeftShoulder LeftArm LeftForeArm LeftHand
    RightShoulder RightArm RightForeArm RightHand"""
UNREAL = """root pelvis spine_01 spine_02 spine_03 neck_01 head clavicle_l upperarm_l lowerarm_l hand_l
    clavicle_r upperarm_r lowerarm_r hand_r thigh_l calf_l foot_l ball_l thigh_r calf_r foot_r ball_r"""
RIGIFY = """spine spine.001 hips neck head shoulder.L upper_arm.L forearm.L hand.L shoulder.R upper_arm.R
    forearm.R hand.R thigh.L shin.L foot.L toe.L thigh.R shin.R foot.R toe.R"""


DAZ = """hip pelvis lThighBend lThighTwist lShin lFoot lToe rThighBend rThighTwist rShin rFoot rToe abdomenLower
    chestLower lCollar lShldrBend lShldrTwist lForearmBend lForearmTwist lHand rCollar rShldrBend rShldrTwist
    rForearmBend rForearmTwist rHand neckLower neckUpper head"""
MOTIVE = """Hip Ab Chest Neck Head LShoulder LUArm LFArm LHand RShoulder RUArm RFArm RHand LThigh LShin LFoot LToe
    RThigh RShin RFoot RToe"""
XSENS = """Hips Chest Chest2 Chest3 Chest4 Neck Head RightCollar RightShoulder RightElbow RightWrist LeftCollar
    LeftShoulder LeftElbow LeftWrist RightHip RightKnee RightAnkle RightToe LeftHip LeftKnee LeftAnkle LeftToe"""
MVN = """Pelvis L5 L3 T12 T8 Neck Head RightShoulder RightUpperArm RightForeArm RightHand LeftShoulder LeftUpperArm
    LeftForeArm LeftHand RightUpperLeg RightLowerLeg RightFoot RightToe LeftUpperLeg LeftLowerLeg LeftFoot LeftToe"""
VROID = """J_Bip_C_Hips J_Bip_C_Spine J_Bip_C_Chest J_Bip_C_UpperChest J_Bip_C_Neck J_Bip_C_Head J_Bip_L_Shoulder
    J_Bip_L_UpperArm J_Bip_L_LowerArm J_Bip_L_Hand J_Bip_R_Shoulder J_Bip_R_UpperArm J_Bip_R_LowerArm J_Bip_R_Hand
    J_Bip_L_UpperLeg J_Bip_L_LowerLeg J_Bip_L_Foot J_Bip_L_ToeBase J_Bip_R_UpperLeg J_Bip_R_LowerLeg J_Bip_R_Foot
    J_Bip_R_ToeBase J_Sec_L_Bust1 J_Sec_R_Bust1"""
VRM = """hips spine chest upperChest neck head leftShoulder leftUpperArm leftLowerArm leftHand rightShoulder
    rightUpperArm rightLowerArm rightHand leftUpperLeg leftLowerLeg leftFoot leftToes rightUpperLeg rightLowerLeg
    rightFoot rightToes"""
CC = """CC_Base_BoneRoot CC_Base_Hip CC_Base_Pelvis CC_Base_L_Thigh CC_Base_L_Calf CC_Base_L_Foot CC_Base_L_ToeBase
    CC_Base_R_Thigh CC_Base_R_Calf CC_Base_R_Foot CC_Base_R_ToeBase CC_Base_Waist CC_Base_Spine01 CC_Base_NeckTwist01
    CC_Base_Head CC_Base_L_Clavicle CC_Base_L_Upperarm CC_Base_L_Forearm CC_Base_L_Hand CC_Base_R_Clavicle
    CC_Base_R_Upperarm CC_Base_R_Forearm CC_Base_R_Hand"""
BIPED = """Bip01 Bip01_Pelvis Bip01_Spine Bip01_Neck Bip01_Head Bip01_L_Clavicle Bip01_L_UpperArm Bip01_L_Forearm
    Bip01_L_Hand Bip01_R_Clavicle Bip01_R_UpperArm Bip01_R_Forearm Bip01_R_Hand Bip01_L_Thigh Bip01_L_Calf Bip01_L_Foot
    Bip01_L_Toe0 Bip01_R_Thigh Bip01_R_Calf Bip01_R_Foot Bip01_R_Toe0"""
ACCLAIM = """root lhipjoint lfemur ltibia lfoot ltoes rhipjoint rfemur rtibia rfoot rtoes lowerback upperback thorax
    lowerneck upperneck head lclavicle lhumerus lradius lwrist lhand rclavicle rhumerus rradius rwrist rhand"""
PLACES = {
    "hip": "thigh thighbend upleg upperleg hip femur",
    "knee": "leg calf shin lowerleg knee tibia",
    "ankle": "foot ankle",
    "shoulder": "arm upperarm uarm shldrbend shldr shoulder humerus",
    "elbow": "forearm forearmbend farm lowerarm elbow radius",
    "wrist": "hand wrist",
    "collar": "shoulder clavicle collar",
}
"""What the joints of one side are called in these rigs, without the side."""


@pytest.mark.parametrize("prefix", ["", "mixamorig:", "mixamorig_", "Skeleton 001:", "Ethan_", "Armature|"])
@pytest.mark.parametrize(
    "names",
    [
        MIXAMO,
        CMU,
        UNREAL,
        RIGIFY,
        DAZ,
        MOTIVE,
        XSENS,
        MVN,
        VROID,
        VRM,
        CC,
        BIPED,
        ACCLAIM,
    ],
)
def test_rigs_are_known_by_name(names, prefix):
    listed = names.split()
    found = find_joints(tuple(prefix + name for name in listed))
    assert set(NEEDED) <= set(found)
    for ours, index in found.items():
        side, _, part = ours.rpartition("_")
        plain = re.sub("^(j_bip_|cc_base_|bip01_)", "", listed[index].lower()).translate({ord("_"): "", ord("."): ""})
        if side and part in PLACES:
            marks = (side, side[0])
            assert plain in {sign for p in PLACES[part].split() for m in marks for sign in (m + p, p + m)}, ours
    both = [found[name] for name in ("left_shoulder", "left_elbow", "left_hip", "left_knee", "left_ankle")]
    assert len(set(both)) == 5


def test_smpl_names_are_known():
    found = find_joints(JOINT_NAMES)
    assert all(JOINT_NAMES[found[name]] == name for name in NEEDED)


@pytest.mark.parametrize(
    "kind",
    [
        "plain",
        "z_up",
        "metres",
        "XYZ",
        "YXZ",
        "above",
        "every",
        "turned 90",
        "turned 37",
        "along x",
        "along x, z up",
    ],
)
def test_bvh_comes_back(walked, body, tmp_path, kind):
    made, rest = walked
    how = {
        "z_up": Variant(axes=Z_UP),
        "metres": Variant(centimetres=1.0),
        "XYZ": Variant(order="XYZ"),
        "YXZ": Variant(order="YXZ"),
        "above": Variant(above=True),
        "every": Variant(every=True),
        "turned 90": Variant(rest_yaw=np.pi / 2),
        "turned 37": Variant(rest_yaw=np.radians(37)),
        "along x": Variant(frames=along_x(rest)),
        "along x, z up": Variant(frames=along_x(rest), axes=Z_UP),
    }.get(kind, Variant())
    write_bvh(tmp_path / "walk.bvh", other_names(), made, rest, how)
    again = bring(tmp_path / "walk.bvh", body)
    assert len(again.poses) == len(made.poses) and again.source == "file"
    # Toes and fingers have no channel of their own here, and the height is set anew; the rest is the same movement.
    there = places(again, rest)[:, :22]
    if "turned" in kind:  # it is then the first frame's pelvis that looks to the front, not the way that is walked
        there = there @ about_y(yaw_of(axis_angle_to_matrix(made.poses[0, :3]))).T
    gap = np.linalg.norm(there - places(made, rest)[:, :22], axis=-1)
    assert np.median(gap) < 0.02 and gap.max() < 0.06
    assert travel(again) == pytest.approx(travel(made), rel=0.01)


@pytest.mark.parametrize("name", ["b01_plain", "b03_reference", "b05_one_more_row", "b06b_lower_all", "b09_daz"])
def test_bvh_cases_travel_alike(name, body):
    """The path is scaled by the legs: 0.84 m from hip to ankle in these files."""
    report = Silent()
    made = bring(CASES / f"{name}.bvh", body, report)
    rest = body.rest_joints(np.zeros(body.num_betas))
    assert len(made.poses) == 61
    assert travel(made) == pytest.approx(WALK * leg(rest) / 0.84, rel=0.005)
    turn = yaw_of(axis_angle_to_matrix(made.poses[:, :3]))
    assert np.degrees(turn[-1] - turn[0]) == pytest.approx(60, abs=1)
    assert len(report.warnings) == (name == "b05_one_more_row")


def test_no_path_is_said(body, tmp_path):
    held = dict(np.load(CASES / "a13b_transl.npz"))
    del held["transl"]
    np.savez(tmp_path / "a.npz", **held)
    text = (CASES / "b01_plain.bvh").read_text().splitlines()
    still = [line if len(line.split()) < 60 else " ".join(["0", "90", "0", *line.split()[3:]]) for line in text]
    (tmp_path / "a.bvh").write_text("\n".join(still))
    for name in ("a.npz", "a.bvh"):
        report = Silent()
        made = bring(tmp_path / name, body, report)
        assert travel(made) == 0 and any("no path" in warning for warning in report.warnings)


def encoded(text, encoding):
    if encoding == "crlf":
        return text.replace("\n", "\r\n").encode()
    return text.encode("utf-8-sig" if encoding == "bom" else encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "bom", "crlf"])
def test_bvh_in_any_encoding(encoding, body, tmp_path):
    text = (CASES / "b01_plain.bvh").read_text().replace("Spine1", "背骨")
    (tmp_path / "a.bvh").write_bytes(encoded(text, encoding))
    assert travel(bring(tmp_path / "a.bvh", body)) > 2


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda text: text.replace(".", ",")])
def test_bvh_in_any_letters(change, body, tmp_path):
    head, _, tail = (CASES / "b01_plain.bvh").read_text().partition("MOTION")
    names = [line.split()[-1] for line in head.splitlines() if "JOINT" in line or "ROOT" in line]
    head = change(head)
    for name in names:  # keywords may be written in any way, names mean what they say
        head = head.replace(change(name), name)
    (tmp_path / "a.bvh").write_text(head + change("MOTION" + tail))
    assert travel(bring(tmp_path / "a.bvh", body)) > 2


@pytest.mark.parametrize(("rows", "ok"), [(-1, True), (1, True), (-9, False)])
def test_bvh_rows_that_the_header_does_not_count(rows, ok, body, tmp_path):
    lines = (CASES / "b01_plain.bvh").read_text().splitlines()
    lines = [*lines, lines[-1]] if rows > 0 else lines[:rows]
    (tmp_path / "a.bvh").write_text("\n".join(lines))
    report = Silent()
    if ok:
        assert len(bring(tmp_path / "a.bvh", body, report).poses) == 61 + rows
        assert len(report.warnings) == 1 and f"{61 + rows}" in report.warnings[0]
    else:
        with pytest.raises(EngineError, match="half download"):
            bring(tmp_path / "a.bvh", body)


@pytest.fixture(scope="module")
def lying(body):
    """Motions, each made once."""

    @cache
    def made(text):
        conf, random = MotionConfig(frames=40), torch.Generator().manual_seed(0)
        return motion.run(text, body, np.zeros(body.num_betas, np.float32), None, conf, random, Silent())

    return made


@pytest.mark.parametrize("rest_pose", ["T-pose", "bones along one axis", "T-pose, z up"])
@pytest.mark.parametrize("text", ["crawling", "lying down", "doing a handstand", "swimming", "push-ups"])
def test_who_lies_in_bvh_stays_lying(text, rest_pose, lying, body, tmp_path):
    made, rest = lying(text), body.rest_joints(np.zeros(body.num_betas, np.float32))
    how = {"bones along one axis": Variant(frames=along_x(rest)), "T-pose, z up": Variant(axes=Z_UP)}
    write_bvh(tmp_path / "a.bvh", other_names(), made, rest, how.get(rest_pose, Variant()))
    again = bring(tmp_path / "a.bvh", body)
    trunk, wanted = (axis_angle_to_matrix(m.poses[:, :3])[:, 1, 1] for m in (again, made))
    np.testing.assert_allclose(trunk, wanted, atol=0.15)
    assert travel(again) == pytest.approx(travel(made), abs=0.03)


def test_a_root_that_turns_a_rest_pose_upright(walked, body, tmp_path):
    """The skeleton rests with z up, and the motion's y is up: the walk's floor says so, or the option."""
    made, rest = walked
    write_bvh(tmp_path / "a.bvh", other_names(), made, rest, Variant(frames=(Z_UP.T,) * 24))
    for up in ("auto", "y"):
        again = bring(tmp_path / "a.bvh", body, file_up=up)
        assert axis_angle_to_matrix(again.poses[:, :3])[:, 1, 1].min() > 0.9
        assert travel(again) == pytest.approx(travel(made), rel=0.01)


def test_other_bodies_take_steps_of_their_size(walked, body, tmp_path):
    made, rest = walked
    write_bvh(tmp_path / "walk.bvh", other_names(), made, rest * 0.5)
    far = np.linalg.norm(np.ptp(made.trans, axis=0))
    assert np.linalg.norm(np.ptp(bring(tmp_path / "walk.bvh", body).trans, axis=0)) > 1.6 * far


BVH = (
    "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
    "End Site\n{\nOFFSET 0 1 0\n}\n}\nMOTION\n"
)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.bvh", b"not a bvh", "is not a BVH file"),
        ("a.bvh", b"HIERARCHY ROOT Hips { OFFSET 0 0", "is not a whole BVH file"),
        ("a.bvh", (BVH + "Frames: 4\nFrame Time: 0.03\n1 2 3\n").encode(), "need 12 numbers, not 3"),
        ("a.bvh", (BVH + "Frames: 4\nFrame Time: 0.03\n" + "1 2 3 4\n" * 4).encode(), "rows have 4 numbers"),
        ("a.bvh", (BVH + "Frames: 1\nFrame Time: 0.03\n1 2 3\n").encode(), "of its 1 joints none is called"),
        ("a.bvh", (BVH + "Frames: 1\nFrame Time: 0.03\n1 2 nan\n").encode(), "not finite"),
        ("a.bvh", (BVH.replace("T 0 0 0", "T 0 x 0") + "Frames: 1\nFrame Time: 1\n1 2 3").encode(), "words where"),
        ("a.bvh", (BVH.replace("Xrot", "Wrot") + "Frames: 1\nFrame Time: 1\n1 2 3").encode(), "channel 'Wrotation'"),
        ("a.npz", b"PK half", "is damaged"),
        ("a.fbx", b"", "add-on's Retarget"),
        ("missing.bvh", None, "does not exist"),
    ],
)
def test_broken_files_are_one_sentence(name, content, says, body, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineError, match=says) as caught:
        bring(tmp_path / name, body)
    assert caught.value.code == "bad_request"
