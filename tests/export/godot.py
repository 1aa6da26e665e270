"""A Godot that can draw, for tests: files go into a project of their own, `godot_probe.gd` tells what came in."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parents[2] / "shared" / "tools"
PROJECT = """config_version=5
[application]
config/name="probe"
[rendering]
renderer/rendering_method="gl_compatibility"
"""


def godot() -> tuple[list[str], str]:
    """A command that runs a shell's line with a screen, and Godot's there; skips the test where there is none."""
    if named := os.environ.get("AVATARCLIP_GODOT"):
        return ["sh", "-c"], named
    if os.name == "nt" or not (TOOLS / "real-godot").is_file() or os.geteuid() != 0:
        pytest.skip("no Godot: set AVATARCLIP_GODOT to a command with a screen (xvfb-run -a godot)")
    ended = subprocess.run([TOOLS / "real-godot", "setup"], capture_output=True, text=True, timeout=900, check=False)
    if ended.returncode != 0:
        pytest.skip(f"Godot could not be set up: {ended.stderr.strip()[-200:]}")
    return [str(TOOLS / "real-blender"), "shell", "5.2"], "godot"


def probe(folder: Path, files: Mapping[str, tuple[Path, dict[str, Any]]]) -> dict[str, Any]:
    """What Godot says of files, by their names in the project.

    Args:
        folder: an empty one, for the project.
        files: the files, each with what is asked of it: ``times``, seconds at which joints are wanted; ``draw``,
            whether its three squares are drawn; ``root``, the bone whose motion moves the avatar.
    """
    runs, command = godot()
    (folder / "project.godot").write_text(PROJECT)
    shutil.copy(HERE / "godot_probe.gd", folder / "probe.gd")
    for name, (path, _) in files.items():
        shutil.copy(path, folder / name)
    (folder / "files.json").write_text(json.dumps({name: asked for name, (_, asked) in files.items()}))
    line = (
        f"cd {shlex.quote(str(folder))} && export HOME=$PWD/.home && mkdir -p $HOME && "
        f"{command} --headless --path . --import >import.log 2>&1; "
        f"{command} --path . --audio-driver Dummy --rendering-driver opengl3 --resolution 96x64 -s probe.gd"
    )
    ended = subprocess.run([*runs, line], capture_output=True, text=True, timeout=600, check=False)
    rows = [json.loads(row[6:]) for row in ended.stdout.splitlines() if row.startswith("FOUND ")]
    assert len(rows) == len(files), ended.stdout[-1000:] + ended.stderr[-2000:]
    return {row["file"]: row for row in rows}
