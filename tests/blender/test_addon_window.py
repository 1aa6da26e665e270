"""The add-on in real Blender windows, used with pointer and keys: Generate, wait, Import, undo, play, Cancel."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import fake_avatar
import pytest
from conftest import HERE, REAL, find_blender, real_blender_tool

INSIDE = HERE / "inside"
READY = "the scene is prepared"
"""What the log says when Blender's own start is over."""


@pytest.mark.window
@pytest.mark.slow
@pytest.mark.parametrize("version", REAL)
def test_generate_import_undo_play_cancel(version: str, extension: Path, fake_python: str, tmp_path: Path) -> None:
    log = drive("window_driver.py", version, extension, fake_python, tmp_path, "0.4")
    assert "Traceback" not in log, log[-3000:]


@pytest.mark.window
@pytest.mark.slow
def test_thirty_clicks_from_the_first_prompt_to_a_file_for_a_game(
    extension: Path, fake_python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fake_avatar.write_result(tmp_path / "made", with_layers=True, with_game=True, with_shapes=True)
    monkeypatch.setenv("AVATARCLIP_FAKE_RESULT", str(made))
    log = drive("window_clicks.py", REAL[-1], extension, fake_python, tmp_path, "0.05")
    clicked = json.loads((tmp_path / "window" / "passed").read_text())
    assert len(clicked["clicks"]) >= 30 and (tmp_path / "window" / clicked["file"]).is_file()
    ours = log[log.index(READY) :]
    assert not [line for line in ours.splitlines() if re.search("error|warning|traceback", line, re.IGNORECASE)], ours


def drive(scenario: str, version: str, extension: Path, python: str, folder: Path, pause: str) -> str:
    """Install the extension in a real Blender, go through a scenario in its window, and return Blender's log."""
    tool, blender, out = real_blender_tool(), find_blender(version), folder / "window"
    out.mkdir()
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(folder / "user"), "AVATARCLIP_FAKE_PAUSE": pause}
    install = [str(blender), "--command", "extension", "install-file", "-r", "user_default", "-e", str(extension)]
    subprocess.run(install, check=True, capture_output=True, env=environment, timeout=180)
    arguments = ["python3", INSIDE / scenario, "blender", INSIDE / "window_scene.py", python, out]
    command = [str(tool), "shell", version, shlex.join(map(str, arguments))]
    ended = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=900, cwd=folder, check=False
    )
    log = (out / "blender.log").read_text(errors="replace") if (out / "blender.log").exists() else ""
    assert (out / "passed").exists(), f"{ended.stdout[-1000:]}{ended.stderr[-3000:]}\nBlender:\n{log[-3000:]}"
    return log
