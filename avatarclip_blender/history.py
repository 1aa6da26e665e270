"""How long avatars took on this machine, and from that how long the next one will take. No bpy.

One record a finished job: its settings, the seconds of its stages, those of one step of the appearance stage (from the
times of its events), and its peak memory. Nothing is predicted before something was measured.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import disk
from .contract import protocol

FILE = "timings.json"
KEPT = 60
"""Records, the newest."""
WRITING = "files"
"""Stands among the stages for what comes after them: the writing of the result's files."""
_AREA = ("appearance.views", "appearance.size", "appearance.shell.samples")


@dataclass(frozen=True)
class Estimate:
    """What a job will take."""

    seconds: float
    memory: int | None
    """Peak bytes: of the GPU's memory if the device is one, else of main memory."""
    measured: bool
    """Whether a job with these very settings was measured; otherwise its steps were scaled."""
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)
    """Seconds of each stage, and of `WRITING` where that was measured."""


def record(store: Path, job: Path, device: str) -> None:
    """Add a finished job's figures to the file ``store``; a job whose stages were all taken over teaches nothing."""
    manifest = _read(job / protocol.RESULT_DIR / protocol.MANIFEST_FILE)
    ran, steps = _runs(job / protocol.EVENTS_FILE)
    if not isinstance(manifest, dict) or not ran:
        return
    spent = manifest.get("seconds", {})  # with those of runs that were interrupted in the middle of a stage
    ran = {stage: max(float(spent.get(stage, 0.0)), seconds) for stage, seconds in ran.items()}
    settings = dict(_numbers(manifest.get("settings", {})))
    entry = {"device": device, "settings": settings, "seconds": ran, "steps": steps, "memory": manifest.get("memory")}
    known = _read(store)
    entries = [*(known if isinstance(known, list) else []), entry][-KEPT:]
    store.parent.mkdir(parents=True, exist_ok=True)
    protocol.write_atomically(store, json.dumps(entries))
    disk.forget()


def _numbers(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of the numbers and switches among nested settings."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{key}.")
        elif isinstance(value, int | float | bool):
            yield f"{prefix}{key}", value


def predict(store: Path, stages: tuple[str, ...], values: Mapping[str, Any]) -> Estimate | None:
    """Predict a job of these stages and main settings (by dotted key); None as long as a stage was never measured."""
    known = _remembered(store)
    entries = [entry for entry in known if isinstance(entry, dict)] if isinstance(known, list) else []
    if not entries:
        return None
    device = entries[-1].get("device")
    entries = [entry for entry in entries if entry.get("device") == device and _AREA[-1] in entry["settings"]]
    found, measured = {}, True
    for stage in (*stages, WRITING):
        seconds, exact = _stage_seconds(entries, stage, values)
        if seconds is not None:
            found[stage], measured = seconds, measured and exact
        elif stage != WRITING:
            return None
    return Estimate(sum(found.values()), _memory(entries, values, str(device)), measured, found)


def _stage_seconds(entries: list[dict[str, Any]], stage: str, values: Mapping[str, Any]) -> tuple[float | None, bool]:
    """Seconds of a stage, and whether they were measured with these settings."""
    ran = [entry for entry in entries if stage in entry["seconds"]]
    same = [entry for entry in ran if _agrees(entry["settings"], values, stage)]
    if same:
        return statistics.median(entry["seconds"][stage] for entry in same[-5:]), True
    if not ran:
        return None, False
    last = ran[-1]
    seconds = float(last["seconds"][stage])
    if stage != "appearance" or not {"search", "guided"} <= set(last["steps"]):
        return seconds * _growth(last["settings"], values, stage), False
    pixels = _area(values) / max(_area(last["settings"]), 1e-9)
    steps = last["steps"]
    return values["appearance.search"] * steps["search"] + values["appearance.iterations"] * steps[
        "guided"
    ] * pixels, False


def _growth(before: Mapping[str, Any], values: Mapping[str, Any], stage: str) -> float:
    """How much more a stage has to do: surfaces grow with the square of their resolution, motions with their frames."""
    key, power = {"mesh": ("mesh.resolution", 2), "rig": ("mesh.resolution", 2), "motion": ("motion.frames", 1)}.get(
        stage, ("", 0)
    )
    return (values[key] / before[key]) ** power if before.get(key) and values.get(key) else 1.0


def _agrees(before: Mapping[str, Any], values: Mapping[str, Any], stage: str) -> bool:
    sections = {"rig": ("mesh", "rig"), WRITING: ("mesh", "motion")}.get(stage, (stage,))
    return all(before.get(key) == value for key, value in values.items() if key.split(".")[0] in sections)


def _area(values: Mapping[str, Any]) -> float:
    """What a guided step's time goes with: pictures times pixels times samples along each ray."""
    views, size, samples = (float(values.get(key, 1)) for key in _AREA)
    return views * size**2 * samples


def _memory(entries: list[dict[str, Any]], values: Mapping[str, Any], device: str) -> int | None:
    """The peak of the job most like this one in what memory goes with: the pictures and the surface's resolution."""
    place = "main" if device.startswith("cpu") else "gpu"

    def unlike(entry: dict[str, Any]) -> float:
        settings = entry["settings"]
        return abs(_area(settings) - _area(values)) + abs(
            settings.get("mesh.resolution", 0) - values.get("mesh.resolution", 0)
        )

    known = [entry for entry in entries if isinstance(entry.get("memory"), dict) and entry["memory"].get(place)]
    return int(min(known, key=unlike)["memory"][place]) if known else None


def _runs(path: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of the stages that a folder's runs have brought to their ends without a pause, and of one step of
    searching and of guiding."""
    began: dict[str, float] = {}
    ran: dict[str, float] = {}
    marks: list[tuple[int, float, bool]] = []  # step, time, guided
    ended: float | None = None
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}, {}
    for line in lines:
        try:
            event = protocol.parse_event(line)
        except protocol.ProtocolError:
            continue
        kind, stage, now = event["event"], str(event.get("stage")), float(event.get("time", 0))
        if kind in ("job_started", "paused"):  # what was begun before is no measure of the whole
            began, marks, ended = {}, [], None
        elif kind == "stage_started":
            began[stage] = now
        elif kind == "stage_finished" and stage in began:
            ran[stage] = now - began[stage]
            ended = now
        elif kind == "result" and ended is not None:
            ran[WRITING] = now - ended
        elif kind == "progress" and stage == "appearance":
            marks.append((int(event.get("step") or 0), now, "loss" in event))
    steps = {}
    for name, guided in (("search", False), ("guided", True)):
        part = [(step, now) for step, now, of in marks if of == guided]
        if len(part) > 1 and part[-1][0] > part[0][0]:
            steps[name] = (part[-1][1] - part[0][1]) / (part[-1][0] - part[0][0])
    return ran, steps


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


_remembered = disk.remembered(_read)
