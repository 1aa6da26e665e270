"""The real command line and pipeline with small stand-in stages, in this process or as a program of its own.

The stages only count: each call of a stage appends a line to ``calls.txt`` beside the job folder, and ``appearance``
takes ten steps, keeping the number of steps done in its checkpoint folder as the real one does.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine import pipeline, protocol
from engine.job import Job
from engine.protocol import Request
from engine.report import Reporter
from engine.stages import Context
from engine.worker import Worker

STEPS = 10
STEP_SECONDS = float(os.environ.get("FAKE_STEP_SECONDS", "0"))
"""How long a step takes; a large number is a stage that does not answer."""


def note(job: Job, text: str) -> None:
    """Append a line to the list of what was computed."""
    with open(job.path.parent / "calls.txt", "a", encoding="utf-8") as stream:
        stream.write(text + "\n")


def calls(job_path: Path) -> list[str]:
    """What was computed so far, oldest first; the list is emptied."""
    file = job_path.parent / "calls.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


@dataclass(frozen=True)
class FakeStage:
    """A stage whose result is its prompt, a random number and what it was given."""

    name: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    judged: bool
    inputs: Callable[[Context], dict[str, Any]]
    check: Callable[[Any], None] = lambda settings: None

    def run(self, context: Context, report: Reporter) -> Any:
        """One step, of ``appearance`` ten."""
        name, folder = self.name, context.folders[self.name]
        if context.prompts.get(name) == "a bug":
            raise KeyError("left_tail")
        before = (other for other in (*self.needs, *self.takes) if other in context.wanted)
        numbers = {other: context.result(other)["number"] for other in before}
        steps = STEPS if name == "appearance" else 1
        for step in range(first_step(folder.steps) if steps > 1 else 0, steps):
            note(folder.job, f"{name} {step}")
            time.sleep(STEP_SECONDS)
            (folder.steps / "step.json").write_text(json.dumps(step + 1))
            report.progress(step + 1, steps, loss=1.0 / (step + 1))
        number = float(__import__("torch").rand(1, generator=context.generator(name)))
        return {"prompt": context.prompts.get(name), "number": number, "before": numbers}

    def save(self, result: Any, folder: Path) -> None:
        """As JSON."""
        (folder / "result.json").write_text(json.dumps(result))

    def load(self, folder: Path, context: Context) -> Any:
        """The inverse of `save`."""
        return json.loads((folder / "result.json").read_text())


def first_step(steps: Path) -> int:
    """Where an interrupted stage goes on."""
    file = steps / "step.json"
    return json.loads(file.read_text()) if file.exists() else 0


STAGES = {
    name: FakeStage(name, stage.needs, stage.takes, stage.judged, stage.inputs)
    for name, stage in pipeline.STAGES.items()
}


def finish(job: Job, context: Context) -> list[str]:
    """Write one file that says what each stage gave."""
    note(job, "finish")
    everything = {name: context.result(name) for name in context.wanted}
    protocol.write_atomically(job.result / "all.json", json.dumps(everything))
    return ["all.json"]


@contextmanager
def installed(stages: dict[str, FakeStage] | None = None) -> Iterator[None]:
    """The pipeline with these stages, and models that only have a checksum."""
    with (
        mock.patch.object(pipeline, "STAGES", stages or STAGES),
        mock.patch.object(pipeline, "write_results", finish),
        mock.patch.object(Context, "body", SimpleNamespace(checksum="body")),
        mock.patch.object(Context, "perceptor", SimpleNamespace(checksum="perceptor")),
        mock.patch.object(Worker, "warm", lambda self: None),
    ):
        yield


def run(
    path: Path, request: Request, stages: dict[str, FakeStage] | None = None, **options: Any
) -> list[dict[str, Any]]:
    """Run a job in this process and give its events."""
    events: list[dict[str, Any]] = []
    with installed(stages), Job.create(path, request) as job:
        job.listeners.append(events.append)
        pipeline.run_job(job, request, device="cpu", **options)
    return events


if __name__ == "__main__":
    from engine import cli

    with installed():
        sys.exit(cli.main(sys.argv[1:]))
