"""Starting, asking to stop, and ending a child process with all that it started, on every system. No bpy."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from .locate import SetupError

WINDOWS = sys.platform == "win32"


def start(command: Sequence[str], environment: Mapping[str, str], cwd: Path, stderr: int | BinaryIO) -> Any:
    """Start a child with pipes for its input and output, in a process group of its own and without a console window.

    Raises:
        SetupError: if the program cannot be started at all.
    """
    options: dict[str, Any] = {"start_new_session": True}
    if WINDOWS:
        flags = ("CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP")
        options = {"creationflags": sum(getattr(subprocess, flag) for flag in flags)}
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=cwd,
            env=dict(environment),
            **options,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        what = f"The engine's Python could not be started ({reason}): {command[0]}"
        raise SetupError(what, "environment") from None


def end(child: Any, *, force: bool) -> None:
    """End the child and its own children: politely (SIGTERM), or by force. Windows knows only force."""
    if WINDOWS:
        if child.poll() is None:
            command = ["taskkill", "/F", "/T", "/PID", str(child.pid)]
            subprocess.run(command, capture_output=True, check=False, creationflags=0x08000000)  # no window
        return
    kind = signal.SIGKILL if force else signal.SIGTERM
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, kind)  # its process group bears its own number, for it began a session


def exit_text(code: int) -> str:
    """Describe an exit status in words: ``exit code 3`` or ``killed by SIGKILL``."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"
