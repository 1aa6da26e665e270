"""The command line as a program: sentences, exit codes, events, and all the ways to stop it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fake_stages
import forked
import pytest

from engine import protocol
from engine.examples import examples
from engine.protocol import Request

ROOT = Path(__file__).resolve().parents[2]
FAKE = [sys.executable, fake_stages.__file__]
REAL = [sys.executable, "-m", "engine"]
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


@pytest.fixture(scope="module", autouse=True)
def prepared() -> None:
    forked.prepare()


def call(*arguments, program=REAL, cwd=ROOT, **options) -> subprocess.CompletedProcess:
    """Run to the end, without standard input."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        [*program, *map(str, arguments)],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        **options,
    )


def fake(*arguments, cwd=ROOT, change: Callable[[], None] = lambda: None) -> subprocess.CompletedProcess:
    """The same with stand-in stages, which ``change`` may alter."""
    return forked.call([str(argument) for argument in arguments], cwd, change)


def start(*arguments, step_seconds=0.5, program=False) -> subprocess.Popen:
    """Start the stand-in engine with pipes: a fork of this process where that can be, or a program of its own."""
    if hasattr(os, "fork") and not program:
        return forked.start([str(argument) for argument in arguments], step_seconds)
    environment = {**os.environ, "FAKE_STEP_SECONDS": str(step_seconds), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [*FAKE, *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def wait_for(child: subprocess.Popen, kind: str, stage: str | None = None) -> list[dict]:
    """Read events until one of this kind (and stage) has come."""
    events = []
    for line in child.stdout:
        events.append(protocol.parse_event(line))
        if events[-1]["event"] == kind and stage in (None, events[-1].get("stage")):
            return events
    raise AssertionError(f"no {kind} among {events}; {child.stderr.read()}")


def make_job(path: Path, **request) -> Path:
    """A folder as the add-on makes it."""
    path.mkdir()
    (path / protocol.REQUEST_FILE).write_text(Request(prompts={}, preset="tiny", **request).to_json())
    return path


BAD_INPUT = {
    "no command": [],
    "unknown option": ["generate", "--colour", "red"],
    "empty prompt": ["generate", "--motion", ""],
    "blank prompt": ["generate", "--motion", " \t\n"],
    "10,000 characters": ["generate", "--appearance", "a" * 10_000],
    "unknown preset": ["generate", "--preset", "ultra"],
    "unknown example": ["generate", "--example", "nobody"],
    "unknown key": ["generate", "--set", "mesh.resolutoin=5"],
    "wrong type": ["generate", "--set", "mesh.resolution=big"],
    "no value": ["generate", "--set", "mesh.resolution"],
    "missing conf": ["generate", "--conf", "nowhere.conf"],
    "unknown stage": ["generate", "--stages", "shape,hair"],
    "no stage": ["generate", "--stages", ","],
    "bad seed": ["generate", "--seed", "-1"],
    "no number": ["generate", "--seed", "lucky"],
    "no job": ["run", "nowhere"],
    "no list": ["batch", "nowhere.csv", "--out", "."],
    "no avatars": ["batch", "--out", "."],
}


@pytest.mark.parametrize("arguments", BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_one_sentence(tmp_path, arguments):
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == protocol.EXIT_BAD_INPUT
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("mine")
    done = call("generate", "--out", tmp_path / "file" / "job")
    assert done.returncode == protocol.EXIT_BAD_INPUT
    assert str(tmp_path / "file" / "job") in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_a_half_written_job_is_named_and_kept(tmp_path):
    (tmp_path / protocol.REQUEST_FILE).write_text('{"prompts": {"sha')
    for arguments in (["run", tmp_path], ["generate", "--out", tmp_path]):
        done = call(*arguments)
        assert done.returncode == protocol.EXIT_BAD_INPUT
        assert "Traceback" not in done.stderr
        assert "is broken" in done.stdout + done.stderr
    assert (tmp_path / protocol.REQUEST_FILE).read_text() == '{"prompts": {"sha'
    assert len(list(tmp_path.iterdir())) == 1


def test_a_bug_is_a_sentence_and_its_traceback_is_in_the_log(tmp_path):
    for extra in ([], ["--events"]):
        done = fake("generate", "--appearance", "a bug", "--out", tmp_path / "job", *extra)
        assert done.returncode == protocol.EXIT_FAILED
        assert "left_tail" in done.stderr
        assert "Traceback" not in done.stderr
        log = (tmp_path / "job" / protocol.LOG_FILE).read_text()
        assert "Traceback" in log and "left_tail" in log


def test_generate_shows_progress_and_says_where_things_are(tmp_path):
    words = ["--appearance", "Ritter 🛡 mit \u202eBart", "--preset", "tiny", "--out", tmp_path / "job"]
    done = fake("generate", *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"The result is in {tmp_path / 'job' / 'result'}"]
    for label in protocol.STAGE_LABELS.values():
        assert f"{label:<11} done in" in done.stderr
    stored = json.loads((tmp_path / "job" / protocol.REQUEST_FILE).read_text(encoding="utf-8"))
    assert stored["prompts"] == {"appearance": "Ritter 🛡 mit \u202eBart"}


def test_the_default_folder_belongs_to_the_request(tmp_path):
    for seed in (1, 1, 2):
        assert fake("generate", "--seed", seed, "--preset", "tiny", cwd=tmp_path).returncode == 0
    assert len([path for path in (tmp_path / "out").iterdir() if path.is_dir()]) == 2


def test_prompts_of_an_example_give_way_to_those_that_are_typed(tmp_path):
    done = fake("generate", "--example", "samurai", "--motion", "bowing", "--preset", "tiny", "--out", tmp_path / "job")
    assert done.returncode == 0, done.stderr
    stored = json.loads((tmp_path / "job" / protocol.REQUEST_FILE).read_text(encoding="utf-8"))["prompts"]
    assert stored == {**examples()["Samurai"], "motion": "bowing"} and "samurai" in stored["appearance"]


def test_run_gives_events_only(tmp_path):
    done = fake("run", make_job(tmp_path / "job"))
    assert done.returncode == 0, done.stderr
    events = [protocol.parse_event(line) for line in done.stdout.splitlines()]
    assert events[0]["event"] == "job_started"
    assert events[-1] == {"event": "result", "time": events[-1]["time"], "path": "result", "files": ["all.json"]}


def test_stray_prints_do_not_reach_the_events(tmp_path):
    class Loud(dict):
        def __getitem__(self, name):
            print("Warp 1.19 initialized")
            os.write(1, b"from C\n")
            return super().__getitem__(name)

    def change():
        fake_stages.STAGES = Loud(fake_stages.STAGES)

    done = fake("run", make_job(tmp_path / "job"), change=change)
    assert done.returncode == 0, done.stderr
    assert [protocol.parse_event(line)["event"] for line in done.stdout.splitlines()][-1] == "result"
    assert "from C" in done.stderr and "initialized" in done.stderr


def finish_cancelled(child: subprocess.Popen, job: Path) -> None:
    """The child ends as cancelled, says so, and the same command completes the job without doing things twice."""
    out, _ = child.communicate(timeout=60)
    assert child.returncode == protocol.EXIT_CANCELLED
    if out:
        last = protocol.parse_event(out.splitlines()[-1])
        assert (last["event"], last["code"]) == ("error", "cancelled")
    before = fake_stages.calls(job)
    done = fake("run", job)
    assert done.returncode == 0, done.stderr
    steps = [line for line in before + fake_stages.calls(job) if line.startswith("appearance")]
    assert steps == [f"appearance {step}" for step in range(fake_stages.STEPS)]


@pytest.mark.parametrize(
    "way",
    ["line", "closed", pytest.param("term", marks=[posix, pytest.mark.slow]), pytest.param("int", marks=posix)],
)
def test_a_job_can_be_cancelled_and_goes_on(tmp_path, way):
    job = make_job(tmp_path / "job")
    child = start("run", job, program=way == "term")
    wait_for(child, "progress", "appearance")
    if way == "line":
        child.stdin.write("cancel\n")
        child.stdin.flush()
    elif way == "closed":
        child.stdin.close()
        child.stdin = None
    else:
        child.send_signal({"term": signal.SIGTERM, "int": signal.SIGINT}[way])
    finish_cancelled(child, job)


@posix
def test_a_killed_job_goes_on(tmp_path):
    job = make_job(tmp_path / "job")
    with start("run", job) as child:
        wait_for(child, "progress", "appearance")
        child.kill()
        child.communicate()
    before = fake_stages.calls(job)
    done = fake("run", job)
    assert done.returncode == 0, done.stderr
    repeated = [line for line in fake_stages.calls(job) if line in before]
    assert len(repeated) <= 1, "only the step that was under way may be done again"


@posix
def test_a_stage_that_does_not_answer_is_ended(tmp_path):
    job = make_job(tmp_path / "job")
    child = start("run", job, step_seconds=120)
    wait_for(child, "stage_started")
    child.send_signal(signal.SIGTERM)
    out, err = child.communicate(timeout=60)
    assert child.returncode == protocol.EXIT_CANCELLED, err
    assert protocol.parse_event(out.splitlines()[-1])["code"] == "cancelled"


@posix
def test_a_reader_that_is_gone_cancels(tmp_path):
    job = make_job(tmp_path / "job")
    child = start("run", job)
    wait_for(child, "progress", "appearance")
    child.stdout.close()
    child.stdout = None
    finish_cancelled(child, job)


@pytest.mark.parametrize("end", ["result", "cancelled"])
def test_a_detached_job_outlives_its_parent(tmp_path, end):
    job = make_job(tmp_path / "job")
    child = start("run", job, step_seconds={"result": 0.1, "cancelled": 0.5}[end])
    wait_for(child, "stage_started")
    child.stdin.write("detach\n")
    child.stdin.close()
    child.stdout.close()
    child.stdin = child.stdout = None
    if end == "cancelled":
        (job / protocol.CANCEL_FILE).touch()
    child.wait(60)
    last = protocol.parse_event((job / protocol.EVENTS_FILE).read_text().splitlines()[-1])
    assert end in (last["event"], last.get("code"))
    assert not (job / protocol.CANCEL_FILE).exists()


@posix
def test_generate_is_cancelled_by_ctrl_c_with_a_sentence(tmp_path):
    child = start("generate", "--preset", "tiny", "--out", tmp_path / "job")
    while not (tmp_path / "calls.txt").exists():
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == protocol.EXIT_CANCELLED
    assert err.splitlines()[-1] == "Cancelled. The same command goes on from here."


def test_help_needs_no_packages():
    done = call("generate", "--help", program=[sys.executable, "-S", "-m", "engine"])
    assert done.returncode == 0, done.stderr
    for name, default in protocol.DEFAULT_PROMPTS.items():
        assert f"--{name}" in done.stdout and default in done.stdout
