"""The engine's reader as a child process that stays: texts in, what they were understood as out. No bpy."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import process


@dataclass(frozen=True)
class Understood:
    """Some words of a prompt and what they were taken for."""

    words: str
    layer: str
    property: str
    value: str


@dataclass(frozen=True)
class Reading:
    """What the engine understands of one prompt."""

    text: str
    understood: tuple[Understood, ...] = ()
    ignored: tuple[str, ...] = ()
    """Words that have no effect."""
    repaired: tuple[tuple[str, str], ...] = ()
    """Misspelt words, and what they are read as."""
    notes: tuple[str, ...] = ()
    """Sentences on the text as a whole, such as on its language."""

    @staticmethod
    def from_json(line: str) -> Reading:
        """Read an answer; what it has besides is left alone.

        Raises:
            ValueError: if it is none.
        """
        try:
            raw: dict[str, Any] = json.loads(line)
            understood = [
                Understood(*(str(item[key]) for key in ("words", "layer", "property", "value")))
                for item in raw["understood"]
            ]
            return Reading(
                str(raw["text"]),
                tuple(understood),
                tuple(map(str, raw["ignored"])),
                tuple((str(before), str(after)) for before, after in raw.get("repaired", ())),
                tuple(map(str, raw.get("notes", ()))),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no reading: {error}") from None


class ReaderProcess:
    """``PYTHON -m engine read --lines``, one JSON object a line in each direction."""

    def __init__(self, python: Sequence[str], environment: Mapping[str, str], engine_root: Path) -> None:
        """Start it.

        Raises:
            SetupError: if the program cannot be started.
        """
        command = [*python, "-m", "engine", "read", "--lines"]
        self._child = process.start(command, environment, engine_root, subprocess.DEVNULL)
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._listen, name="avatarclip-reader", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it still answers."""
        return self._child.poll() is None

    def ask(self, part: str, text: str) -> None:
        """Ask for the reading of a part's prompt; the answer comes in `answers`."""
        line = json.dumps({"what": part, "text": text}) + "\n"
        with contextlib.suppress(OSError, ValueError):  # it has ended, which `running` tells
            self._child.stdin.write(line.encode())
            self._child.stdin.flush()

    def answers(self) -> list[tuple[str, Reading]]:
        """Return the readings that have come since the last call, each with its part."""
        found = []
        while not self._answers.empty():
            line = self._answers.get()
            with contextlib.suppress(ValueError, KeyError):
                found.append((str(json.loads(line)["what"]), Reading.from_json(line)))
        return found

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError, ValueError):
            self._child.stdin.close()
        process.end(self._child, force=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(2.0)
        self._thread.join(2.0)

    def _listen(self) -> None:
        for line in self._child.stdout:
            self._answers.put(line.decode("utf-8", "replace"))
