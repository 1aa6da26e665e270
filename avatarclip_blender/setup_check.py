"""Runs the engine's doctor in the background and keeps what it found. No bpy."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from . import process
from .locate import SetupError

TIME_LIMIT = 180.0
"""Seconds; the first import of torch from a slow disk takes a while."""


@dataclass(frozen=True)
class Finding:
    """One thing to do something about."""

    text: str
    mend: str = ""
    """Name of the button that mends it, see `mending`; empty if there is none."""


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
        self.findings: list[Finding] = []
        self.facts: list[str] = []
        self.report: dict[str, Any] = {}
        command = [*python, "-m", "engine", "doctor", "--json"]
        self._child = process.start(command, environment, engine_root, subprocess.STDOUT)
        self._thread = threading.Thread(target=self._wait, name="avatarclip-check", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the doctor if it still runs."""
        process.end(self._child, force=True)
        self._thread.join(2.0)

    def _wait(self) -> None:
        try:
            output, _ = self._child.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.end(self._child, force=True)
            self._child.communicate()
            self.summary = f"The engine did not answer within {TIME_LIMIT:.0f} s"
            self.findings = [Finding("Choose another Engine Python, or install the engine again", "install")]
        else:
            self._take(output.decode("utf-8", "replace"))
        self.done = True

    def _take(self, text: str) -> None:
        start = text.find("{")
        try:
            self.report, _ = json.JSONDecoder().raw_decode(text[max(start, 0) :])
        except ValueError:
            self._complain(text)
            return
        self.passed = bool(self.report.get("ok")) and self._child.returncode == 0
        self.summary = "The engine is ready" if self.passed else "A job cannot run until this is mended"
        self.findings = findings(self.report)
        self.facts = facts(self.report)

    def _complain(self, text: str) -> None:
        """Say in one sentence why there is no report."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        last = lines[-1] if lines else ""
        if "No module named" in last:
            self.summary = f"This Python lacks what the engine needs ({last.split(': ', 1)[-1]})"
            self.findings = [Finding("Install the engine, or choose another Engine Python", "install")]
        else:
            self.summary = f"The engine failed to start ({last[:160]})"
            self.findings = [Finding("Install the engine again", "install")]
        self.facts = lines[-12:]


def findings(report: Mapping[str, Any]) -> list[Finding]:
    """Turn the doctor's report into findings, each with the button that mends it where there is one."""
    texts = [str(text).rstrip(".") for text in report.get("advice", [])]
    codes = [str(code) for code in report.get("advice_codes", [])]
    return [Finding(text, _MENDS.get(code, "")) for text, code in zip_longest(texts, codes[: len(texts)], fillvalue="")]


_MENDS = {"bundle": "reinstall", "packages": "install", "memory": "lower", "weights": "models"}
"""Buttons by the codes of the doctor's advice."""


def facts(report: Mapping[str, Any]) -> list[str]:
    """The few lines that a person wants to see even if all is well."""
    device, memory = report.get("device") or {}, report.get("memory") or {}
    lines = [f"Engine {report.get('engine')}, Python {report.get('python')}"]
    lines.append(f"Computes on {device.get('name') or 'nothing: ' + str(device.get('error'))}")
    for label, free, total in (
        ("Memory", memory.get("available"), memory.get("total")),
        ("Graphics memory", device.get("memory_free"), device.get("memory_total")),
    ):
        if free and total:
            lines.append(f"{label}: {free / 1e9:.1f} GB free of {total / 1e9:.1f} GB")
    packages = report.get("packages") or {}
    if packages:
        right = sum(1 for entry in packages.values() if entry.get("installed"))
        lines.append(f"{right} of {len(packages)} packages installed")
    return lines


def start(python: Sequence[str], environment: Mapping[str, str], engine_root: Path) -> SetupCheck:
    """Start a check; a program that cannot be started is an answer too."""
    try:
        return SetupCheck(python, environment, engine_root)
    except SetupError as error:
        return failed(str(error))


def failed(summary: str) -> SetupCheck:
    """Return a check that is over and did not pass."""
    check = SetupCheck.__new__(SetupCheck)
    check.done, check.passed, check.summary = True, False, summary
    check.findings, check.facts, check.report = [Finding("Install the engine, or choose its Python", "install")], [], {}
    check.close = lambda: None  # type: ignore[method-assign]
    return check
