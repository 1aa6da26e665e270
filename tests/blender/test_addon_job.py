"""The child process and what is known about it; no Blender needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from avatarclip_blender import job as jobs
from avatarclip_blender import locate, process, setup_check
from avatarclip_blender.contract import ENGINE_ROOT, environment, find_engine_root, protocol
from avatarclip_blender.progress import CANCELLED, FAILED, FINISHED, Progress, duration_text
from avatarclip_blender.warm import WarmEngine

posix = pytest.mark.skipif(os.name == "nt", reason="the fake engine is started by a shell script")


def start(folder: Path, python: str, appearance: str = "a knight", warm: WarmEngine | None = None) -> jobs.Job:
    """Start the fake engine in the mood that the prompt names."""
    folder.mkdir(exist_ok=True)
    request = protocol.Request(prompts={**protocol.DEFAULT_PROMPTS, "appearance": appearance})
    (folder / "request.json").write_text(request.to_json(), encoding="utf-8")
    job = jobs.Job(folder)
    job.start(locate.parse_command(python), locate.child_environment(ENGINE_ROOT), ENGINE_ROOT, warm=warm)
    return job


@pytest.fixture
def warm(fake_python: str) -> Iterator[WarmEngine]:
    """The fake engine, kept ready."""
    environment = locate.child_environment(ENGINE_ROOT)
    engine = WarmEngine(locate.parse_command(fake_python), environment, ENGINE_ROOT, "cpu", 1.0)
    yield engine
    process.end(engine.child, force=True)


def finish(job: jobs.Job, seconds: float = 20.0) -> jobs.Job:
    """Poll as the timer does until the engine has ended."""
    deadline = time.monotonic() + seconds
    while job.running:
        assert time.monotonic() < deadline, "the job did not end"
        job.poll()
        time.sleep(0.01)
    return job


def until(job: jobs.Job, stage: str) -> None:
    """Poll until a stage reports progress."""
    deadline = time.monotonic() + 20
    while not (job.progress.stage == stage and job.progress.step):
        assert job.running and time.monotonic() < deadline
        job.poll()
        time.sleep(0.01)


@posix
def test_a_job_runs_to_its_result(tmp_path: Path, fake_python: str) -> None:
    job = finish(start(tmp_path / "job", fake_python))
    assert job.progress.phase == FINISHED
    assert job.progress.done == list(protocol.STAGES)
    assert job.result_folder == tmp_path / "job" / "result"
    assert (job.result_folder / "avatar.npz").is_file()
    assert job.preview_path is not None and job.preview_path.is_file()
    assert job.progress.previews_seen == 5 and job.progress.figures == {"loss": 0.2}


@posix
def test_a_warm_engine_takes_one_job_after_another(tmp_path: Path, fake_python: str, warm: WarmEngine) -> None:
    for name, mood in (("first", "a knight"), ("second", "slow"), ("third", "oom"), ("fourth", "a nurse")):
        job = start(tmp_path / name, fake_python, mood, warm)
        assert not warm.free
        if mood == "slow":
            until(job, "appearance")
            job.cancel()
        finish(job)
        assert job.progress.phase == {"slow": CANCELLED, "oom": FAILED}.get(mood, FINISHED)
        assert warm.free, "it waits for the next job"
    assert job.result_folder == tmp_path / "fourth" / "result"


@posix
def test_a_job_whose_warm_engine_dies_is_done_by_a_fresh_one(
    tmp_path: Path, fake_python: str, warm: WarmEngine
) -> None:
    job = start(tmp_path / "job", fake_python, "brief", warm)
    until(job, "appearance")
    process.end(warm.child, force=True)
    assert finish(job).progress.phase == FINISHED
    assert not warm.free and (tmp_path / "job" / "result" / "avatar.npz").is_file()
    assert start(tmp_path / "dying", fake_python, "a knight", warm).running, "nor is one that it cannot take lost"
    lost = start(tmp_path / "fatal", fake_python, "die", warm)
    assert finish(lost).progress.phase == FAILED and "SIGKILL" in lost.progress.message


@posix
def test_stray_output_is_no_trouble(tmp_path: Path, fake_python: str) -> None:
    job = finish(start(tmp_path / "job", fake_python, "noise"))
    assert job.progress.phase == FINISHED
    assert any("Downloading" in line for line in job.strays)


@posix
@pytest.mark.parametrize("mood", ["slow", "stubborn"])
def test_cancel_takes_at_most_two_seconds(tmp_path: Path, fake_python: str, mood: str) -> None:
    job = start(tmp_path / "job", fake_python, mood)
    until(job, "appearance")
    began = time.monotonic()
    job.cancel()
    assert time.monotonic() - began < 0.05, "cancel() must not wait"
    assert job.stopping
    finish(job)
    assert time.monotonic() - began < 2.0
    assert job.progress.phase == CANCELLED and job.result_folder is None
    assert (tmp_path / "job" / "request.json").is_file()


@posix
@pytest.mark.parametrize(
    ("mood", "words", "hint"),
    [
        ("die", ["killed by SIGKILL", "during Appearance", "console.txt"], "memory"),
        ("broken", ["exit code 1", "flux capacitor", "console.txt"], "Resume"),
    ],
)
def test_death_is_one_sentence_with_the_log(
    tmp_path: Path, fake_python: str, mood: str, words: list[str], hint: str
) -> None:
    job = finish(start(tmp_path / "job", fake_python, mood))
    assert job.progress.phase == FAILED
    assert "\n" not in job.progress.message and all(word in job.progress.message for word in words)
    assert hint in job.progress.hint
    assert job.log_path.is_file()


@posix
def test_an_error_event_is_shown_as_it_is(tmp_path: Path, fake_python: str) -> None:
    state = finish(start(tmp_path / "job", fake_python, "oom")).progress
    assert (state.phase, state.code) == (FAILED, "out_of_memory")
    assert (state.message, state.hint) == ("There was not enough memory.", "Choose a lower preset.")


@posix
def test_no_process_is_left_behind(tmp_path: Path, fake_python: str) -> None:
    job = start(tmp_path / "job", fake_python, "grandchild stubborn")
    until(job, "appearance")
    grandchild = int((tmp_path / "job" / "grandchild.pid").read_text())
    job.close()
    assert not job.running
    deadline = time.monotonic() + 2
    while Path(f"/proc/{grandchild}/cmdline").exists() and time.monotonic() < deadline:
        if "State:\tZ" in Path(f"/proc/{grandchild}/status").read_text():
            return  # dead, and only waits for the init process of this machine
        time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(grandchild, 0)


@posix
def test_the_engine_ends_when_its_parent_is_killed(tmp_path: Path, fake_python: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time, pathlib\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "import conftest, test_addon_job as t\n"
        f"job = t.start(pathlib.Path({str(tmp_path / 'job')!r}), {fake_python!r}, 'slow')\n"
        "t.until(job, 'appearance')\n"
        "print(job._child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert parent.stdout is not None
    engine = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _alive(engine):
        assert time.monotonic() < deadline, "the engine outlived its parent"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(locate.SetupError, match="no-such-python"):
        start(tmp_path / "job", str(tmp_path / "no-such-python"))


@posix
def test_setup_check_tells_what_the_doctor_said(fake_python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for code, passed in (("0", True), ("1", False)):
        monkeypatch.setenv("AVATARCLIP_FAKE_DOCTOR", code)
        check = setup_check.start([fake_python], locate.child_environment(ENGINE_ROOT), ENGINE_ROOT)
        deadline = time.monotonic() + 20
        while not check.done:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert check.passed == passed
        assert check.findings == [setup_check.Finding("Only 3.0 GiB of memory are free", "lower")]
        assert "Computes on cpu (2 threads)" in check.facts
    assert not setup_check.start(["/no/python"], {}, ENGINE_ROOT).passed


def test_setup_check_names_what_a_python_lacks(tmp_path: Path) -> None:
    package = tmp_path / "engine"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("import no_such_package\n")
    check = setup_check.start([sys.executable], locate.child_environment(tmp_path), tmp_path)
    check._thread.join(20)
    assert check.done and not check.passed
    assert "No module named 'no_such_package'" in check.summary
    assert check.findings[0].mend == "install"


def test_the_environment_is_not_blenders(tmp_path: Path) -> None:
    blenders = {"PYTHONHOME": "/blender", "PYTHONPATH": "/blender/modules", "PATH": "/bin", "HOME": "/home/me"}
    ours = locate.child_environment(tmp_path, blenders)
    assert "PYTHONHOME" not in ours
    assert (ours["PYTHONPATH"], ours["PATH"], ours["HOME"]) == (str(tmp_path), "/bin", "/home/me")


def test_commands_may_be_paths_with_spaces_or_launchers(tmp_path: Path) -> None:
    spaced = tmp_path / "my python"
    spaced.write_text("")
    assert locate.parse_command(f" {spaced} ") == [str(spaced)]
    assert locate.parse_command("launcher '/a b/python' -s") == ["launcher", "/a b/python", "-s"]
    assert locate.parse_command("it's") == ["it's"]


def test_which_python_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(locate.PYTHON_VARIABLE, raising=False)
    with pytest.raises(locate.SetupError, match="Install Engine"):
        locate.engine_command("", tmp_path)
    python = environment.python_of(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.write_text("")
    assert locate.engine_command("", tmp_path) == [str(python)]
    monkeypatch.setenv(locate.PYTHON_VARIABLE, sys.executable)
    assert locate.engine_command("", tmp_path) == [sys.executable]
    with pytest.raises(locate.SetupError, match="preferences"):
        locate.engine_command("/no/such/python", tmp_path)


def test_job_folders_are_new_and_safely_named(tmp_path: Path) -> None:
    names = {locate.new_job_folder(tmp_path / "out", text).name[16:] for text in ("a Fire-Fighter!", "消防士", "../..")}
    assert names == {"fire-fighter", "avatar", "avatar-2"} or names == {"fire-fighter", "avatar"}
    assert len(list((tmp_path / "out").iterdir())) == 3
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(locate.SetupError, match="choose another Avatars Folder"):
        locate.new_job_folder(blocked, "x")


def test_engine_is_found_in_an_installed_add_on_first(tmp_path: Path) -> None:
    addon = tmp_path / "addon"
    for folder in (addon / "engine", tmp_path / "engine"):
        folder.mkdir(parents=True)
        (folder / "protocol.py").write_text("")
    assert find_engine_root(addon) == addon
    (addon / "engine" / "protocol.py").unlink()
    assert find_engine_root(addon) == tmp_path
    (tmp_path / "engine" / "protocol.py").unlink()
    with pytest.raises(FileNotFoundError, match="install the extension again"):
        find_engine_root(addon)


def test_progress_survives_senseless_events() -> None:
    state = Progress()
    for event in protocol.EVENTS:
        state.apply({"event": event})
        state.apply({"event": event, "stage": 7, "step": None, "total": [], "eta": "x", "stages": "abc", "path": 3})
    state = Progress()
    state.apply({"event": "progress", "stage": "mesh", "step": 3, "total": 2, "eta": float("nan"), "score": 1})
    assert (state.factor, state.seconds_left(), state.figures) == (1.0, None, {"score": 1.0})


def test_time_left_counts_down_between_events() -> None:
    state = Progress()
    state.apply({"event": "progress", "stage": "shape", "step": 1, "total": 2, "eta": 30})
    assert state.seconds_left(state.eta_time + 10) == pytest.approx(20)
    assert state.seconds_left(state.eta_time + 60) == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (44.2, "45 s"), (59.9, "60 s"), (100, "2 min"), (3599, "1 h 00 min"), (4800, "1 h 20 min")],
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_exit_codes_in_words() -> None:
    assert process.exit_text(3) == "exit code 3"
    assert process.exit_text(-9) == "killed by SIGKILL"
    assert json.dumps(process.exit_text(-250))  # a number that is no signal here
