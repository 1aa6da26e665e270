"""Shape keys: what they change, on the sculpted surface as on the body, clothes and game mesh with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.appearance.base import BaseSurface
from engine.body import load_body
from engine.body.fingers import full_joints
from engine.errors import EngineError
from engine.geometry.measures import volume
from engine.mesh.extract import from_body
from engine.mesh.surface import Mesh
from engine.protocol import JOINT_NAMES, SHAPE_KEYS
from engine.report import Silent
from engine.rig import Avatar, load_avatar, run, save_avatar
from engine.rig.shape_keys import directions
from engine.settings import RigConfig
from engine.wardrobe.outfit import Garment, Look

BODY = load_body()
BETAS = np.zeros(BODY.num_betas)
LOOK = Look("fair", "long", "brown", "none", "brown", "blue", (Garment("t_shirt", "white"), Garment("skirt", "red")))


@pytest.fixture(scope="module")
def bare() -> Avatar:
    return run(from_body(BODY, BETAS), BODY, BETAS, RigConfig(), Silent())


def changed(avatar: Avatar, name: str, value: float) -> np.ndarray:
    assert avatar.shapes is not None
    return avatar.vertices + value * avatar.shapes.deltas[SHAPE_KEYS.index(name)]


def test_each_key_does_what_it_is_called(bare: Avatar) -> None:
    assert bare.shapes is not None and bare.shapes.deltas.shape == (len(SHAPE_KEYS), len(bare.vertices), 3)
    height, mass = np.ptp(bare.vertices[:, 1]), volume(bare.vertices, bare.faces)
    for sign in (1.0, -1.0):
        taller, heavier = changed(bare, "Taller", sign), changed(bare, "Heavier", sign)
        assert 0.05 < sign * (np.ptp(taller[:, 1]) - height) < 0.15
        assert 0.1 < sign * (volume(heavier, bare.faces) / mass - 1.0) < 0.3
        assert abs(np.ptp(heavier[:, 1]) - height) < 0.03
    shoulders = [JOINT_NAMES.index(f"{side}_shoulder") for side in ("left", "right")]
    joints = bare.shapes.joints[SHAPE_KEYS.index("More Masculine")][shoulders]
    assert joints[0, 0] - joints[1, 0] > 0.01  # broader
    for name in SHAPE_KEYS:  # the feet stay on the floor
        for value in (1.0, -1.0):
            assert abs(changed(bare, name, value)[:, 1].min() - bare.vertices[:, 1].min()) < 0.01, name


def test_a_key_is_the_body_of_that_shape(bare: Avatar) -> None:
    step = directions(BODY, Silent())[0]
    wanted = BODY.rest_vertices(BETAS + step)
    found = changed(bare, "Taller", 1.0)
    offset = (wanted - found).mean(0)  # the lift that keeps the feet on the floor
    np.testing.assert_allclose(found + offset, wanted, atol=0.01)
    assert np.abs(offset[[0, 2]]).max() < 0.005 and bare.shapes is not None
    joints = bare.joints + bare.shapes.joints[0] + offset
    np.testing.assert_allclose(joints, full_joints(BODY, BETAS + step), atol=0.005)


def test_clothes_go_with_the_body_that_wears_them() -> None:
    base = BaseSurface.dressed(BODY, BETAS, LOOK)
    skirt = base.parts[-1]
    mesh = Mesh(base.vertices, base.faces, base.colors)
    avatar = run(mesh, BODY, BETAS, RigConfig(), Silent(), base)
    assert avatar.shapes is not None
    heavier = avatar.shapes.deltas[SHAPE_KEYS.index("Heavier")][skirt[0] : skirt[1]]
    outwards = avatar.vertices[skirt[0] : skirt[1]] * np.array([1.0, 0.0, 1.0])
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    push = (heavier * outwards).sum(1)
    assert np.median(push) > 0.005 and (push > 0.0).mean() > 0.9
    stretch = np.linalg.norm(np.diff(heavier[mesh.faces[skirt[2] : skirt[3]] - skirt[0]], axis=1), axis=-1)
    assert stretch.max() < 0.03  # no tears


def test_they_are_kept_in_the_file_and_can_be_left_out(bare: Avatar, tmp_path: Path) -> None:
    save_avatar(bare, tmp_path / "a.npz")
    again = load_avatar(tmp_path / "a.npz")
    assert bare.shapes is not None and again.shapes is not None and again.shapes.game is None
    np.testing.assert_allclose(again.shapes.deltas, bare.shapes.deltas, atol=2e-4)
    np.testing.assert_allclose(again.shapes.joints, bare.shapes.joints, atol=1e-6)
    short = dataclasses.replace(bare.shapes, deltas=bare.shapes.deltas[:, :7])
    save_avatar(dataclasses.replace(bare, shapes=short), tmp_path / "b.npz")
    with pytest.raises(EngineError, match="do not fit"):
        load_avatar(tmp_path / "b.npz")
    assert run(from_body(BODY, BETAS), BODY, BETAS, RigConfig(shape_keys=False), Silent()).shapes is None
