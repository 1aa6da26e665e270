"""The extension's zip: what is in it, that it is the same every time, and that Blender accepts it."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
from conftest import REAL, ROOT, find_blender


def test_holds_add_on_engine_and_lock_at_the_right_places(extension: Path) -> None:
    names = zipfile.ZipFile(extension).namelist()
    assert {
        "blender_manifest.toml",
        "__init__.py",
        "importer/mesh.py",
        "engine/protocol.py",
        "engine/__main__.py",
        "confs/draft.conf",
        "requirements.lock",
    } <= set(names)
    assert len(names) == len(set(names))
    outside = ("tests", "tools", "engine/training", "/", ".")
    assert not [name for name in names if "__pycache__" in name or name.startswith(outside)]


def test_is_the_same_byte_for_byte(extension: Path, tmp_path: Path) -> None:
    os.utime(ROOT / "blender_manifest.toml")
    time.sleep(2.1)  # the grain of a zip's times
    again = load_packager().package(ROOT, tmp_path)
    for packed in (extension, again):
        assert packed.name == "avatarclip_blender-0.1.0.zip"
        assert [path.name for path in packed.parent.iterdir()] == [packed.name]
    assert extension.read_bytes() == again.read_bytes()


def test_a_part_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "blender_manifest.toml").write_bytes((ROOT / "blender_manifest.toml").read_bytes())
    with pytest.raises(FileNotFoundError, match="avatarclip_blender"):
        load_packager().package(tmp_path, tmp_path / "dist")


def test_manifest_follows_blenders_rules() -> None:
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert manifest["version"] == project["version"]
    for text in (manifest["tagline"], *manifest["permissions"].values()):
        assert len(text) <= 64 and not text.endswith(".")


def test_add_on_imports_nothing_but_blender_numpy_and_the_standard_library() -> None:
    allowed = {"bpy", "blf", "bpy_extras", "bl_operators", "bmesh", "mathutils", "numpy", *sys.stdlib_module_names}
    for path in (ROOT / "avatarclip_blender").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                # for the type checker only: at run time the modules are loaded by path
                top = name.split(".")[0]
                assert top in allowed or (path.name, top) == ("contract.py", "engine"), (path, name)


@pytest.mark.blender
@pytest.mark.slow
def test_blender_accepts_and_installs_it(real_blender: Path, extension: Path, tmp_path: Path) -> None:
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path)}

    def blender(*arguments: str) -> str:
        command = [str(real_blender), "--command", "extension", *arguments]
        ended = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=120, cwd=tmp_path, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    assert "Success" in blender("validate", str(extension))
    blender("install-file", "-r", "user_default", "-e", str(extension))
    assert "avatarclip_blender" in blender("list")


def load_packager():  # type: ignore[no-untyped-def]
    """Import tools/package.py."""
    spec = importlib.util.spec_from_file_location("packager", ROOT / "tools" / "package.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.blender
def test_a_folder_becomes_a_repository_that_blender_installs_from(tmp_path: Path) -> None:
    environment = os.environ | {"BLENDER": str(find_blender(REAL[-1]))}
    command = [sys.executable, str(ROOT / "tools" / "package.py"), str(tmp_path), "--index"]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    (entry,) = json.loads((tmp_path / "index.json").read_text())["data"]
    archive = tmp_path / entry["archive_url"]
    assert entry["id"] == "avatarclip_blender" and archive.stat().st_size == entry["archive_size"]
    assert entry["archive_hash"] == "sha256:" + hashlib.sha256(archive.read_bytes()).hexdigest()
    environment |= {"BLENDER": "", "PATH": str(tmp_path)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert ended.returncode == 1 and ended.stderr.strip().startswith("index.json needs Blender")
