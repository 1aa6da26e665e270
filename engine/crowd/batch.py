"""A crowd from its list to its folders: what is finished stays, the rest is made, and a page shows all of it."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from engine import protocol
from engine.cancel import CancelFlag
from engine.crowd.listing import Entry, Refused
from engine.crowd.local import Ended, Watcher
from engine.errors import EngineError, from_exception
from engine.job import Listener, lock, read_request

PAGE = "index.html"
_INTERVAL = 0.5
"""Seconds between two progress events. Set by hand."""
MADE, KEPT, FAILED, CANCELLED = "made", "kept", "failed", "cancelled"


class Home(Protocol):
    """Where a crowd's workers live."""

    def run(self, jobs: Sequence[Path], watcher: Watcher, flag: CancelFlag) -> None:
        """Run job folders; each ends in `Watcher.ended`, but those that ``flag`` kept from beginning."""


@dataclass(frozen=True)
class Member:
    """One of the crowd as it is in the end."""

    name: str
    state: str
    """`MADE`, `KEPT`, `FAILED` or `CANCELLED`."""
    message: str = ""


@dataclass
class Crowd(Watcher):
    """The state of a run, told to a listener as events; called from the workers' threads."""

    total: int
    listener: Listener
    members: dict[str, Member] = field(default_factory=dict)
    _shares: dict[str, float] = field(default_factory=dict)
    _stages: dict[str, list[str]] = field(default_factory=dict)
    _guard: Any = field(default_factory=threading.RLock)
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0.0
    _kept: int = 0

    def tell(self, event: str, **fields: Any) -> None:
        """Give an event to the listener."""
        self.listener({"event": event, "time": round(time.time(), 3), **fields})

    def add(self, member: Member) -> None:
        """Take in how one of the crowd ended."""
        with self._guard:
            self.members[member.name] = member
            self._shares.pop(member.name, None)
            self._kept += member.state == KEPT
            self.tell("crowd_job", name=member.name, state=member.state, message=member.message)
            self._progress()

    def ended(self, end: Ended) -> None:
        """A job has ended."""
        states = {protocol.EXIT_OK: MADE, protocol.EXIT_CANCELLED: CANCELLED}
        self.add(Member(end.name, states.get(end.code, FAILED), "" if end.code == protocol.EXIT_OK else end.message))

    def event(self, name: str, event: dict[str, Any]) -> None:
        """A job has said something: how far it is counts for the whole."""
        kind, stage = event["event"], str(event.get("stage"))
        with self._guard:
            if kind == "job_started":
                self._stages[name] = list(event.get("stages") or protocol.STAGES)
            stages = self._stages.get(name, [])
            if stage not in stages or kind not in ("progress", "stage_finished", "stage_skipped"):
                return
            part = event["step"] / event["total"] if kind == "progress" and event.get("total") else kind != "progress"
            self._shares[name] = (stages.index(stage) + min(float(part), 1.0)) / (len(stages) + 1)
            if time.monotonic() - self._told >= _INTERVAL:
                self._progress()

    def _progress(self) -> None:
        self._told = time.monotonic()
        done = len(self.members)
        share = (done + sum(self._shares.values())) / max(self.total, 1)
        worked = share * self.total - self._kept
        left = (1.0 - share) * self.total
        eta = (self._told - self._began) / worked * left if worked > 0.0 else None
        self.tell("crowd_progress", done=done, total=self.total, share=round(share, 4), eta=eta and round(eta, 1))


def run(
    entries: Sequence[Entry], refused: Sequence[Refused], out: Path, home: Home, listener: Listener, flag: CancelFlag
) -> int:
    """Make a crowd and its page; gives the exit code.

    Raises:
        EngineError: if the folder cannot be written, or another crowd is made in it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = lock(out / protocol.LOCK_FILE)
    except OSError as error:
        raise from_exception(error, out) from None
    with held:
        crowd = Crowd(len(entries) + len(refused), listener)
        jobs, kept, broken = _prepare(entries, out)
        crowd.tell("crowd_started", total=crowd.total, waiting=len(jobs))
        for member in [*(Member(item.name, FAILED, item.message) for item in refused), *kept, *broken]:
            crowd.add(member)
        if jobs:
            home.run(jobs, crowd, flag)
        for job in jobs:
            if job.name not in crowd.members:
                crowd.add(Member(job.name, CANCELLED))
        with contextlib.suppress(OSError):  # a full disk has been told of by the jobs
            from engine.crowd.page import write_page

            write_page(out, list(crowd.members.values()))
        counts = {state: sum(member.state == state for member in crowd.members.values()) for state in (MADE, KEPT)}
        lost = sum(member.state == FAILED for member in crowd.members.values())
        crowd.tell("crowd_finished", **counts, failed=lost, path=PAGE)
    if flag.is_set():
        return protocol.EXIT_CANCELLED
    return protocol.EXIT_FAILED if lost else protocol.EXIT_OK


def _prepare(entries: Sequence[Entry], out: Path) -> tuple[list[Path], list[Member], list[Member]]:
    """Job folders that are to be run, avatars that are finished, and those whose folder cannot be written."""
    jobs, kept, broken = [], [], []
    for entry in entries:
        folder = out / entry.name
        if is_finished(folder, entry):
            kept.append(Member(entry.name, KEPT))
            continue
        try:
            folder.mkdir(exist_ok=True)
            protocol.write_atomically(folder / protocol.REQUEST_FILE, entry.request.to_json())
            jobs.append(folder)
        except OSError as error:
            broken.append(Member(entry.name, FAILED, str(from_exception(error, folder))))
    return jobs, kept, broken


def is_finished(folder: Path, entry: Entry) -> bool:
    """Whether a folder holds the finished avatar of this very request."""
    try:
        return (folder / protocol.RESULT_DIR / protocol.MANIFEST_FILE).is_file() and (
            read_request(folder) == entry.request
        )
    except (EngineError, OSError):
        return False


def recorded(listener: Listener, path: Path) -> Callable[[dict[str, Any]], None]:
    """A listener that also appends events to a file, for who comes later."""

    def hear(event: dict[str, Any]) -> None:
        with contextlib.suppress(OSError), open(path, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(event, ensure_ascii=False) + "\n")
        listener(event)

    return hear
