"""The worker: keeps its models and is handed job folders, one after another.

It is at home in a command that runs one job, beside Blender (`engine.serve`), in a crowd and on a cluster. A job that
goes wrong ends with a sentence and a code; what it leaves in memory is given up, so that the next one begins clean.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import protocol
from engine.cancel import CancelFlag
from engine.errors import Cancelled, EngineError, from_exception
from engine.job import Job, Listener
from engine.models import Models
from engine.protocol import Request

log = logging.getLogger(__name__)

_BAD_INPUT = ("bad_request", "bad_config", "broken_job", "not_writable")
"""Errors that were in what the user gave, so that the exit code tells them from failures on the way."""
_SOILED = ("internal", "out_of_memory")
"""Errors after which nothing that is in memory is trusted."""
_MODULES = (*(f"{stage}.stage" for stage in protocol.STAGES), "motion.generate", "results", "rig.pictures")
"""What a job imports when it comes to it."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    code: int
    """`protocol.EXIT_OK` and its like."""
    problem: EngineError | None = None
    files: tuple[str, ...] = ()
    """Names in ``result/``."""


class Worker:
    """Models that stay, and jobs that come and go; one job at a time."""

    def __init__(self, device: str = "auto") -> None:
        """Prepare to work on a device: ``auto``, ``cpu``, ``cuda``."""
        self.device = device
        self._models = Models()

    def warm(self) -> None:
        """Load what a first job of the usual settings would wait for.

        Raises:
            EngineError: if something of it cannot be loaded.
        """
        from engine import device as devices
        from engine.reader import read
        from engine.settings import Config

        for name in _MODULES:
            importlib.import_module(f"engine.{name}")
        usual = Config()
        self._models.body(usual.body, usual.rig.hands)
        self._models.perceptor(usual.clip, str(devices.pick(self.device)))
        read("a tall man in a red coat", "appearance")

    def rest(self) -> None:
        """Give the memory back; the next job loads what it needs again."""
        self._models.forget()

    def run(
        self,
        folder: Path,
        request: Request | None = None,
        flag: CancelFlag | None = None,
        listeners: Sequence[Listener] = (),
        live: bool = False,
    ) -> Outcome:
        """Run a job folder to its end, whatever that is; nothing is raised for what goes wrong with the job.

        Args:
            folder: of the job.
            request: what to make in it; None takes what its ``request.json`` says.
            flag: asks the job to stop, pause or finish.
            listeners: called with every event, the last of which is ``result`` or ``error``.
            live: also store the growing surface, for a viewport.
        """
        flag = flag or CancelFlag()
        job: Job | None = None
        try:
            if request is None:
                job, wanted = Job.open_existing(folder)
            else:
                job, wanted = Job.create(folder, request), request
            job.listeners.extend(listeners)
            flag.on_forced(functools.partial(_end_now, job, listeners))
            from engine.pipeline import run_job

            self._models.refresh()
            files = run_job(job, wanted, self.device, flag, live, models=self._models)
            log.info("done")
        except BaseException as error:
            return self._fail(error, job, listeners)
        finally:
            flag.on_forced(None)
            if job is not None:
                job.close()
        return Outcome(protocol.EXIT_OK, files=tuple(files))

    def _fail(self, error: BaseException, job: Job | None, listeners: Sequence[Listener]) -> Outcome:
        outcome = report_failure(error, job, listeners)
        if outcome.problem is not None and outcome.problem.code in _SOILED:
            error.__traceback__ = None  # or its frames would keep what the job held
            self.rest()
        return outcome


def report_failure(error: BaseException, job: Job | None, listeners: Sequence[Listener]) -> Outcome:
    """Tell the user in one sentence, and the log in full, why a job ended."""
    if isinstance(error, Cancelled | KeyboardInterrupt):
        problem = EngineError("cancelled", "Cancelled.", "The same command goes on from here.")
    else:
        problem = from_exception(error, job.path if job else None)
        log.error("%s: %s", problem.code, problem, exc_info=error)
    fields = {"code": problem.code, "message": problem.message, "hint": problem.hint}
    if job is None:
        for listener in listeners:
            listener({"event": "error", "time": round(time.time(), 3), **fields})
    else:
        with contextlib.suppress(OSError):
            job.emit("error", **fields)
    if problem.code == "cancelled":
        return Outcome(protocol.EXIT_CANCELLED, problem)
    return Outcome(protocol.EXIT_BAD_INPUT if problem.code in _BAD_INPUT else protocol.EXIT_FAILED, problem)


def _end_now(job: Job, listeners: Sequence[Listener]) -> None:
    """End the process of a job whose stage did not reach its next step in time; what is stored is whole."""
    os._exit(report_failure(Cancelled(), job, listeners).code)
