"""Weights, un-posing and avatar.npz: closed forms on synthetic limbs and checks on the open body."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine.body import load_body, stand_pose
from engine.errors import EngineError
from engine.mesh.extract import extract, from_body
from engine.mesh.surface import Mesh
from engine.render.raycast import MeshRaycaster
from engine.report import Silent
from engine.rig import Avatar, load_avatar, pose_avatar, run, save_avatar
from engine.rig.rig import edge_stretch
from engine.rig.weights import inpaint, prune, smooth, transfer
from engine.settings import MeshConfig, RigConfig

BODY = load_body()
BETAS = np.zeros(BODY.num_betas)
POSED = BODY.pose(BETAS, stand_pose()[None])[0][0]


def sculpted(offset: float) -> Mesh:
    """The body remeshed by marching cubes at a distance of its skin, as cloth would lie on it."""
    import torch

    class Skin:
        device = "cpu"
        bounds = np.stack((POSED.min(0) - 0.05, POSED.max(0) + 0.05))
        raycaster = MeshRaycaster(POSED, BODY.faces)

        def sdf(self, points: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(self.raycaster.closest_point(points.numpy())[2] - offset)

        def color(self, points: torch.Tensor) -> torch.Tensor:
            return torch.full((len(points), 3), 0.5)

    return extract(Skin(), MeshConfig(resolution=128), Silent())


@pytest.fixture(scope="module")
def dressed() -> Mesh:
    return sculpted(0.008)


def two_limbs(gap: float) -> tuple[trimesh.Trimesh, np.ndarray]:
    """Two parallel upright limbs, ``gap`` metres apart; joint 0 moves the left one, joint 1 the right one."""
    limbs = [trimesh.creation.capsule(height=0.5, radius=0.05, count=[32, 32]) for _ in range(2)]
    for limb, x in zip(limbs, (-0.05 - gap / 2, 0.05 + gap / 2)):
        limb.apply_translation((x, 0, 0))
    both = trimesh.util.concatenate(limbs)
    return both, np.eye(2)[(both.vertices[:, 0] > 0).astype(int)]


def test_an_arm_beside_the_hip_keeps_its_own_weights() -> None:
    body, weights = two_limbs(0.01)
    limb = trimesh.creation.capsule(height=0.5, radius=0.058, count=[40, 40]).apply_translation((-0.055, 0, 0))
    # Between the limbs the sleeve lies 8 mm from its own limb, but only 2 mm from the other one.
    inner = limb.vertices[:, 0] > -0.002
    nearest = MeshRaycaster(body.vertices, body.faces).closest_point(limb.vertices, signed=False)[0]
    assert (weights[body.faces[nearest]][inner, 0, 1] == 1.0).any()  # the closest point alone would be wrong
    found, certain, _ = transfer(limb.vertices, limb.faces, body.vertices, body.faces, weights, 0.06, 0.3)
    assert certain.all() and (found[:, 0] == 1.0).all()


def test_weights_are_continued_linearly_where_nothing_is_near() -> None:
    grid = trimesh.creation.cylinder(radius=0.05, height=1.0, sections=24).subdivide_to_size(0.03)
    height = grid.vertices[:, 2]
    certain = np.abs(height) > 0.3
    weights = np.zeros((len(height), 3))
    weights[height > 0.3, 0] = 1.0
    weights[height < -0.3, 2] = 1.0
    found = inpaint(weights, certain, np.asarray(grid.vertices), np.asarray(grid.faces))
    np.testing.assert_array_equal(found[certain], weights[certain])
    side = ~certain & (np.linalg.norm(grid.vertices[:, :2], axis=1) > 0.049)
    np.testing.assert_allclose(found[side, 0], 0.5 + height[side] / 0.62, atol=0.08)
    np.testing.assert_allclose(found.sum(1), 1.0, atol=1e-6)


def test_smoothing_spreads_a_step_by_the_radius_at_any_resolution() -> None:
    for size in (0.02, 0.01):
        plate = trimesh.creation.box((1.0, 0.3, 0.02)).subdivide_to_size(size)
        x = np.asarray(plate.vertices[:, 0])
        weights = np.stack((x > 0, x <= 0), -1).astype(np.float32)
        result = smooth(weights, np.asarray(plate.vertices), np.asarray(plate.faces), np.full(len(x), 0.05))[:, 0]
        band = x[(result > 0.16) & (result < 0.84)]  # one standard deviation to both sides of the step
        assert 0.025 < np.abs(band).max() < 0.09
        np.testing.assert_allclose(result[np.abs(x) > 0.3], (x > 0)[np.abs(x) > 0.3], atol=1e-3)


def test_pruning_keeps_the_strongest_and_is_continuous() -> None:
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.full(24, 0.3), 300)
    pruned = prune(weights, 4)
    assert ((pruned > 0).sum(1) <= 4).all()
    np.testing.assert_allclose(pruned.sum(1), 1.0, atol=1e-6)
    assert (pruned.argmax(1) == weights.argmax(1)).all()
    few = np.array([[0.5, 0.3, 0.2, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(prune(few, 4), few, atol=1e-6)
    first, second = (np.array([[0.5, 0.3, 0.1, 0.05 + d, 0.05 - d, 0.0]]) for d in (1e-3, -1e-3))
    assert np.abs(prune(first, 4) - prune(second, 4)).max() < 5e-3


def test_the_coarse_body_comes_back_to_its_own_rest_shape() -> None:
    avatar = run(from_body(BODY, BETAS), BODY, BETAS, RigConfig(), Silent())
    np.testing.assert_allclose(avatar.vertices, BODY.rest_vertices(BETAS), atol=5e-3)  # four influences of more
    np.testing.assert_array_equal(avatar.joints[:24], BODY.rest_joints(BETAS))


def test_a_sculpted_body_is_rigged_like_the_body_under_it(dressed: Mesh) -> None:
    report = Silent()
    avatar = run(dressed, BODY, BETAS, RigConfig(), report)
    assert not report.warnings
    assert ((avatar.weights > 0).sum(1) <= 4).all()
    np.testing.assert_allclose(avatar.weights.sum(1), 1.0, atol=1e-6)
    np.testing.assert_allclose(pose_avatar(avatar, stand_pose()[None])[0], dressed.vertices, atol=1e-4)
    rest = BODY.rest_vertices(BETAS)
    distance = MeshRaycaster(rest, BODY.faces).closest_point(avatar.vertices)[2]
    assert np.abs(distance - 0.008).mean() < 0.002 and np.percentile(np.abs(distance - 0.008), 99) < 0.01
    # Left and right never mix, and a hand does not move a thigh.
    for left, right in ((4, 5), (7, 8), (18, 19), (20, 21)):
        assert (avatar.weights[:, left] * avatar.weights[:, right]).max() == 0.0, left
    assert (avatar.weights[:, [20, 21, 22, 23]].sum(1) * avatar.weights[:, [1, 2, 4, 5]].sum(1)).max() == 0.0


def test_clothes_that_know_their_weights_give_them(dressed: Mesh) -> None:
    hanging = np.zeros_like(BODY.weights)
    hanging[:, 3] = 1.0  # all of it hangs from the spine
    clothes = Avatar(POSED, BODY.faces, POSED, hanging, BODY.rest_joints(BETAS), BODY.parents.astype(np.int32))
    avatar = run(dressed, BODY, BETAS, RigConfig(), Silent(), clothes)
    np.testing.assert_allclose(avatar.weights[:, 3], 1.0)


@pytest.mark.parametrize("name", ["arms_up", "squat", "walk"])
def test_common_poses_do_not_tear_the_mesh(dressed: Mesh, name: str) -> None:
    avatar = run(dressed, BODY, BETAS, RigConfig(), Silent())
    pose = np.zeros((1, 24, 3))
    if name == "arms_up":
        pose[0, 16, 2], pose[0, 17, 2], pose[0, 13, 2], pose[0, 14, 2] = 1.1, -1.1, 0.3, -0.3
    elif name == "squat":
        pose[0, [1, 2], 0], pose[0, [4, 5], 0] = -1.6, 1.8
    else:
        pose[0, 1, 0], pose[0, 2, 0], pose[0, 5, 0], pose[0, [16, 17], 2] = -0.5, 0.4, 0.6, (-1.2, 1.2)
    stretch = edge_stretch(avatar.vertices, pose_avatar(avatar, pose)[0], avatar.faces)
    assert np.percentile(stretch, 99.9) < 4.0 and np.percentile(stretch, 99) < 2.2


def test_avatar_file_round_trip_and_refusals(tmp_path: Path) -> None:
    avatar = run(from_body(BODY, BETAS), BODY, BETAS, RigConfig(shape_keys=False), Silent())
    path = tmp_path / "avatar.npz"
    save_avatar(avatar, path)
    again = load_avatar(path)
    for field in dataclasses.fields(avatar):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(avatar, field.name))
    assert {name: str(np.load(path)[name].dtype) for name in np.load(path)} == {
        "vertices": "float32",
        "faces": "int32",
        "colors": "float32",
        "weights": "float32",
        "joints": "float32",
        "parents": "int32",
        "hands": "float32",
        "holds": "bool",
    }
    save_avatar(dataclasses.replace(avatar, weights=avatar.weights[:5]), path)
    with pytest.raises(EngineError, match="do not fit"):
        load_avatar(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(EngineError, match="not a readable avatar"):
        load_avatar(path)
    with pytest.raises(EngineError):
        load_avatar(tmp_path / "missing.npz")
