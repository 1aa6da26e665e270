"""One job on a cluster: ``engine run JOB --address ...`` tells its events as the finished stages arrive.

Its waits are set by hand.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from engine import protocol
from engine.cancel import CancelFlag
from engine.crowd.cluster import RayHome
from engine.crowd.local import Ended, Watcher
from engine.errors import EngineError, from_exception
from engine.job import Listener, lock, read_request

_LOOK_SECONDS = 0.5


class Relay(Watcher):
    """Reads what the worker's events, which come home with its files, add to those of earlier runs."""

    def __init__(self, folder: Path, listener: Listener) -> None:
        self._path, self._listener = folder / protocol.EVENTS_FILE, listener
        self._place = self._path.stat().st_size if self._path.exists() else 0
        self._last = ""
        self.over = threading.Event()
        self.code = protocol.EXIT_CANCELLED

    def follow(self) -> None:
        """Tell events until the job has ended."""
        while not self.over.wait(_LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Tell the whole lines that have come."""
        try:
            with open(self._path, "rb") as stream:
                stream.seek(self._place)
                lines = stream.read().splitlines(keepends=True)
        except OSError:
            return
        for line in lines:
            if not line.endswith(b"\n"):
                break
            self._place += len(line)
            try:
                event = protocol.parse_event(line.decode("utf-8", "replace"))
            except protocol.ProtocolError:
                continue
            self._last = event["event"]
            self._listener(event)

    def ended(self, end: Ended) -> None:
        """The job has ended; a sentence that its events lack is told as an error."""
        self.code = end.code
        self.over.set()
        self.look()
        if end.code != protocol.EXIT_OK and self._last != "error":
            self.fail(EngineError("internal", end.message or "The job ended without a word."))

    def fail(self, problem: EngineError) -> None:
        """Tell an error."""
        fields = {"code": problem.code, "message": problem.message, "hint": problem.hint}
        self._listener({"event": "error", "time": round(time.time(), 3), **fields})


def run_one(folder: Path, home: RayHome, listener: Listener, flag: CancelFlag) -> int:
    """Run a job folder on a cluster; gives the exit code."""
    relay = Relay(folder, listener)
    try:
        read_request(folder)
        with lock(folder / protocol.LOCK_FILE):
            teller = threading.Thread(target=relay.follow, daemon=True)
            teller.start()
            home.run([folder], relay, flag)
            relay.over.set()
            teller.join()
    except (EngineError, OSError) as error:
        relay.fail(from_exception(error, folder))
        return protocol.EXIT_BAD_INPUT
    if relay.code == protocol.EXIT_CANCELLED:
        relay.fail(EngineError("cancelled", "Cancelled.", "The same command goes on from here."))
    return relay.code
