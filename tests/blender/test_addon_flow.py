"""Requests from the panel's wishes, the settings read from the engine's sources, predictions; no Blender needed."""

from __future__ import annotations

import json
import operator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from avatarclip_blender import flow, history, settings_table
from avatarclip_blender.contract import protocol
from avatarclip_blender.progress import Progress
from engine import config

DRAFT = settings_table.preset_values("draft")
WISHES = flow.Wishes(
    {"shape": "a thin man", "appearance": "a knight", "motion": "marching"},
    {"shape": 1, "appearance": 2, "motion": 1},
    "draft",
    DRAFT,
)


@pytest.mark.parametrize("preset", protocol.PRESETS)
def test_settings_are_the_engines_own(preset: str) -> None:
    loaded = config.load_config(preset)
    for key, value in settings_table.preset_values(preset).items():
        assert value == operator.attrgetter(key)(loaded), key
    assert len(settings_table.preset_values(preset)) > 12
    assert all(setting.doc for setting in settings_table.main_settings())


def test_settings_that_are_not_touched_are_not_sent() -> None:
    request = flow.request_all(WISHES, DRAFT)
    assert request.overrides == {} and request.stages == protocol.STAGES
    assert [request.seed_of(part) for part in flow.PARTS] == [1, 2, 1] and request.seeds == {"appearance": 2}
    changed = replace(WISHES, values={**DRAFT, "motion.frames": 33}, shared={"body.model": "/smpl.npz"})
    assert flow.request_all(changed, DRAFT).overrides == {"motion.frames": 33, "body.model": "/smpl.npz"}


def test_a_first_part_brings_what_it_stands_on() -> None:
    stages = {part: flow.request_part(part, WISHES, None, DRAFT, {}).stages for part in flow.PARTS}
    assert stages["shape"] == ("shape", "mesh", "rig")
    assert stages["appearance"] == ("shape", "appearance", "mesh", "rig")
    assert stages["motion"] == ("shape", "mesh", "rig", "motion")


def test_one_part_anew_leaves_the_others_as_they_were_made() -> None:
    base = replace(flow.request_all(WISHES, DRAFT), overrides={"appearance.size": 80, "motion.pick": [2]})
    wishes = replace(
        WISHES,
        prompts={"shape": "x", "appearance": "y", "motion": "sitting"},
        preset="standard",
        seeds={"shape": 5, "appearance": 6, "motion": 7},
        values={**settings_table.preset_values("standard"), "motion.frames": 150},
    )
    request = flow.request_part("motion", wishes, base, settings_table.preset_values("standard"), DRAFT)
    assert request.prompts == {"shape": "a thin man", "appearance": "a knight", "motion": "sitting"}
    assert [request.seed_of(part) for part in flow.PARTS] == [1, 2, 7]
    assert request.preset == "draft", "another preset would make the looks anew"
    assert request.overrides["appearance.size"] == 80 and "motion.pick" not in request.overrides
    assert request.overrides["motion.frames"] == 150
    assert request.stages == protocol.STAGES
    assert flow.request_part("shape", wishes, base, DRAFT, DRAFT).stages == ("shape", "mesh", "rig")


def test_picked_poses_are_the_only_change() -> None:
    base = flow.request_all(WISHES, DRAFT)
    assert flow.request_pick(base, [4, 1]) == replace(base, overrides={"motion.pick": [4, 1]})


def test_what_has_changed_since_is_told() -> None:
    made = flow.request_all(WISHES, DRAFT)
    assert not any(flow.outdated(part, WISHES, made) for part in flow.PARTS)
    other = replace(WISHES, prompts={**WISHES.prompts, "motion": "sitting"}, seeds={**WISHES.seeds, "shape": 9})
    assert [flow.outdated(part, other, made) for part in flow.PARTS] == [True, False, True]


def job_with(folder: Path, step_seconds: float, stages: tuple[str, ...] = ("shape", "appearance")) -> Path:
    """Write a finished job: half of its steps search, half are guided."""
    (folder / "result").mkdir(parents=True)
    now, events = 100.0, [{"event": "job_started", "time": 100.0}]
    for stage in stages:
        events.append({"event": "stage_started", "stage": stage, "time": now})
        for step in range(1, 11):
            now += step_seconds
            event = {"event": "progress", "stage": stage, "step": step, "total": 10, "time": now}
            events.append(event | ({"loss": 1.0} if stage == "appearance" and step > 5 else {}))
        events.append({"event": "stage_finished", "stage": stage, "time": now})
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    sections: dict[str, Any] = {}
    for key, value in DRAFT.items():
        *path, name = key.split(".")
        block = sections
        for part in path:
            block = block.setdefault(part, {})
        block[name] = value
    manifest = {"settings": sections, "seconds": {}, "memory": {"main": 10**9, "gpu": None}}
    (folder / "result" / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_predictions_come_from_what_was_measured(tmp_path: Path) -> None:
    store = tmp_path / "new" / "timings.json"
    assert history.predict(store, ("shape",), DRAFT) is None
    history.record(store, job_with(tmp_path / "job", 0.5), "cpu (2 threads)")
    known = history.predict(store, ("shape", "appearance"), DRAFT)
    assert known == history.Estimate(pytest.approx(10.0), 10**9, True)
    assert history.predict(store, ("motion",), DRAFT) is None, "never measured"
    larger = {**DRAFT, "appearance.size": 2 * DRAFT["appearance.size"], "appearance.search": 0}
    guess = history.predict(store, ("appearance",), larger)
    assert guess is not None and not guess.measured
    assert guess.seconds == pytest.approx(4 * 0.5 * DRAFT["appearance.iterations"])


def test_what_was_taken_over_or_is_broken_teaches_nothing(tmp_path: Path) -> None:
    store = tmp_path / "timings.json"
    job = job_with(tmp_path / "job", 0.5, ())
    history.record(store, job, "cpu")
    assert not store.exists()
    store.write_text("{half")
    history.record(store, job_with(tmp_path / "other", 0.5), "cpu")
    assert history.predict(store, ("shape",), DRAFT) is not None


def test_a_job_that_was_resumed_teaches_all_its_stages_and_the_writing_of_files(tmp_path: Path) -> None:
    folder, store = job_with(tmp_path / "job", 0.5), tmp_path / "timings.json"
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    later = [
        {"event": "job_started", "time": 500.0},
        {"event": "stage_skipped", "stage": "shape", "time": 500.1},
        {"event": "stage_started", "stage": "appearance", "time": 501.0},
        {"event": "stage_finished", "stage": "appearance", "time": 509.0},
        {"event": "result", "path": "result", "files": [], "time": 531.0},
    ]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in [*events[:-1], *later]))
    history.record(store, folder, "cpu")
    known = history.predict(store, ("shape", "appearance"), DRAFT)
    assert known is not None and known.stages == pytest.approx({"shape": 5.0, "appearance": 8.0, history.WRITING: 22.0})
    assert known.seconds == pytest.approx(35.0)


def test_one_bar_goes_on_to_the_end_of_the_writing() -> None:
    state, plan = Progress(stages=("shape", "rig")), {"shape": 10.0, "rig": 10.0, history.WRITING: 20.0}
    assert state.whole(plan) == (0.0, 40.0)
    state.apply({"event": "stage_started", "stage": "shape"})
    assert state.whole(plan, state.began + 5.0) == pytest.approx((5 / 40, 35.0))
    state.apply({"event": "stage_finished", "stage": "shape", "seconds": 10.0})
    state.apply({"event": "stage_started", "stage": "rig"})
    state.apply({"event": "progress", "stage": "rig", "step": 4, "total": 4, "eta": 0.0})
    assert state.whole(plan, state.began)[0] < 0.5, "the last step of a stage is not the end"
    state.apply({"event": "stage_finished", "stage": "rig", "seconds": 10.0})
    shares = [state.whole(plan, state.began + seconds)[0] for seconds in (0.0, 5.0, 15.0, 60.0, 1.0)]
    assert shares[:2] == pytest.approx([0.5, 25 / 40]) and shares[2] < shares[3] == shares[4] < 1
