"""Packs the extension: ``python3 tools/package.py [OUT_DIR]`` writes ``dist/avatarclip_blender-<version>.zip``.

With ``--index`` also ``index.json`` beside it, made by the Blender that BLENDER names or that is on the PATH: the
folder on a web server is then a repository of extensions, which Blender installs from and keeps up to date.

At the zip's root are the manifest and the add-on's files; inside it the engine, its confs and its lock file, from
which the engine's own environment is made. Standard library only. The same sources give the same bytes: names are
sorted, times and permissions fixed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ADDON = "avatarclip_blender"
MANIFEST = "blender_manifest.toml"
FOLDERS = ("engine", "confs")
"""Go into the zip under their own names; `ADDON`'s files go to its root."""
FILES = ("LICENSE", "requirements.lock", "requirements-cluster.lock")
SKIPPED_FOLDERS = {"__pycache__", "training"}
"""``engine/training`` made the bundled models; nothing that an artist runs needs it."""
SKIPPED_SUFFIXES = {".pyc", ".pyo", ".blend1", ".log"}
TIME = (1980, 1, 1, 0, 0, 0)


def package(root: Path, out: Path) -> Path:
    """Write the extension's zip into the folder ``out`` and return its path.

    Raises:
        FileNotFoundError: if a part of the project is missing.
    """
    with open(root / MANIFEST, "rb") as stream:
        manifest = tomllib.load(stream)
    for part in (ADDON, *FOLDERS):
        if not (root / part).is_dir():
            raise FileNotFoundError(f"The folder {root / part} is missing")
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{manifest['id']}-{manifest['version']}.zip"
    partial = target.with_suffix(".partial")
    try:
        with zipfile.ZipFile(partial, "w") as archive:
            for name, path in sorted(members(root)):
                entry = zipfile.ZipInfo(name, TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o100644 << 16
                entry.create_system = 3  # Unix, wherever this runs
                archive.writestr(entry, path.read_bytes(), compresslevel=9)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def index(out: Path) -> Path:
    """Let Blender write the list of a folder's extensions, and return the file.

    Raises:
        RuntimeError: if there is no Blender, or it could not write the list.
    """
    blender = os.environ.get("BLENDER") or shutil.which("blender")
    if not blender:
        raise RuntimeError("index.json needs Blender: put it on the PATH, or name it in BLENDER")
    command = [blender, "--command", "extension", "server-generate", f"--repo-dir={out.resolve()}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0 or not (out / "index.json").is_file():
        raise RuntimeError(f"Blender could not write index.json: {(ended.stderr or ended.stdout).strip()[-300:]}")
    return out / "index.json"


def members(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield what goes into the zip: name inside, and path of the file."""
    yield MANIFEST, root / MANIFEST
    for path in _files(root / ADDON):
        yield path.relative_to(root / ADDON).as_posix(), path
    for folder in FOLDERS:
        for path in _files(root / folder):
            yield path.relative_to(root).as_posix(), path
    for name in FILES:
        if (root / name).is_file():
            yield name, root / name


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        skipped = hidden or not SKIPPED_FOLDERS.isdisjoint(parts) or path.suffix in SKIPPED_SUFFIXES
        if path.is_file() and not skipped:
            yield path


if __name__ == "__main__":
    project = Path(__file__).resolve().parents[1]
    folders = [Path(argument) for argument in sys.argv[1:] if argument != "--index"]
    place = folders[0] if folders else project / "dist"
    try:
        print(package(project, place))
        if "--index" in sys.argv:
            print(index(place))
    except (OSError, RuntimeError) as error:
        sys.exit(str(error))
