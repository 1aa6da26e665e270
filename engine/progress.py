"""What the stages say, turned into events and into what a person reads in a terminal."""

from __future__ import annotations

import io
import json
import re
import shutil
import time
from typing import TYPE_CHECKING, Any, TextIO

from engine import protocol
from engine.cancel import CancelFlag
from engine.job import Job

if TYPE_CHECKING:
    import numpy as np

_EVENT_INTERVAL = 0.2
"""Seconds between two progress events of a stage; more would only fill the disk. Set by hand."""


class JobReporter:
    """The `Reporter` of one stage of a job: events, preview files, and the question whether to stop."""

    def __init__(self, job: Job, stage: str, flag: CancelFlag, live: bool = False) -> None:
        self._job, self._stage, self._flag = job, stage, flag
        self.wants_geometry = live
        self._first: tuple[int, float] | None = None
        self._total = -1
        self._told = 0.0

    def progress(self, step: int, total: int, eta: float | None = None, **figures: float) -> None:
        """Emit a progress event with the time left: the stage's own estimate, or one from this run's steps.

        Raises:
            Cancelled: when the user asked to stop.
        """
        now = time.monotonic()
        if self._first is None or total != self._total:  # what is counted may change, as from a download to steps
            self._total, self._first = total, (step, now)
        if step >= total or now - self._told >= _EVENT_INTERVAL:
            self._told = now
            done, elapsed = step - self._first[0], now - self._first[1]
            if eta is None and done > 0:
                eta = elapsed / done * (total - step)
            self._job.emit("progress", stage=self._stage, step=step, total=total, eta=eta, **figures)
        if self._flag.paused and not self._flag.is_set():
            self._pause()
        self._flag.check()

    def _pause(self) -> None:
        """Wait as long as the user wants; the time left is then reckoned anew."""
        self._job.emit("paused", stage=self._stage)
        self._flag.wait()
        self._first = None
        self._job.emit("resumed", stage=self._stage)

    def preview(self, name: str, image: np.ndarray) -> None:
        """Store a picture (uint8 (H,W,3)) under ``previews/<stage>/`` and say so."""
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, format="PNG")
        path = self._job.previews(self._stage) / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}.png"
        protocol.write_atomically(path, buffer.getvalue())
        self._job.emit("preview", stage=self._stage, path=path.relative_to(self._job.path).as_posix())

    def geometry(self, vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray) -> None:
        """Store the surface as `protocol.LIVE_NPZ` under ``previews/<stage>/`` and say so."""
        import numpy as np

        buffer = io.BytesIO()
        np.savez(
            buffer, vertices=vertices.astype(np.float32), faces=faces.astype(np.int32), colors=colors.astype(np.float32)
        )
        path = self._job.previews(self._stage) / protocol.LIVE_NPZ
        protocol.write_atomically(path, buffer.getvalue())
        self._job.emit("geometry", stage=self._stage, path=path.relative_to(self._job.path).as_posix())

    def warning(self, message: str) -> None:
        """Pass a sentence on to the user."""
        self._job.emit("warning", stage=self._stage, message=message)

    def finishing(self) -> bool:
        """Whether the user asked to end long work early."""
        return self._flag.finishing()


class EventStream:
    """Writes events as JSON lines; a reader that has gone away cancels the job."""

    def __init__(self, stream: TextIO, flag: CancelFlag) -> None:
        self._stream, self._flag = stream, flag

    def __call__(self, event: dict[str, Any]) -> None:
        """Write one line."""
        try:
            self._stream.write(json.dumps(event, ensure_ascii=False) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            if not self._flag.detached:  # else the events are read from the job folder
                self._flag.set()


class Terminal:
    """Shows a job's events to a person: one bar per stage with step and time left, kept on one line."""

    _BAR = 24

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._open = False
        self._tenth = -1
        self._to_come: list[str] = []

    def __call__(self, event: dict[str, Any]) -> None:
        """Show one event."""
        kind, stage = event["event"], event.get("stage")
        label = f"{protocol.STAGE_LABELS.get(stage or '', ''):<11}"
        if kind == "job_started":
            self._to_come = list(event["stages"])
            self._line(f"Running on {event['device']}.")
        elif kind == "stage_started":
            self._tenth = -1
            self._wait(f"{label} ...")
        elif kind == "progress":
            self._bar(label, event["step"], event["total"], event.get("eta"))
        elif kind == "stage_finished":
            self._line(f"{label} done in {clock(event['seconds'])}")
        elif kind == "stage_skipped":
            self._line(f"{label} unchanged, taken from the job folder")
        elif kind == "warning":
            self._line(f"{label} note: {event['message']}" if stage else f"note: {event['message']}")
        elif kind == "error":
            self._keep()
            prefix = "" if event["code"] == "cancelled" else "error: "
            self._line(f"{prefix}{event['message']} {event['hint']}".strip())
        elif kind == "result":
            self._line("")
        if kind in ("stage_finished", "stage_skipped"):
            self._to_come = [name for name in self._to_come if name != stage]
            if not self._to_come:
                self._wait("Pictures and files ...")

    def _bar(self, label: str, step: int, total: int, eta: float | None) -> None:
        """Draw the bar over the last one; without a terminal say only every tenth part."""
        share = min(1.0, step / total) if total else 0.0
        left = f"  {clock(eta)} left" if eta is not None else ""
        if self._live:
            full = round(share * self._BAR)
            text = f"{label} {'█' * full}{'░' * (self._BAR - full)} {share:4.0%}  step {step}/{total}{left}"
            width = max(20, shutil.get_terminal_size().columns - 1)
            self._write(f"\r{text[:width]}\x1b[K")
            self._open = True
        elif total and int(share * 10) > self._tenth:
            self._tenth = int(share * 10)
            self._write(f"{label} {share:4.0%}  step {step}/{total}{left}\n")

    def _wait(self, text: str) -> None:
        """Say what is under way without a measure of it; only where the line can be taken back."""
        if self._live:
            self._write(f"\r{text}\x1b[K")
            self._open = True

    def _line(self, text: str) -> None:
        """A line that stays, in place of the bar if one is being drawn."""
        end = "\n" if text else ""
        self._write(f"\r{text}\x1b[K{end}" if self._open else f"{text}{end}")
        self._open = False

    def _keep(self) -> None:
        """Leave the bar as it is and go to a new line."""
        if self._open:
            self._write("\n")
            self._open = False

    def _write(self, text: str) -> None:
        """Write what the terminal's encoding can show."""
        encoding = self._stream.encoding or "ascii"
        if encoding.lower().replace("-", "") != "utf8":
            text = text.replace("█", "#").replace("░", ".").encode(encoding, "replace").decode(encoding)
        self._stream.write(text)
        self._stream.flush()


def clock(seconds: float) -> str:
    """Seconds as a person reads them: ``7.3 s``, ``2:05``, ``1:02:05``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
