"""BVH and AMASS files as motion: what was written comes back, names of many rigs are known, broken files are one
sentence."""

from __future__ import annotations

import base64
import json
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from engine import motion
from engine.body import load_body
from engine.body.model import stand_pose
from engine.errors import EngineError
from engine.mesh import write_glb
from engine.motion.bvh_writer import write_bvh as write_own_bvh
from engine.motion.formats.names import NEEDED, find_joints
from engine.motion.rotations import about_y, to_axis_angle, to_matrix, yaw_of
from engine.motion.skeleton import positions_of
from engine.protocol import JOINT_NAMES, PARENTS
from engine.report import Silent
from engine.rig import Avatar, relative_to
from engine.settings import MotionConfig

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
    "hip": "thigh thighbend upleg upperleg hip femur", "knee": "leg calf shin lowerleg knee tibia",
    "ankle": "foot ankle", "shoulder": "arm upperarm uarm shldrbend shldr shoulder humerus",
    "elbow": "forearm forearmbend farm lowerarm elbow radius", "wrist": "hand wrist",
    "collar": "shoulder clavicle collar",
}  # fmt: skip
"""What the joints of one side are called in these rigs, without the side."""


@pytest.fixture(scope="module")
def body():
    return load_body()


CASES = Path(__file__).parent / "cases"
"""Small inputs with known right values: one walk of 2.00 m (0.30 m to the left with it) that turns left by 60°."""
WALK = float(np.hypot(2.0, 0.3))


def bring(path, body, report=None, betas=None, **changes):
    betas = np.zeros(body.num_betas, np.float32) if betas is None else betas
    conf = MotionConfig(file=str(path), **changes)
    return motion.run("", body, betas, None, conf, torch.Generator().manual_seed(0), report or Silent())


def travel(made):
    return float(np.linalg.norm((made.trans[-1] - made.trans[0])[[0, 2]]))


def leg(rest):
    """Hip to ankle along the bones."""
    return float(np.linalg.norm(rest[[4, 7]] - rest[[1, 4]], axis=-1).sum())


@pytest.fixture(scope="module")
def walked(body):
    betas = np.zeros(body.num_betas, np.float32)
    made = motion.run("walking", body, betas, None, MotionConfig(frames=40), torch.Generator().manual_seed(0), Silent())
    return made, body.rest_joints(betas)


def places(made, rest):
    return positions_of(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest)


@dataclass(frozen=True)
class Variant:
    """How a file differs from SMPL's joints in centimetres, +y up, with the path in the root's channels."""

    centimetres: float = 100.0
    axes: np.ndarray = field(default_factory=lambda: np.eye(3))
    """From our axes to the file's."""
    frames: tuple[np.ndarray, ...] = (np.eye(3),) * 24
    """World rotation of each joint's own frame in our T-pose: what rests there has rotation zero in the file."""
    rest_yaw: float = 0.0
    order: str = "ZXY"
    above: bool = False
    """A root above the pelvis that stands still."""
    every: bool = False
    """Position channels on all joints, with the offsets in them."""


def write_bvh(path, names, made, rest, how=Variant()):
    """An independent writer: SMPL's joints under other names, in the manner of other programs."""
    spin, axes = Rotation.from_rotvec([0, how.rest_yaw, 0]).as_matrix(), how.axes
    frames = np.stack(how.frames) @ spin.T
    world = np.zeros((len(made.poses), 24, 3, 3))
    local = to_matrix(made.poses.reshape(-1, 24, 3)).astype(float)
    offset = np.zeros((24, 3))
    for j, parent in enumerate(PARENTS):
        world[:, j] = local[:, j] if j == 0 else world[:, parent] @ local[:, j]
        if j:
            offset[j] = axes @ frames[parent].T @ (rest[j] - rest[parent]) * how.centimetres
    world = axes @ world @ frames @ axes.T
    turns = np.stack([
        Rotation.from_matrix(world[:, j] if j == 0 else np.swapaxes(world[:, PARENTS[j]], -1, -2) @ world[:, j])
        .as_euler(how.order, degrees=True) for j in range(24)
    ], 1)  # fmt: skip
    root = (made.trans + rest[0]) @ axes.T * how.centimetres
    lines, order = ["HIERARCHY"], []
    turn = " ".join(f"{axis}rotation" for axis in how.order)

    def joint(j, depth):
        order.append(j)
        six = j == 0 or how.every
        lines.extend([
            f"{'JOINT' if depth else 'ROOT'} {names[j]}", "{", "OFFSET " + " ".join(map(str, offset[j])),
            f"CHANNELS {6 if six else 3} {'Xposition Yposition Zposition ' if six else ''}{turn}",
        ])  # fmt: skip
        children = [k for k, p in enumerate(PARENTS) if p == j]
        for child in children:
            joint(child, depth + 1)
        lines.extend([] if children else ["End Site", "{", "OFFSET 0 1 0", "}"])
        lines.append("}")

    if how.above:
        lines += ["ROOT Reference", "{", "OFFSET 0 0 0", "CHANNELS 3 Zrotation Xrotation Yrotation"]
    joint(0, int(how.above))
    lines += ["}"] * how.above + ["MOTION", f"Frames: {len(world)}", f"Frame Time: {1 / made.fps:.7f}"]
    for t in range(len(world)):
        row = [0.0, 0.0, 0.0] if how.above else []
        for j in order:
            row += [*(root[t] if j == 0 else offset[j] if how.every else ()), *turns[t, j]]
        lines.append(" ".join(f"{value:.6f}" for value in row))
    path.write_text("\n".join(lines) + "\n")


Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def along_x(rest):
    """Frames of joints whose x axis goes to the first child, as in LAFAN1: at rest all bones lie along one line."""
    made = [np.eye(3)] * 24
    for j in range(1, 24):
        child = next((k for k, parent in enumerate(PARENTS) if parent == j), None)
        bone = rest[child] - rest[j] if child else rest[j] - rest[PARENTS[j]]
        x = bone / np.linalg.norm(bone)
        y = np.cross([0.0, 0, 1] if abs(x[2]) < 0.9 else [0.0, 1, 0], x)
        y /= np.linalg.norm(y)
        made[j] = np.stack([x, y, np.cross(x, y)], 1)
    return tuple(made)


@pytest.mark.parametrize("prefix", ["", "mixamorig:", "mixamorig_", "Skeleton 001:", "Ethan_", "Armature|"])
@pytest.mark.parametrize("names", [
    MIXAMO, CMU, UNREAL, RIGIFY, DAZ, MOTIVE, XSENS, MVN, VROID, VRM, CC, BIPED, ACCLAIM,
])  # fmt: skip
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


def other_names():
    """SMPL's joints with names of its makers' other files, so that nothing takes them for this engine's own."""
    return tuple(name.title() for name in JOINT_NAMES)


@pytest.mark.parametrize("kind", [
    "plain", "z_up", "metres", "XYZ", "YXZ", "above", "every", "turned 90", "turned 37", "along x", "along x, z up",
])  # fmt: skip
def test_bvh_comes_back(walked, body, tmp_path, kind):
    made, rest = walked
    how = {
        "z_up": Variant(axes=Z_UP), "metres": Variant(centimetres=1.0), "XYZ": Variant(order="XYZ"),
        "YXZ": Variant(order="YXZ"), "above": Variant(above=True), "every": Variant(every=True),
        "turned 90": Variant(rest_yaw=np.pi / 2), "turned 37": Variant(rest_yaw=np.radians(37)),
        "along x": Variant(frames=along_x(rest)), "along x, z up": Variant(frames=along_x(rest), axes=Z_UP),
    }.get(kind, Variant())  # fmt: skip
    write_bvh(tmp_path / "walk.bvh", other_names(), made, rest, how)
    again = bring(tmp_path / "walk.bvh", body)
    assert len(again.poses) == len(made.poses) and again.source == "file"
    # Toes and fingers have no channel of their own here, and the height is set anew; the rest is the same movement.
    there = places(again, rest)[:, :22]
    if "turned" in kind:  # it is then the first frame's pelvis that looks to the front, not the way that is walked
        there = there @ about_y(yaw_of(to_matrix(made.poses[0, :3]))).T
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
    turn = yaw_of(to_matrix(made.poses[:, :3]))
    assert np.degrees(turn[-1] - turn[0]) == pytest.approx(60, abs=1)
    assert len(report.warnings) == (name == "b05_one_more_row")


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
    out[:, 0] = to_axis_angle((axes @ to_matrix(poses[:, 0])).astype(np.float32))
    path_there = trans @ axes.T - [0, -0.24, 0.03]
    if keys == "amass":
        more = {"poses": out.reshape(len(out), -1), "trans": path_there, "mocap_framerate": rate}
        more |= {"betas": np.zeros(16), "gender": "neutral"}
    else:
        more = {"global_orient": out[:, 0], "body_pose": out[:, 1:22].reshape(len(out), -1), "transl": path_there,
                "fps": rate}  # fmt: skip
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
    poses[:, 0] = {"back": [-np.pi / 2, 0, 0], "front": [np.pi / 2, 0, 0], "handstand": [np.pi, 0, 0],
                   "side": [0, 0, np.pi / 2]}[kind]  # fmt: skip
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
    trunk, wanted = (to_matrix(p)[:, 1, 1] for p in (made.poses[:, :3], poses[:, 0]))
    np.testing.assert_allclose(trunk, wanted, atol=0.02)


def test_the_case_of_one_who_lies(body):
    made = bring(CASES / "a04_lie_py.npz", body)
    assert np.abs(to_matrix(made.poses[:, :3])[:, 1, 1]).max() < np.sin(np.radians(15))


@pytest.mark.parametrize("keys", ["amass", "estimator"])
@pytest.mark.parametrize("up", ["y", "z", "-y"])
def test_a_walk_says_itself_which_axis_is_up(up, keys, walked, body, tmp_path):
    made, rest = walked
    floor = body.rest_vertices(np.zeros(body.num_betas))[:, 1].min()
    write_npz(tmp_path / "a.npz", made.poses.reshape(-1, 24, 3), made.trans + rest[0] - [0, floor, 0], up, keys)
    again = bring(tmp_path / "a.npz", body)
    np.testing.assert_allclose(
        to_matrix(again.poses.reshape(-1, 24, 3))[:, :22], to_matrix(made.poses.reshape(-1, 24, 3))[:, :22], atol=1e-3
    )
    assert travel(again) == pytest.approx(travel(made) * leg(rest) / 0.81, rel=0.01)


def test_the_option_decides(body, tmp_path):
    poses, trans = posture("back")
    write_npz(tmp_path / "a.npz", poses, trans, "y")
    assert np.abs(to_matrix(bring(tmp_path / "a.npz", body, file_up="y").poses[:, :3])[:, 1, 1]).max() < 0.02
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
        gap = to_matrix(again.poses.reshape(-1, 24, 3)) - to_matrix(made.poses.reshape(-1, 24, 3))
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


@pytest.mark.parametrize("width", [66, 72, 156, 165])
def test_poses_of_all_models(width, body, tmp_path):
    held = dict(np.load(CASES / "a13b_transl.npz"))
    poses = np.zeros((241, width))
    poses[:, :66] = held["poses"][:, :66]
    for number, stored in enumerate((poses, poses.reshape(241, -1, 3), to_matrix(poses.reshape(241, -1, 3)))):
        np.savez(tmp_path / f"{number}.npz", **{**held, "poses": stored})
        assert travel(bring(tmp_path / f"{number}.npz", body)) > 2


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


@pytest.mark.parametrize("rest_pose", ["T-pose", "bones along one axis", "T-pose, z up"])
@pytest.mark.parametrize("text", ["crawling", "lying down", "doing a handstand", "swimming", "push-ups"])
def test_who_lies_in_bvh_stays_lying(text, rest_pose, body, tmp_path):
    betas = np.zeros(body.num_betas, np.float32)
    conf, rest = MotionConfig(frames=40), body.rest_joints(betas)
    made = motion.run(text, body, betas, None, conf, torch.Generator().manual_seed(0), Silent())
    how = {"bones along one axis": Variant(frames=along_x(rest)), "T-pose, z up": Variant(axes=Z_UP)}
    write_bvh(tmp_path / "a.bvh", other_names(), made, rest, how.get(rest_pose, Variant()))
    again = bring(tmp_path / "a.bvh", body)
    trunk, wanted = (to_matrix(m.poses[:, :3])[:, 1, 1] for m in (again, made))
    np.testing.assert_allclose(trunk, wanted, atol=0.15)
    assert travel(again) == pytest.approx(travel(made), abs=0.03)


def test_a_root_that_turns_a_rest_pose_upright(walked, body, tmp_path):
    """The skeleton rests with z up, and the motion's y is up: the walk's floor says so, or the option."""
    made, rest = walked
    write_bvh(tmp_path / "a.bvh", other_names(), made, rest, Variant(frames=(Z_UP.T,) * 24))
    for up in ("auto", "y"):
        again = bring(tmp_path / "a.bvh", body, file_up=up)
        assert to_matrix(again.poses[:, :3])[:, 1, 1].min() > 0.9
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


@pytest.mark.parametrize(("name", "content", "says"), [
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
])  # fmt: skip
def test_broken_files_are_one_sentence(name, content, says, body, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineError, match=says) as caught:
        bring(tmp_path / name, body)
    assert caught.value.code == "bad_request"


@pytest.mark.parametrize(("arrays", "says"), [
    ({"poses": np.zeros((5, 70))}, "5 x 70 numbers"),
    ({"poses": np.zeros((5, 72)), "trans": np.zeros((3, 3))}, "5 poses but 3 positions"),
    ({"poses": np.zeros((5, 72)), "trans": np.zeros((5, 3))}, "no usable frame rate"),
    ({"betas": np.zeros(10)}, "holds no poses"),
])  # fmt: skip
def test_wrong_joint_counts(arrays, says, body, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(EngineError, match=says):
        bring(tmp_path / "a.npz", body)


class Glb:
    """An independent writer of glTF: a skeleton with rotations at rest, under an armature that turns and scales."""

    def __init__(self):
        self.data, self.views, self.accessors = b"", [], []

    def add(self, values, kind):
        raw = np.ascontiguousarray(values, "<f4").tobytes()
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)})
        self.accessors.append(
            {"bufferView": len(self.views) - 1, "componentType": 5126, "count": len(values), "type": kind}
        )
        self.data += raw
        return len(self.accessors) - 1

    def write(self, path, made, rest, frames, names, vrma, text):
        """In centimetres and with z up, as Blender's armatures have them, under a node that sets that right."""
        up = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # ours -> z up
        local = to_matrix(made.poses.reshape(-1, 24, 3)).astype(float)
        world, offset = np.zeros_like(local), np.zeros((24, 3))
        for j, parent in enumerate(PARENTS):
            world[:, j] = local[:, j] if j == 0 else world[:, parent] @ local[:, j]
            offset[j] = 100 * (up @ rest[0] if j == 0 else frames[parent].T @ (rest[j] - rest[parent]))
        still, turned = np.stack(frames), world @ np.stack(frames)
        still[0], turned[:, 0] = up @ still[0], up @ turned[:, 0]
        relative = lambda all_, j: all_[..., j, :, :] if j == 0 else np.swapaxes(  # noqa: E731
            (all_ if PARENTS[j] else np.concatenate([up.T @ all_[..., :1, :, :], all_[..., 1:, :, :]], -3))[
                ..., PARENTS[j], :, :], -1, -2) @ all_[..., j, :, :]  # fmt: skip
        nodes = [{"name": "Armature", "children": [1], "scale": [0.01] * 3,
                  "rotation": Rotation.from_matrix(up.T).as_quat().tolist()}]  # fmt: skip
        channels, samplers, times = [], [], self.add(np.arange(len(local)) / made.fps, "SCALAR")
        for j in range(24):
            nodes.append({
                "name": names[j], "translation": offset[j].tolist(),
                "rotation": Rotation.from_matrix(relative(still, j)).as_quat().tolist(),
                "children": [k + 1 for k, parent in enumerate(PARENTS) if parent == j],
            })  # fmt: skip
            quats = Rotation.from_matrix(relative(turned, j)).as_quat()
            quats[1::2] *= -1  # the same rotations: readers take the shorter way
            samplers.append({"input": times, "output": self.add(quats, "VEC4")})
            channels.append({"sampler": j, "target": {"node": j + 1, "path": "rotation"}})
        samplers.append({"input": times, "output": self.add(100 * (made.trans + rest[0]) @ up.T, "VEC3")})
        channels.append({"sampler": 24, "target": {"node": 1, "path": "translation"}})
        document = {
            "asset": {"version": "2.0"}, "nodes": nodes, "accessors": self.accessors, "bufferViews": self.views,
            "animations": [{"channels": channels, "samplers": samplers}], "buffers": [{"byteLength": len(self.data)}],
        }  # fmt: skip
        if vrma:
            bones = {name: {"node": j + 1} for j, name in enumerate(vrma) if name}
            document["extensions"] = {"VRMC_vrm_animation": {"humanoid": {"humanBones": bones}}}
        if text:
            document["buffers"][0]["uri"] = (
                "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
            )
            path.write_text(json.dumps(document))
            return
        head = json.dumps(document).encode()
        head += b" " * (-len(head) % 4)
        total = 28 + len(head) + len(self.data)
        path.write_bytes(
            struct.pack("<4sII", b"glTF", 2, total) + struct.pack("<I4s", len(head), b"JSON") + head
            + struct.pack("<I4s", len(self.data), b"BIN\0") + self.data
        )  # fmt: skip


VRM_BONES = (
    "hips", "leftUpperLeg", "rightUpperLeg", "spine", "leftLowerLeg", "rightLowerLeg", "chest", "leftFoot", "rightFoot",
    "upperChest", "leftToes", "rightToes", "neck", "leftShoulder", "rightShoulder", "head", "leftUpperArm",
    "rightUpperArm", "leftLowerArm", "rightLowerArm", "leftHand", "rightHand", None, None,
)  # fmt: skip


@pytest.mark.parametrize("name", ["walk.glb", "walk.gltf", "walk.vrma"])
def test_gltf_comes_back(name, walked, body, tmp_path):
    made, rest = walked
    vrma = VRM_BONES if name.endswith("vrma") else ()
    names = [f"node {j}" for j in range(24)] if vrma else other_names()
    Glb().write(tmp_path / name, made, rest, along_x(rest), names, vrma, text=name.endswith("gltf"))
    report = Silent()
    again = bring(tmp_path / name, body, report)
    assert not report.warnings and len(again.poses) == len(made.poses)
    gap = np.linalg.norm(places(again, rest)[:, :22] - places(made, rest)[:, :22], axis=-1)
    assert np.median(gap) < 0.02 and gap.max() < 0.06
    content = (tmp_path / name).read_bytes()
    for part in (content[:30], content[: len(content) // 2]):
        (tmp_path / name).write_bytes(part)
        with pytest.raises(EngineError) as caught:
            bring(tmp_path / name, body)
        assert caught.value.message.startswith(name) and caught.value.hint


def test_own_glb_comes_back_as_it_was(walked, body, tmp_path):
    made, rest = walked
    faces = np.asarray(body.faces, np.int32)
    vertices = body.rest_vertices(np.zeros(body.num_betas))
    avatar = Avatar(vertices, faces, np.ones_like(vertices), body.weights, rest, np.array(PARENTS, np.int32))
    write_glb(tmp_path / "avatar.glb", avatar, made.poses, made.trans, made.fps)
    again = bring(tmp_path / "avatar.glb", body)
    gap = to_matrix(again.poses.reshape(-1, 24, 3)) - to_matrix(made.poses.reshape(-1, 24, 3))
    assert np.abs(gap).max() < 1e-4 and np.abs(again.trans - made.trans).max() < 1e-4
