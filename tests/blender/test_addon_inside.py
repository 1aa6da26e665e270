"""The add-on inside headless Blenders, 4.2 to 5.2: each test runs one script of ``inside/`` there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fake_avatar
import numpy as np
import pytest
from conftest import ROOT, bpy_python, runner

from avatarclip_blender.export_presets import PRESETS

pytestmark = pytest.mark.blender
Inside = Callable[..., str]


def test_deforms_as_linear_blend_skinning_says(inside: Inside, result: Path) -> None:
    inside("check_deform.py", result)


def test_more_than_four_influences_are_cut_to_the_strongest(inside_wheel: Inside, tmp_path: Path) -> None:
    inside_wheel("check_deform.py", fake_avatar.write_result(tmp_path / "result", influences=7))


def test_builds_a_clean_scene_and_touches_nothing_else(inside: Inside, result: Path) -> None:
    inside("check_scene.py", result)


def test_curves_takes_retargeting_and_pose_library(inside_wheel: Inside, result: Path, tmp_path: Path) -> None:
    print(inside_wheel("check_takes.py", result, tmp_path))


def test_builds_200000_vertices_quickly(inside_wheel: Inside) -> None:
    print(inside_wheel("check_speed.py", 1.5))  # 0.8 s was measured; the rest is for slower machines


def test_fbx_survives_the_round_trip(inside: Inside, result: Path, tmp_path: Path) -> None:
    (tmp_path / "fbx").mkdir()
    inside("check_fbx.py", result, tmp_path / "fbx")


def test_fbx_of_each_preset_is_what_another_reader_expects(inside: Inside, tmp_path: Path) -> None:
    pytest.importorskip("ufbx", reason="ufbx has no build for this Python")
    result, out = fake_avatar.write_result(tmp_path / "result", with_game=True), tmp_path / "fbx"
    out.mkdir()
    printed = inside("check_game.py", result, out)
    take = next(line.split(" ", 1)[1] for line in printed.splitlines() if line.startswith("TAKE "))
    motions = {key: preset.motion for key, preset in PRESETS.items()}
    files = [(key, key, motion) for key, motion in motions.items()] + [("IN_PLACE", "UNITY", "IN_PLACE")]
    for name, key, motion in files:
        command = [sys.executable, str(Path(__file__).parent / "fbx_reader.py"), str(out / f"{name}.fbx"), str(result)]
        ended = subprocess.run([*command, key, motion, take], capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, f"{name}: {ended.stderr[-1500:]}"


def test_fingers_from_import_to_each_engine(inside_wheel: Inside, result: Path, tmp_path: Path) -> None:
    (tmp_path / "fbx").mkdir()
    with_fingers = fake_avatar.write_result(tmp_path / "fingers", with_fingers=True)
    inside_wheel("check_fingers.py", with_fingers, result, tmp_path / "fbx")


def test_usd_survives_the_round_trip_and_another_reader(inside_wheel: Inside, tmp_path: Path) -> None:
    (tmp_path / "usd").mkdir()
    inside_wheel("check_usd.py", fake_avatar.write_result(tmp_path / "result", with_game=True), tmp_path / "usd")


def test_registers_and_unregisters_without_leftovers(
    inside_wheel: Inside, result: Path, fake_python: str, tmp_path: Path
) -> None:
    inside_wheel("check_register.py", result, fake_python, tmp_path / "out")


def test_operators_from_generate_to_import(inside: Inside, result: Path, fake_python: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    inside("check_job.py", result, fake_python, tmp_path / "out")


def test_prompts_are_read_while_they_are_typed(inside_wheel: Inside, fake_python: str) -> None:
    inside_wheel("check_reading.py", fake_python)


def test_parts_queue_and_everything_that_happens_during_a_job(
    inside_wheel: Inside, result: Path, fake_python: str, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    inside_wheel("check_session.py", result, fake_python, tmp_path / "out")


def test_what_is_done_with_an_avatar(inside: Inside, result: Path, tmp_path: Path) -> None:
    inside("check_avatar.py", result, tmp_path)


def test_twist_bones_come_and_go_and_are_exported(inside_wheel: Inside, result: Path, tmp_path: Path) -> None:
    inside_wheel("check_twist.py", result, tmp_path)


def test_crowds_stand_in_a_grid_and_are_assets(
    inside_wheel: Inside, result: Path, fake_python: str, tmp_path: Path
) -> None:
    inside_wheel("check_crowd.py", result, fake_python, tmp_path / "out")


def test_an_avatar_that_rests_in_the_a_pose_moves_alike(inside_wheel: Inside, result: Path, tmp_path: Path) -> None:
    inside_wheel("check_rest.py", result, fake_avatar.write_result(tmp_path / "a", a_pose=True), tmp_path)


@pytest.mark.parametrize("a_pose", [False, True])
def test_shape_keys_move_mesh_game_mesh_and_rig(inside_wheel: Inside, tmp_path: Path, a_pose: bool) -> None:
    result = fake_avatar.write_result(tmp_path / "result", with_game=True, with_shapes=True, a_pose=a_pose)
    inside_wheel("check_shape.py", result, tmp_path)


def test_face_shapes_are_keys_that_the_take_moves(inside_wheel: Inside, tmp_path: Path) -> None:
    result = fake_avatar.write_result(tmp_path / "result", with_layers=True, with_game=True, with_face=True)
    inside_wheel("check_face.py", result, tmp_path)


def test_layers_from_import_to_export(inside: Inside, tmp_path: Path) -> None:
    result = fake_avatar.write_result(tmp_path / "result", with_layers=True, rings=16, with_game=True, with_shapes=True)
    other = fake_avatar.write_result(tmp_path / "other", with_layers=True, rings=5, a_pose=True, with_motion=False)
    small = fake_avatar.write_result(tmp_path / "small", with_layers=True, rings=16, scale=0.7, with_motion=False)
    inside("check_layers.py", result, other, small, tmp_path)


def test_takes_duplicates_appended_avatars_and_deleting(inside: Inside, tmp_path: Path) -> None:
    result = fake_avatar.write_result(tmp_path / "result", with_layers=True, with_game=True, with_shapes=True)
    other = fake_avatar.write_result(tmp_path / "other")
    with np.load(other / "motion.npz") as stored:
        np.savez(other / "motion.npz", **{**stored, "poses": stored["poses"] * 0.5})
    inside("check_whole.py", result, other, tmp_path)


@pytest.fixture(scope="module")
def assembled(result: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What tools/assemble.py makes with Blender 4.2."""
    python = bpy_python("4.2")
    if python is None:
        pytest.skip("no environment with bpy 4.2 (.venv-bpy-4.2 or AVATARCLIP_BPY_ENVS)")
    out = tmp_path_factory.mktemp("assembled") / "new folder"
    command = [str(python), str(ROOT / "tools" / "assemble.py"), str(result), str(out)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert sorted(path.name for path in out.iterdir()) == ["avatar.blend", "avatar.fbx"]
    return out


def test_assembled_file_opens_in_every_version(inside: Inside, assembled: Path) -> None:
    inside("check_blend.py", assembled / "avatar.blend")


def test_assembling_without_a_result_is_one_sentence(assembled: Path, tmp_path: Path) -> None:
    command = [str(bpy_python("4.2")), str(ROOT / "tools" / "assemble.py"), str(tmp_path / "none"), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith("The scene could not be built: There is no finished avatar")
    assert list(tmp_path.iterdir()) == []


def test_installs_from_the_zip(inside_wheel: Inside, extension: Path, result: Path) -> None:
    inside_wheel("check_extension.py", extension, result)


def test_example_scripts(extension: Path, result: Path, fake_python: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    inside_one = runner("bpy 5.0", tmp_path / "user")  # what they call is tested in all versions
    inside_one("check_examples.py", extension, result, fake_python, tmp_path / "out")
