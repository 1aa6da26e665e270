"""BVH and AMASS files as motion: what was written comes back, names of many rigs are known, broken files are one
sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import motion
from engine.body import load_body
from engine.errors import EngineError
from engine.motion.formats.names import NEEDED, find_joints
from engine.motion.rotations import to_matrix
from engine.motion.skeleton import positions_of
from engine.protocol import JOINT_NAMES, PARENTS
from engine.report import Silent
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


@pytest.fixture(scope="module")
def body():
    return load_body()


def bring(path, body, **changes):
    betas = np.zeros(body.num_betas, np.float32)
    conf = MotionConfig(file=str(path), **changes)
    return motion.run("", body, betas, None, conf, torch.Generator().manual_seed(0), Silent())


@pytest.fixture(scope="module")
def walked(body):
    betas = np.zeros(body.num_betas, np.float32)
    made = motion.run("walking", body, betas, None, MotionConfig(frames=40), torch.Generator().manual_seed(0), Silent())
    return made, body.rest_joints(betas)


def places(made, rest):
    return positions_of(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest)


def euler_zxy(matrices):
    """Degrees (…,3) about Z, X, Y of rotations that are composed in this order."""
    x = np.arcsin(np.clip(matrices[..., 2, 1], -1, 1))
    z = np.arctan2(-matrices[..., 0, 1], matrices[..., 1, 1])
    y = np.arctan2(-matrices[..., 2, 0], matrices[..., 2, 2])
    return np.degrees(np.stack([z, x, y], -1))


def write_bvh(path, names, made, rest, centimetres=100.0, z_up=False):
    """An independent writer: SMPL's joints under other names, channels Zrotation Xrotation Yrotation."""
    axes = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]) if z_up else np.eye(3)
    local = axes @ to_matrix(made.poses.reshape(-1, 24, 3)) @ axes.T
    angles, children = euler_zxy(local), {j: [k for k, p in enumerate(PARENTS) if p == j] for j in range(24)}
    order: list[int] = []

    def joint(index, depth):
        order.append(index)
        pad = "\t" * depth
        offset = (rest[index] - (rest[PARENTS[index]] if index else rest[0])) @ axes.T * centimetres
        channels = ("6 Xposition Yposition Zposition " if index == 0 else "3 ") + "Zrotation Xrotation Yrotation"
        lines = [
            f"{pad}{'JOINT' if index else 'ROOT'} {names[index]}",
            pad + "{",
            f"{pad}\tOFFSET {offset[0]} {offset[1]} {offset[2]}",
            f"{pad}\tCHANNELS {channels}",
        ]
        for child in children[index]:
            lines += joint(child, depth + 1)
        if not children[index]:
            lines += [f"{pad}\tEnd Site", pad + "\t{", f"{pad}\t\tOFFSET 0 1 0", pad + "\t}"]
        return [*lines, pad + "}"]

    lines = ["HIERARCHY", *joint(0, 0), "MOTION", f"Frames: {len(local)}", f"Frame Time: {1 / made.fps:.7f}"]
    root = (made.trans + rest[0]) @ axes.T * centimetres
    for t in range(len(local)):
        lines.append(" ".join(f"{v:.6f}" for v in [*root[t], *angles[t][order].ravel()]))
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("names", [MIXAMO, CMU, UNREAL, RIGIFY])
def test_rigs_are_known_by_name(names):
    found = find_joints(tuple(("mixamorig:" if names is MIXAMO else "") + name for name in names.split()))
    assert set(NEEDED) <= set(found)
    at = {ours: names.split()[index] for ours, index in found.items()}
    assert at["left_knee"] in {"LeftLeg", "calf_l", "shin.L"} and at["right_ankle"] in {"RightFoot", "foot_r", "foot.R"}
    assert at["left_shoulder"] in {"LeftArm", "upperarm_l", "upper_arm.L"} and at["left_collar"] in {
        "LeftShoulder",
        "clavicle_l",
        "shoulder.L",
    }


def test_smpl_names_are_known():
    found = find_joints(JOINT_NAMES)
    assert all(JOINT_NAMES[found[name]] == name for name in NEEDED)


@pytest.mark.parametrize("z_up", [False, True])
def test_bvh_comes_back(walked, body, tmp_path, z_up):
    made, rest = walked
    write_bvh(tmp_path / "walk.bvh", JOINT_NAMES, made, rest, z_up=z_up)
    again = bring(tmp_path / "walk.bvh", body)
    assert len(again.poses) == len(made.poses) and again.source == "file"
    # Toes and fingers have no channel of their own here, and the height is set anew; the rest is the same movement.
    gap = np.linalg.norm(places(again, rest)[:, :22] - places(made, rest)[:, :22], axis=-1)
    assert np.median(gap) < 0.02 and gap.max() < 0.06


def test_amass_comes_back_with_z_up_too(walked, body, tmp_path):
    made, _ = walked
    motion.save_motion(made, tmp_path / "own.npz")
    turn = to_matrix(np.float32([np.pi / 2, 0, 0]))
    poses = np.zeros((len(made.poses), 156), np.float32)
    poses[:, :66] = made.poses[:, :66]
    from engine.motion.rotations import to_axis_angle

    poses[:, :3] = to_axis_angle(turn @ to_matrix(made.poses[:, :3]))
    np.savez(tmp_path / "amass.npz", poses=poses, trans=made.trans @ turn.T, mocap_framerate=60.0, gender="male")
    own, amass = bring(tmp_path / "own.npz", body), bring(tmp_path / "amass.npz", body, fps=60.0)
    for again in (own, amass):
        np.testing.assert_allclose(
            to_matrix(again.poses.reshape(-1, 24, 3))[:, 1:22],
            to_matrix(made.poses.reshape(-1, 24, 3))[:, 1:22],
            atol=1e-3,
        )
    assert amass.fps == 60.0 and bring(tmp_path / "amass.npz", body).poses.shape[0] == 21


def test_other_bodies_take_steps_of_their_size(walked, body, tmp_path):
    made, rest = walked
    write_bvh(tmp_path / "walk.bvh", JOINT_NAMES, made, rest * 0.5)
    far = np.linalg.norm(np.ptp(made.trans, axis=0))
    assert np.linalg.norm(np.ptp(bring(tmp_path / "walk.bvh", body).trans, axis=0)) > 1.6 * far


BVH = (
    "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
    "End Site\n{\nOFFSET 0 1 0\n}\n}\nMOTION\n"
)


@pytest.mark.parametrize(("name", "content", "says"), [
    ("a.bvh", b"not a bvh", "is not a BVH file"),
    ("a.bvh", b"HIERARCHY ROOT Hips { OFFSET 0 0", "is not a BVH file"),
    ("a.bvh", (BVH + "Frames: 2\nFrame Time: 0.03\n1 2 3\n").encode(), "need 6 numbers, not 3"),
    ("a.bvh", (BVH + "Frames: 1\nFrame Time: 0.03\n1 2 3\n").encode(), "of its 1 joints none is called"),
    ("a.bvh", (BVH + "Frames: 1\nFrame Time: 0.03\n1 2 nan\n").encode(), "not finite"),
    ("a.bvh", BVH.replace("0 1 0", "0 x 0").encode(), "HIERARCHY ends early"),
    ("a.npz", b"PK half", "is not a usable .npz file"),
    ("a.fbx", b"", "neither a .bvh nor an .npz"),
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
    ({"poses": np.zeros((5, 72)), "trans": np.zeros((4, 3))}, "5 poses but 4 positions"),
    ({"poses": np.zeros((5, 72)), "trans": np.zeros((5, 3))}, "no usable frame rate"),
    ({"betas": np.zeros(10)}, "holds no poses"),
])  # fmt: skip
def test_wrong_joint_counts(arrays, says, body, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(EngineError, match=says):
        bring(tmp_path / "a.npz", body)
