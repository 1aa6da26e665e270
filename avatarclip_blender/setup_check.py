"""Runs the engine's doctor in the background and keeps what it said. No bpy."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import process
from .locate import SetupError

ADVICE = "* "
"""How the doctor's lines begin that say what to do."""
TIME_LIMIT = 180.0
"""Seconds; the first import of torch from a slow disk takes a while."""


class SetupCheck:
    """One run of ``PYTHON -m engine doctor``; done when `done` is true."""

    def __init__(self, python: Sequence[str], environment: Mapping[str, str], engine_root: Path) -> None:
        """Start the doctor.

        Raises:
            SetupError: if the program cannot be started.
        """
        self.done = False
        self.passed = False
        self.summary = ""
        self.lines: list[str] = []
        self._closing = False
        command = [*python, "-m", "engine", "doctor"]
        self._child = process.start(command, environment, engine_root, subprocess.STDOUT)
        self._thread = threading.Thread(target=self._wait, name="avatarclip-check", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the doctor if it still runs."""
        self._closing = True
        process.end(self._child, force=True)
        self._thread.join(2.0)

    def _wait(self) -> None:
        try:
            output, _ = self._child.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.end(self._child, force=True)
            self._child.communicate()
            self.summary = f"The engine did not answer within {TIME_LIMIT:.0f} s; check the Engine Python"
        else:
            text = output.decode("utf-8", "replace")
            lines = [line.rstrip() for line in text.splitlines() if line.strip()][-60:]
            # What there is to do comes first: the doctor ends with it, beyond what the preferences show at once.
            self.lines = sorted(lines, key=lambda line: not line.startswith(ADVICE))
            self.passed = self._child.returncode == 0
            self.summary = "The engine is ready" if self.passed else self._complaint()
        self.done = True

    def _complaint(self) -> str:
        last = self.lines[-1].strip() if self.lines else ""
        if "No module named" in last:
            return f"This Python lacks what the engine needs ({last.split(': ', 1)[-1]}); choose another Engine Python"
        if any(line.startswith("Traceback") for line in self.lines):
            return f"The engine failed to start ({last[:160]})"
        return "The engine found something to mend; see below"


def start(python: Sequence[str], environment: Mapping[str, str], engine_root: Path) -> SetupCheck:
    """Start a check; a program that cannot be started is an answer too."""
    try:
        return SetupCheck(python, environment, engine_root)
    except SetupError as error:
        return failed(str(error))


def failed(summary: str) -> SetupCheck:
    """Return a check that is over and did not pass."""
    check = SetupCheck.__new__(SetupCheck)
    check.done, check.passed, check.summary, check.lines = True, False, summary, []
    check.close = lambda: None  # type: ignore[method-assign]
    return check
