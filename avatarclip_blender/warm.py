"""An engine that stays between jobs, ``engine serve``: it has its models at hand when the next job comes. No bpy."""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import process
from .contract import protocol

LAST_WORDS = 4000
"""Bytes at the end of its standard error that are looked at when it has died."""


class WarmEngine:
    """The process, the thread that reads its events, and the one job that it may be at work on."""

    def __init__(
        self, python: Sequence[str], environment: Mapping[str, str], engine_root: Path, device: str, minutes: float
    ) -> None:
        """Start it; it ends by itself after so many ``minutes`` without a job.

        Raises:
            SetupError: if the program cannot be started.
        """
        self.made_for = (tuple(python), dict(environment), device)
        command = [*python, "-m", "engine", "serve", "--device", device, "--idle", str(60.0 * minutes)]
        self._console = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the process)
        self.child: Any = process.start(command, environment, engine_root, self._console)
        self.code: int | None = None
        """How the last job ended: its exit code, or the process's own if it died."""
        self._take: Callable[[str | None], None] | None = None
        self._idle = threading.Event()
        self._idle.set()
        threading.Thread(target=self._read, name="avatarclip-warm", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.child.poll() is None

    @property
    def free(self) -> bool:
        """Whether it can take a job."""
        return self.alive and self._idle.is_set()

    def run(self, folder: Path, take: Callable[[str | None], None]) -> bool:
        """Hand it a job; ``take`` is called from a thread with each line of events, and with None at the job's end.

        Returns:
            Whether it took the job; False if it has ended in this very moment.
        """
        self._idle.clear()
        self._take, self.code = take, None
        if self.order(json.dumps({"job": str(folder), "live": True})):
            return True
        self._take = None
        return False

    def order(self, line: str) -> bool:
        """Write it a line; gives whether it still listens."""
        try:
            self.child.stdin.write(f"{line}\n".encode())
            self.child.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the job; gives whether it has ended."""
        return self._idle.wait(seconds)

    def close(self) -> None:
        """Let it end: an idle one does at once, one whose job may outlive Blender when that is done."""
        with contextlib.suppress(OSError, ValueError):
            self.child.stdin.close()
        threading.Thread(target=self.child.wait, name="avatarclip-reaper", daemon=True).start()

    def last_words(self) -> bytes:
        """The end of what it wrote to standard error."""
        with contextlib.suppress(OSError, ValueError):
            self._console.seek(0, 2)
            self._console.seek(max(self._console.tell() - LAST_WORDS, 0))
            return self._console.read()
        return b""

    def _read(self) -> None:
        with self.child.stdout as stream:
            for raw in stream:
                line = raw.decode("utf-8", "replace")
                code = _ready(line)
                if code is not None:
                    self._end_job(code)
                elif self._take is not None:
                    self._take(line)
        self._end_job(self.child.wait())

    def _end_job(self, code: int) -> None:
        take, self._take = self._take, None
        if take is not None:
            self.code = code
            take(None)
        self._idle.set()


def _ready(line: str) -> int | None:
    """The exit code of the job whose end a line tells, if it does; at its start an engine is ready without one."""
    if '"ready"' not in line:
        return None
    try:
        event = protocol.parse_event(line)
    except protocol.ProtocolError:
        return None
    code = event.get("code")
    return code if event["event"] == "ready" and isinstance(code, int) else None
