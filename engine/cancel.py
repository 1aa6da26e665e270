"""How a running job learns that it should stop: Ctrl-C, SIGTERM, a ``cancel`` line, or the end of its parent."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from collections.abc import Callable
from types import FrameType

from engine.errors import Cancelled

GRACE_SECONDS = 5.0
"""How long a stage may take to reach its next step (and save a checkpoint) before the process simply ends."""


class CancelFlag:
    """Set from any thread or signal handler, asked for between steps."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._forced: Callable[[], None] | None = None

    def on_forced(self, action: Callable[[], None]) -> None:
        """Call ``action`` if the job has not stopped by itself `GRACE_SECONDS` after it was asked to."""
        self._forced = action

    def set(self) -> None:
        """Ask the job to stop; later calls change nothing."""
        if not self._event.is_set():
            self._event.set()
            watchdog = threading.Timer(GRACE_SECONDS, self._force)
            watchdog.daemon = True
            watchdog.start()

    def is_set(self) -> bool:
        """Whether the job was asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` when the job was asked to stop."""
        if self._event.is_set():
            raise Cancelled

    def _force(self) -> None:
        """End the job from outside its thread; every file is written whole, so nothing breaks."""
        if self._forced is not None:
            self._forced()


def watch_signals(flag: CancelFlag) -> None:
    """Let SIGTERM, SIGINT (and Windows' Ctrl-Break) cancel; a second Ctrl-C ends the process at once."""

    interrupts = 0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal interrupts
        interrupts += number == signal.SIGINT
        if interrupts > 1:
            os._exit(130)
        flag.set()

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handle)


def watch_parent(flag: CancelFlag) -> bool:
    """Cancel on a ``cancel`` line, or at the end, of standard input when it is a pipe; else do nothing.

    The add-on holds the other end of that pipe open as long as it lives, so its end is the parent's end. A terminal
    or /dev/null says nothing about a parent.

    Returns:
        Whether standard input is watched.
    """
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False

    def read() -> None:
        pending = b""
        while True:
            try:
                block = os.read(descriptor, 4096)
            except OSError:
                block = b""
            pending += block
            *lines, pending = pending.split(b"\n")
            if not block or any(line.strip() == b"cancel" for line in lines):
                flag.set()
                return

    threading.Thread(target=read, name="parent-watch", daemon=True).start()
    return True
