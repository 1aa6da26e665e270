"""What of a result stays: whole files of the same making, and nothing else."""

import json

from engine import protocol
from engine.provenance import checksum
from engine.renewal import MADE_OF, Renewal


def result(folder):
    """A result of two products: one that moves, and one that rests."""
    for name in ("moving.glb", "resting.ply"):
        (folder / name).write_text(name)
    files = {name: {"sha256": checksum(folder / name)} for name in ("moving.glb", "resting.ply")}
    made = {
        "moving": {"key": "walk", "still": "body", "files": ["moving.glb"]},
        "resting": {"key": "body", "still": "body", "files": ["resting.ply"]},
    }
    outside = {"../elsewhere": {"sha256": "0"}}
    (folder / protocol.MANIFEST_FILE).write_text(json.dumps({"files": {**files, **outside}, MADE_OF: made}))
    return Renewal(folder)


def test_what_is_made_of_the_same_is_kept(tmp_path):
    renewal = result(tmp_path)
    assert renewal.listed() == ["moving.glb", "resting.ply"]
    assert renewal.keeps("resting", "body", "body") and not renewal.keeps("moving", "run", "body")
    assert renewal.renewable("moving", "body") and not renewal.renewable("moving", "other body")
    assert renewal.kept == ["resting.ply"] and set(renewal.record) == {"resting"}


def test_a_file_that_was_changed_or_lost_is_made_again(tmp_path):
    renewal = result(tmp_path)
    (tmp_path / "resting.ply").write_text("touched up by hand")
    (tmp_path / "moving.glb").unlink()
    assert not renewal.keeps("resting", "body", "body") and not renewal.renewable("moving", "body")


def test_a_broken_manifest_keeps_nothing(tmp_path):
    result(tmp_path)
    newer = (tmp_path / protocol.MANIFEST_FILE).read_text().replace("{", f'{{"format": {protocol.FORMAT + 1},', 1)
    for text in (newer, "{", "[]", '{"files": {"a": 1}}', '{"files": {}, "made_of": []}'):
        (tmp_path / protocol.MANIFEST_FILE).write_text(text)
        assert not Renewal(tmp_path).keeps("resting", "body", "body")
