"""Installing the engine's environment, with a Python that pretends to be pip; no Blender and no network needed."""

from __future__ import annotations

import json
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from avatarclip_blender import installer
from avatarclip_blender.contract import environment
from avatarclip_blender.locate import SetupError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in torch is chosen by Linux's rule")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of tiny wheels that pip is confined to; returns the lock that names one of them."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name, version in (("torch", "2.13.0+cpu"), ("torch", "2.13.0"), ("tiny", "1.0")):
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(wheels / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/__init__.py", f"__version__ = {version!r}\n")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    lock = tmp_path / "requirements.lock"
    lock.write_text("tiny==1.0\n")
    return lock


def finish(change: installer.Installation) -> installer.Installation:
    """Wait for its end."""
    deadline = time.monotonic() + 120
    while change.running:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return change


@pytest.mark.slow
def test_is_made_found_renewed_and_removed(shelf: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "engine"
    assert environment.state(folder, shelf) == "absent"
    change = finish(installer.start(folder, "cpu", [sys.executable], shelf))
    assert (change.message, change.step) == ("", 4), change.log_path.read_text()
    assert environment.state(folder, shelf) == "ready"
    assert json.loads((folder / environment.STAMP).read_text())["kind"] == "cpu"
    log = change.log_path.read_text()
    assert "torch-2.13.0+cpu" in log and "tiny-1.0" in log
    shelf.write_text("tiny==1.0\n# another lock\n")
    assert environment.state(folder, shelf) == "outdated"
    assert finish(installer.start(folder, "cpu", [sys.executable], shelf)).message == ""
    assert environment.state(folder, shelf) == "ready"
    environment.python_of(folder).unlink()
    assert environment.state(folder, shelf) == "broken"
    (folder / "mine.txt").write_text("of the user")
    assert finish(installer.remove(folder)).message == ""
    assert [path.name for path in folder.iterdir()] == ["mine.txt"], "only what belongs to the environment goes"
    assert environment.state(folder, shelf) == "absent"
    with pytest.raises(SetupError, match="no engine"):
        installer.remove(folder)


@pytest.mark.slow
def test_failures_are_sentences_and_it_goes_on_from_there(shelf: Path, tmp_path: Path) -> None:
    folder = tmp_path / "engine"
    shelf.write_text("no-such-package==1.0\n")
    change = finish(installer.start(folder, "cpu", [sys.executable], shelf))
    assert "pip could not install the packages" in change.message and "goes on from there" in change.hint
    assert environment.state(folder, shelf) == "unfinished"
    shelf.write_text("tiny==1.0\n")
    assert finish(installer.start(folder, "cpu", [sys.executable], shelf)).message == ""
    assert "Requirement already satisfied: torch" in change.log_path.read_text()


def test_other_peoples_folders_and_pythons_are_refused(shelf: Path, tmp_path: Path) -> None:
    mine = tmp_path / "documents"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    change = finish(installer.start(mine, "cpu", [sys.executable], shelf))
    assert "holds other files" in change.message and (mine / "letter.txt").read_text() == "dear"
    with pytest.raises(SetupError, match="could not be started"):
        installer.start(tmp_path / "a", "cpu", ["/no/such/python"], shelf)
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="choose another Engine Folder"):
        installer.start(tmp_path / "file" / "engine", "cpu", [sys.executable], shelf)


def test_cancelling_leaves_something_to_go_on_from(shelf: Path, tmp_path: Path) -> None:
    change = installer.start(tmp_path / "engine", "cpu", [sys.executable], shelf)
    while change.step < 1:
        assert change.running
        time.sleep(0.01)
    change.close()
    assert not change.running and change.message == "Cancelled"
    assert environment.state(tmp_path / "engine", shelf) == "unfinished"


def test_paths_too_long_for_windows_are_named_beforehand() -> None:
    long = Path("C:/Users/somebody/" + 12 * "a folder/" + "engine")
    assert "too many for Windows" in installer.path_problem(long, windows=True, long_paths=lambda: False)
    assert installer.path_problem(long, windows=True, long_paths=lambda: True) == ""
    assert installer.path_problem(Path("C:/e"), windows=True, long_paths=lambda: False) == ""
    assert installer.path_problem(long, windows=False) == ""


def test_what_it_takes_is_said_beforehand(tmp_path: Path) -> None:
    text = installer.needed_text("cpu", tmp_path / "not" / "there")
    assert "GB on disk" in text and "GB free" in text
