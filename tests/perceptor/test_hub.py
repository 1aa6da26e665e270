"""Models of the Hugging Face hub: downloaded once, with consent, resumed, checked; from a hub in this process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from fake_hub import serve
from huggingface_hub import constants
from safetensors.torch import save_file

from engine.errors import EngineError
from engine.perceptor import hub
from engine.report import Cancelled, Silent
from engine.settings import ClipConfig

NAME = "someone/clip-model"
BIG = 24 << 20
"""Bytes of the weights: more than one of the client's blocks."""


@pytest.fixture
def model(tmp_path) -> Path:
    """A folder as on the hub; what is in it does not matter to the download."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / "README.md").write_text("not wanted")
    (folder / "pytorch_model.bin").write_bytes(b"not wanted beside safetensors")
    save_file({"weight": torch.arange(BIG // 4, dtype=torch.int32)}, folder / "model.safetensors")
    return folder


@pytest.fixture
def fake(model, tmp_path, monkeypatch):
    monkeypatch.setenv("AVATARCLIP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "shared"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr("time.sleep", lambda _: None)  # the client waits between its tries
    with serve(NAME, model) as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.url + "/{repo_id}/resolve/{revision}/{filename}"
        )
        yield server


def downloads(fake) -> list[str]:
    return [path.rsplit("/", 1)[1] for method, path, _ in fake.requests if method == "GET" and "/resolve/" in path]


def test_a_model_is_downloaded_once_and_then_found(fake, model):
    report = Silent()
    folder = hub.fetch(NAME, True, report)
    wanted = {"config.json", "tokenizer.json", "model.safetensors"}
    assert {path.name for path in folder.iterdir()} == wanted
    assert all((folder / name).read_bytes() == (model / name).read_bytes() for name in wanted)
    assert downloads(fake)[-1] == "model.safetensors"
    steps = [step for step, _, _ in report.steps]
    assert steps == sorted(steps) and report.steps[-1][:2] == (BIG >> 20, BIG >> 20)
    assert NAME in report.warnings[0]
    asked = len(fake.requests)
    assert hub.fetch(NAME, False) == folder and len(fake.requests) == asked


def test_nothing_is_asked_of_the_network_without_consent(fake):
    with pytest.raises(EngineError, match=NAME) as error:
        hub.fetch(NAME, False)
    assert error.value.code == "bad_config" and "clip.download" in error.value.hint
    assert not fake.requests


def test_downloads_that_are_switched_off_stay_off(fake, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EngineError, match="switched off") as error:
        hub.fetch(NAME, True)
    assert error.value.code == "environment" and not fake.requests


@pytest.mark.parametrize("how", ["cancelled", "network"])
def test_an_interrupted_download_goes_on_where_it_stopped(fake, model, how):
    if how == "cancelled":
        with pytest.raises(Cancelled):
            hub.fetch(NAME, True, Silent(cancel_at=8))
    else:
        fake.allowance = 11 << 20
        with pytest.raises(EngineError) as error:
            hub.fetch(NAME, True)
        assert error.value.code == "environment" and "kept" in error.value.hint
        fake.allowance = None
    folder = hub.cache_folder() / "models" / "someone--clip-model" / "main"
    have = (folder / "model.safetensors.part").stat().st_size
    assert 0 < have < BIG and not hub.is_whole(folder)
    fake.requests.clear()
    report = Silent()
    hub.fetch(NAME, True, report)
    assert fake.requests[-1][2] == f"bytes={have}-"
    assert downloads(fake) == ["model.safetensors"] and report.steps[0][0] >= have >> 20
    assert (folder / "model.safetensors").read_bytes() == (model / "model.safetensors").read_bytes()


def test_a_file_without_its_checksum_is_not_taken(fake):
    fake.damaged = True
    with pytest.raises(EngineError, match="checksum") as error:
        hub.fetch(NAME, True)
    assert error.value.code == "bad_weights"
    fake.damaged = False
    assert hub.is_whole(hub.fetch(NAME, True))


def test_a_model_that_does_not_exist_is_named(fake):
    with pytest.raises(EngineError, match="no model someone/else") as error:
        hub.fetch("someone/else", True)
    assert error.value.code == "bad_weights"


def test_without_a_network_the_sentence_says_so(fake, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(EngineError, match="download of someone/clip-model") as error:
        hub.fetch(NAME, True)
    assert error.value.code == "environment" and "run the same command again" in error.value.hint


def test_pickled_weights_come_only_where_there_are_no_others(fake, model):
    (model / "model.safetensors").unlink()
    assert (hub.fetch(NAME, True) / "pytorch_model.bin").is_file()


def test_a_repository_without_a_model_is_named(fake, model):
    (model / "config.json").unlink()
    with pytest.raises(EngineError, match="no model in transformers' format"):
        hub.fetch(NAME, True)


def test_what_other_programs_downloaded_is_used(fake, model):
    folder = Path(constants.HF_HUB_CACHE) / "models--someone--clip-model"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("a" * 40)
    (folder / "snapshots").mkdir()
    (folder / "snapshots" / ("a" * 40)).symlink_to(model)
    assert hub.fetch(NAME, False).resolve() == model and not fake.requests


@pytest.mark.slow
def test_the_command_line_downloads_when_it_may(fake, tmp_path):
    """The whole way, to a model that is then refused: progress events, the files, one sentence."""
    environment = {**os.environ, "HF_ENDPOINT": fake.url, "HF_HUB_CACHE": str(tmp_path / "shared")}
    environment["AVATARCLIP_CACHE"] = str(tmp_path / "cache")
    environment.pop("HF_HUB_OFFLINE", None)
    command = [sys.executable, "-m", "engine", "generate", "--stages=shape", "--set", f"clip.model={NAME}"]
    command += ["--out", str(tmp_path / "job"), "--events", "--allow-download"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert '"event": "progress"' in done.stdout and "model of type bert" in done.stdout
    assert downloads(fake)[-1] == "model.safetensors"


def test_names_of_the_hub_are_told_from_paths():
    for name in ("openai/clip-vit-base-patch32", "google/siglip2-base-patch16-224@main", "a/b.c_d-1"):
        assert hub.NAME.fullmatch(name)
    for name in ("clip", "/models/clip", "./clip", "~/clip", "a/b/c", "a/b c"):
        assert not hub.NAME.fullmatch(name)
    assert ClipConfig().download is False
