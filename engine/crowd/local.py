"""Home of a crowd's workers on this machine: a few ``engine serve`` processes, each handed one job after another."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import device as devices
from engine import protocol
from engine.cancel import CancelFlag

MEMORY = 3 << 30
"""Bytes that a worker may need, for how many there are by default. Set by hand."""
CORES = 4
"""Cores that a worker makes good use of. Set by hand."""


@dataclass(frozen=True)
class Ended:
    """How a job of the crowd ended."""

    name: str
    code: int
    """`protocol.EXIT_OK` and its like."""
    message: str = ""
    """One sentence if it did not go well."""


class Watcher:
    """Hears how the crowd goes; called from several threads."""

    def event(self, name: str, event: dict[str, Any]) -> None:
        """A job has said something."""

    def ended(self, end: Ended) -> None:
        """A job has ended."""


@dataclass
class LocalHome:
    """Runs jobs on this machine."""

    workers: int = 0
    """How many at once; 0 for as many as cores and memory allow."""
    device: str = "auto"
    tries: int = 3
    """How often a job may end its worker before it is given up."""
    engine: Sequence[str] = (sys.executable, "-m", "engine")
    _hands: list[_Hand] = field(default_factory=list)

    def run(self, jobs: Sequence[Path], watcher: Watcher, flag: CancelFlag) -> None:
        """Run all jobs; each ends in `Watcher.ended`, but those that ``flag`` kept from beginning."""
        waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        count = max(1, min(self.workers or default_workers(), len(jobs)))
        threads = [
            threading.Thread(target=self._work, args=(waiting, watcher, flag, count), daemon=True) for _ in range(count)
        ]
        for thread in threads:
            thread.start()
        stopped = False
        while any(thread.is_alive() for thread in threads):
            threads[0].join(0.1) if threads[0].is_alive() else threads[-1].join(0.1)
            if flag.is_set() and not stopped:
                stopped = True
                for hand in list(self._hands):
                    hand.close()

    def _work(self, waiting: queue.SimpleQueue[Path], watcher: Watcher, flag: CancelFlag, count: int) -> None:
        """One worker after another, as long as there are jobs."""
        hand: _Hand | None = None
        while not flag.is_set():
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                break
            end = None
            for attempt in range(1, self.tries + 1):
                if hand is None:
                    hand = _Hand([*self.engine, "serve", "--device", self.device, "--idle", "1e6"], count)
                    self._hands.append(hand)
                end = hand.run(job, watcher)
                if end is not None or flag.is_set():
                    break
                how = hand.death()
                self._hands.remove(hand)
                hand = None
                end = Ended(job.name, protocol.EXIT_FAILED, _gave_up(attempt, how, job))
            watcher.ended(end or Ended(job.name, protocol.EXIT_CANCELLED, "Cancelled."))
        if hand is not None:
            hand.close()
            hand.death()


def _gave_up(tries: int, how: str, job: Path) -> str:
    times = "once" if tries == 1 else f"{tries} times"
    return f"It ended its worker {times}, the last time {how}; it may need more memory, see {job / protocol.LOG_FILE}"


def default_workers() -> int:
    """As many as cores and free memory allow, at least one."""
    _, free = devices.memory()
    return max(1, min(devices.available_cores() // CORES, (free or 2 * MEMORY) // MEMORY))


class _Hand:
    """One ``engine serve``."""

    def __init__(self, command: Sequence[str], count: int) -> None:
        environment = dict(os.environ)
        environment.setdefault("OMP_NUM_THREADS", str(max(1, devices.available_cores() // count)))
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=os.name != "nt",  # Ctrl-C is for the crowd, which closes its workers
        )

    def run(self, job: Path, watcher: Watcher) -> Ended | None:
        """Hand it a job and wait; None if it died of it."""
        assert self._child.stdin is not None and self._child.stdout is not None
        message = ""
        try:
            self._child.stdin.write((json.dumps({"job": str(job)}) + "\n").encode())
            self._child.stdin.flush()
        except (OSError, ValueError):
            return None
        for line in self._child.stdout:
            try:
                event = protocol.parse_event(line.decode("utf-8", "replace"))
            except protocol.ProtocolError:
                continue
            if event["event"] == "error":
                message = f"{event.get('message', '')} {event.get('hint', '')}".strip()
            if event["event"] == "ready" and event.get("code") is not None:
                return Ended(job.name, int(event["code"]), message)
            watcher.event(job.name, event)
        return None

    def close(self) -> None:
        """Let it stop what it does and end."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.close()
        except OSError:
            self._child.terminate()

    def death(self) -> str:
        """Wait for its end, and say how that was."""
        try:
            code = self._child.wait(20.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
