"""The job folder: nothing is lost, whatever happens to either process."""

import errno
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import protocol
from engine.errors import EngineError, from_exception
from engine.job import Job, read_request
from engine.protocol import Request

REQUEST = Request(prompts={"appearance": "a knight"})
ROOT = Path(__file__).resolve().parents[2]


def test_a_job_can_be_taken_up_again(tmp_path):
    Job.create(tmp_path / "a" / "job", REQUEST).close()
    job, request = Job.open_existing(tmp_path / "a" / "job")
    with job:
        assert request == REQUEST
        for folder in ("previews", "checkpoints", "result"):
            assert (job.path / folder).is_dir()


def test_a_new_request_replaces_the_old_one(tmp_path):
    Job.create(tmp_path, REQUEST).close()
    Job.create(tmp_path, Request(prompts={"appearance": "a nurse"})).close()
    assert read_request(tmp_path).prompts == {"appearance": "a nurse"}


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("dear")
    with pytest.raises(EngineError, match=r"thesis\.txt"):
        Job.create(tmp_path, REQUEST)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("content", [b"", b'{"prompts": {"shape', b"\xff\xfe", b"[]", b'{"prompts": {}, "seed": "x"}'])
def test_a_half_written_request_is_named_and_kept(tmp_path, content):
    (tmp_path / protocol.REQUEST_FILE).write_bytes(content)
    for attempt in (lambda: Job.open_existing(tmp_path), lambda: Job.create(tmp_path, REQUEST)):
        with pytest.raises(EngineError) as caught:
            attempt()
        assert caught.value.code == "broken_job"
        assert "\n" not in str(caught.value)
    assert (tmp_path / protocol.REQUEST_FILE).read_bytes() == content


def test_two_engines_cannot_share_a_folder(tmp_path):
    with Job.create(tmp_path, REQUEST), pytest.raises(EngineError, match="Another engine"):
        Job.open_existing(tmp_path)
    Job.open_existing(tmp_path)[0].close()


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_engine_gives_the_lock_back(tmp_path):
    code = f"""
import sys, time; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from engine.job import Job
from engine.protocol import Request
job = Job.create(Path({str(tmp_path)!r}), Request(prompts={{}}))
print("locked", flush=True); time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "locked\n"
        with pytest.raises(EngineError, match="Another engine"):
            Job.open_existing(tmp_path)
        child.send_signal(signal.SIGKILL)
        child.wait()
    Job.open_existing(tmp_path)[0].close()


def test_what_a_killed_engine_left_half_written_is_cleared(tmp_path):
    with Job.create(tmp_path, REQUEST) as job:
        kept = job.result / "avatar.glb"
        kept.write_bytes(b"whole")
        (job.result / ".part-new").mkdir()
        (job.result / ".part-new" / "avatar.glb").write_bytes(b"ha")
        (job.path / ".request.json.abcd1234").write_bytes(b"{")
        (job.result / ".DS_Store").write_bytes(b"")
        (job.path / protocol.EVENTS_FILE).write_text('{"event": "progr')
    job, _ = Job.open_existing(tmp_path)
    with job:
        job.emit("result", path="result", files=[])
        assert {path.name for path in job.result.iterdir()} == {"avatar.glb", ".DS_Store"}
        assert not list(job.path.glob(".request*"))
    broken, whole = (tmp_path / protocol.EVENTS_FILE).read_text().splitlines()
    with pytest.raises(protocol.ProtocolError):
        protocol.parse_event(broken)
    assert protocol.parse_event(whole)["event"] == "result"


def test_events_are_json_whatever_the_figures(tmp_path):
    import numpy as np

    with Job.create(tmp_path, REQUEST) as job:
        job.emit(
            "progress", stage="shape", step=np.int64(3), total=4, loss=float("nan"), score=np.float32(0.5), eta=None
        )
        job.emit("warning", stage=None, message="Zauberer 🧙\nnext")
    first, second = (tmp_path / protocol.EVENTS_FILE).read_text(encoding="utf-8").splitlines()
    event = protocol.parse_event(first)
    assert (event["step"], event["loss"], event["score"]) == (3, None, 0.5)
    assert protocol.parse_event(second)["message"] == "Zauberer 🧙\nnext"


class FullDisk(io.StringIO):
    """A stream on a disk without space."""

    def flush(self):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_heard_of(tmp_path):
    heard = []
    with Job.create(tmp_path, REQUEST) as job:
        job.listeners.append(heard.append)
        job._events.close()
        job._events = FullDisk()
        with pytest.raises(OSError) as caught:
            job.emit("warning", stage=None, message="hello")
        job._events = None
    assert from_exception(caught.value).code == "disk_full"
    assert heard[0]["message"] == "hello"


@pytest.mark.parametrize(
    ("error", "code", "named"),
    [
        (OSError(errno.ENOSPC, "No space", "/a/b"), "disk_full", "/a/b"),
        (OSError(errno.ENOSPC, "No space"), "disk_full", "/the/job"),
        (OSError(errno.EROFS, "Read-only", "/a/b"), "not_writable", "/a/b"),
        (PermissionError(errno.EACCES, "Permission denied", "/a/b"), "not_writable", "/a/b"),
        (MemoryError(), "out_of_memory", "memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate\nmuch"), "out_of_memory", "memory"),
        (ModuleNotFoundError("No module named 'smplx'", name="smplx"), "environment", "smplx"),
        (ValueError("odd\nthing"), "internal", "odd"),
        (protocol.ProtocolError("The seed is odd."), "bad_request", "seed"),
    ],
)
def test_every_error_has_a_sentence(error, code, named):
    problem = from_exception(error, "/the/job")
    assert problem.code == code
    assert named in str(problem)
    assert "\n" not in str(problem)


def test_error_codes_are_the_protocols():
    with pytest.raises(ValueError, match="unknown error code"):
        EngineError("oops", "Something.")
