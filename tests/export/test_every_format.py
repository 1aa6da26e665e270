"""Three avatars through every format and reader: on the floor, joints and bounds within 2 mm, lengths exact."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from engine import export
from engine.export import Scene
from engine.geometry.skinning import bone_transforms
from engine.motion.formats.bvh import read_bvh
from engine.protocol import SKELETON_NAMES
from engine.settings import ExportConfig
from tests.export import figures
from tests.export.programs import node_modules
from tests.export.test_formats import Glb

NEAR = 0.002
FORMATS = ("glb", "ply", "obj", "bvh", "vrm", "vrma")
MODELS = ("avatar.glb", "game.glb")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Scene, Path]]:
    """Every avatar and the folder with its files."""
    made = {}
    for name in figures.NAMES:
        folder = tmp_path_factory.mktemp(name)
        scene = figures.scene(name, folder / "textures", ExportConfig(formats=FORMATS))
        export.write(scene, folder)
        made[name] = (scene, folder)
    return made


def joints_of(scene: Scene) -> np.ndarray:
    """(T, J, 3) where the joints are, by the engine's kinematics."""
    take, rest = scene.take, np.c_[scene.avatar.joints, np.ones(len(scene.avatar.joints))]
    transforms = bone_transforms(scene.avatar.joints, take.poses, scene.avatar.parents.tolist())
    return np.einsum("tjik,jk->tji", transforms[..., :3, :], rest) + take.trans[:, None]


def assert_bounds(points: np.ndarray, scene: Scene, game: bool) -> None:
    mesh = scene.game if game else scene.avatar
    expected = mesh.vertices[np.unique(mesh.faces)]
    np.testing.assert_allclose((points.min(0), points.max(0)), (expected.min(0), expected.max(0)), atol=NEAR)
    assert abs(points[:, 1].min()) < (0.05 if game else NEAR)


@pytest.mark.parametrize("name", figures.NAMES)
def test_files_rest_on_the_floor_and_move_as_the_motion_does(name: str, written: Any) -> None:
    scene, folder = written[name]
    moved, steps = joints_of(scene), (figures.FRAMES - 1) / figures.FPS
    for model in MODELS:
        glb = Glb(folder / model)
        nodes = glb.document["nodes"]
        (skin,) = glb.document["skins"]
        shown = [glb.array(p["attributes"]["POSITION"]) for m in glb.document["meshes"] for p in m["primitives"]]
        assert_bounds(np.concatenate(shown), scene, model == "game.glb")
        rest = -glb.array(skin["inverseBindMatrices"])[:, 12:15]
        np.testing.assert_allclose(rest, scene.avatar.joints, atol=NEAR)
        assert [nodes[joint]["name"] for joint in skin["joints"]] == list(SKELETON_NAMES[: len(rest)])
        times = glb.array(glb.document["animations"][0]["samplers"][0]["input"])[:, 0]
        assert len(times) == figures.FRAMES and times[-1] == np.float32(steps)
    for model in ("avatar.ply", "avatar.obj"):
        assert_bounds(np.asarray(trimesh.load(folder / model, process=False).vertices), scene, model == "avatar.obj")
    take = read_bvh(folder / "motion.bvh", lambda text: None)
    order = [take.names.index(joint) for joint in SKELETON_NAMES[: moved.shape[1]]]
    local, rest = take.local()[:, order], take.rest[order] / 100
    np.testing.assert_allclose(rest - rest[0], scene.avatar.joints - scene.avatar.joints[0], atol=NEAR)
    assert len(local) == figures.FRAMES and take.fps == pytest.approx(figures.FPS, rel=1e-6)
    rows = (folder / "motion.bvh").read_text().partition("Frame Time:")[2].splitlines()[1:]
    pelvis = [[float(value) / 100 for value in row.split()[:3]] for row in rows]
    np.testing.assert_allclose(pelvis, moved[:, 0], atol=NEAR)


@pytest.mark.parametrize("who", ["root", "in_place"])
def test_travel_is_where_it_was_asked_for_in_every_file(who: str, tmp_path: Path) -> None:
    """On the root bone all is where it was; in place nothing leaves the spot of the first frame."""
    free = joints_of(figures.scene("own", tmp_path / "textures"))
    scene = figures.scene("own", tmp_path / "textures", ExportConfig(formats=FORMATS, root_motion=who))
    export.write(scene, tmp_path)
    travel = (free[:, :1] - free[:1, :1]) * [1, 0, 1]
    glb = Glb(tmp_path / "game.glb")
    nodes, (skin,) = glb.document["nodes"], glb.document["skins"]
    names = [nodes[joint]["name"] for joint in skin["joints"]]
    (clip,) = glb.document["animations"]
    moves = {
        nodes[channel["target"]["node"]]["name"]: glb.array(clip["samplers"][channel["sampler"]]["output"])
        for channel in clip["channels"]
        if channel["target"]["path"] == "translation"
    }
    take = read_bvh(tmp_path / "motion.bvh", lambda text: None)
    np.testing.assert_allclose(moves["pelvis"], free[:, 0] - travel[:, 0], atol=1e-5)
    assert len(names) == len(set(names)) == (25 if who == "root" else 24) == len(take.names)
    rows = [
        [float(v) / 100 for v in line.split()]
        for line in (tmp_path / "motion.bvh").read_text().partition("Frame Time:")[2].splitlines()[1:]
    ]
    pelvis = np.array(rows)[:, 6:9] if who == "root" else np.array(rows)[:, :3]
    np.testing.assert_allclose(pelvis, free[:, 0] - travel[:, 0], atol=1e-5)
    if who == "root":
        np.testing.assert_allclose(moves["root"], travel[:, 0], atol=1e-5)
        np.testing.assert_allclose(np.array(rows)[:, :3], travel[:, 0], atol=1e-5)
        assert nodes[skin["skeleton"]]["name"] == "root" == take.names[0]
    else:
        assert set(moves) == {"pelvis"}


def test_a_loop_ends_with_the_frame_that_it_begins_with(tmp_path: Path) -> None:
    """Players go from the end to the beginning in no time, so that the last step must be in the take."""
    once, again = (figures.scene("own", tmp_path, loops=loops).take for loops in (False, True))
    assert len(again.poses) == len(again.trans) == len(again.face) == len(once.poses) + 1
    for name in ("poses", "trans", "face"):
        values = getattr(again, name)
        np.testing.assert_array_equal(values[-1], values[0])
        np.testing.assert_array_equal(values[:-1], getattr(once, name))


def test_the_khronos_validator_finds_nothing_wrong(written: Any, tmp_path: Path) -> None:
    modules = str(node_modules())
    files = [folder / model for _, folder in written.values() for model in (*MODELS, "avatar.vrm", "motion.vrma")]
    script = """
        const validator = require("gltf-validator"), fs = require("fs");
        (async () => {
          for (const file of process.argv.slice(2)) {
            const { issues } = await validator.validateBytes(new Uint8Array(fs.readFileSync(file)));
            console.log(JSON.stringify(issues.messages.filter((one) => one.severity < 2)));
          }
        })();"""
    (tmp_path / "check.js").write_text(script, encoding="utf-8")
    ended = subprocess.run(
        ["node", str(tmp_path / "check.js"), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env=os.environ | {"NODE_PATH": modules},
    )
    assert [json.loads(line) for line in ended.stdout.splitlines()] == [[]] * len(files)
