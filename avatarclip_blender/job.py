"""One run of the engine: the child process, the thread that reads its events, and the queue between. No bpy.

The main thread calls `Job.poll` now and then, which never waits; only `Job.close` does, for at most about two seconds.
The engine's standard input stays open as long as Blender lives: when it ends, the engine knows that its parent is
gone and stops by itself.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import follow, process
from .contract import protocol
from .locate import SetupError
from .progress import FINISHED, RUNNING, Progress
from .warm import WarmEngine

CONSOLE_FILE = "console.txt"
"""What the engine wrote to standard error, in the job folder; it tells why an engine died before it had a log."""

GRACE = 1.0
"""Seconds that the engine has to stop by itself after "cancel"; as long as it takes to write a checkpoint."""
TERM_GRACE = 0.5
"""Seconds between asking the operating system to end the engine and ending it by force."""
_LINES_PER_POLL = 500


class Job:
    """A running or ended engine; `progress` tells how far it is."""

    def __init__(self, folder: Path) -> None:
        """Prepare to run the job that stands in ``folder`` (which has its ``request.json``)."""
        self.folder = Path(folder)
        self.progress = Progress()
        self.strays: list[str] = []
        """Lines on the engine's output that are no events: prints of libraries, the last of them only."""
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._child: Any = None
        self._stopper: threading.Thread | None = None
        self._ended_at: float | None = None
        self._drained = False
        self._over = False
        self._follower: follow.Follower | None = None
        self._warm: WarmEngine | None = None
        self._fresh: Callable[[], None] = lambda: None
        """Starts the job in a process of its own."""
        self.kept = False
        """Whether the engine was told to go on when Blender ends."""

    def start(
        self,
        python: Sequence[str],
        environment: Mapping[str, str],
        engine_root: Path,
        device: str = "auto",
        warm: WarmEngine | None = None,
        more: Sequence[str] = (),
    ) -> None:
        """Start ``PYTHON -m engine run FOLDER`` on a device (``auto``, ``cpu`` ...), or hand it to a warm engine.

        Should the warm engine die, the job begins again in a process of its own, where it goes on from what is stored.
        ``more`` are options of the command line, such as a cluster's address.

        Raises:
            SetupError: if the program cannot be started.
            OSError: if the job folder cannot be written.
        """
        command = [*python, "-m", "engine", "run", str(self.folder), "--live", "--device", device, *more]

        def fresh() -> None:
            self._warm, self._drained, self.progress = None, False, Progress()
            with open(self.folder / CONSOLE_FILE, "wb") as console:
                self._child = process.start(command, environment, engine_root, console)
            reader = threading.Thread(target=self._read, args=(self._child.stdout,), daemon=True)
            reader.start()
            if self.kept:
                self._order("detach")

        self._fresh = fresh
        if warm is not None and warm.run(self.folder, self._lines.put):
            self._warm, self._child = warm, warm.child
        else:
            fresh()

    def attach(self) -> None:
        """Follow an engine that another Blender, or this one before it was closed, has left working in the folder."""
        self._follower = follow.Follower(self.folder, self._lines.put)

    @property
    def running(self) -> bool:
        """Whether the engine was started and its end has not been taken in yet."""
        return (self._child is not None or self._follower is not None) and not self._over

    @property
    def attached(self) -> bool:
        """Whether the engine is one that was found at work, and so takes no orders but to stop."""
        return self._follower is not None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not ended yet."""
        return self._stopper is not None and self.running

    @property
    def surface_path(self) -> Path | None:
        """The newest state of the growing surface, or None."""
        return self.folder / self.progress.geometry if self.progress.geometry else None

    @property
    def result_folder(self) -> Path | None:
        """Folder of the finished avatar, or None."""
        if self.progress.phase != FINISHED or self.progress.result is None:
            return None
        return self.folder / self.progress.result

    @property
    def preview_path(self) -> Path | None:
        """The newest picture of the work, or None."""
        return self.folder / self.progress.preview if self.progress.preview else None

    @property
    def log_path(self) -> Path:
        """The file to look at when something went wrong: the engine's log, or its console if it got no further."""
        log = self.folder / protocol.LOG_FILE
        return log if log.is_file() and log.stat().st_size else self.folder / CONSOLE_FILE

    def poll(self) -> bool:
        """Take in what the engine has said since the last time; return whether anything changed. Never waits."""
        changed = False
        for _ in range(_LINES_PER_POLL):
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                break
            changed = True
            if line is None:
                self._drained = True
            else:
                self._take(line)
        if self._follower is not None:
            if self._drained and not self._over:
                self._settle(None)
        elif self._warm is not None:
            if self._drained and not self._over:
                self._end_warm(self._warm)
                changed = True
        elif self.running and self._child.poll() is not None:
            # A grandchild may hold the pipe open after the engine's death: give it a second, no more.
            self._ended_at = self._ended_at or time.monotonic()
            if self._drained or (self._lines.empty() and time.monotonic() - self._ended_at > 1.0):
                self._settle(self._child.returncode)
                changed = True
        return changed

    def cancel(self) -> None:
        """Ask the engine to stop, and see to it from a thread that it has ended within two seconds. Does not wait."""
        if self._stopper is not None or not self.running or (self._child and self._child.poll() is not None):
            return
        stop = self._stop if self._follower is None else self._follower.stop_engine
        self._stopper = threading.Thread(target=stop, name="avatarclip-stopper", daemon=True)
        self._stopper.start()

    def pause(self) -> None:
        """Ask the engine to hold at its next step; it says when it does."""
        self._order("pause")

    def resume(self) -> None:
        """Let a paused engine go on."""
        self._order("resume")

    def finish(self) -> None:
        """Ask the engine to end its sculpting early and to make the avatar from what is there."""
        self._order("finish")

    def keep_running(self, wanted: bool) -> None:
        """Say whether the engine shall go on when Blender ends, however it ends."""
        self.kept = wanted
        self._order("detach" if wanted else "attach")

    def leave(self) -> None:
        """Let go of an engine that was told to go on: it works without us from now on."""
        self._over = True
        if self._follower is not None:
            self._follower.close()
        elif self._warm is not None:
            self._warm.close()
        elif self._child is not None:
            with contextlib.suppress(OSError, ValueError):
                self._child.stdin.close()
            # While this Blender lives, somebody has to take in its end, or it would stay as a zombie.
            threading.Thread(target=self._child.wait, name="avatarclip-reaper", daemon=True).start()

    def close(self) -> None:
        """Stop the engine if it runs, wait for its end, and take in its last words."""
        self.cancel()
        if self._stopper is not None:
            self._stopper.join(GRACE + TERM_GRACE + 2.0)
        deadline = time.monotonic() + 1.5
        while self.running and time.monotonic() < deadline:
            self.poll()
            time.sleep(0.01)

    def _order(self, command: str) -> None:
        if self._child is not None and self.running:
            with contextlib.suppress(OSError, ValueError):  # it has just ended
                self._child.stdin.write(f"{command}\n".encode())
                self._child.stdin.flush()

    # --- the two threads -----------------------------------------------------------------------------------
    def _read(self, stream: Any) -> None:
        with stream:
            for line in stream:
                self._lines.put(line.decode("utf-8", "replace"))
        self._lines.put(None)

    def _stop(self) -> None:
        child, warm = self._child, self._warm
        with contextlib.suppress(OSError, ValueError):  # it may have closed its input, or be gone
            child.stdin.write(b"cancel\n")
            child.stdin.flush()
        for grace, force in ((GRACE, False), (TERM_GRACE, True)):
            try:
                if warm is None:
                    child.wait(grace)
                elif not warm.wait(grace):
                    raise subprocess.TimeoutExpired("engine", grace)
                return
            except subprocess.TimeoutExpired:
                process.end(child, force=force)

    # --- on the main thread --------------------------------------------------------------------------------
    def _take(self, line: str) -> None:
        if not line.strip():
            return
        try:
            event = protocol.parse_event(line)
        except protocol.ProtocolError:
            self.strays = [*self.strays[-19:], line.rstrip()[:500]]
            return
        self.progress.apply(event)

    def _end_warm(self, warm: WarmEngine) -> None:
        """The warm engine is done with the job, or has died: then a fresh one goes on, if nobody wanted an end."""
        told = self.progress.phase != RUNNING or self.progress.result is not None
        if warm.alive or told or self._stopper is not None:
            self._settle(warm.code)
            return
        with contextlib.suppress(OSError):
            (self.folder / CONSOLE_FILE).write_bytes(warm.last_words())
        try:
            self._fresh()
        except (OSError, SetupError):
            self._settle(warm.code)

    def _settle(self, code: int | None) -> None:
        """The engine has ended: clear up after it and say how it went; ``code`` is None if it was not our child."""
        self._over = True
        if self._child is not None and self._warm is None:
            process.end(self._child, force=True)  # whatever it left behind in its group
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        state = self.progress
        if state.phase != RUNNING:
            return
        cancelled = self._stopper is not None or code == protocol.EXIT_CANCELLED
        if state.result is not None and (cancelled or code in (None, protocol.EXIT_OK)):
            state.phase = FINISHED
        elif cancelled:
            state.cancel()
        else:
            state.fail(*self._account_of_death(code))

    def _account_of_death(self, code: int | None) -> tuple[str, str, str]:
        """Return one sentence on why the engine ended without saying so itself, what to do, and the error's code."""
        stage = protocol.STAGE_LABELS.get(self.progress.stage or "", "")
        during = f" during {stage}" if stage else " before it began"
        if code is None:
            what = f"The engine stopped unexpectedly{during}; see {self.log_path}"
            return what, "Resume goes on from there", "internal"
        cause = self._last_words() if code > 0 else ""
        what = f"{process.exit_text(code)}{': ' + cause if cause else ''}"
        hint, kind = "Resume goes on from the last checkpoint", "internal"
        if code == -getattr(signal, "SIGKILL", 9):
            hint = "The system may have run out of memory: close other programs or choose a lower preset, then Resume"
            kind = "killed"
        elif "ModuleNotFoundError" in cause or "No module named" in cause:
            hint = "Choose another Engine Python in the preferences and press Check Set-up there"
            kind = "environment"
        return f"The engine stopped unexpectedly{during} ({what}); see {self.log_path}", hint, kind

    def _last_words(self) -> str:
        """Return the last line of the engine's standard error, which in Python names the exception."""
        try:
            with open(self.folder / CONSOLE_FILE, "rb") as console:
                console.seek(0, 2)
                console.seek(max(console.tell() - 4000, 0))
                lines = console.read().decode("utf-8", "replace").split("\n")
        except OSError:
            return ""
        return next((line.strip()[:160] for line in reversed(lines) if line.strip()), "")
