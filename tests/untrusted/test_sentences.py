"""Every reader with what people have instead of the right file: one sentence each, what it is and what to do."""

from __future__ import annotations

import builtins
import contextlib
import gzip
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save as safetensors

from engine import motion
from engine.body import load_body
from engine.config import load_config
from engine.errors import EngineError
from engine.imported.importer import import_weights
from engine.motion import load_motion
from engine.perceptor import load_perceptor
from engine.report import Silent
from engine.settings import BodyConfig, ClipConfig, MotionConfig

PAGE = b"<!DOCTYPE html>\n<html><head><title>Download</title></head><body>Sign in</body></html>"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 353976522\n"


def npz(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def checkpoint(content) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def packed(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, data)
    return stream.getvalue()


def tree() -> bytes:
    """A BVH file of something that is nobody."""
    return (
        b"HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        b"End Site\n{\nOFFSET 0 1 0\n}\n}\n"
        b"MOTION\nFrames: 2\nFrame Time: 0.03\n1 2 3\n1 2 3\n"
    )


WRONG = {
    "empty": b"",
    "zeros": bytes(5000),
    "saved page": PAGE,
    "page in UTF-16": PAGE.decode().encode("utf-16"),
    "page with a mark": b"\xef\xbb\xbf\n  " + PAGE,
    "xml error": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "lfs pointer": POINTER,
    "json answer": b'{"error": "not found"}',
    "text": b"A text about something else.\n" * 20,
    "Japanese text": "これはファイルではありません。\n".encode("shift-jis") * 20,
    "random": np.random.default_rng(0).bytes(3000),
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "document": b"%PDF-1.7\n" + bytes(200),
    "gzip": gzip.compress(b"HIERARCHY" * 100),
    "fbx": b"Kaydara FBX Binary  \x00\x1a\x00" + bytes(100),
    "half an archive": npz(poses=np.zeros((50, 72)))[:4000],
    "half a checkpoint": checkpoint({"a": torch.zeros(5000)})[:8000],
    "half safetensors": safetensors({"a": np.zeros(5000, np.float32)})[:8000],
    "other archive": packed("readme.txt", b"hello"),
    "other arrays": npz(pictures=np.zeros((3, 4))),
    "other checkpoint": checkpoint({"optimizer": {"lr": 0.1}}),
    "other safetensors": safetensors({"a": np.zeros(3, np.float32)}),
    "other tree": tree(),
    "cut tree": tree()[:60],
    "pickle of objects": b"cos\nsystem\n(S'true'\ntR.",
    "cut pickle": b"\x80\x04\x95\x00\x10\x00\x00\x00\x00\x00\x00}\x94(\x8c",
}


@pytest.fixture(scope="module")
def body():
    return load_body()


def bring(path, body):
    conf = MotionConfig(file=str(path))
    betas = np.zeros(body.num_betas, np.float32)
    motion.run("", body, betas, None, conf, torch.Generator().manual_seed(0), Silent())


READERS = {
    "motion .bvh": ("a.bvh", bring),
    "motion .npz": ("a.npz", bring),
    "motion .glb": ("a.glb", bring),
    "own motion": ("motion.npz", lambda path, body: load_motion(path)),
    "weights .pt": ("a.pt", lambda path, body: import_weights(path)),
    "weights .ckpt": ("a.ckpt", lambda path, body: import_weights(path)),
    "perceptor .pt": ("a.pt", lambda path, body: load_perceptor(ClipConfig(model=str(path)))),
    "perceptor .safetensors": ("a.safetensors", lambda path, body: load_perceptor(ClipConfig(model=str(path)))),
    "body .pkl": ("SMPL_MALE.pkl", lambda path, body: load_body(BodyConfig(model=str(path)))),
    "body .npz": ("SMPL_MALE.npz", lambda path, body: load_body(BodyConfig(model=str(path)))),
    "body .zip": ("SMPL.zip", lambda path, body: load_body(BodyConfig(model=str(path)))),
    "conf": ("a.conf", lambda path, body: load_config(conf=path)),
}
CLASSES = {name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)}
CLASSES |= {
    "BadZipFile",
    "UnpicklingError",
    "SafetensorError",
    "HeaderTooLarge",
    "InvalidHeader",
    "PytorchStreamReader",
}
CODE = re.compile(
    r"\b(" + "|".join(sorted(CLASSES)) + r")\b|[a-z]Error\b|pickle instruction|\bb'|\bcodec\b|0x|Traceback|\[Errno"
)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", WRONG)
def test_wrong_files_are_named_as_what_they_are(reader, kind, body, tmp_path):
    name, read = READERS[reader]
    path = tmp_path / name
    path.write_bytes(WRONG[kind])
    if reader == "conf" and kind in ("empty", "json answer"):
        with contextlib.suppress(EngineError):  # both are confs
            read(path, body)
        return
    with pytest.raises(EngineError) as caught:
        read(path, body)
    sentence, hint = caught.value.message, caught.value.hint
    assert name in sentence or str(path) in sentence, sentence
    assert sentence.endswith(".") and ". " not in sentence.replace(str(path), ""), sentence
    assert "\n" not in sentence and len(sentence) < 300, sentence
    assert not CODE.search(sentence + hint), sentence + hint
    assert hint, sentence
    if kind in ("saved page", "page in UTF-16", "page with a mark", "xml error"):
        assert "web page" in sentence
    if kind == "lfs pointer":
        assert "Git LFS" in sentence and "git lfs pull" in hint
    if kind == "empty":
        assert "is empty" in sentence
    if kind in ("half an archive", "half a checkpoint", "cut pickle") and reader != "conf" and not name.endswith("bvh"):
        assert re.search("cut off|damaged|not a", sentence), sentence
    if kind != "pickle of objects":  # nothing else would run anything
        assert "would run" not in sentence and "could run" not in sentence, sentence


@pytest.mark.parametrize("member", ["model.safetensors", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("kind", ["lfs pointer", "saved page", "empty"])
def test_files_in_a_model_folder_are_named_too(member, kind, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}))
    (tmp_path / member).write_bytes(WRONG[kind])
    with pytest.raises(EngineError, match=re.escape(member)) as caught:
        load_perceptor(ClipConfig(model=str(tmp_path)))
    assert caught.value.hint and not CODE.search(str(caught.value))


def test_missing_files_are_named(body, tmp_path):
    for reader, (name, read) in READERS.items():
        with pytest.raises(EngineError, match=re.escape(Path(name).name)) as caught:
            read(tmp_path / "no" / name, body)
        assert not CODE.search(str(caught.value)), reader
