"""build.py: environments that are made when needed, sentences for what goes wrong."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine import environment as packages

ROOT = Path(__file__).resolve().parents[2]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


@pytest.fixture
def build(monkeypatch, tmp_path):
    """The module, with its environments below a temporary folder and its programs only noted."""
    spec = importlib.util.spec_from_file_location("build", ROOT / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls = []

    def note(command, quiet=False, **options):
        module.calls.append(command)
        if "venv" in command:
            python = Path(command[-1]) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        return module.answers(command)

    module.answers = lambda command: 0
    monkeypatch.setattr(module, "run", note)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def call(*arguments, **options):
    """Run build.py itself."""
    return subprocess.run(
        [sys.executable, ROOT / "build.py", *map(str, arguments)], capture_output=True, text=True, timeout=60, **options
    )


def test_help_names_the_commands_and_needs_no_packages():
    done = subprocess.run(
        [sys.executable, "-S", "-I", ROOT / "build.py", "--help"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    for command in ("demo", "test", "package"):
        assert command in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["demo", "--motion", ""],
        ["demo", "--motion", "a" * 10_000],
        ["demo", "--preset", "ultra"],
        ["demo", "--seed", "x"],
        ["demo", "--colour", "red"],
        ["demo", "--out", ROOT / "build.py" / "demo"],
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_installed(arguments):
    done = call(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Installing" not in done.stdout


def test_an_unsuitable_python_is_one_sentence(build, monkeypatch, capsys):
    for version in ((3, 10, 9), (3, 15, 0)):
        monkeypatch.setattr(build.sys, "version_info", version)
        assert build.main(["demo"]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_an_environment_is_made_once_and_again_when_its_lock_changes(build, tmp_path):
    lock = tmp_path / "some.lock"
    lock.write_text("a==1\n")
    for content, installs in (("a==1\n", 1), ("a==1\n", 0), ("a==2\n", 1)):
        lock.write_text(content)
        build.calls.clear()
        build.Environment(".venv", sys.executable, [["-r", str(lock)]]).ensure()
        assert sum("install" in command for command in build.calls) == installs


def test_an_interrupted_environment_is_completed(build, tmp_path):
    lock = tmp_path / "some.lock"
    lock.write_text("a==1\n")
    environment = build.Environment(".venv", sys.executable, [["-r", str(lock)]])
    build.answers = lambda command: 1 if "install" in command else 0
    with pytest.raises(build.Failure):
        environment.ensure()
    build.answers = lambda command: 0
    build.calls.clear()
    environment.ensure()
    assert ["install" in command for command in build.calls] == [True]


def torch_attempts(build):
    return [re.sub(r".*/", "", " ".join(c[c.index("-qq") + 1 :])) for c in build.calls if "install" in c]


def test_torch_is_the_cpu_build_where_that_can_be_had(build, monkeypatch):
    monkeypatch.setattr(packages, "has_nvidia", lambda: False)
    monkeypatch.setattr(build.sys, "platform", "linux")
    environment = build.Environment(".venv", sys.executable, [])
    environment._install([build.TORCH])
    assert [command[-1] for command in build.calls] == ["torch==2.13.0+cpu"]
    build.calls.clear()
    build.answers = lambda command: int("torch==2.13.0+cpu" in command and CPU_INDEX not in command)
    environment._install([build.TORCH])
    assert CPU_INDEX in build.calls[-1] and len(build.calls) == 2
    build.calls.clear()
    build.answers = lambda command: int("torch==2.13.0+cpu" in command)
    environment._install([build.TORCH])
    assert build.calls[-1][-1] == "torch==2.13.0" and len(build.calls) == 3


def test_torch_is_the_usual_build_with_a_gpu_and_elsewhere(build, monkeypatch):
    for platform, nvidia in (("linux", True), ("darwin", False), ("win32", False)):
        monkeypatch.setattr(packages, "has_nvidia", lambda nvidia=nvidia: nvidia)
        monkeypatch.setattr(build.sys, "platform", platform)
        build.calls.clear()
        build.Environment(".venv", sys.executable, [])._install([build.TORCH])
        assert [command[-1] for command in build.calls] == ["torch==2.13.0"]


def test_torch_for_a_gpu_on_windows_comes_from_pytorchs_own_index(monkeypatch):
    monkeypatch.setattr(packages.sys, "platform", "win32")
    assert all("--index-url" in choice for choice in packages.torch_choices("cuda"))
    assert packages.torch_choices("cpu") == [["torch==2.13.0"]]


def test_locks_pin_every_line_and_agree_with_build(build):
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
        pinned = re.compile(r'[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+( ; python_version < "[\d.]+")?')
        assert all(pinned.fullmatch(line) for line in lines), name
    assert build.TORCH in (ROOT / "requirements.lock").read_text().splitlines()


def test_a_scene_that_the_user_may_have_worked_on_is_left_alone(build, tmp_path):
    out = tmp_path / "demo"
    (out / "job" / "result").mkdir(parents=True)
    (tmp_path / "avatarclip_blender").mkdir()
    (out / "job" / "result" / "motion.npz").write_bytes(b"one")
    blender = build.Environment(".venv-bpy", sys.executable, [])

    def assembled():
        build.calls.clear()
        assert build.assemble(out, blender)
        for name in ("avatar.blend", "avatar.fbx"):
            (out / name).touch()
        return len(build.calls)

    assert [assembled(), assembled()] == [1, 0]
    (out / "job" / "result" / "motion.npz").write_bytes(b"two")
    assert assembled() == 1
    (out / "avatar.fbx").unlink()
    assert assembled() == 1
    assert build.assemble(out, None) is False


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_ci_runs_the_tests():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "python3 build.py test" in script.read_text()
