"""Where things are on this machine: the engine's Python, the avatars' folder, the environment of child processes.

No bpy in here, so that it can be tested and used anywhere.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from .contract import environment

PYTHON_VARIABLE = "AVATARCLIP_PYTHON"
"""Environment variable that names the engine's Python when the preference is empty."""

_FROM_BLENDER = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONEXECUTABLE",
    "PYTHONUSERBASE",
    "PYTHONPLATLIBDIR",
    "PYTHONOPTIMIZE",
    "PYTHONINSPECT",
    "PYTHONWARNINGS",
    "__PYVENV_LAUNCHER__",
)
"""Variables that Blender, or whoever started it, may set for *its* Python; they would break another one."""


class SetupError(RuntimeError):
    """The machine is not set up; the message is one sentence with the next step."""

    def __init__(self, message: str, code: str = "") -> None:
        """``code`` is a key of `mending.FOR_CODE`, for the button that mends it."""
        super().__init__(message)
        self.code = code


def parse_command(text: str) -> list[str]:
    """Split what the user typed as "Engine Python" into a command.

    A path of an existing file is taken whole, spaces included; anything else is split as a shell would, so that
    ``some-launcher /path/to/python`` works too.
    """
    text = text.strip()
    path = Path(text).expanduser()
    if path.is_file():
        return [str(path)]
    windows = os.name == "nt"
    try:
        parts = shlex.split(text, posix=not windows)
    except ValueError:  # an unbalanced quotation mark: most likely part of a path
        parts = [text]
    return [part.strip('"') for part in parts] if windows else [os.path.expanduser(part) for part in parts]


def engine_command(preference: str, engine_root: Path, installed: Path | None = None) -> list[str]:
    """Return the command that starts the engine's Python.

    The preference wins, then the variable ``AVATARCLIP_PYTHON``, then the environment that the add-on has
    ``installed``, then the ``.venv`` of the source tree.

    Raises:
        SetupError: if there is none, or if the one that was named does not exist.
    """
    for text, origin in ((preference, "the preferences"), (os.environ.get(PYTHON_VARIABLE, ""), PYTHON_VARIABLE)):
        if text.strip():
            command = parse_command(text)
            if shutil.which(command[0]) is None:
                what = f"The engine's Python named in {origin} does not exist or cannot run: {command[0]}"
                raise SetupError(what, "no_engine")
            return command
    for folder in (installed, engine_root / ".venv"):
        if folder is not None and environment.python_of(folder).is_file():
            return [str(environment.python_of(folder))]
    raise SetupError("The engine is not installed; press Install Engine in this add-on's preferences", "no_engine")


def child_environment(engine_root: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for the engine: ours, less what is meant for Blender's Python.

    ``PYTHONDONTWRITEBYTECODE`` keeps the engine from writing into the add-on's folder, which may be read-only.
    """
    environment = dict(os.environ if base is None else base)
    for name in _FROM_BLENDER:
        environment.pop(name, None)
    environment.update(
        PYTHONPATH=str(engine_root),
        PYTHONUTF8="1",
        PYTHONUNBUFFERED="1",
        PYTHONDONTWRITEBYTECODE="1",
    )
    return environment


def default_output_folder() -> Path:
    """Return where avatars go until the user chooses: a folder of their documents, or of their home."""
    home = Path.home()
    documents = home / "Documents"
    return (documents if documents.is_dir() else home) / "AvatarCLIP"


def default_engine_folder() -> Path:
    """Return where the engine's environment goes until the user chooses: the system's place for a user's programs.

    Not below the extension's own folder, which an update or a removal of the extension would empty.
    """
    home = Path.home()
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "AvatarCLIP" / "engine"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "AvatarCLIP" / "engine"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "avatarclip" / "engine"


def slug(text: str, length: int = 32) -> str:
    """Return a short ASCII name for a folder, safe on every file system (``"a Fire-fighter!"`` → ``fire-fighter``)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.split(r"[^a-z0-9]+", plain) if word not in ("", "a", "an", "the")]
    return "-".join(words)[:length].strip("-") or "avatar"


def new_job_folder(output_folder: Path, title: str, now: datetime | None = None) -> Path:
    """Create and return a job folder of its own, named by time and title.

    Raises:
        SetupError: if the folder cannot be written.
    """
    stem = f"{(now or datetime.now()):%Y%m%d-%H%M%S}-{slug(title)}"
    try:
        output_folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            folder = output_folder / (stem if number == 1 else f"{stem}-{number}")
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        reason = error.strerror or str(error)
        what = f"Cannot write to {output_folder} ({reason}); choose another Avatars Folder"
        raise SetupError(what, "not_writable") from None
    what = f"{output_folder} holds too many avatars of this name; choose another Avatars Folder"
    raise SetupError(what, "not_writable")
