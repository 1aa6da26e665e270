"""Installing, updating and removing the engine's environment in the background. No bpy.

The work is done by ``engine/environment.py``, a child process, which a thread of ours listens to; nothing here waits.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import process
from .contract import ENGINE_ROOT, environment
from .locate import SetupError, child_environment

DISK_SPACE = {"cpu": 2.0, "mps": 2.0, "cuda": 8.0}
"""GB on disk: the CPU build was measured (1.9, Linux); the others are room enough for what PyTorch's wheels bring."""
DOWNLOAD = {"cpu": 0.3, "mps": 0.3, "cuda": 3.5}
LONGEST_PATH_INSIDE = 201
"""Characters below the environment's folder of the longest file name, measured; Windows stops at 260 by default."""


@dataclass
class Installation:
    """The running or last change of the environment."""

    folder: Path
    running: bool = True
    text: str = "Starting…"
    step: int = 0
    steps: int = 4
    detail: str = ""
    message: str = ""
    """Why it failed; empty as long as it did not."""
    hint: str = ""
    cancelled: bool = False
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def log_path(self) -> Path:
        """What pip said."""
        return self.folder / environment.LOG

    def cancel(self) -> None:
        """Stop; what was done stays, and the next installation goes on from there."""
        self.cancelled = True
        if self._child is not None:
            process.end(self._child, force=True)

    def close(self) -> None:
        """Stop and wait until it has."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(3.0)


def base_python(preference: str) -> list[str]:
    """Return the command of the Python that makes the environment: the user's choice, else Blender's own."""
    from .locate import parse_command

    return parse_command(preference) if preference.strip() else [sys.executable]


def start(folder: Path, kind: str, base: Sequence[str], lock: Path | None = None) -> Installation:
    """Begin to install or update the environment in ``folder``.

    Raises:
        SetupError: if the base Python cannot be started or the folder cannot be written.
    """
    script = ENGINE_ROOT / "engine" / "environment.py"
    command = [*base, "-I", str(script), str(folder), "--kind", kind]
    if lock is not None:
        command += ["--lock", str(lock)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"Cannot write to {folder} ({error.strerror or error}); choose another Engine Folder"
        ) from None
    installation = Installation(folder)
    installation._child = process.start(command, child_environment(ENGINE_ROOT), ENGINE_ROOT, subprocess.STDOUT)
    _in_thread(installation, _listen)
    return installation


def remove(folder: Path) -> Installation:
    """Begin to delete the environment in ``folder``; refuses a folder that holds none.

    Raises:
        SetupError: if the folder is not one that an installation made.
    """
    if environment.state(folder) == "absent":
        raise SetupError(f"There is no engine in {folder}")
    installation = Installation(folder, text="Removing the engine…", steps=0)
    _in_thread(installation, _remove)
    return installation


def needed_text(kind: str, folder: Path) -> str:
    """Say what an installation takes and where it goes, before anybody agrees to it."""
    free = free_space(folder)
    room = f", {free / 1e9:.0f} GB free there" if free is not None else ""
    return f"Downloads about {DOWNLOAD[kind]:g} GB, takes about {DISK_SPACE[kind]:g} GB on disk{room}"


def free_space(folder: Path) -> int | None:
    """Return the free bytes of the disk that a folder, existing or not, is on."""
    for place in (folder, *folder.parents):
        if place.is_dir():
            try:
                return shutil.disk_usage(place).free
            except OSError:
                return None
    return None


def path_problem(folder: Path, windows: bool = os.name == "nt", long_paths: Callable[[], bool] | None = None) -> str:
    """Return one sentence if file names below ``folder`` would be too long for this Windows, else an empty text."""
    if not windows or len(str(folder)) + LONGEST_PATH_INSIDE < 260 or (long_paths or _long_paths_enabled)():
        return ""
    return (
        f"The Engine Folder's path has {len(str(folder))} characters, too many for Windows; choose a shorter one "
        f"(at most {259 - LONGEST_PATH_INSIDE}) or switch on long paths in Windows"
    )


def _long_paths_enabled() -> bool:
    if sys.platform != "win32":
        return True
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False


def _in_thread(installation: Installation, function: Callable[[Installation], None]) -> None:
    def work() -> None:
        try:
            function(installation)
        except OSError as error:
            installation.message = f"{error.filename or installation.folder}: {error.strerror or error}"
        installation.running = False

    installation._thread = threading.Thread(target=work, name="avatarclip-installer", daemon=True)
    installation._thread.start()


def _listen(installation: Installation) -> None:
    """Take in what the program says until its end."""
    child, done, last = installation._child, False, ""
    assert child is not None and child.stdout is not None
    with child.stdout:
        for raw in child.stdout:
            line = raw.decode("utf-8", "replace").strip()
            try:
                event = json.loads(line)
                kind = event["event"]
            except (ValueError, TypeError, KeyError):
                last = line or last
                continue
            if kind == "step":
                installation.step, installation.steps = int(event["number"]), int(event["total"])
                installation.text, installation.detail = str(event["text"]), ""
            elif kind == "detail":
                installation.detail = str(event["text"])
            elif kind == "error":
                installation.message, installation.hint = str(event["message"]), str(event["hint"])
            done = done or kind == "done"
    code = child.wait()
    if installation.cancelled:
        installation.message, installation.hint = "Cancelled", "Install Engine goes on from there"
    elif not done and not installation.message:
        what = process.exit_text(code) + (f": {last[:160]}" if last else "")
        installation.message, installation.hint = f"The installation stopped unexpectedly ({what})", "See the log"


def _remove(installation: Installation) -> None:
    """Delete what belongs to the environment: its stamp first, so that half of one is never taken for a whole."""
    for name in environment.OWN_ENTRIES:
        entry = installation.folder / name
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
    if not any(installation.folder.iterdir()):
        installation.folder.rmdir()
