"""Following an engine that nobody's pipe leads to any more: its events are read from the job folder. No bpy."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from .contract import protocol

_LOOK_SECONDS = 0.25
_STOP_SECONDS = 20.0
"""How long an engine may take to find the order to stop and to end; it forces itself to after a few seconds."""


class Follower:
    """Reads a job folder's events from the last start of the engine on, until the engine gives the folder free."""

    def __init__(self, folder: Path, take: Callable[[str | None], None]) -> None:
        """``take`` is called from a thread with each line, and with None at the end."""
        self.folder, self._take = folder, take
        self._closing = threading.Event()
        threading.Thread(target=self._read, name="avatarclip-follower", daemon=True).start()

    def close(self) -> None:
        """Follow it no longer."""
        self._closing.set()

    def stop_engine(self) -> None:
        """Leave the order to stop in the folder and wait until the engine has followed it."""
        order = self.folder / protocol.CANCEL_FILE
        with contextlib.suppress(OSError):
            order.touch()
        deadline = time.monotonic() + _STOP_SECONDS
        while is_worked_in(self.folder) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        with contextlib.suppress(OSError):
            order.unlink(missing_ok=True)

    def _read(self) -> None:
        pending = ""
        try:
            with open(self.folder / protocol.EVENTS_FILE, encoding="utf-8", errors="replace") as stream:
                lines = stream.read().splitlines(keepends=True)
                starts = [number for number, line in enumerate(lines) if '"job_started"' in line]
                for line in lines[starts[-1] if starts else 0 :]:
                    self._take(line)
                while not self._closing.is_set():
                    working = is_worked_in(self.folder)  # asked before reading: what it said last is not missed
                    pending = self._pass_on(stream, pending)
                    if not working:
                        break
                    self._closing.wait(_LOOK_SECONDS)
        except OSError:
            pass
        self._take(None)

    def _pass_on(self, stream: IO[str], pending: str) -> str:
        """Hand over the whole lines that have come; return the part of a line at the end."""
        *whole, rest = (pending + stream.read()).split("\n")
        for line in whole:
            self._take(line)
        return rest


def is_worked_in(folder: Path) -> bool:
    """Tell whether an engine holds the lock of a job folder."""
    try:
        stream = open(folder / protocol.LOCK_FILE, "r+", encoding="ascii")  # noqa: SIM115 (closed below)
    except OSError:
        return False
    with stream:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
            else:
                import fcntl

                fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
        except OSError:
            return True
    return False
