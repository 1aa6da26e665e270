"""Home of a crowd's workers on many machines: Ray's actors, each with a worker that stays warm.

Ray places the actors and restarts those that are lost, on another machine if need be; here stands only who gets the
next job, how folders travel (`engine.crowd.transfer`), and that all workers are the driver's like. A job whose worker
is lost goes to the next that is free, which goes on from the last finished stage.

Its waits are set by hand.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import platform
import shutil
import socket
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import engine
from engine import device as device_of_process
from engine import protocol, provenance
from engine.cancel import CancelFlag
from engine.crowd.local import Ended, Watcher
from engine.crowd.transfer import Place, names_in, sums
from engine.errors import EngineError, first_line, from_exception
from engine.protocol import Request

START_SECONDS = 180.0
"""How long the cluster may take until a first worker is there. Set by hand."""
_ANSWER_SECONDS = 10.0
_LOOK_SECONDS = 0.5


def identity() -> dict[str, str]:
    """What must be alike on all machines: the engine's version and the checksums of what is bundled."""
    assets = {str(part["file"]): str(part["sha256"]) for part in provenance.bundled()}
    return {"the engine's version": engine.__version__, **assets}


class Hand:
    """What runs on a machine of the cluster, as an actor: a warm worker, and the folders' way to it and back."""

    def __init__(self, worker: str, device: str) -> None:
        """``worker``: dotted name of the worker's class."""
        device_of_process.tune_process()
        logging.getLogger("engine").setLevel(logging.INFO)  # for the jobs' own logs
        module, _, name = worker.rpartition(".")
        self._worker = getattr(importlib.import_module(module), name)(device)
        with contextlib.suppress(Exception):  # the job that needs it says so in a sentence
            self._worker.warm()

    def check(self, wanted: dict[str, str]) -> str:
        """Whether this machine is like the driver's: an empty text, or one sentence on what differs."""
        mine = identity()
        other = [name for name in wanted if mine.get(name) != wanted[name]]
        if not other:
            return ""
        what = f"another {other[0]}" if other[0] in mine else f"no {other[0]}"
        return f"The worker on {platform.node()} has {what} than this machine; install the same engine there."

    def run(self, name: str, request: str, share: str, wanted: dict[str, str]) -> dict[str, Any]:
        """Run a job and send its folder to the share; gives code, message, and the sent files' checksums."""
        if differs := self.check(wanted):
            return {"refused": differs}
        folder = Path(tempfile.mkdtemp(prefix="avatarclip-")) / "job"
        try:
            place = Place(share, name)
            place.fetch((file for file in place.names() if not file.startswith(protocol.RESULT_DIR)), folder)

            def send_stage(event: dict[str, Any]) -> None:
                if event["event"] == "stage_finished":
                    stage = event["stage"]
                    below = (protocol.PREVIEWS_DIR, protocol.CHECKPOINTS_DIR)
                    names = names_in(folder, *(f"{kind}/{stage}" for kind in below), f"{below[1]}/{stage}.json")
                    place.send(folder, [*names, protocol.EVENTS_FILE])

            outcome = self._worker.run(folder, Request.from_json(request), None, [send_stage])
            names = names_in(folder)
            place.send(folder, (file for file in names if not file.startswith(protocol.CHECKPOINTS_DIR)))
            message = str(outcome.problem) if outcome.problem else ""
            return {"code": outcome.code, "message": message, "sums": sums(folder, names)}
        except (OSError, EngineError) as error:
            return {"code": protocol.EXIT_FAILED, "message": str(from_exception(error, share)), "sums": {}}
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)


@dataclass
class RayHome:
    """Runs jobs on a Ray cluster."""

    address: str
    """``auto``, HOST:PORT or ``ray://HOST:PORT``."""
    share: str
    """Folder or fsspec address that all machines reach."""
    workers: int = 0
    """How many; 0 for as many as the cluster has room for."""
    cpus: float = 2.0
    gpus: float = 0.0
    """Of a worker."""
    device: str = "auto"
    tries: int = 3
    worker: str = "engine.worker.Worker"
    """Dotted name of the worker's class on the machines."""

    def run(self, jobs: Sequence[Path], watcher: Watcher, flag: CancelFlag) -> None:
        """Run all jobs; each ends in `Watcher.ended`, but those that ``flag`` kept from beginning.

        Raises:
            EngineError: if there is no such cluster.
        """
        ray = connect(self.address)
        try:
            Dispatch(ray, self, jobs, watcher).run(flag)
        finally:
            ray.shutdown()


def connect(address: str) -> Any:
    """Ray, connected to a cluster.

    Raises:
        EngineError: ``environment`` without Ray, ``bad_request`` for an address that does not answer.
    """
    try:
        import ray
    except ImportError:
        raise EngineError(
            "environment",
            "Clusters need Ray, which is not installed here.",
            "Install the packages of requirements-cluster.lock into the engine's environment.",
        ) from None
    parts = urlsplit(address if "://" in address else f"//{address}")
    try:
        if address != "auto":
            socket.create_connection((parts.hostname or "", parts.port or 10001), _ANSWER_SECONDS).close()
        ray.init(address=address, log_to_driver=False, logging_level="error", namespace="avatarclip")
    except Exception as error:  # Ray raises many kinds
        sentence = f"No Ray cluster answers at {address} ({first_line(error).rstrip('.')})."
        raise EngineError("bad_request", sentence, "Start one with ray start --head, or give its address.") from None
    return ray


class Dispatch:
    """Hands a crowd's jobs to actors until each has ended."""

    def __init__(self, ray: Any, home: RayHome, jobs: Sequence[Path], watcher: Watcher) -> None:
        self._ray, self._home, self._watcher = ray, home, watcher
        self._waiting = deque(jobs)
        self._identity = identity()
        self._checks: dict[Any, Any] = {}
        """Answers that are awaited -> the actor that gives them, before it gets a job."""
        self._lost: list[Any] = []
        """Actors that Ray has not begun again yet."""
        self._busy: dict[Any, tuple[Any, Path]] = {}
        """Results that are awaited -> actor and job."""
        self._idle: list[Any] = []
        self._tries: dict[Path, int] = {}
        self._refusal = ""
        """Why the last of the workers that cannot be used was sent away."""

    def run(self, flag: CancelFlag) -> None:
        """Work until all jobs have ended."""
        self._hire()
        silent = looked = time.monotonic()
        while (self._waiting or self._busy) and not flag.is_set():
            self._hand_out()
            if not self._busy and not self._checks and not self._lost:
                self._give_up(self._refusal or "No worker of the cluster can be used.")
                break
            asked = [*self._busy, *self._checks]
            for answer in self._ray.wait(asked, timeout=_LOOK_SECONDS)[0] if asked else ():
                self._take_check(answer) if answer in self._checks else self._take_result(answer)
            if self._lost and time.monotonic() - looked > _LOOK_SECONDS:
                looked = time.monotonic()
                while self._lost:
                    self._ask(self._lost.pop())
            elif not asked:
                time.sleep(_LOOK_SECONDS)
            silent = time.monotonic() if self._busy or self._idle else silent
            if time.monotonic() - silent > START_SECONDS:
                room = self._ray.available_resources().get("CPU", 0)
                self._give_up(f"No worker began: of the {self._home.cpus:g} cores that it needs {room:g} are free.")
        for actor in [*self._checks.values(), *self._lost, *self._idle, *(actor for actor, _ in self._busy.values())]:
            self._ray.kill(actor)

    def _ask(self, actor: Any) -> None:
        """Ask an actor whether it is there and like this machine."""
        self._checks[actor.check.remote(self._identity)] = actor

    def _hire(self) -> None:
        """Ask Ray for the actors."""
        home = self._home
        room = 0
        for node in self._ray.nodes():
            if node["Alive"]:
                has = node["Resources"]
                room += int(
                    min(
                        has.get("CPU", 0) // home.cpus if home.cpus else 1e9,
                        has.get("GPU", 0) // home.gpus if home.gpus else 1e9,
                    )
                )
        count = max(1, min(home.workers or room, len(self._waiting)))
        kind = self._ray.remote(Hand).options(
            num_cpus=home.cpus, num_gpus=home.gpus, max_restarts=-1, scheduling_strategy="SPREAD"
        )
        for actor in [kind.remote(home.worker, home.device) for _ in range(count)]:
            self._ask(actor)

    def _hand_out(self) -> None:
        """Give each idle actor a job; where none is left, let them go: a lost one may begin again in their place."""
        while self._idle:
            actor = self._idle.pop()
            if not self._waiting:
                self._ray.kill(actor)
                continue
            job = self._waiting.popleft()
            request = (job / protocol.REQUEST_FILE).read_text(encoding="utf-8")
            answer = actor.run.remote(job.name, request, self._home.share, self._identity)
            self._busy[answer] = actor, job

    def _take_check(self, answer: Any) -> None:
        """An actor has said whether it is like this machine."""
        actor = self._checks.pop(answer)
        try:
            differs = self._ray.get(answer)
        except self._ray.exceptions.ActorUnavailableError:
            self._lost.append(actor)
            return
        except self._ray.exceptions.RayError as error:
            said = str(error).strip().splitlines() or ["no details"]  # the last line names the cause
            differs = f"A worker could not begin ({said[-1].strip()[:160]})."
        if differs:
            self._refusal = differs
            self._ray.kill(actor)
        else:
            self._idle.append(actor)

    def _take_result(self, answer: Any) -> None:
        """A job has ended, well or not, or has lost its worker."""
        actor, job = self._busy.pop(answer)
        try:
            told = self._ray.get(answer)
        except self._ray.exceptions.RayError:
            self._lost.append(actor)
            self._again(job, "It ended its worker {times}; it may need more memory than a worker has.")
            return
        if "refused" in told:
            self._refusal = told["refused"]
            self._waiting.append(job)
            self._ray.kill(actor)
            return
        self._idle.append(actor)
        problem = "" if told["code"] != protocol.EXIT_OK else self._bring(job, told["sums"])
        if problem:
            self._again(job, problem)
        else:
            self._watcher.ended(Ended(job.name, told["code"], told["message"]))

    def _again(self, job: Path, sentence: str) -> None:
        """Let another worker try, or give the job up."""
        tries = self._tries[job] = self._tries.get(job, 0) + 1
        if tries < self._home.tries:
            self._waiting.append(job)
        else:
            times = "once" if tries == 1 else f"{tries} times"
            self._watcher.ended(Ended(job.name, protocol.EXIT_FAILED, sentence.replace("{times}", times)))

    def _bring(self, job: Path, wanted: dict[str, str]) -> str:
        """Bring a job's files home and see that they are whole; one sentence if they are not, else an empty text."""
        try:
            place = Place(self._home.share, job.name)
            if not place.is_folder(job):
                place.fetch(wanted, job)
            found = sums(job, wanted)
        except (OSError, EngineError) as error:
            return str(from_exception(error, job))
        broken = [name for name in wanted if found.get(name) != wanted[name]]
        return f"{broken[0]} did not arrive as it was sent." if broken else ""

    def _give_up(self, sentence: str) -> None:
        """End all that waits."""
        while self._waiting:
            self._watcher.ended(Ended(self._waiting.popleft().name, protocol.EXIT_FAILED, sentence))
