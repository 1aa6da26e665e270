"""Rotations against scipy, and the files that the importer refuses; no Blender needed."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import fake_avatar
import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from avatarclip_blender.contract import rotations
from avatarclip_blender.importer import conversions, names, split
from avatarclip_blender.importer import result as results


def as_scipy(quaternions: np.ndarray) -> Rotation:
    return Rotation.from_quat(quaternions[..., (1, 2, 3, 0)].reshape(-1, 4))


def test_resampling_agrees_with_scipys_slerp() -> None:
    keys = Rotation.random(31, random_state=1)
    quaternions = rotations.axis_angle_to_quaternion(keys.as_rotvec())[:, None]
    position = np.linspace(0, 3, 31)[:, None] * np.ones(3)
    turned, moved = conversions.resample(quaternions, position, 30.0, 24.0)
    assert len(turned) == 25
    times = np.arange(25) / 24
    expected = Slerp(np.arange(31) / 30, keys)(times)
    assert (as_scipy(turned) * expected.inv()).magnitude().max() < 1e-6
    assert np.allclose(moved, 3 * times[:, None])
    same, _ = conversions.resample(quaternions, position, 30.0, 30.0)
    assert same is quaternions


def test_the_frame_is_turned_not_mirrored() -> None:
    axes = conversions.to_blender(np.eye(3))
    assert np.allclose(axes, [(1, 0, 0), (0, 0, 1), (0, -1, 0)])  # left stays, up is +z, the front is -y
    assert np.linalg.det(axes) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("avatar", {"faces": np.array([[0, 1, 99999]])}, "does not exist"),
        ("avatar", {"faces": np.zeros((0, 3), int)}, "empty mesh"),
        ("avatar", {"weights": None}, "lacks weights"),
        ("avatar", {"weights": np.ones((1104, 24), "f4")}, "sum to 1"),
        ("avatar", {"colors": np.ones((7, 3), "f4")}, "shape"),
        ("avatar", {"vertices": np.full((1104, 3), np.nan)}, "finite"),
        ("avatar", {"parents": np.zeros(24, int)}, "another skeleton"),
        ("motion", {"poses": np.ones((61, 66))}, "shape"),
        ("motion", {"mocap_framerate": np.float64(0)}, "frame rate"),
        ("motion", {"poses": np.ones((0, 72)), "trans": np.ones((0, 3))}, "no frames"),
    ],
)
def test_broken_files_are_refused_in_one_sentence(
    tmp_path: Path, result: Path, name: str, change: dict, words: str
) -> None:
    folder = tmp_path / "result"
    shutil.copytree(result, folder)
    with np.load(folder / f"{name}.npz") as archive:
        arrays = dict(archive) | change
    np.savez(folder / f"{name}.npz", **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(results.ResultError, match=words) as caught:
        results.load_avatar(folder)
        results.load_motion(folder)
    assert "\n" not in str(caught.value)


def test_an_avatar_of_a_newer_version_is_refused(tmp_path: Path, result: Path) -> None:
    folder = tmp_path / "result"
    shutil.copytree(result, folder)
    (folder / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(results.ResultError, match=r"avatar was made by a newer version \(format 99\)"):
        results.load_avatar(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"covered": None}, "lacks covered"),
        ({"layer_names": np.array(["Body", "Shirt", "Shirt", "Belt"])}, "same name"),
        ({"layer_names": np.array(["Body", "Shirt", "Coat", " "])}, "has none"),
        ({"layer_names": np.arange(4)}, "texts"),
        ({"layer_materials": np.array(["skin"])}, "shape"),
        ({"face_layers": np.zeros(7, int)}, "shape"),
        ({"roughness": np.zeros((3, 3))}, "shape"),
        ("other", "layer that does not exist"),
        ("shared", "share a vertex"),
    ],
)
def test_layers_that_do_not_fit_are_refused_in_one_sentence(tmp_path: Path, change: dict | str, words: str) -> None:
    folder = fake_avatar.write_result(tmp_path / "result", with_layers=True)
    with np.load(folder / "avatar.npz") as archive:
        arrays = dict(archive)
    if change == "other":
        arrays["face_layers"] += 1
    elif change == "shared":
        arrays["face_layers"][3] = 2
    else:
        arrays |= change
    np.savez(folder / "avatar.npz", **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(results.ResultError, match=words) as caught:
        results.load_avatar(folder)
    assert "\n" not in str(caught.value)


def test_layers_hold_all_of_the_joined_mesh(tmp_path: Path) -> None:
    avatar = results.load_avatar(fake_avatar.write_result(tmp_path / "result", with_layers=True, with_shapes=True))
    parts = split.split(avatar)
    assert [part.name for part in parts] == ["Body", "Trousers", "Shirt", "Belt"]
    corners = [avatar.vertices[avatar.faces], np.concatenate([part.vertices[part.faces] for part in parts])]
    assert np.array_equal(*corners)
    assert avatar.shapes is not None
    assert np.array_equal(np.concatenate([part.deltas for part in parts], axis=1), avatar.shapes.deltas)
    (one,) = split.split(dataclasses.replace(avatar, layers=None))
    assert one.name == "Body" and one.vertices is avatar.vertices


@pytest.mark.parametrize("damage", ["cut", "text", "pickle"])
def test_half_written_files_are_refused(tmp_path: Path, result: Path, damage: str) -> None:
    folder = tmp_path / "result"
    shutil.copytree(result, folder)
    path = folder / "avatar.npz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif damage == "text":
        path.write_text("not an archive")
    else:
        np.savez(path, vertices=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(results.ResultError) as caught:
        results.load_avatar(folder)
    assert "\n" not in str(caught.value)


def test_a_result_is_found_from_job_folder_and_file(tmp_path: Path, result: Path) -> None:
    shutil.copytree(result, tmp_path / "job" / "result")
    expected = tmp_path / "job" / "result"
    for path in (expected, tmp_path / "job", expected / "avatar.npz"):
        assert results.find_result(path) == expected
    with pytest.raises(results.ResultError, match="no finished avatar"):
        results.find_result(tmp_path / "elsewhere")
    (expected / "manifest.json").write_text("{broken")
    assert results.load_manifest(expected) == {}


def test_names_and_files_have_neither_emoji_debris_nor_home_folders() -> None:
    assert names.tidy("dances 💃🏽 on \u202e ice ❤️‍🔥", 60) == "dances on ice"
    assert names.tidy("танцует " * 9, 20) == "танцует та" and names.tidy("  a\nb ", 9) == "a b"
    inside = str(Path.home() / "Documents" / "x")
    assert names.without_home(f'{{"a": "{inside}"}}') == '{"a": "~/Documents/x"}'
