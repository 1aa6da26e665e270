"""Weights of fingers on what lies on hands, and avatars with and without them."""

from __future__ import annotations

import dataclasses
import json
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine.body.fingers import full_joints
from engine.body.hands import both_hands
from engine.body.model import load_open_body
from engine.errors import EngineError
from engine.export.bvh import write_bvh
from engine.export.gltf import write_glb
from engine.export.scene import Take
from engine.mesh.extract import from_body
from engine.mesh.surface import Mesh
from engine.motion.formats.bvh import read_bvh
from engine.protocol import SKELETON_NAMES, SKELETON_PARENTS
from engine.report import Silent
from engine.rig import load_avatar, pose_avatar, run, save_avatar, with_hands
from engine.rig.fingers import with_fingers
from engine.settings import RigConfig

BODY = load_open_body()
BETAS = np.zeros(BODY.num_betas)
REST = BODY.rest_vertices(BETAS)
CONF = RigConfig(shape_keys=False)
TIP = SKELETON_NAMES.index("left_index3")


def rigged(hands: bool = True, body=BODY):
    return run(from_body(body, BETAS), body, BETAS, dataclasses.replace(CONF, hands=hands), Silent())


def ring_at(finger: str, radius: float = 0.009) -> trimesh.Trimesh:
    """A ring round the first bone of a left finger, in the T-pose."""
    joints = full_joints(BODY, BETAS)
    first = SKELETON_NAMES.index(f"left_{finger}1")
    along = joints[first + 1] - joints[first]
    ring = trimesh.creation.torus(radius, 0.001, 24, 8)
    ring.apply_transform(trimesh.geometry.align_vectors([0, 0, 1], along))
    ring.apply_translation(joints[first] + 0.6 * along)
    return ring


def weights_for(vertices: np.ndarray, hand: int = 22) -> np.ndarray:
    weights = np.zeros((len(vertices), 24), np.float32)
    weights[:, hand] = 1.0
    return weights


def test_hands_off_gives_the_24_alone() -> None:
    """The same arrays as of a body that never had fingers; with fingers the skin rests in the same place."""
    off, never, on = rigged(hands=False), rigged(body=load_open_body(hands=False)), rigged()
    for field in dataclasses.fields(off):
        np.testing.assert_array_equal(getattr(off, field.name), getattr(never, field.name))
    assert off.hands is None and off.weights.shape[1] == 24 and len(off.parents) == 24
    assert on.weights.shape[1] == 54 and tuple(on.parents.tolist()) == SKELETON_PARENTS
    np.testing.assert_allclose(on.vertices, off.vertices, atol=2e-3)
    np.testing.assert_array_equal(on.joints[:24], off.joints)
    assert (np.count_nonzero(on.weights, axis=1) <= 4).all()


def test_a_users_body_without_fingers_says_so_once() -> None:
    body = load_open_body(hands=False)
    body.labels = {}  # as a file of the user's
    body.name = "SMPL_NEUTRAL.pkl"
    report = Silent()
    avatar = run(from_body(body, BETAS), body, BETAS, CONF, report)
    assert avatar.weights.shape[1] == 24 and report.warnings == [
        "SMPL_NEUTRAL.pkl has no fingers; its hands stay one piece each."
    ]


def test_the_skin_bends_at_the_fingers() -> None:
    avatar = rigged()
    still, fist = (
        pose_avatar(avatar, with_hands(avatar, np.zeros((1, 24, 3)), hands))[0]
        for hands in (np.zeros((2, 45)), both_hands("fist", "relaxed"))
    )
    moved = np.linalg.norm(fist - still, axis=1) > 1e-3
    assert moved.any() and (avatar.weights[moved, 24:39].sum(1) > 0.0).sum() > 500
    left = still[:, 0] > 0.9 * still[:, 0].max()
    assert fist[left, 0].max() < still[:, 0].max() - 0.05  # the fingertips have come in


def test_a_glove_goes_with_the_skin_beneath() -> None:
    hand = np.abs(REST[:, 0]) > 0.7
    faces = BODY.faces[hand[BODY.faces].all(1)]
    normals = trimesh.Trimesh(REST, BODY.faces, process=False).vertex_normals
    glove = (REST + 0.002 * normals).astype(np.float32)
    full = with_fingers(BODY.weights, glove, faces, BODY, REST)
    known = BODY.fingers.full(BODY.weights)
    assert np.abs(full - known)[hand].max(1).mean() < 0.02


@pytest.mark.parametrize("finger", ["index", "ring"])
def test_a_ring_sits_on_its_finger_and_stays_stiff(finger: str) -> None:
    ring = ring_at(finger)
    full = with_fingers(weights_for(ring.vertices), ring.vertices, ring.faces, BODY, REST)
    assert np.ptp(full, axis=0).max() < 1e-6
    own = [SKELETON_NAMES.index(f"left_{finger}{number}") for number in (1, 2)]
    assert full[0, own].sum() > 0.8 and full[:, 39:].max() == 0.0


def test_what_is_held_stays_with_the_hand() -> None:
    """A rod and a small ball at its end in the right hand, stiff or with the hand's and the wrist's weights mixed."""
    rod = trimesh.creation.cylinder(0.012, 0.4, 24)
    ball = trimesh.creation.icosphere(2, 0.02)
    ball.apply_translation([0, 0, 0.2])
    held = trimesh.util.concatenate([rod, ball])
    held.apply_translation([-0.78, 0.40, 0.0])
    mixed = weights_for(held.vertices, 23)
    mixed[:, 21] = np.linspace(0.0, 0.3, len(mixed))
    mixed[:, 23] = 1 - mixed[:, 21]
    for weights in (weights_for(held.vertices, 23), mixed):
        full = with_fingers(weights, held.vertices, held.faces, BODY, REST)
        np.testing.assert_array_equal(full[:, :24], weights)
        assert not full[:, 24:].any()


def test_hands_hold_what_they_hold_whatever_a_motion_says() -> None:
    avatar = dataclasses.replace(rigged(), hands=both_hands("relaxed", "grip_small"), holds=np.array([False, True]))
    poses = with_hands(avatar, np.zeros((3, 72)), np.stack([both_hands("fist", "spread")] * 3))
    np.testing.assert_array_equal(poses[:, 24:].reshape(3, 2, 45), [both_hands("fist", "grip_small")] * 3)
    np.testing.assert_array_equal(with_hands(avatar, np.zeros((1, 72)))[0, 24:].reshape(2, 45), avatar.hands)


def test_the_file_keeps_hands_and_refuses_broken_ones(tmp_path: Path) -> None:
    avatar = dataclasses.replace(rigged(), hands=both_hands("relaxed", "grip_small"), holds=np.array([False, True]))
    save_avatar(avatar, tmp_path / "a.npz")
    again = load_avatar(tmp_path / "a.npz")
    np.testing.assert_array_equal(again.hands, avatar.hands)
    np.testing.assert_array_equal(again.holds, avatar.holds)
    save_avatar(dataclasses.replace(avatar, hands=np.zeros((2, 3))), tmp_path / "b.npz")
    with pytest.raises(EngineError, match="do not fit"):
        load_avatar(tmp_path / "b.npz")


def test_glb_has_a_skin_of_54_joints_that_move(tmp_path: Path) -> None:
    avatar = rigged()
    poses = with_hands(avatar, np.zeros((2, 72)), np.stack([np.zeros((2, 45)), both_hands("fist", "fist")]))
    write_glb(tmp_path / "a.glb", avatar, Take(poses, np.zeros((2, 3)), 30.0))
    data = (tmp_path / "a.glb").read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    names = [document["nodes"][joint]["name"] for joint in document["skins"][0]["joints"]]
    assert tuple(names) == SKELETON_NAMES
    moved = {document["nodes"][c["target"]["node"]]["name"] for c in document["animations"][0]["channels"]}
    assert moved == set(SKELETON_NAMES)
    parent = {child: n["name"] for n in document["nodes"] for child in n.get("children", ())}
    assert parent[document["skins"][0]["joints"][TIP]] == "left_index2"


def test_bvh_with_fingers_comes_back(tmp_path: Path) -> None:
    joints = full_joints(BODY, BETAS)
    poses = np.random.default_rng(3).normal(0, 0.4, (4, 54, 3)).astype(np.float32)
    write_bvh(tmp_path / "a.bvh", joints, poses, np.zeros((4, 3)), 30.0)
    take = read_bvh(tmp_path / "a.bvh", lambda text: None)
    assert set(take.names) == set(SKELETON_NAMES)
    order = [take.names.index(name) for name in SKELETON_NAMES]
    from engine.geometry.rotations import axis_angle_to_matrix

    np.testing.assert_allclose(take.local()[:, order], axis_angle_to_matrix(poses), atol=1e-4)
    np.testing.assert_allclose(take.rest[order] / 100 - take.rest[order][0] / 100, joints - joints[0], atol=1e-4)


def test_a_solid_fist_is_one_piece_with_what_it_holds() -> None:
    class Dressed:
        from engine.wardrobe.outfit import Garment, Look

        look = Look("fair", "short", "brown", "none", "brown", "brown", extras=(Garment("sword", "silver"),))
        vertices, faces, weights = (
            BODY.pose(BETAS, np.zeros((1, 24, 3)))[0][0],
            BODY.faces,
            BODY.weights,
        )

    avatar = run(from_body(BODY, BETAS), BODY, BETAS, CONF, Silent(), Dressed)
    assert avatar.holds.tolist() == [False, True]
    assert avatar.weights[:, 24:39].any() and not avatar.weights[:, 39:].any() and avatar.weights[:, 23].any()
    assert isinstance(avatar.vertices, np.ndarray) and Mesh is not None
