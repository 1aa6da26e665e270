"""``engine serve``, and the worker in it: one job after another, whatever became of the one before."""

import json
import os
import time

from test_cli import make_job, prepared, start, wait_for  # noqa: F401 (a fixture)

from engine import protocol, userdata
from engine.models import Models
from engine.settings import BodyConfig


def ask(child, line: object) -> None:
    """Write a line: a job, or a command."""
    child.stdin.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
    child.stdin.flush()


def test_jobs_run_one_after_another_in_one_process(tmp_path):
    child = start("serve", step_seconds=0.05)
    assert wait_for(child, "ready")[-1]["code"] is None
    good, bug, long, last = (make_job(tmp_path / name) for name in ("good", "bug", "long", "last"))
    text = json.loads((bug / protocol.REQUEST_FILE).read_text()) | {"prompts": {"appearance": "a bug"}}
    (bug / protocol.REQUEST_FILE).write_text(json.dumps(text))
    for job, ended, code in ((good, "result", 0), (bug, "error", 1), (good, "result", 0)):
        ask(child, {"job": str(job)})
        events = wait_for(child, "ready")
        assert (events[-2]["event"], events[-1]["code"]) == (ended, code)
    assert "stage_skipped" in {event["event"] for event in events}, "its stages are taken from the folder"
    ask(child, {"job": str(long)})
    wait_for(child, "progress", "appearance")
    ask(child, "pause")
    wait_for(child, "paused")
    ask(child, "cancel")
    assert wait_for(child, "ready")[-1]["code"] == protocol.EXIT_CANCELLED
    for line in ("{nonsense", '{"job": 5}', {"job": str(tmp_path / "nowhere")}):
        ask(child, line)
        events = wait_for(child, "ready")
        assert events[-1]["code"] == protocol.EXIT_BAD_INPUT and "\n" not in events[-2]["message"]
    ask(child, {"job": str(last)})
    ask(child, "detach")
    wait_for(child, "stage_started")
    child.stdin.close()
    child.stdin = None
    child.communicate(timeout=60)
    assert child.returncode == 0 and (last / "result" / "all.json").is_file(), "it outlives its parent and then ends"


def test_models_are_loaded_once_and_again_when_their_files_change(tmp_path, monkeypatch):
    monkeypatch.setattr(userdata, "data_folder", lambda: tmp_path / "data")
    loaded = []
    monkeypatch.setattr("engine.body.load_body", lambda conf, fingers: loaded.append(conf) or object())
    mine = tmp_path / "smpl.npz"
    mine.write_bytes(b"one")
    models, conf = Models(), BodyConfig(model=str(mine))
    assert models.body(conf, True) is models.body(conf, True) and len(loaded) == 1
    mine.write_bytes(b"another")
    os.utime(mine, (time.time() + 5, time.time() + 5))
    models.body(conf, True)
    models.refresh()
    models.body(conf, True)
    assert len(loaded) == 2
    (tmp_path / "data" / "wardrobe").mkdir(parents=True)
    (tmp_path / "data" / "wardrobe" / "own.toml").write_text("")
    models.refresh()
    models.body(conf, True)
    assert len(loaded) == 3, "the user's own records count for all that was read before"


def test_what_modules_have_read_is_forgotten_with_the_models():
    from engine.body import hands

    cached = next(item for item in vars(hands).values() if hasattr(item, "cache_info"))
    cached()
    assert cached.cache_info().currsize
    Models().forget()
    assert not cached.cache_info().currsize
