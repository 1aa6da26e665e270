"""Files in the programs that they are made for: Blender and Godot say where joints, bounds, clips and colours are."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine import export, motion
from engine.body import load_body
from engine.export import Scene
from engine.motion.cleanup import contacts, runs
from engine.names import plain
from engine.protocol import SKELETON_NAMES
from engine.report import Silent
from engine.settings import ExportConfig, MotionConfig
from tests.blender.conftest import bpy_python
from tests.export import figures, godot
from tests.export.test_every_format import NEAR, joints_of

pytestmark = pytest.mark.slow

OWN = ("avatar.glb", "game.glb", "avatar.obj", "avatar.ply", "motion.bvh")
"""What the engine writes."""
ADDON = ("blender.fbx", "blender.usdz", "blender.glb")
"""What the add-on writes."""
SQUARES = ("GAME.fbx", "FULL.fbx", "GAME.usdz", "FULL.usdz", "GAME.glb", "FULL.glb", "avatar.glb", "game.glb")
NAMES = ("../a/b.c", "a:b", "\N{SLIGHTLY SMILING FACE}", "x" * 200, "a.b / c", "walk 1/2.", "walk 1/2.")
"""Of armature and its data, mesh and its data, material and two takes."""
ODD = {"still": (1, 30.0), "fast": (5, 240.0)}
"""Frames and frames a second of takes that are under such names."""
ROOTS = ("pelvis", "root", "in_place")
STEPS = 2
"""Times a frame at which feet are looked at."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Scene, Path]]:
    """Every avatar, and the squares, with the folder that has its files and what the add-on reads."""
    made, conf = {}, ExportConfig(formats=tuple(sorted({Path(file).suffix[1:] for file in OWN})))
    cases = {**figures.avatars(), "squares": figures.patched()}
    for name, avatar in cases.items():
        folder, moves = tmp_path_factory.mktemp(name), None if name == "squares" else figures.motion()
        figures.paint(folder / "textures", **({"color": figures.PATCHES} if moves is None else {}))
        scene = Scene.of(avatar, moves, folder / "textures", {}, conf)
        export.write(scene, folder)
        figures.result(avatar, folder, moves)
        made[name] = (scene, folder)
    for name, (frames, fps) in ODD.items():
        folder, whole = tmp_path_factory.mktemp(name), vars(figures.motion())
        few = {key: value[:frames] for key, value in whole.items() if key != "fps"}
        figures.paint(folder)
        made[name] = (made["own"][0], figures.result(figures.avatars()["own"], folder, SimpleNamespace(**few, fps=fps)))
    return made


@pytest.fixture(scope="module")
def in_blender(written: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Blender reads of each file, by its path; under "picture" the one with the squares."""
    python, out = bpy_python("5.0"), tmp_path_factory.mktemp("jobs")
    if python is None:
        pytest.skip("no environment with bpy 5.0 (.venv-bpy-5.0 or AVATARCLIP_BPY_ENVS)")
    squares = written["squares"][1]
    folders = [written[name][1] for name in figures.NAMES]
    odd = {written[name][1]: round(fps) for name, (_, fps) in ODD.items()}
    jobs = {
        "write": [[str(f), [[str(f / file), "GAME", "SMPL"] for file in ADDON]] for f in folders]
        + [[str(squares), [[str(squares / file), file[:4], "GODOT"] for file in SQUARES[:6]]]]
        + [[str(f), [[str(f / file), "GAME", "SMPL"] for file in ADDON], NAMES] for f in odd],
        "read": [[str(folder / file)] for folder in folders for file in (*OWN, *ADDON)]
        + [[str(folder / file), fps] for folder, fps in odd.items() for file in ADDON],
        "draw": [str(squares / file) for file in SQUARES],
        "picture": str(out / "squares.png"),
    }
    (out / "jobs.json").write_text(json.dumps(jobs))
    command = [str(python), str(Path(__file__).parent / "inside_blender.py"), str(out / "jobs.json")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    rows = [json.loads(row[6:]) for row in ended.stdout.splitlines() if row.startswith("FOUND ")]
    return {**dict(rows), "picture": jobs["picture"]}


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], Any, np.ndarray]:
    """A walking figure's GLB for each kind of root motion, its motion, and times between frames too."""
    body = load_body()
    betas, seed = np.zeros(body.num_betas, np.float32), torch.Generator().manual_seed(0)
    made = motion.run("walking", body, betas, None, MotionConfig(frames=40), seed, Silent())
    files = {}
    for who in ROOTS:
        folder = tmp_path_factory.mktemp(who)
        export.write(
            Scene.of(figures.patched(), made, None, {}, ExportConfig(formats=("glb",), root_motion=who)), folder
        )
        files[who] = folder / "avatar.glb"
    return files, made, np.arange(STEPS * (len(made.poses) - 1) + 1) / STEPS


@pytest.fixture(scope="module")
def in_godot(written: Any, walked: Any, request: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Godot reads of each file; of the add-on's too, where there is a bpy."""
    godot.godot()
    if bpy_python("5.0") is not None:
        request.getfixturevalue("in_blender")
    times = (np.arange(figures.FRAMES) / figures.FPS).tolist()
    files = {}
    for name in figures.NAMES:
        for file in ("avatar.glb", "game.glb", "blender.fbx", "blender.glb"):
            files[f"{name} {file}"] = (written[name][1] / file, {"times": times})
    for file in SQUARES:
        if not file.endswith("usdz"):
            files[f"squares {file}"] = (written["squares"][1] / file, {"draw": True})
    for name in ODD:
        files |= {f"{name} {file}": (written[name][1] / file, {}) for file in ("blender.fbx", "blender.glb")}
    for who, path in walked[0].items():
        asked = {"times": (walked[2] / walked[1].fps).tolist(), **({"root": "root"} if who == "root" else {})}
        files[f"walk {who}.glb"] = (path, asked)
    return godot.probe(tmp_path_factory.mktemp("project"), {k: v for k, v in files.items() if v[0].is_file()})


def corners(scene: Scene, file: str) -> np.ndarray:
    mesh = scene.avatar if file in ("avatar.glb", "avatar.ply") else scene.game
    shown = mesh.vertices[np.unique(mesh.faces)]
    return np.array([shown.min(0), shown.max(0)])


def placed(rows: Any, scene: Scene) -> np.ndarray:
    """(..., J, 3) where a program has the joints, in our order."""
    return np.array([[row[joint] for joint in SKELETON_NAMES[: len(scene.avatar.joints)]] for row in rows])


@pytest.mark.parametrize("name", figures.NAMES)
def test_blender_reads_every_format_and_what_it_writes_itself(name: str, written: Any, in_blender: Any) -> None:
    scene, folder = written[name]
    moved = joints_of(scene)
    for file in (*OWN, *ADDON):
        seen = in_blender[str(folder / file)]
        if file != "motion.bvh":
            np.testing.assert_allclose(seen["bounds"], corners(scene, file), atol=NEAR, err_msg=file)
        if file in ("avatar.obj", "avatar.ply"):
            continue
        assert seen["rigs"] == 1 and len(seen["clips"]) == 1, file
        assert seen["fps"] == figures.FPS and seen["frames"] == [figures.FRAMES], file
        np.testing.assert_allclose(seen["scale"], 1.0, atol=1e-5, err_msg=file)
        at = placed([{joint: row[k] for joint, row in seen["joints"].items()} for k in range(figures.FRAMES)], scene)
        np.testing.assert_allclose(at, moved, atol=NEAR, err_msg=file)
        (rest,), joints = placed([seen["rest"]], scene), scene.avatar.joints
        if file == "motion.bvh":  # whose skeleton has its hips at the origin
            rest, joints = rest - rest[0], joints - joints[0]
        np.testing.assert_allclose(rest, joints, atol=NEAR, err_msg=file)


@pytest.mark.parametrize("name", ODD)
def test_names_and_takes_that_engines_stumble_over_come_through_the_add_on(
    name: str, written: Any, in_blender: Any
) -> None:
    frames, _ = ODD[name]
    for file in ADDON:
        seen = in_blender[str(written[name][1] / file)]
        if not file.endswith("usdz"):
            assert seen["frames"] == [frames, frames], file
        elif frames > 1:  # one frame is a pose there, and no motion
            assert seen["frames"] == [frames], file
        for names in (*seen["names"], seen["clips"]):
            assert all(plain(one) == one or one == "_materials" for one in names), (file, names)


@pytest.mark.parametrize("name", ODD)
def test_godot_has_each_take_as_long_as_it_is(name: str, in_godot: Any) -> None:
    frames, fps = ODD[name]
    files = [file for file in in_godot if file.startswith(f"{name} ")]
    if not files:
        pytest.skip("no environment with bpy 5.0, which writes them")
    for file in files:
        clips = in_godot[file]["clips"]
        assert len(clips) == 2 and all(plain(clip) == clip for clip in clips), (file, list(clips))
        for clip in clips.values():
            # a strip of Blender's is at least a tenth of a frame long
            assert clip["length"] == pytest.approx((frames - 1) / fps, abs=0.11 / fps if frames == 1 else 1e-6), file


@pytest.mark.parametrize("name", figures.NAMES)
def test_godot_sees_joints_and_bounds_where_they_are(name: str, written: Any, in_godot: Any) -> None:
    scene = written[name][0]
    moved = joints_of(scene)
    files = [file for file in in_godot if file.startswith(f"{name} ")]
    assert len(files) in (2, 4)
    for file in files:
        seen = in_godot[file]
        low, high = (np.array([mesh[end] for mesh in seen["meshes"]]) for end in ("low", "high"))
        bounds = corners(scene, file.split()[1])
        np.testing.assert_allclose([low.min(0), high.max(0)], bounds, atol=NEAR, err_msg=file)
        assert seen["skeletons"] == 1, file
        np.testing.assert_allclose(seen["scale"], 1.0, atol=1e-5, err_msg=file)
        np.testing.assert_allclose(placed([seen["rest"]], scene)[0], scene.avatar.joints, atol=NEAR, err_msg=file)
        (clip,) = seen["clips"].values()
        assert clip["length"] == pytest.approx((figures.FRAMES - 1) / figures.FPS, abs=1e-6)
        np.testing.assert_allclose(placed(clip["joints"], scene), moved, atol=NEAR, err_msg=file)


def test_blender_draws_textures_and_vertices_in_the_avatars_colours(in_blender: Any) -> None:
    picture = np.asarray(Image.open(in_blender["picture"]).convert("RGB")).astype(int)
    size = picture.shape[1] // 3
    for row, file in enumerate(SQUARES):
        seen = picture[len(picture) - size * row - size // 2, size // 2 :: size]
        np.testing.assert_allclose(seen, figures.PATCHES, atol=2, err_msg=file)


def test_godot_draws_textures_in_the_avatars_colours(in_godot: Any) -> None:
    """Its Compatibility renderer takes numbers at vertices for sRGB (its issue 87486), as FBX has them; glTF's are
    linear. Below 40 of 255 what it draws is darker than any texture, as its curve for sRGB is a rough one there."""
    true = np.array(figures.PATCHES)
    linear = np.where(true <= 10, true / 255 / 12.92, ((true / 255 + 0.055) / 1.055) ** 2.4)
    for file in SQUARES:
        if (seen := in_godot.get(f"squares {file}")) is None:
            continue
        (mesh,) = seen["meshes"]
        textured = file in ("game.glb", "GAME.fbx", "GAME.glb")
        assert ("colors" in mesh) != textured, file  # one would be multiplied with the other
        if textured or file == "FULL.fbx":
            np.testing.assert_allclose(np.array(seen["colors"])[true >= 40], true[true >= 40], atol=2, err_msg=file)
        if not textured:
            given = true / 255 if file == "FULL.fbx" else linear
            np.testing.assert_allclose(mesh["colors"], given, atol=1 / 255, err_msg=file)  # it keeps 8 bits


def test_feet_that_stand_do_not_slide_in_godot(walked: Any, in_godot: Any) -> None:
    """No further than in the motion itself, whoever carries the travel; in place the floor goes by beneath them."""
    _, made, frames = walked
    still = Scene.of(figures.patched(), made)
    true = joints_of(still)
    stands = contacts(true, made.fps, 1.0)
    travel = np.array([np.interp(frames, np.arange(len(made.trans)), made.trans[:, axis]) for axis in (0, 2)]).T
    seen = {who: next(iter(in_godot[f"walk {who}.glb"]["clips"].values())) for who in ROOTS}
    played = {who: placed(clip["joints"], still)[..., [0, 2]] for who, clip in seen.items()}
    played["in_place"] += (travel - travel[:1])[:, None]
    # at the very end the player has stopped, and adds nothing
    played["root motion"] = placed(seen["root"]["carried"][:-1], still)[..., [0, 2]]
    checked = 0
    for side, foot in enumerate(("left_foot", "right_foot")):
        joint = SKELETON_NAMES.index(foot)
        for start, end in runs(stands[:, side]):
            own = slid(true[start:end, joint][:, [0, 2]])
            checked += 1
            for who, places in played.items():
                found = slid(places[STEPS * start : STEPS * (end - 1) + 1, joint])
                assert found < own + NEAR, (who, foot, start, end, found, own)
    assert checked >= 3 and np.linalg.norm(travel[-1] - travel[0]) > 0.5


def slid(places: np.ndarray) -> float:
    """The furthest from where it began, of places (T, 2) on the floor."""
    return float(np.linalg.norm(places - places[0], axis=1).max())
