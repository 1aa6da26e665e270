"""An avatar in layers: rigged with the weights that its layers bring, stored, read back, refused where it is broken."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.body import load_body, stand_pose
from engine.errors import EngineError
from engine.mesh.stage import with_game
from engine.mesh.surface import Mesh
from engine.render import stills
from engine.report import Silent
from engine.rig import Avatar, load_avatar, pictures, pose_avatar, run, save_avatar
from engine.rig.pictures import avatar_preview
from engine.settings import MeshConfig, RigConfig
from engine.wardrobe.layers import joined
from tests.mesh import dressed

BODY = load_body()
BETAS = np.zeros(BODY.num_betas)
FULL = joined(dressed.layers())


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    mesh = Mesh(FULL.vertices, FULL.faces, FULL.colors, layers=FULL)
    conf = MeshConfig(game_faces=3000, texture_size=64, occlusion_rays=0)
    mesh = with_game(mesh, None, dressed.figure(), conf, Silent())
    return run(mesh, BODY, BETAS, RigConfig(shape_keys=False), Silent())


def test_layers_keep_their_weights_and_place(avatar: Avatar) -> None:
    assert avatar.layer_names == FULL.names and avatar.layer_materials == FULL.materials
    np.testing.assert_array_equal(avatar.face_layers, FULL.face_layers)
    helmet = FULL.vertex_layers == 3
    np.testing.assert_allclose(avatar.weights[helmet, 15], 1.0)
    posed = pose_avatar(avatar, stand_pose()[None])[0]
    np.testing.assert_allclose(posed, FULL.vertices, atol=2e-4)
    assert avatar.game is not None and avatar.game.face_layers is not None
    hat = np.unique(avatar.game.faces[avatar.game.face_layers == 3])
    np.testing.assert_allclose(avatar.game.weights[hat, 15], 1.0, atol=1e-5)


def test_pictures_leave_out_what_is_covered(avatar: Avatar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "VIEW_HEIGHT", 160)  # and the widths, a quarter of what people see
    monkeypatch.setattr(stills, "VIEW_WIDTHS", {name: width // 4 for name, width in stills.VIEW_WIDTHS.items()})
    alone = dataclasses.replace(avatar, vertices=avatar.vertices.copy())
    own = FULL.vertex_layers == 0
    alone.vertices[~own] = alone.vertices[15]  # without clothes the hole beneath them is seen
    whole = dataclasses.replace(alone, covered=None)
    # the arms and legs that the trousers and the shirt had covered are missing, the head is not
    first, second = (avatar_preview(of).astype(int) for of in (alone, whole))
    differs = np.abs(first - second).max(-1) > 30
    assert differs[:, :112].mean() > 0.05 and differs[:, -75:].mean() < 0.02


def test_the_file_holds_layers_and_gives_them_back(avatar: Avatar, tmp_path: Path) -> None:
    save_avatar(avatar, tmp_path / "avatar.npz")
    again = load_avatar(tmp_path / "avatar.npz")
    for field in dataclasses.fields(avatar):
        if field.name != "game":
            np.testing.assert_array_equal(getattr(again, field.name), getattr(avatar, field.name))
    assert again.game is not None and avatar.game is not None
    np.testing.assert_array_equal(again.game.face_layers, avatar.game.face_layers)
    with np.load(tmp_path / "avatar.npz", allow_pickle=False) as stored:
        assert stored["layer_names"].tolist() == list(FULL.names)
        assert stored["covered"].dtype == bool and stored["uvs"].shape == (*stored["faces"].shape, 2)


SPOILS = {
    "too few names": {"layer_names": FULL.names[:2]},
    "two of one name": {"layer_names": ("Body", "Shirt", "Shirt", "Helmet")},
    "materials of others": {"layer_materials": ("skin",)},
    "layers of too few faces": {"face_layers": FULL.face_layers[:-1]},
    "a layer that is not there": {"face_layers": FULL.face_layers - 1},
    "a vertex of two layers": {"face_layers": np.roll(FULL.face_layers, 1)},
    "uvs of vertices": {"uvs": np.zeros((len(FULL.vertices), 2), np.float32)},
    "roughness of faces": {"roughness": np.zeros(len(FULL.faces), np.float32)},
    "covered faces": {"covered": np.zeros(len(FULL.faces), bool)},
    "a game mesh of others": {"game": np.int32([0, 1])},
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_arrays_that_do_not_fit_are_one_sentence(avatar: Avatar, tmp_path: Path, spoil: str) -> None:
    changes = dict(SPOILS[spoil])
    if "game" in changes:
        assert avatar.game is not None
        changes["game"] = dataclasses.replace(avatar.game, face_layers=changes["game"])
    save_avatar(dataclasses.replace(avatar, **changes), tmp_path / "avatar.npz")
    with pytest.raises(EngineError, match="do not fit") as caught:
        load_avatar(tmp_path / "avatar.npz")
    assert caught.value.code == "broken_job"


def test_layers_without_their_arrays_are_one_sentence(avatar: Avatar, tmp_path: Path) -> None:
    save_avatar(avatar, tmp_path / "avatar.npz")
    with np.load(tmp_path / "avatar.npz") as stored:
        arrays = {name: stored[name] for name in stored.files if name != "covered"}
    np.savez(tmp_path / "less.npz", **arrays)
    with pytest.raises(EngineError, match="not a readable avatar"):
        load_avatar(tmp_path / "less.npz")
