"""The contract between the two halves."""

import errno
import json
import os
import stat

import pytest

from engine import protocol
from engine.protocol import ProtocolError, Request


def test_request_survives_the_file():
    request = Request(
        prompts={"appearance": "Zauberer mit Bart 🧙 \u202e\u0000"},
        seed=7,
        preset="high",
        stages=("shape", "motion"),
        overrides={"motion.fps": 25, "clip.model": None},
        conf="/a/b.conf",
        engine_version="1",
    )
    assert Request.from_json(request.to_json()) == request


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"prompts": {"hat": "red"}}, "hat"),
        ({"prompts": {"motion": "   "}}, "motion"),
        ({"prompts": {"shape": 5}}, "shape"),
        ({"prompts": {"motion": "x" * 10_000}}, "10000"),
        ({"prompts": {"motion": "\udc80"}}, "motion"),
        ({"prompts": []}, "prompts"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"seeds": {"hat": 1}}, "seeds"),
        ({"seeds": {"motion": -1}}, "seeds"),
        ({"preset": ""}, "preset"),
        ({"stages": []}, "stages"),
        ({"stages": ["hair"]}, "stages"),
        ({"overrides": [1]}, "overrides"),
        ({"conf": 5}, "conf"),
        ({"format": 99}, "newer"),
        ({"format": 2, "mood": "of a later version"}, "newer"),
        ({"format": 0}, "damaged"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_unusable_requests_are_one_sentence(change, named):
    raw = {**json.loads(Request(prompts={}).to_json()), **change}
    with pytest.raises(ProtocolError) as caught:
        Request.from_json(json.dumps(raw))
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"seed": 1}', '{"prompts": {}, "seed"'])
def test_half_written_requests_are_refused(text):
    with pytest.raises(ProtocolError):
        Request.from_json(text)


def test_a_body_may_have_no_prompt():
    assert Request.from_json(Request(prompts={"shape": "", "appearance": "a bride"}).to_json()).prompts["shape"] == ""


def test_events_are_recognised():
    assert protocol.parse_event('{"event": "progress", "time": 1, "step": 2}')["step"] == 2
    for line in ("Warp 1.19 initialized", '{"event": "party"}', "[]", '{"event": "progress"'):
        with pytest.raises(ProtocolError):
            protocol.parse_event(line)


def test_joints_are_smpl():
    assert len(protocol.JOINT_NAMES) == len(protocol.PARENTS) == len(set(protocol.JOINT_NAMES)) == 24
    assert protocol.PARENTS[0] == -1
    assert all(0 <= parent < child for child, parent in enumerate(protocol.PARENTS) if child)
    for joint, length in {"left_hand": 8, "right_foot": 4, "head": 5}.items():
        index, steps = protocol.JOINT_NAMES.index(joint), 0
        while protocol.PARENTS[index] >= 0:
            index, steps = protocol.PARENTS[index], steps + 1
        assert steps == length, joint


def test_a_failed_write_leaves_the_old_content(tmp_path, monkeypatch):
    file = tmp_path / "a.json"
    protocol.write_atomically(file, "old")

    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        protocol.write_atomically(file, "new")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_written_files_can_be_read_by_others(tmp_path):
    protocol.write_atomically(tmp_path / "a", b"x")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644
