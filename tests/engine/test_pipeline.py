"""The pipeline with stand-in stages: what runs, what is taken from the folder, and how it stops and goes on."""

import dataclasses
import json

import fake_stages
import pytest
import torch

from engine import cache, device, pipeline, protocol, results
from engine.cancel import CancelFlag
from engine.config import load_config
from engine.errors import Cancelled, EngineError
from engine.imported import store
from engine.protocol import Request
from engine.stages import Context

REQUEST = Request(prompts={"appearance": "a knight", "motion": "running"}, preset="tiny")


def stages_run(path) -> list[str]:
    """The stages that computed something since the last question, in order, without repetitions."""
    return list(dict.fromkeys(line.split()[0] for line in fake_stages.calls(path)))


@pytest.fixture
def done(tmp_path):
    """A finished job."""
    fake_stages.run(tmp_path / "job", REQUEST)
    assert stages_run(tmp_path / "job") == [*protocol.STAGES, "finish"]
    return tmp_path / "job"


def test_events_tell_the_whole_story(tmp_path):
    events = fake_stages.run(tmp_path / "job", REQUEST)
    told = [(event["event"], event.get("stage")) for event in events if event["event"] != "progress"]
    expected = [(kind, stage) for stage in protocol.STAGES for kind in ("stage_started", "stage_finished")]
    assert told == [("job_started", None), *expected, ("result", None)]
    stored = (tmp_path / "job" / protocol.EVENTS_FILE).read_text().splitlines()
    assert [protocol.parse_event(line) for line in stored] == events
    last = [event for event in events if event["event"] == "progress" and event["stage"] == "appearance"][-1]
    assert (last["step"], last["total"], last["eta"]) == (10, 10, 0.0)


def test_nothing_runs_twice(done):
    events = fake_stages.run(done, REQUEST)
    assert [event["stage"] for event in events if event["event"] == "stage_skipped"] == list(protocol.STAGES)
    assert stages_run(done) == ["finish"]


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"prompts": {**REQUEST.prompts, "motion": "waving"}}, ["motion"]),
        ({"prompts": {**REQUEST.prompts, "appearance": "a knight in red"}}, ["appearance", "mesh", "rig"]),
        ({"prompts": {**REQUEST.prompts, "appearance": "Santa Claus"}}, list(protocol.STAGES)),
        ({"prompts": {**REQUEST.prompts, "shape": "a child"}}, list(protocol.STAGES)),
        ({"seed": 1}, list(protocol.STAGES)),
        ({"overrides": {"mesh.resolution": 65}}, ["mesh", "rig"]),
        ({"overrides": {"motion.fps": 25}}, ["motion"]),
        ({"overrides": {"motion.fps": 30}}, []),
        ({"prompts": {**REQUEST.prompts, "shape": " "}}, []),
    ],
)
def test_only_what_changed_runs_again(done, change, again):
    fake_stages.run(done, dataclasses.replace(REQUEST, **change))
    assert stages_run(done) == [*again, "finish"]


@pytest.mark.parametrize(
    ("prompts", "shape"),
    [
        ({"appearance": "a bride"}, ""),
        ({"appearance": "a bride", "shape": ""}, ""),
        ({}, ""),
        ({"motion": "waving"}, ""),
        ({"appearance": "a bride", "shape": "a tall one"}, "a tall one"),
    ],
)
def test_a_body_without_a_prompt_follows_the_appearance(prompts, shape):
    request = dataclasses.replace(REQUEST, prompts=prompts)
    context = Context(request, load_config("tiny"), torch.device("cpu"))
    assert context.prompts["shape"] == shape
    if prompts.get("appearance") == "a bride":
        assert context.meaning.person.gender < 0 and set(context.readings()) == {"appearance"} | (
            {"shape"} if shape else set()
        )


def test_words_without_effect_are_warned_of_once(tmp_path):
    request = dataclasses.replace(REQUEST, prompts={"appearance": "a quizzaciously red hat", "shape": "a tall man"})
    for _ in range(2):
        events = fake_stages.run(tmp_path / "job", request)
        warned = [(event["stage"], event["message"]) for event in events if event["event"] == "warning"]
        assert warned == [("appearance", "No effect: quizzaciously.")]


def test_the_manifest_says_what_was_understood():
    request = dataclasses.replace(REQUEST, prompts={"appearance": "a quizzaciously red hat"})
    context = Context(request, load_config("tiny"), torch.device("cpu"))
    told = json.loads(json.dumps(results.read_out(context)))
    assert told[protocol.IGNORED] == {"appearance": ["quizzaciously"]} and told[protocol.LANGUAGE] == {
        "appearance": "en"
    }
    text = request.prompts["appearance"]
    for part in told[protocol.UNDERSTOOD]["appearance"]:
        assert text[part["start"] : part["end"]] == part["words"] and part["layer"] and part["property"]
    assert "hat" in {part["words"] for part in told[protocol.UNDERSTOOD]["appearance"]}


def test_another_perceptor_or_body_is_another_result(done, monkeypatch):
    def others(**checksums):
        with fake_stages.installed(), monkeypatch.context() as patch:
            for name, value in checksums.items():
                patch.setattr(Context, name, type("Model", (), {"checksum": value}))
            with pipeline.Job.create(done, REQUEST) as job:
                pipeline.run_job(job, REQUEST, device="cpu")
        return stages_run(done)

    assert others(perceptor="other", body="body") == [*protocol.STAGES, "finish"]
    assert others(perceptor="other", body="body") == ["finish"]
    assert others(perceptor="other", body="other") == [*protocol.STAGES, "finish"]


@pytest.mark.parametrize(
    ("setting", "kind", "again"),
    [
        ("shape.codebook", "shape_codes", list(protocol.STAGES)),
        ("motion.priors", "pose_prior", ["motion"]),
        ("motion.priors", "shape_codes", []),
    ],
)
def test_importing_other_weights_is_another_result(tmp_path, monkeypatch, setting, kind, again):
    monkeypatch.setenv("AVATARCLIP_DATA", str(tmp_path / "data"))
    chosen = dataclasses.replace(REQUEST, overrides={setting: "original"})
    weights, path = store.place(kind), tmp_path / "job"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"some")
    fake_stages.run(path, chosen)
    stages_run(path)
    fake_stages.run(path, chosen)
    assert stages_run(path) == ["finish"]
    weights.write_bytes(b"others")
    fake_stages.run(path, chosen)
    assert stages_run(path) == [*again, "finish"]
    fake_stages.run(path, REQUEST)  # where they are not used, they do not count
    stages_run(path)
    weights.write_bytes(b"more others")
    fake_stages.run(path, REQUEST)
    assert stages_run(path) == ["finish"]


@pytest.mark.parametrize("damage", ["empty", "gone", "record"])
def test_a_damaged_result_is_made_again(done, damage):
    file = done / "checkpoints" / "mesh" / "result.json"
    if damage == "empty":
        file.write_text("")
    elif damage == "gone":
        file.unlink()
    else:
        (done / "checkpoints" / "mesh.json").write_text('{"key"')
    fake_stages.run(done, REQUEST)
    assert stages_run(done) == ["mesh", "finish"]


class StopAt(CancelFlag):
    """A flag that is set once a stage reports a certain number of steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.left = steps

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


def test_a_cancelled_stage_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "job"
    with pytest.raises(Cancelled):
        fake_stages.run(path, REQUEST, flag=StopAt(6))
    before = fake_stages.calls(path)
    assert before[0] == "shape 0"
    assert before[-1].startswith("appearance")
    fake_stages.run(path, REQUEST)
    after = fake_stages.calls(path)
    assert [line for line in before + after if line.startswith("appearance")] == [f"appearance {i}" for i in range(10)]
    assert not (path / "checkpoints" / "appearance" / "steps").exists()


def test_state_of_another_prompt_is_not_gone_on_from(tmp_path):
    path = tmp_path / "job"
    with pytest.raises(Cancelled):
        fake_stages.run(path, REQUEST, flag=StopAt(6))
    fake_stages.calls(path)
    fake_stages.run(path, dataclasses.replace(REQUEST, prompts={"appearance": "a nurse"}))
    assert "appearance 0" in fake_stages.calls(path)


def test_cancelling_and_resuming_gives_the_same_avatar(tmp_path):
    with pytest.raises(Cancelled):
        fake_stages.run(tmp_path / "a", REQUEST, flag=StopAt(6))
    fake_stages.run(tmp_path / "a", REQUEST)
    fake_stages.run(tmp_path / "b", REQUEST)
    results = [json.loads((tmp_path / name / "result" / "all.json").read_text()) for name in "ab"]
    assert results[0] == results[1]


def test_randomness_of_a_stage_does_not_depend_on_the_others(tmp_path):
    fake_stages.run(tmp_path / "all", REQUEST)
    fake_stages.run(tmp_path / "few", dataclasses.replace(REQUEST, stages=("motion",)))
    whole, part = (json.loads((tmp_path / name / "result" / "all.json").read_text()) for name in ("all", "few"))
    assert list(part) == ["shape", "motion"]
    assert part["motion"] == whole["motion"]
    numbers = [stage["number"] for stage in whole.values()]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("asked", "run"),
    [
        (("shape",), ["shape"]),
        (("rig",), ["shape", "mesh", "rig"]),
        (("appearance",), ["shape", "appearance"]),
        (("motion", "mesh"), ["shape", "mesh", "motion"]),
        (("rig", "motion", "shape", "mesh"), ["shape", "mesh", "rig", "motion"]),
    ],
)
def test_needed_stages_are_added_with_a_note(tmp_path, asked, run):
    events = fake_stages.run(tmp_path / "job", dataclasses.replace(REQUEST, stages=asked))
    assert stages_run(tmp_path / "job") == [*run, "finish"]
    noted = {event["stage"] for event in events if event["event"] == "warning"}
    assert noted == set(run) - set(asked)


def test_the_mesh_differs_with_and_without_appearance(done):
    fake_stages.run(done, dataclasses.replace(REQUEST, stages=("shape", "mesh", "rig")))
    assert stages_run(done) == ["mesh", "rig", "finish"]


@pytest.mark.parametrize(
    "setting", [{"mesh.texture_size": 7}, {"motion.frames": 1}, {"appearance.views": 0}], ids=lambda s: next(iter(s))
)
def test_settings_that_cannot_work_are_refused_before_the_first_stage(tmp_path, setting):
    (name,) = setting
    check = pipeline.STAGES[name.split(".")[0]].check
    stages = {
        key: dataclasses.replace(stage, check=check if name.startswith(key) else stage.check)
        for key, stage in fake_stages.STAGES.items()
    }
    with pytest.raises(EngineError, match=name) as caught:
        fake_stages.run(tmp_path / "job", dataclasses.replace(REQUEST, overrides=setting), stages=stages)
    assert caught.value.code == "bad_config" and stages_run(tmp_path / "job") == []


def test_a_full_disk_stops_the_job_and_loses_nothing(tmp_path, monkeypatch):
    def full(result, folder):
        raise OSError(28, "No space left on device", str(folder))

    class Broken(fake_stages.FakeStage):
        save = staticmethod(full)

    broken = Broken(**vars(fake_stages.STAGES["mesh"]))
    monkeypatch.setitem(fake_stages.STAGES, "mesh", broken)
    with pytest.raises(OSError):
        fake_stages.run(tmp_path / "job", REQUEST)
    assert stages_run(tmp_path / "job") == ["shape", "appearance", "mesh"]
    monkeypatch.undo()
    fake_stages.run(tmp_path / "job", REQUEST)
    assert stages_run(tmp_path / "job") == ["mesh", "rig", "motion", "finish"]


def test_time_adds_up_over_interruptions(tmp_path):
    job = fake_stages.Job.create(tmp_path, REQUEST)
    with job:
        folder = cache.StageFolder(job, "shape", "key")
        assert not folder.begin()
        folder.interrupted(2.0)
        folder.interrupted(3.0)
        assert cache.StageFolder(job, "shape", "key").begin()
        (folder.folder / "result").write_text("x")
        folder.finish(1.5)
        assert folder.seconds() == 6.5
        assert folder.is_finished()
        assert not cache.StageFolder(job, "shape", "other").is_finished()


def test_hashes_do_not_depend_on_the_order_of_keys():
    assert cache.digest({"a": 1, "b": [1, 2.5, None]}) == cache.digest({"b": [1, 2.5, None], "a": 1})
    assert cache.digest({"a": 1}) != cache.digest({"a": 2})


def test_stage_seeds_are_distinct_and_fit():
    seeds = {device.stage_seed(seed, stage) for seed in range(50) for stage in protocol.STAGES}
    assert len(seeds) == 250
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_an_unknown_device_is_a_sentence():
    with pytest.raises(EngineError, match="no device 'tpu'"):
        device.pick("tpu")


def test_a_gpu_may_use_its_tensor_cores(monkeypatch):
    before = torch.get_float32_matmul_precision()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    try:
        assert device.pick("cpu").type == "cpu" and torch.get_float32_matmul_precision() == before
        assert device.pick("auto").type == "cuda" and torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision(before)


def test_the_flag_is_asked_between_stages(tmp_path):
    flag = CancelFlag()
    flag._event.set()
    with pytest.raises(Cancelled):
        fake_stages.run(tmp_path / "job", REQUEST, flag=flag)
    assert stages_run(tmp_path / "job") == []


def test_another_seed_for_one_stage_leaves_the_others_alone(done):
    numbers = json.loads((done / "result" / "all.json").read_text())
    fake_stages.run(done, dataclasses.replace(REQUEST, seeds={"motion": REQUEST.seed + 1}))
    assert stages_run(done) == ["motion", "finish"]
    again = json.loads((done / "result" / "all.json").read_text())
    changed = [name for name in numbers if numbers[name]["number"] != again[name]["number"]]
    assert changed == ["motion"]
