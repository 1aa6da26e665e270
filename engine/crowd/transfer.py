"""Job folders to and from a place that all machines reach: a shared folder, or any address that ``fsspec`` knows.

What comes from there is data: files under the names that a job folder has, none outside of it, no links. A stage's
record is sent after its files, and names their checksums, so that half a stage is never taken for a whole one.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from engine import protocol
from engine.errors import EngineError
from engine.provenance import checksum

FOLDERS = (protocol.CHECKPOINTS_DIR, protocol.PREVIEWS_DIR, protocol.RESULT_DIR)
FILES = (protocol.REQUEST_FILE, protocol.EVENTS_FILE, protocol.LOG_FILE)
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._ -]*")


class Place:
    """Where one job's folder lies for all machines."""

    def __init__(self, share: str, name: str) -> None:
        """``share``: the address that holds the folders of all jobs.

        Raises:
            EngineError: ``bad_request`` if no such address can be reached.
        """
        import fsspec

        try:
            self._files, root = fsspec.core.url_to_fs(share)
        except (ValueError, ImportError, OSError) as error:
            raise EngineError("bad_request", f"The place {share} cannot be reached ({error}).") from None
        self._root = f"{root.rstrip('/')}/{name}"
        self._local = type(self._files).__name__ == "LocalFileSystem"

    def is_folder(self, folder: Path) -> bool:
        """Whether this place is that very folder, so that nothing need be fetched."""
        return self._local and os.path.realpath(self._root) == os.path.realpath(folder)

    def names(self) -> list[str]:
        """Names of the job's files there, relative to its folder."""
        if not self._files.exists(self._root):
            return []
        found: dict[str, Any] = self._files.find(self._root, detail=True)
        names = [path[len(self._root) :].lstrip("/") for path, told in found.items() if not told.get("islink")]
        return sorted(name for name in names if is_safe(name))

    def fetch(self, names: Iterable[str], folder: Path) -> None:
        """Bring files into a folder, each whole or not at all."""
        for name in names:
            if not is_safe(name):
                raise EngineError("broken_job", f"{name!r} is no file of a job folder.")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".part-{target.name}")
            self._files.get_file(f"{self._root}/{name}", str(partial))
            os.replace(partial, target)

    def send(self, folder: Path, names: Iterable[str]) -> None:
        """Put a folder's files there; on a file system each is whole or not there."""
        for name in names:
            target = f"{self._root}/{name}"
            if self._local:
                partial = Path(target).with_name(f".part-{os.getpid()}-{PurePosixPath(name).name}")
                partial.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, partial)
                os.replace(partial, target)
            else:
                self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(folder / name), target)


def is_safe(name: str) -> bool:
    """Whether a name is that of a job folder's file, within it and not hidden."""
    parts = name.split("/")
    known = name in FILES or (len(parts) > 1 and parts[0] in FOLDERS)
    return known and all(_PART.fullmatch(part) for part in parts)


def names_in(folder: Path, *below: str) -> list[str]:
    """Names of a job folder's files, those of some of its folders or all, records and the manifest last."""
    roots = [folder / name for name in below] if below else [folder]
    files = {path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()}
    names = [path.relative_to(folder).as_posix() for path in files if not path.is_symlink()]
    last = (f"{protocol.RESULT_DIR}/{protocol.MANIFEST_FILE}",)

    def rank(name: str) -> tuple[bool, bool, str]:
        record = name.startswith(f"{protocol.CHECKPOINTS_DIR}/") and name.count("/") == 1
        return name in last, record, name

    return sorted(filter(is_safe, names), key=rank)


def sums(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Checksums of files by their names; of those that are there."""
    return {name: checksum(folder / name) for name in names if (folder / name).is_file()}
