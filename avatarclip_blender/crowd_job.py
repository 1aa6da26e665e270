"""A crowd at work: ``engine batch`` as a child process, and what it has told so far. No bpy."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import process
from .contract import protocol

LIST_FILE = "crowd.jsonl"
CONSOLE_FILE = "console.txt"


@dataclass(frozen=True)
class Home:
    """Where the avatars are made."""

    address: str = ""
    """Of a cluster; empty for this computer."""
    share: str = ""
    """Place that the cluster's machines reach; empty for the crowd's own folder."""

    def options(self) -> list[str]:
        """For the engine's command line."""
        if not self.address:
            return []
        return ["--address", self.address, *(["--share", self.share] if self.share else [])]


@dataclass
class CrowdJob:
    """One run of ``engine batch``; `poll` takes in what it has said."""

    folder: Path
    done: int = 0
    total: int = 0
    share: float = 0.0
    eta: float | None = None
    made: list[str] = field(default_factory=list)
    """Names of the avatars that are there, in the order in which they were told of."""
    problems: list[str] = field(default_factory=list)
    """One sentence each."""
    over: bool = False
    cancelled: bool = False
    _child: Any = None
    _lines: queue.SimpleQueue[bytes | None] = field(default_factory=queue.SimpleQueue)
    _outlives: bool = False

    def start(
        self,
        row: Mapping[str, Any],
        python: Sequence[str],
        environment: Mapping[str, str],
        engine_root: Path,
        home: Home,
        device: str = "auto",
    ) -> None:
        """Write the crowd's list, of one row, and start to make it; on a cluster it goes on when Blender ends.

        Raises:
            SetupError: if the program cannot be started.
            OSError: if the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        listing = self.folder / LIST_FILE
        protocol.write_atomically(listing, json.dumps(dict(row), ensure_ascii=False) + "\n")
        command = [*python, "-m", "engine", "batch", str(listing), "--out", str(self.folder), "--events", "--no-blend"]
        with open(self.folder / CONSOLE_FILE, "wb") as console:
            self._child = process.start(
                [*command, "--device", device, *home.options()], environment, engine_root, console
            )
        threading.Thread(target=self._read, args=(self._child.stdout,), name="avatarclip-crowd", daemon=True).start()
        if home.address:
            self._outlives = True
            self._order("detach")

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended."""
        return self._child is not None and not self.over

    def results(self) -> list[Path]:
        """Result folders of the avatars that are there."""
        return [self.folder / name / protocol.RESULT_DIR for name in self.made]

    def poll(self) -> bool:
        """Take in what it has said; return whether it goes on. Never waits."""
        with contextlib.suppress(queue.Empty):
            while True:
                line = self._lines.get_nowait()
                if line is None:
                    self._end()
                    break
                with contextlib.suppress(protocol.ProtocolError):
                    self._take(protocol.parse_event(line.decode("utf-8", "replace")))
        return not self.over

    def cancel(self) -> None:
        """Stop it; what is made stays, and making it again goes on."""
        self.cancelled = True
        self._order("cancel")

    def close(self) -> None:
        """Blender ends: let go of one on a cluster, stop one on this computer."""
        if self.running and not self._outlives:
            self.cancel()
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._child.stdin.close()
        self.over = True

    def _order(self, command: str) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._child.stdin.write(f"{command}\n".encode())
            self._child.stdin.flush()

    def _read(self, stream: Any) -> None:
        with stream:
            for line in stream:
                self._lines.put(line)
        self._lines.put(None)

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "crowd_progress":
            self.done, self.total = int(event["done"]), int(event["total"])
            self.share, self.eta = float(event["share"]), event.get("eta")
        elif kind == "crowd_job" and event["state"] in ("made", "kept"):
            self.made.append(str(event["name"]))
        elif kind == "crowd_job" and event["state"] == "failed":
            self.problems.append(f"{event['name']}: {event['message']}")
        elif kind == "error":
            self.problems.append(f"{event['message']} {event['hint']}".strip())

    def _end(self) -> None:
        code = self._child.wait()
        self.over = True
        process.end(self._child, force=True)  # whatever it left behind in its group
        known = (protocol.EXIT_OK, protocol.EXIT_FAILED, protocol.EXIT_BAD_INPUT, protocol.EXIT_CANCELLED)
        if code not in known or (code != protocol.EXIT_OK and not self.problems and not self.cancelled):
            what = process.exit_text(code)
            self.problems.append(f"The engine stopped unexpectedly ({what}); see {self.folder / CONSOLE_FILE}")
