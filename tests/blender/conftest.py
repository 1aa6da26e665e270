"""Finds the Pythons with bpy; gives the tests a result, a fake engine, and the modules that need no bpy."""

from __future__ import annotations

import functools
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
"""As a Python module."""
REAL = ("4.3", "5.2")
"""As a program, which can also open windows."""


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
    # In the root of a real Blender the machine's own Python is reached through the helper host-python.
    start = f'exec $(command -v host-python) "{sys.executable}" "{HERE / "fake_engine.py"}" "$@"'
    script.write_text(f"#!/bin/sh\n{start}\n")
    script.chmod(0o755)
    return str(script)


WHEELS = [f"bpy {version}" for version in VERSIONS]


@pytest.fixture(params=[*WHEELS, *(f"Blender {version}" for version in REAL)])
def inside(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """A function that runs a script of ``inside/`` in each Blender, with user folders of its own."""
    return runner(request.param, tmp_path / "user")


@pytest.fixture(params=WHEELS)
def inside_wheel(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """The same for the Python modules only, where a program would tell nothing new."""
    return runner(request.param, tmp_path / "user")


def runner(name: str, user: Path) -> Callable[..., str]:
    """Make the function for one Blender; skips the test if it is not there."""
    kind, version = name.split()
    command = []
    if kind == "bpy":
        python = bpy_python(version)
        if python is None:
            pytest.skip(f"no environment with bpy {version} (.venv-bpy-{version} or AVATARCLIP_BPY_ENVS)")
        command = [str(python), str(HERE / "inside" / "run.py"), "--"]
    else:
        options = ["--background", "--factory-startup", "--python-exit-code", "1", "--python"]
        command = [str(find_blender(version)), *options, str(HERE / "inside" / "run.py"), "--"]

    def run(script: str, *arguments: object) -> str:
        environment = os.environ | {"BLENDER_USER_RESOURCES": str(user)}
        environment.pop("PYTHONPATH", None)
        whole = [*command, script, *map(str, arguments)]
        ended = subprocess.run(
            whole, capture_output=True, text=True, timeout=300, env=environment, cwd=ROOT, check=False
        )
        assert ended.returncode == 0, f"{script} in {name}:\n{ended.stdout[-3000:]}{ended.stderr[-6000:]}"
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


@pytest.fixture(scope="session", params=REAL)
def real_blender(request: pytest.FixtureRequest) -> Path:
    """A real Blender's launcher."""
    return find_blender(request.param)


@functools.cache
def find_blender(version: str) -> Path:
    """Return the launcher of a real Blender: the one that BLENDER names, or one that real-blender sets up here."""
    if os.environ.get("BLENDER"):
        if version != REAL[-1]:
            pytest.skip("BLENDER names one Blender; it is tested once")
        return Path(os.environ["BLENDER"])
    command = [str(real_blender_tool()), "setup", version]
    drop_stale_mounts()
    ended = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if ended.returncode != 0:
        pytest.skip(f"Blender {version} could not be set up: {ended.stderr.strip()[-200:]}")
    return Path(ended.stdout.strip().splitlines()[-1])


def drop_stale_mounts() -> None:
    """Unmount this checkout's top folder in the roots of real Blenders where it is not that folder any more.

    A root outlives a checkout. If the folder was deleted and made again, what is mounted there is the deleted one,
    empty, and the set-up would leave it so.
    """
    roots, top = Path(os.environ.get("REAL_BLENDER_ROOT", "/opt/real-blender")), Path(*ROOT.parts[:2])
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        point = Path(line.split()[1])
        if point.name == top.name and point.parent.parent == roots and not point.samefile(top):
            subprocess.run(["umount", "--lazy", str(point)], check=True)


def real_blender_tool() -> Path:
    """Return the script that sets up real Blenders with a virtual screen; skips the test where there is none."""
    tool = ROOT.parent / "shared" / "tools" / "real-blender"
    if not tool.is_file() or os.name == "nt" or os.geteuid() != 0:
        pytest.skip("no real Blender: set BLENDER, or run as root beside shared/tools/real-blender")
    return tool
