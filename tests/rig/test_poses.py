"""What hard poses do to a rigged body: volume, sections and cross-talk, and that the measures can tell."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from benchmarks.skinning import dual_quaternions, linear, nearest_vertex, twist_bones
from benchmarks.torture import INDEX, POSES, Limb, crosstalk, kept_sections, kept_volume, limb_at, stretch
from engine.body import load_body, stand_pose
from engine.geometry.subdivide import quartered
from engine.mesh.surface import Mesh
from engine.report import Silent
from engine.rig import Avatar, run
from engine.settings import RigConfig

BODY = load_body()
BETAS = np.zeros(BODY.num_betas)


@pytest.fixture(scope="module")
def fine() -> Mesh:
    """The body in the pose of sculpting, with triangles of about a centimetre."""
    mix, faces = quartered(BODY.faces, len(BODY.template))
    posed = np.asarray(mix @ BODY.pose(BETAS, stand_pose()[None])[0][0], np.float32)
    return Mesh(posed, faces, np.full_like(posed, 0.5))


@pytest.fixture(scope="module")
def ours(fine: Mesh) -> Avatar:
    return run(fine, BODY, BETAS, RigConfig(hands=False), Silent())


@pytest.fixture(scope="module")
def original(fine: Mesh) -> Avatar:
    return nearest_vertex(fine, BODY, BETAS)


def test_the_measures_know_a_tube() -> None:
    tube = trimesh.creation.cylinder(radius=0.05, height=0.5, sections=32).subdivide_to_size(0.015)
    limb = Limb(np.zeros(3), np.array([0.0, 0.0, 1.0]), 0.05, np.ones(len(tube.vertices), bool))
    rest, faces = np.asarray(tube.vertices), np.asarray(tube.faces)
    thin = rest * np.array([0.5, 0.5, 1.0])
    assert kept_volume(limb, rest, thin, faces, 2.0) == pytest.approx(0.25, abs=1e-6)
    np.testing.assert_allclose(kept_sections(limb, rest, thin, faces, -0.1, 0.1, 9), 0.25, atol=1e-6)
    turned = np.where(rest[:, 2:] > 0, rest * np.array([-1.0, -1.0, 1.0]), rest)  # half a turn within one edge
    assert kept_sections(limb, rest, turned, faces, -0.02, 0.02, 41).min() < 0.2
    longer = rest * np.array([1.0, 1.0, 3.0])
    worst, share = stretch(rest, longer, faces)
    assert worst == pytest.approx(3.0, abs=0.01) and 0.5 < share < 1.0


@pytest.mark.parametrize("joint, child, pose", [("elbow", "wrist", "elbow 90"), ("knee", "ankle", "knee 90")])
def test_bent_limbs_keep_nine_tenths_of_their_volume(
    ours: Avatar, original: Avatar, joint: str, child: str, pose: str
) -> None:
    for side in ("left", "right"):
        kept = []
        for avatar in (ours, original):
            limb = limb_at(avatar.vertices, avatar.joints, f"{side}_{joint}", f"{side}_{child}")
            kept.append(kept_volume(limb, avatar.vertices, linear(avatar, POSES[pose]), avatar.faces, 2.0))
        assert kept[0] > 0.9 > kept[1], (side, kept)


def test_twist_bones_keep_four_fifths_of_a_turned_forearm(ours: Avatar) -> None:
    limb = limb_at(ours.vertices, ours.joints, "left_elbow", "left_wrist")
    length = float(np.linalg.norm(ours.joints[INDEX["left_wrist"]] - ours.joints[INDEX["left_elbow"]]))
    pose, ends = POSES["forearm 180"], (0.1 * length, 1.1 * length)
    thinnest = {
        way.__name__: kept_sections(limb, ours.vertices, way(ours, pose), ours.faces, *ends).min()
        for way in (linear, twist_bones, dual_quaternions)
    }
    assert thinnest["linear"] < 0.2 and thinnest["twist_bones"] > 0.8 and thinnest["dual_quaternions"] > 0.8, thinnest
    for name in ("arms folded", "squat"):  # they change nothing where no hand turns
        np.testing.assert_allclose(twist_bones(ours, POSES[name]), linear(ours, POSES[name]), atol=1e-5)


def test_no_limb_moves_another(ours: Avatar, fine: Mesh) -> None:
    assert max(crosstalk(ours.weights, fine.vertices).values()) < 0.03
    mixed = ours.weights.copy()
    mixed[:, [INDEX["left_hip"], INDEX["right_hip"]]] = mixed[:, [INDEX["right_hip"], INDEX["left_hip"]]]
    assert crosstalk(mixed, fine.vertices)["legs"] > 0.9


def test_loose_cloth_keeps_its_wide_bend(ours: Avatar) -> None:
    from engine.rig.hinges import tighten

    joints = BODY.pose(BETAS, stand_pose()[None])[1][0]
    body = BODY.pose(BETAS, stand_pose()[None])[0][0]
    knee = joints[INDEX["left_knee"]]
    axis = joints[INDEX["left_ankle"]] - knee
    axis /= np.linalg.norm(axis)
    side = np.array([0.0, 0.0, 1.0])
    snug, loose = knee + 0.03 * axis + 0.055 * side, knee + 0.03 * axis + 0.25 * side
    weights = np.zeros((2, 24), np.float32)
    weights[:, [INDEX["left_hip"], INDEX["left_knee"]]] = 0.6, 0.4
    found = tighten(weights, np.stack((snug, loose)), joints, body, 1.0)
    assert found[0, INDEX["left_knee"]] > 0.9
    np.testing.assert_allclose(found[1], weights[1], atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(tighten(weights, np.stack((snug, loose)), joints, body, 0.0), weights)
