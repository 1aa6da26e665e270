"""How a running job learns that it should stop or pause: signals, lines on standard input, the end of its parent.

A ``finish`` line, or Ctrl-\\ in a terminal, asks for less: that long work ends early and what is there is kept.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from engine import protocol
from engine.errors import Cancelled

GRACE_SECONDS = 5.0
"""How long a stage may take to reach its next step (and save a checkpoint) before the process simply ends. Set by
hand."""
_LOOK_SECONDS = 0.5
"""How often an engine without a parent looks for `protocol.CANCEL_FILE`. Set by hand."""


class CancelFlag:
    """Set from any thread or signal handler, asked for between steps."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._finish = threading.Event()
        self._forced: Callable[[], None] | None = None
        self._going = threading.Event()
        self._going.set()
        self.detached = False
        """Whether the end of the parent is no reason to stop."""

    def on_forced(self, action: Callable[[], None] | None) -> None:
        """Call ``action`` (None: nothing) if the job has not stopped `GRACE_SECONDS` after it was asked to."""
        self._forced = action

    def set(self) -> None:
        """Ask the job to stop; later calls change nothing."""
        if not self._event.is_set():
            self._event.set()
            self._going.set()
            watchdog = threading.Timer(GRACE_SECONDS, self._force)
            watchdog.daemon = True
            watchdog.start()

    def finish(self) -> None:
        """Ask long work to end early; the job goes on with what it has."""
        self._finish.set()

    def finishing(self) -> bool:
        """Whether long work was asked to end early."""
        return self._finish.is_set()

    def is_set(self) -> bool:
        """Whether the job was asked to stop."""
        return self._event.is_set()

    @property
    def paused(self) -> bool:
        """Whether the job was asked to pause."""
        return not self._going.is_set()

    def pause(self) -> None:
        """Ask the job to hold at its next step."""
        if not self.is_set():
            self._going.clear()

    def resume(self) -> None:
        """Let a paused job go on."""
        self._going.set()

    def wait(self) -> None:
        """Wait while the job is paused; being asked to stop ends the wait."""
        self._going.wait()

    def obey(self, command: str) -> None:
        """Do what one line of standard input says (`protocol.COMMANDS`); other lines say nothing."""
        if command in ("detach", "attach"):
            self.detached = command == "detach"
        elif command in ("pause", "resume", "finish"):
            getattr(self, command)()
        elif command == "cancel":
            self.set()

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
    if hasattr(signal, "SIGQUIT"):
        signal.signal(signal.SIGQUIT, lambda number, frame: flag.finish())


def watch_parent(flag: CancelFlag, folder: Path) -> bool:
    """Obey the lines of standard input when it is a pipe, and cancel at its end; else do nothing.

    The add-on holds the other end of that pipe open as long as it lives, so its end is the parent's end. A terminal
    or /dev/null says nothing about a parent.

    Returns:
        Whether standard input is watched.
    """
    if not is_piped():
        return False
    read_lines(flag.obey, lambda: parent_gone(flag, folder))
    return True


def is_piped() -> bool:
    """Whether standard input is a pipe, whose other end a parent holds."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def read_lines(take: Callable[[str], None], end: Callable[[], None]) -> None:
    """Hand each line of standard input to ``take`` and its end to ``end``, from a thread."""
    descriptor = sys.stdin.fileno()

    def read() -> None:
        pending = b""
        while True:
            try:
                block = os.read(descriptor, 4096)
            except OSError:
                block = b""
            pending += block
            *lines, pending = pending.split(b"\n")
            for line in lines:
                take(line.decode("utf-8", "replace").strip())
            if not block:
                break
        end()

    threading.Thread(target=read, name="parent-watch", daemon=True).start()


def parent_gone(flag: CancelFlag, folder: Path) -> None:
    """Cancel a job whose parent has ended; one that may outlive it goes on until a file in its folder stops it."""
    if flag.detached:
        flag.resume()  # nobody is left who could
        _watch_folder(flag, folder)
    flag.set()


def _watch_folder(flag: CancelFlag, folder: Path) -> None:
    """Return once `protocol.CANCEL_FILE` is there, which is taken away."""
    order = folder / protocol.CANCEL_FILE
    while not flag.is_set():
        if order.exists():
            order.unlink(missing_ok=True)
            return
        time.sleep(_LOOK_SECONDS)
