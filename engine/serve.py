"""``engine serve``: a worker that stays warm and is handed jobs as JSON lines on standard input; it listens on nothing.

A line ``{"job": FOLDER, "live": false}`` names a job folder; other lines are `protocol.COMMANDS` for the job at work,
or the next one if none is. Events go to standard output as those of ``run`` do; ``ready`` follows the end of each job.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import signal
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from engine import cancel, protocol
from engine.cancel import CancelFlag
from engine.errors import EngineError
from engine.models import give_back
from engine.progress import EventStream
from engine.worker import Worker, report_failure

log = logging.getLogger(__name__)

REST_SECONDS = 5.0
"""After so long without a job, memory that the last one needed is given back; the models stay. Set by hand."""


@dataclass
class _Order:
    """A job that was asked for."""

    line: str
    flag: CancelFlag = field(default_factory=CancelFlag)

    def parse(self) -> tuple[Path, bool]:
        """The folder, and whether its growing surface is wanted.

        Raises:
            EngineError: ``bad_request`` if the line says something else.
        """
        with contextlib.suppress(ValueError, TypeError, KeyError):
            asked = json.loads(self.line)
            return Path(asked["job"]), bool(asked.get("live", False))
        raise EngineError("bad_request", f'A job is given as {{"job": FOLDER}}, not as {self.line[:80]}.')


class Server:
    """Takes orders from standard input and works them off."""

    def __init__(self, worker: Worker, output: TextIO) -> None:
        self._worker, self._output = worker, output
        self._guard = threading.RLock()  # the signal handler may come while the main thread holds it
        self._orders: deque[_Order] = deque()
        """Orders that have not ended, the one at work first."""
        self._waiting: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()

    def serve(self, idle: float) -> int:
        """Work until standard input ends or nothing was asked for ``idle`` seconds; gives the exit code."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, frame: self._stop())
        piped = cancel.is_piped()
        cancel.read_lines(self.take, self._parent_gone if piped else lambda: self._waiting.put(None))
        try:
            self._worker.warm()
        except Exception:  # the job that needs it says so in a sentence
            log.warning("not everything could be loaded beforehand", exc_info=True)
        code: int | None = None
        while True:
            self._say_ready(code)
            order = self._next(idle)
            if order is None:
                return protocol.EXIT_OK
            code = self._run(order)
            with self._guard:
                self._orders.popleft()

    def _next(self, idle: float) -> _Order | None:
        """Wait for an order; None if none will come, or none came for ``idle`` seconds."""
        for seconds in (min(idle, REST_SECONDS), idle - REST_SECONDS):
            with contextlib.suppress(queue.Empty):
                return self._waiting.get(timeout=max(seconds, 0.0))
            give_back()
        return None

    def take(self, line: str) -> None:
        """Take one line: a job, or a command."""
        with self._guard:
            if line.startswith("{"):
                self._orders.append(_Order(line))
                self._waiting.put(self._orders[-1])
            elif self._orders:
                self._orders[0].flag.obey(line)

    def _run(self, order: _Order) -> int:
        listener = EventStream(self._output, order.flag)
        try:
            folder, live = order.parse()
        except EngineError as error:
            return report_failure(error, None, [listener]).code
        return self._worker.run(folder, None, order.flag, [listener], live).code

    def _say_ready(self, code: int | None) -> None:
        EventStream(self._output, CancelFlag())({"event": "ready", "code": code})

    def _stop(self) -> None:
        """Stop the job at work and begin no other."""
        with self._guard:
            for order in self._orders:
                order.flag.set()
        self._waiting.put(None)

    def _parent_gone(self) -> None:
        """Stop as well, but for a job at work that was told to outlive its parent: a file in its folder stops it."""
        with self._guard:
            detached = self._orders[0] if self._orders and self._orders[0].flag.detached else None
            for order in self._orders:
                if order is not detached:
                    order.flag.set()
        self._waiting.put(None)
        if detached is not None:
            with contextlib.suppress(EngineError):
                cancel.parent_gone(detached.flag, detached.parse()[0])
