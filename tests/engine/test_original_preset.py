"""The paper whole: ``--preset original`` in its tiniest form, and what the manifest says of it."""

import json
from dataclasses import replace

import pytest

from engine.appearance.stage import is_changed
from engine.job import Job
from engine.motion import proposals
from engine.pipeline import run_job
from engine.protocol import Request

SMALL = {
    "appearance.iterations": 2,
    "appearance.size": 24,
    "appearance.max_rays": 256,
    "mesh.resolution": 40,
    "mesh.refine": 0,
    "mesh.game_faces": 0,
    "motion.iterations": 3,
    "rig.shape_keys": False,
    "rig.face": False,
    **{
        f"appearance.reference.{name}": value
        for name, value in {
            "sdf_layers": 2,
            "sdf_width": 40,
            "color_layers": 1,
            "color_width": 16,
            "uniform_samples": 8,
            "importance_samples": 8,
            "upsample_rounds": 2,
            "reconstruct_iterations": 60,
        }.items()
    },
}


@pytest.fixture
def few_poses(monkeypatch, tmp_path):
    codes = proposals.load_pose_codes()
    few = replace(codes, latents=codes.latents[:8], movements=codes.movements[:8])
    monkeypatch.setattr(proposals, "load_pose_codes", lambda: few)
    monkeypatch.setenv("AVATARCLIP_CACHE", str(tmp_path / "cache"))


@pytest.mark.slow
def test_all_five_stages_are_the_papers(few_poses, tmp_path):
    prompts = {"shape": "a tall man", "appearance": "a firefighter", "motion": "raising both arms"}
    request = Request(prompts, preset="original", overrides=SMALL)
    with Job.create(tmp_path / "job", request) as job:
        run_job(job, request, device="cpu")
    made = json.loads((tmp_path / "job" / "result" / "manifest.json").read_text())["methods"]
    assert made["shape"] == {"method": "retrieval", "by": "pictures"}
    look = made["appearance"]
    assert (look["method"], look["start"], look["renderer"], look["steps"]) == ("sculpting", "bare", "reference", 2)
    assert -1 <= look["score_before"] <= 1 and -1 <= look["score_after"] <= 1 and look["relief_mm"] > 0
    assert made["mesh"] == made["rig"] == {"method": "computed"}
    assert made["motion"]["method"] == "sculpting" and made["motion"]["candidates"] == "pictures"
    assert made["motion"]["losses"] == ["pose", "delta", "clip"]


def test_a_start_that_was_kept_is_not_called_sculpted():
    assert not is_changed({"relief_mm": 0.4, "color_change": 1e-5})
    assert is_changed({"relief_mm": 0.4, "color_change": 0.05}) and is_changed({"relief_mm": 5.0, "color_change": 0})
