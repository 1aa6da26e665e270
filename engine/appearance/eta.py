"""One honest count and time left over phases of a stage whose steps take different times."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from engine.report import Reporter

RECENT = 0.1
"""How much the newest step counts in the mean time of a phase's steps. Set by hand."""


@dataclass
class Phase:
    """Some steps of one kind."""

    steps: int
    seconds: float | None = None
    """Time of one step, as far as known: a guess at first, then measured."""
    early: int = 0
    """How many steps at the beginning are shorter than the others."""
    share: float = 1.0
    """The share of a usual step's time that an early one takes; ``seconds`` are a usual one's."""
    done: int = 0
    measured: bool = field(default=False)

    def left(self) -> float:
        """Steps left, each early one as the share that it takes."""
        early = max(self.early - self.done, 0)
        return self.steps - self.done - early + self.share * early


class PhasedReporter:
    """A `Reporter` for one phase at a time that tells the outside of all phases together."""

    def __init__(self, report: Reporter, phases: dict[str, Phase]) -> None:
        self._report, self._phases = report, phases
        self._phase = next(iter(phases.values()))
        self._since = time.monotonic()

    def begin(self, name: str) -> None:
        """From now on steps are those of this phase; the phases before it count as done."""
        for phase in self._phases.values():
            if phase is self._phases[name]:
                break
            phase.done = phase.steps
        self._phase = self._phases[name]
        self._since = time.monotonic()

    def progress(self, step: int, total: int, eta: float | None = None, **figures: float) -> None:
        """Pass a step of this phase on as one of all; ``total`` is the caller's own and is not needed."""
        now, phase = time.monotonic(), self._phase
        if step > phase.done:
            before, phase.done = phase.left(), step
            spent = (now - self._since) / (before - phase.left())
            known = phase.seconds if phase.measured and phase.seconds is not None else spent
            phase.seconds = known + RECENT * (spent - known)
            phase.measured = True
        done = sum(each.done for each in self._phases.values())
        self._report.progress(done, sum(each.steps for each in self._phases.values()), self._left(), **figures)
        self._since = time.monotonic()  # a pause is no part of a step

    def _left(self) -> float | None:
        """Seconds left, or None as long as a phase's pace is unknown."""
        left = 0.0
        for phase in self._phases.values():
            if phase.done < phase.steps:
                if phase.seconds is None:
                    return None
                left += phase.seconds * phase.left()
        return left

    @property
    def wants_geometry(self) -> bool:
        """Pass on."""
        return self._report.wants_geometry

    def geometry(self, vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray) -> None:
        """Pass on."""
        self._report.geometry(vertices, faces, colors)

    def preview(self, name: str, image: np.ndarray) -> None:
        """Pass on."""
        self._report.preview(name, image)

    def warning(self, message: str) -> None:
        """Pass on."""
        self._report.warning(message)

    def finishing(self) -> bool:
        """Pass on."""
        return self._report.finishing()
