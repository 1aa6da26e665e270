"""The job folder: request, events, log, previews, checkpoints and result, and the lock that keeps two engines apart.

Whole files are written under a temporary name and renamed; the event stream is appended line by line. So whenever a
process is killed, the folder can be resumed, imported, or named broken in one sentence.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from engine import protocol
from engine.errors import EngineError, from_exception
from engine.protocol import Request

Listener = Callable[[dict[str, Any]], None]
"""Called with every event, for example by the terminal's progress bars."""

_OWN_NAMES = {
    protocol.REQUEST_FILE,
    protocol.EVENTS_FILE,
    protocol.LOG_FILE,
    protocol.PREVIEWS_DIR,
    protocol.CHECKPOINTS_DIR,
    protocol.RESULT_DIR,
    protocol.BEFORE_DIR,
    protocol.LOCK_FILE,
}


class Job:
    """One job's folder, locked as long as the object is open; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Lock an existing folder and open its log and event stream; use `create` or `open_existing`."""
        self.path = path
        self.listeners: list[Listener] = []
        self._lock = lock(path / protocol.LOCK_FILE)
        self._guard = threading.RLock()
        self._events: TextIO | None = None
        self._handler: logging.Handler | None = None
        try:
            for folder in (protocol.PREVIEWS_DIR, protocol.CHECKPOINTS_DIR, protocol.RESULT_DIR):
                (path / folder).mkdir(exist_ok=True)
            _clear_temporary_files(path)
            self._handler = _log_to(path / protocol.LOG_FILE)
            self._events = _open_events(path / protocol.EVENTS_FILE)
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, path: Path, request: Request) -> Job:
        """Make a job folder, or take up an existing one with a new request; stages that still hold are not run again.

        Raises:
            EngineError: ``broken_job`` for a half-written folder, ``bad_request`` for a folder that holds other things.
            OSError: when the place cannot be written.
        """
        _make_folder(path)
        if (path / protocol.REQUEST_FILE).exists():
            read_request(path)
        else:
            foreign = sorted(entry.name for entry in path.iterdir() if entry.name not in _OWN_NAMES)
            foreign = [name for name in foreign if not name.startswith(f".{protocol.REQUEST_FILE}.")]
            if foreign:
                raise EngineError(
                    "bad_request",
                    f"The folder {path} is not a job folder and holds other files ({foreign[0]}).",
                    "Choose a new or empty folder.",
                )
        job = cls(path)
        try:
            protocol.write_atomically(path / protocol.REQUEST_FILE, request.to_json())
        except BaseException:
            job.close()
            raise
        return job

    @classmethod
    def open_existing(cls, path: Path) -> tuple[Job, Request]:
        """Lock a folder that holds a ``request.json`` and read it.

        Raises:
            EngineError: ``broken_job`` when there is no such folder or its request is missing or half-written.
        """
        if not path.is_dir():
            raise EngineError("broken_job", f"There is no job folder at {path}.")
        request = read_request(path)
        return cls(path), request

    def __enter__(self) -> Job:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the streams and give the lock back."""
        if self._events is not None:
            with contextlib.suppress(OSError):
                self._events.close()
            self._events = None
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            with contextlib.suppress(OSError):
                self._handler.close()
            self._handler = None
        self._lock.close()

    def emit(self, event: str, **fields: Any) -> None:
        """Append one event to ``events.jsonl`` and give it to the listeners; numbers that JSON lacks become null."""
        if event not in protocol.EVENTS:
            raise ValueError(f"unknown event {event!r}")
        record = {"event": event, "time": round(time.time(), 3), **{key: _plain(item) for key, item in fields.items()}}
        with self._guard:
            try:
                if self._events is not None:
                    self._events.write(json.dumps(record, ensure_ascii=False) + "\n")
                    self._events.flush()
            finally:
                # The listeners must hear of a full disk although the event itself could not be stored.
                for listener in self.listeners:
                    listener(record)

    def previews(self, stage: str) -> Path:
        """Folder of a stage's preview pictures."""
        return self.path / protocol.PREVIEWS_DIR / stage

    def checkpoints(self, stage: str) -> Path:
        """Folder of what a stage keeps: its result and the state from which it goes on."""
        return self.path / protocol.CHECKPOINTS_DIR / stage

    @property
    def result(self) -> Path:
        """Folder of the finished files."""
        return self.path / protocol.RESULT_DIR


def read_request(path: Path) -> Request:
    """Read a folder's ``request.json``.

    Raises:
        EngineError: ``broken_job`` with one sentence when it is missing, half-written or not a request.
    """
    file = path / protocol.REQUEST_FILE
    try:
        return Request.from_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EngineError("broken_job", f"The folder {path} is no job: it has no {protocol.REQUEST_FILE}.") from None
    except (protocol.ProtocolError, UnicodeDecodeError, TypeError) as error:
        detail = str(error).rstrip(".")
        raise EngineError(
            "broken_job",
            f"The job folder {path} is broken: {detail}.",
            f"Nothing was changed; put {protocol.REQUEST_FILE} right or start a new job in another folder.",
        ) from None


def _make_folder(path: Path) -> None:
    """Make the job's folder.

    Raises:
        EngineError: ``not_writable`` or ``disk_full``.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = from_exception(error)
        if problem.code == "disk_full":
            raise problem from None
        raise EngineError(
            "not_writable", f"The folder {path} cannot be made ({error.strerror or error}).", "Choose another folder."
        ) from None


def _clear_temporary_files(path: Path) -> None:
    """Remove what a killed process left half-written: ``.part-*`` and the names of `protocol.write_atomically`."""
    for leftover in list(path.rglob(".*")):
        if leftover.name.startswith(".part-") and leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        elif leftover.name.startswith(".part-") or re.fullmatch(r"\..+\.[a-z0-9_]{8}(\.mp4)?", leftover.name):
            leftover.unlink(missing_ok=True)


def clear_folder(path: Path) -> None:
    """Empty a folder, making it if need be."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, exist_ok=True)


def lock(path: Path) -> TextIO:
    """Take the folder's lock, which the system gives back even when the process is killed.

    Raises:
        EngineError: ``bad_request`` when another engine holds it.
    """
    stream = open(path, "a+", encoding="ascii")  # noqa: SIM115 (held as long as the job)
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        raise EngineError(
            "bad_request", f"Another engine is working in {path.parent}.", "Wait until it is done or cancel it."
        ) from None
    return stream


def _log_to(path: Path) -> logging.Handler:
    """Send the log also into the job's log file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    return handler


def _open_events(path: Path) -> TextIO:
    """Open the event stream for appending, after ending a line that a killed process left half-written."""
    with open(path, "a+b") as stream:
        if stream.seek(0, os.SEEK_END):
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
    return open(path, "a", encoding="utf-8")


def _plain(value: Any) -> Any:
    """A value as JSON has it: no NaN or infinity, no numpy or torch scalars, no paths."""
    if isinstance(value, Path):
        return value.as_posix()
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
