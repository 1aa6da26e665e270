"""Names, lengths and settings that engines stumble over."""

from __future__ import annotations

import dataclasses
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from engine import export
from engine.config import load_config
from engine.errors import EngineError
from engine.export import Scene
from engine.export.humanoid import licences
from engine.motion.formats.bvh import read_bvh
from engine.names import LONGEST, plain, plain_names
from engine.schema import settings_of
from engine.settings import ExportConfig
from tests.export import figures
from tests.export.test_formats import Glb

EVIL = ["../a/b", "a.b", "a:b", "🙂", "", "x" * 200, "Ärmel", "A.B", "a\nb", "T-Shirt"]


def test_names_are_made_so_that_no_engine_refuses_them() -> None:
    made = plain_names(EVIL + EVIL)
    assert len({name.lower() for name in made}) == len(made) == 2 * len(EVIL)
    assert all(name and len(name) <= LONGEST and not set(name) & set('./\\:@"%\n🙂') for name in made)
    assert plain("T-Shirt") == "T-Shirt" and plain("Ärmel") == "Ärmel"


@pytest.mark.parametrize(("frames", "fps"), [(1, 30.0), (5, 240.0)])
def test_a_motion_of_one_frame_and_one_of_240_a_second(frames: int, fps: float, tmp_path: Path) -> None:
    whole = figures.motion()
    for name in ("poses", "trans", "hands", "face"):
        setattr(whole, name, getattr(whole, name)[:frames])
    whole.fps = fps
    names = tuple(f"{name} {k}/🙂." for k, name in enumerate(figures.avatars()["child"].layer_names))
    avatar = dataclasses.replace(figures.avatars()["child"], layer_names=names)
    conf = ExportConfig(name="a/b: 🙂" * 30, formats=("glb", "bvh", "vrm", "vrma"))
    scene = Scene.of(avatar, whole, None, {}, conf)
    export.write(scene, tmp_path)
    for file in ("avatar.glb", "game.glb", "motion.vrma"):
        glb = Glb(tmp_path / file)
        (clip,) = glb.document["animations"]
        times = glb.array(clip["samplers"][0]["input"])[:, 0]
        np.testing.assert_allclose(times, np.arange(frames) / fps, atol=1e-6)
    assert [m["name"] for m in Glb(tmp_path / "avatar.glb").document["meshes"]] == ["Body 0", "Skirt 1"]
    take = read_bvh(tmp_path / "motion.bvh", lambda text: None)
    assert len(take.local()) == frames and take.fps == pytest.approx(fps, rel=1e-4)


def test_settings_that_cannot_work_are_told_before_the_first_stage() -> None:
    with pytest.raises(EngineError, match="'gbl', which no exporter writes") as caught:
        export.check(ExportConfig(formats=("glb", "gbl")))
    assert caught.value.hint
    for key, value in (("root_motion", "feet"), ("license", "mine")):
        with pytest.raises(EngineError, match=f"export.{key}.*'{value}'"):
            load_config("draft", None, {f"export.{key}": value})


def test_every_licence_that_can_be_chosen_is_in_the_table() -> None:
    assert set(settings_of(ExportConfig)["license"].choices) == set(licences())


def test_a_format_of_ones_own_is_a_module_with_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = types.ModuleType("someone.txt_format")

    def write(scene: Scene, folder: Path) -> list[str]:
        (folder / "joints.txt").write_text(str(len(scene.avatar.joints)))
        return ["joints.txt"]

    mine.write = write
    monkeypatch.setitem(sys.modules, "someone", types.ModuleType("someone"))
    monkeypatch.setitem(sys.modules, "someone.txt_format", mine)
    scene = figures.scene("giant", tmp_path / "textures", ExportConfig(formats=("someone.txt_format",)))
    files = export.write(scene, tmp_path)
    assert files == ["color.png", "normal.png", "orm.png", "joints.txt"]
    assert (tmp_path / "joints.txt").read_text() == "54"
