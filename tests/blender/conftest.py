"""Finds the Pythons with bpy; gives the tests a result, a fake engine, and the modules that need no bpy."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import fake_avatar  # noqa: E402 (found through the line above)

VERSIONS = ("4.2", "4.5", "5.0")


def bpy_python(version: str) -> Path | None:
    """Return the Python of the environment with a bpy wheel: the project's own, else one in AVATARCLIP_BPY_ENVS."""
    other = os.environ.get("AVATARCLIP_BPY_ENVS")
    folders = [ROOT / f".venv-bpy-{version}"]
    if other:
        folders += [Path(other) / f".venv-bpy-{version}", Path(other) / f"bpy-{version}"]
    for folder in folders:
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if python.is_file():
            return python
    return None


def without_blender() -> None:
    """Make the add-on's modules importable although its package itself needs bpy."""
    for name, folder in (("avatarclip_blender", ""), ("avatarclip_blender.importer", "importer")):
        if name not in sys.modules:
            package = types.ModuleType(name)
            package.__path__ = [str(ROOT / "avatarclip_blender" / folder)]
            sys.modules[name] = package


without_blender()


@pytest.fixture(scope="session")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small finished avatar with motion."""
    return fake_avatar.write_result(tmp_path_factory.mktemp("avatar") / "result")


@pytest.fixture
def fake_python(tmp_path: Path, result: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A command that takes the place of the engine's Python and starts the fake engine instead."""
    monkeypatch.setenv("AVATARCLIP_FAKE_RESULT", str(result))
    script = tmp_path / "fake python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "fake_engine.py"}" "$@"\n')
    script.chmod(0o755)
    return str(script)


@pytest.fixture(params=VERSIONS)
def inside(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """A function that runs a script of ``inside/`` in each Blender, with user folders of its own."""
    python = bpy_python(request.param)
    if python is None:
        pytest.skip(f"no environment with bpy {request.param} (.venv-bpy-{request.param} or AVATARCLIP_BPY_ENVS)")

    def run(script: str, *arguments: object, **variables: str) -> str:
        environment = os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path / "user")} | variables
        environment.pop("PYTHONPATH", None)
        command = [str(python), str(HERE / "inside" / script), *map(str, arguments)]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=180, env=environment, cwd=ROOT, check=False
        )
        assert ended.returncode == 0, (
            f"{script} in Blender {request.param}:\n{ended.stdout[-3000:]}{ended.stderr[-6000:]}"
        )
        return ended.stdout

    return run


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packed extension."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, str(ROOT / "tools" / "package.py"), str(out)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return Path(ended.stdout.strip())


@pytest.fixture(scope="session", params=("4.3", "5.2"))
def real_blender(request: pytest.FixtureRequest) -> Path:
    """A real Blender's launcher: the one that BLENDER names, or the ones that real-blender can set up here."""
    if os.environ.get("BLENDER"):
        if request.param != "5.2":
            pytest.skip("BLENDER names one Blender; it is tested once")
        return Path(os.environ["BLENDER"])
    tool = real_blender_tool()
    ended = subprocess.run(
        [str(tool), "setup", request.param], capture_output=True, text=True, timeout=900, check=False
    )
    if ended.returncode != 0:
        pytest.skip(f"Blender {request.param} could not be set up: {ended.stderr.strip()[-200:]}")
    return Path(ended.stdout.strip().splitlines()[-1])


def real_blender_tool() -> Path:
    """Return the script that sets up real Blenders with a virtual screen; skips the test where there is none."""
    tool = ROOT.parent / "shared" / "tools" / "real-blender"
    if not tool.is_file() or os.name == "nt" or os.geteuid() != 0:
        pytest.skip("no real Blender: set BLENDER, or run as root beside shared/tools/real-blender")
    return tool
