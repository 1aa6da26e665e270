"""Whole jobs guided by models of the real formats, OpenAI's in its real size, with random weights."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from openai_clip import VIT_B_32, OpenAIClip, save_archive
from safetensors import safe_open
from safetensors.torch import save_file
from test_siglip import write
from transformers import CLIPConfig, CLIPModel

from engine.appearance import outfit_ranking
from engine.job import Job
from engine.motion import proposals
from engine.pipeline import run_job
from engine.protocol import STAGES, Request
from engine.shape import codebook
from engine.wardrobe import meaning


@pytest.fixture
def few_entries(monkeypatch, tmp_path):
    """Codebooks of few entries, so that a large model is through with them soon."""
    with safe_open(codebook.BUNDLED, "pt") as file:
        entries = {name: file.get_tensor(name)[:4].contiguous() for name in file.keys()}  # noqa: SIM118
        save_file(entries, tmp_path / "shapes.safetensors", file.metadata())
    monkeypatch.setattr(codebook, "BUNDLED", tmp_path / "shapes.safetensors")
    monkeypatch.setattr(outfit_ranking, "EVERY", 1500)
    codes = proposals.load_pose_codes()
    few = replace(codes, latents=codes.latents[:12], movements=codes.movements[:12])
    monkeypatch.setattr(proposals, "load_pose_codes", lambda: few)
    monkeypatch.setenv("AVATARCLIP_CACHE", str(tmp_path / "cache"))
    meaning._names.cache_clear()  # or what another test has read would not be written into this cache


def make(kind: str, folder: Path) -> str | list[str]:
    """What `clip.model` is set to."""
    if kind == "archive":
        save_archive(OpenAIClip(VIT_B_32, seed=0), folder / "ViT-B-32.pt")
        return str(folder / "ViT-B-32.pt")
    if kind == "folder":
        text = {"bos_token_id": 49406, "eos_token_id": 49407, "pad_token_id": 49407, "num_hidden_layers": 2}
        config = CLIPConfig(text_config=text, vision_config={"num_hidden_layers": 2})
        torch.manual_seed(0)
        CLIPModel(config).half().save_pretrained(folder / "clip-vit-base-patch32")
        return str(folder / "clip-vit-base-patch32")
    return ["bundled", str(write(folder / "siglip2", "siglip2"))]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["archive", "folder", "together"])
def test_a_job_runs_with_every_kind_of_perceptor(few_entries, tmp_path, kind):
    model = make(kind, tmp_path)
    overrides = {"clip.model": model, "appearance.search": 1, "appearance.iterations": 2, "motion.judge_pictures": True}
    request = Request({"appearance": "a snollygoster"}, preset="tiny", overrides=overrides)
    events = []
    with Job.create(tmp_path / "job", request) as job:
        job.listeners.append(events.append)
        files = run_job(job, request, device="cpu")
    assert "avatar.glb" in files
    finished = [event["stage"] for event in events if event["event"] == "stage_finished"]
    assert finished == list(STAGES)
    cached = {path.name.split("-")[0] for path in (tmp_path / "cache").iterdir() if path.is_file()}
    assert cached >= {"shapes", "outfits", "figures"}  # nobody knows the word, so the nearest names are looked up
    for large in tmp_path.rglob("*"):  # pytest keeps its folders for a while
        if large.suffix in (".pt", ".safetensors"):
            large.unlink()
