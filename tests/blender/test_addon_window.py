"""The add-on in real Blender windows, used with pointer and keys: Generate, wait, Import, undo, play, Cancel."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import HERE, REAL, find_blender, real_blender_tool

INSIDE = HERE / "inside"


@pytest.mark.window
@pytest.mark.slow
@pytest.mark.parametrize("version", REAL)
def test_generate_import_undo_play_cancel(version: str, extension: Path, fake_python: str, tmp_path: Path) -> None:
    tool = real_blender_tool()
    blender = find_blender(version)
    out = tmp_path / "window"
    out.mkdir()
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path / "user"), "AVATARCLIP_FAKE_PAUSE": "1.0"}
    install = [str(blender), "--command", "extension", "install-file", "-r", "user_default", "-e", str(extension)]
    subprocess.run(install, check=True, capture_output=True, env=environment, timeout=180)
    drive = ["python3", INSIDE / "window_driver.py", "blender", INSIDE / "window_scene.py", fake_python, out]
    command = [str(tool), "shell", version, shlex.join(map(str, drive))]
    ended = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=900, cwd=tmp_path, check=False
    )
    log = (out / "blender.log").read_text(errors="replace") if (out / "blender.log").exists() else ""
    assert (out / "passed").exists(), f"{ended.stdout[-1000:]}{ended.stderr[-3000:]}\nBlender:\n{log[-3000:]}"
    assert "Traceback" not in log, log[-3000:]
