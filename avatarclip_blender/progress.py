"""What is known about a run of the engine, built up from its events. No bpy, no processes."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from .contract import protocol
from .history import WRITING

RUNNING, FINISHED, CANCELLED, FAILED = "running", "finished", "cancelled", "failed"
CURVE_POINTS = 200
"""A curve that grows longer is thinned to half."""


@dataclass
class Progress:
    """The state of one run, as the panel shows it; changed only by `apply`, `fail` and `cancel`."""

    phase: str = RUNNING
    stages: tuple[str, ...] = protocol.STAGES
    stage: str | None = None
    began: float = 0.0
    """When the running stage began, and after the last one, when that had ended."""
    step: int = 0
    total: int = 0
    eta: float | None = None
    """Seconds that the running stage still needs, by the engine's own reckoning at `eta_time`."""
    eta_time: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)
    """The last loss or score of the running stage, by name."""
    curve: list[tuple[int, float]] = field(default_factory=list)
    """Steps of the running stage with their loss, or their score where there is no loss."""
    curve_of: str = ""
    """What the curve shows: ``loss`` or ``score``."""
    paused: bool = False
    device: str = ""
    done: list[str] = field(default_factory=list)
    """Stages that finished or were skipped."""
    spent: float = 0.0
    """Seconds that the finished ones took."""
    shown: float = 0.0
    """Share of the whole job that was shown last; a bar does not go back."""
    preview: str | None = None
    """Path of the newest preview, relative to the job folder."""
    previews_seen: int = 0
    geometry: str | None = None
    """Path of the growing surface, relative to the job folder."""
    surfaces_seen: int = 0
    warnings: list[str] = field(default_factory=list)
    result: str | None = None
    """Path of the result's folder, relative to the job folder."""
    code: str | None = None
    message: str = ""
    hint: str = ""

    def apply(self, event: Mapping[str, Any]) -> None:
        """Take in one event; fields that are missing or make no sense are passed over."""
        handler = getattr(self, f"_on_{event['event']}", None)
        if handler is not None:
            handler(event)

    def fail(self, message: str, hint: str = "", code: str = "internal") -> None:
        """Record how the run ended; the first account of it is kept, for it is the closest to the cause."""
        if self.phase != FAILED:
            self.phase, self.message, self.hint, self.code = FAILED, message, hint, code

    def cancel(self) -> None:
        """Record that the user stopped the run."""
        self.phase, self.message, self.hint, self.code = CANCELLED, "Cancelled", "", "cancelled"

    @property
    def factor(self) -> float:
        """Share of the running stage that is done, 0 to 1."""
        return min(max(self.step / self.total, 0.0), 1.0) if self.total > 0 else 0.0

    @property
    def writing(self) -> bool:
        """Whether all stages are done and the result's files are being written."""
        return bool(self.done) and set(self.stages) <= set(self.done)

    def whole(self, plan: Mapping[str, float], now: float | None = None) -> tuple[float, float | None]:
        """Return the share of the whole job that is done, 0 to 1, and the seconds that are left, None if unknown.

        Args:
            plan: predicted seconds by stage, of `history.WRITING` too; empty before anything was measured, and then
                all stages count alike.
            now: on the monotonic clock.
        """
        now = time.monotonic() if now is None else now
        running = "" if self.writing else self.stage or ""
        ahead = [stage for stage in (*self.stages, WRITING) if stage not in self.done and stage != running]
        elapsed = now - self.began if running or self.writing else 0.0
        if not plan:
            parts = len(self.stages) + 1
            self.shown = max(self.shown, (len(self.done) + (self.factor if running else 0.0)) / parts)
            return self.shown, None
        if self.writing:
            ahead, running = [], WRITING
        left = self.seconds_left(now) if running not in ("", WRITING) else 0.0
        if left is None or running == WRITING:  # longer than predicted: it comes near the end, and never quite there
            left = max(plan.get(running, 0.0) - elapsed, 0.1 * elapsed)
        left += sum(plan.get(stage, 0.0) for stage in ahead)
        past = self.spent + elapsed
        self.shown = max(self.shown, past / (past + left) if past + left > 0 else 0.0)
        return min(self.shown, 0.99), left

    def seconds_left(self, now: float | None = None) -> float | None:
        """Return the time that the running stage still needs, counted down between events; None if unknown."""
        if self.eta is None:
            return None
        return max(self.eta - ((time.monotonic() if now is None else now) - self.eta_time), 0.0)

    # --- one method an event -------------------------------------------------------------------------------
    def _on_job_started(self, event: Mapping[str, Any]) -> None:
        self.device = str(event.get("device") or "")
        stages = event.get("stages")
        if isinstance(stages, list | tuple) and stages and set(stages) <= set(protocol.STAGES):
            self.stages = tuple(stages)

    def _on_stage_started(self, event: Mapping[str, Any]) -> None:
        self.stage, self.step, self.total, self.eta, self.figures = event.get("stage"), 0, 0, None, {}
        self.began = time.monotonic()
        self.curve, self.curve_of = [], ""

    def _on_stage_skipped(self, event: Mapping[str, Any]) -> None:
        self._on_stage_finished(event)

    def _on_stage_finished(self, event: Mapping[str, Any]) -> None:
        stage = event.get("stage")
        if isinstance(stage, str) and stage not in self.done:
            self.done.append(stage)
            seconds = event.get("seconds")
            self.spent += max(float(seconds), 0.0) if _is_number(seconds) else 0.0
            self.began = time.monotonic()
        self.eta = None

    def _on_progress(self, event: Mapping[str, Any]) -> None:
        if event.get("stage") not in (None, self.stage):
            self._on_stage_started(event)
        self.step, self.total = _count(event.get("step")), _count(event.get("total"))
        eta = event.get("eta")
        self.eta = max(float(eta), 0.0) if _is_number(eta) else None
        self.eta_time = time.monotonic()
        known = {"event", "time", "stage", "step", "total", "eta"}
        self.figures = {key: float(value) for key, value in event.items() if key not in known and _is_number(value)}
        self._extend_curve()

    def _extend_curve(self) -> None:
        name = next((name for name in ("loss", "score") if name in self.figures), "")
        if not name:
            return
        if name != self.curve_of:
            self.curve, self.curve_of = [], name
        if len(self.curve) >= CURVE_POINTS:
            self.curve = self.curve[::2]
        self.curve.append((self.step, self.figures[name]))

    def _on_preview(self, event: Mapping[str, Any]) -> None:
        if isinstance(event.get("path"), str):
            self.preview = event["path"]
            self.previews_seen += 1

    def _on_geometry(self, event: Mapping[str, Any]) -> None:
        if isinstance(event.get("path"), str):
            self.geometry = event["path"]
            self.surfaces_seen += 1

    def _on_paused(self, event: Mapping[str, Any]) -> None:
        self.paused, self.eta = True, None

    def _on_resumed(self, event: Mapping[str, Any]) -> None:
        self.paused = False

    def _on_warning(self, event: Mapping[str, Any]) -> None:
        if event.get("message"):
            self.warnings.append(str(event["message"]))

    def _on_error(self, event: Mapping[str, Any]) -> None:
        if event.get("code") == "cancelled":
            self.cancel()
        else:
            message = str(event.get("message") or "The engine reported an error.")
            self.fail(message, str(event.get("hint") or ""), str(event.get("code") or "internal"))

    def _on_result(self, event: Mapping[str, Any]) -> None:
        self.result = str(event.get("path") or protocol.RESULT_DIR)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _count(value: Any) -> int:
    return max(int(value), 0) if _is_number(value) else 0


def duration_text(seconds: float) -> str:
    """Return a duration as people say it: ``45 s``, ``3 min``, ``1 h 20 min``."""
    seconds = max(seconds, 0.0)
    if seconds < 60:
        return f"{math.ceil(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
