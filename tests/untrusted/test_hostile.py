"""Files that were made to do harm: refused with one sentence, without being run and without filling the memory."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.body import load_body
from engine.errors import EngineError
from engine.imported.importer import import_weights
from engine.settings import BodyConfig
from engine.untrusted.archives import read_npz
from engine.untrusted.pickles import read_arrays
from tests.imported import originals

ROOT = Path(__file__).resolve().parents[2]


def refused(call, word: str = "") -> EngineError:
    """The one sentence, made with less than 100 MB of memory."""
    tracemalloc.start()
    with pytest.raises(EngineError) as error:
        call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20, f"{peak / 2**20:.0f} MB"
    assert error.value.code == "bad_weights" and "\n" not in str(error.value) and word in str(error.value)
    return error.value


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"cos\nsystem\n(S'touch x'\ntR.", "os.system"),
        (b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.", "builtins.eval"),
        (b"(S'touch x'\nios\nsystem\n.", "could run code"),
        (b"\x80\x02U\x01ar\xff\xff\xff\x7f.", ""),  # a memo of two thousand million entries
        (b"\x80\x04\x96\xff\xff\xff\xff\xff\x00\x00\x00.", ""),  # a bytearray of a terabyte
        (b"\x80\x04\x8e\xff\xff\xff\xff\xff\x00\x00\x00.", ""),
        (b"\x80\x02}()" + b"2\x86" * 60 + b"K\x01u.", "dictionary"),  # a key whose hash takes for ever
        (b"\x80\x02]" + b"(" * 200_000 + b".", ""),
        (b"]" * 1_500_000 + b".", "steps"),
        (b"\x80\x02\x82\x01.", "could run code"),
        (b"\x80\x02U\x01aQ.", "persistent"),
        (b"", "cut off"),
        (b"\x80\x02cnumpy\nndarray\n}U\x01aK\x01sb.", "state"),  # for a class
        (b"\x80\x02cnumpy\nndarray\n)R)R.", "call"),
        (b"\x80\x02cnumpy\nndarray\n)R.", "attributes"),
    ],
)
def test_pickles(data, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(lambda: read_arrays(io.BytesIO(data), ("weights",), "SMPL_MALE.pkl"), word)
    assert not list(tmp_path.iterdir())


class _Evil:
    def __reduce__(self):
        return os.system, ("touch executed",)


@pytest.mark.parametrize("legacy", [False, True])
def test_checkpoints_that_ask_for_code(tmp_path, monkeypatch, legacy):
    monkeypatch.chdir(tmp_path)
    held = {**originals.realnvp(), "hyper_parameters": _Evil()}
    torch.save(held, "pose_realnvp.pth", _use_new_zipfile_serialization=not legacy)
    refused(lambda: import_weights(Path("pose_realnvp.pth")), "system")
    assert not Path("executed").exists()


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def bomb(tmp_path_factory) -> Path:
    return _zip(tmp_path_factory.mktemp("bomb") / "bomb.zip", {"SMPL_MALE.pkl": bytes(200 << 20)})


def test_archives(tmp_path, bomb):
    def body(path: Path):
        return lambda: load_body(BodyConfig(model=str(path)))

    inner = _zip(tmp_path / "inner.zip", {"SMPL_MALE.pkl": b""}).read_bytes()
    refused(body(_zip(tmp_path / "nested.zip", {"a/SMPL_python.zip": inner})), "another archive")
    refused(body(_zip(tmp_path / "up.zip", {"../../SMPL_MALE.pkl": b"x"})), "outside")
    refused(body(_zip(tmp_path / "root.zip", {"/etc/SMPL_MALE.pkl": b"x"})), "outside")
    assert bomb.stat().st_size < 1 << 20
    refused(body(bomb), "unpack to 200 MiB")
    broken = _zip(tmp_path / "broken.zip", {"SMPL_MALE.pkl": os.urandom(1000)})
    data = bytearray(broken.read_bytes())
    data[200] ^= 255
    broken.write_bytes(data)
    refused(body(broken), "damaged")


def test_an_archive_of_several_disks(tmp_path):
    end = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 2) + struct.pack("<4s4H2LH", b"PK\x05\x06", *[0] * 7)
    (tmp_path / "pose_realnvp.pth").write_bytes(bytes(200) + end)
    refused(lambda: import_weights(tmp_path / "pose_realnvp.pth"))


def _npy(shape: str, descr: str = "<f8", body: bytes = b"") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + body


@pytest.mark.parametrize(
    "array",
    [
        _npy("(1000000, 1000000)"),
        _npy("(-1, 3)"),
        _npy("(3,)", body=bytes(8)),
        _npy("(2**70,)"),
        b"",
        _npy("(1,)", "|O", pickle.dumps([_Evil()])),
        b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{",
        _npy("__import__('os')"),
        _npy("(" * 200 + ")" * 200),
    ],
)
def test_headers_of_arrays(tmp_path, array):
    path = _zip(tmp_path / "SMPL_MALE.npz", {"weights.npy": array})
    refused(lambda: read_npz(path, ("weights",), path.name))


def test_a_yaml_file_that_would_expand_for_ever(tmp_path, monkeypatch):
    monkeypatch.setenv("AVATARCLIP_DATA", str(tmp_path / "data"))
    folder = originals.write_vposer_folder(tmp_path / "V02_05")
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    (folder / "V02_05.yaml").write_text("\n".join(lines) + "\nmodel_params: *a29\n", encoding="utf-8")
    (report,) = import_weights(folder)
    assert report.ok  # nothing was asked of it, and nothing was expanded


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of address space are Linux's")
@pytest.mark.slow
def test_mutated_files_never_run_hang_or_fill_the_memory():
    done = subprocess.run(
        [sys.executable, "-m", "tests.untrusted.fuzz", "12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert not found["problems"], found
    assert found["refused"] > 50


def test_numpy_agrees_about_good_files(tmp_path):
    made = {
        "weights": np.random.default_rng(0).normal(size=(5, 4)),
        "f": np.asfortranarray(np.arange(12).reshape(4, 3)),
    }
    np.savez_compressed(tmp_path / "x.npz", **made)
    found = read_npz(tmp_path / "x.npz", ("weights", "f", "missing"), "x.npz")
    assert set(found) == set(made)
    for name, value in made.items():
        np.testing.assert_array_equal(found[name], value)
