"""The original's weights in the motion stage: the codebook and the flow propose, VPoser and the motion VAE join."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.body import load_body
from engine.errors import EngineError
from engine.imported.importer import import_weights
from engine.motion import run
from engine.report import Silent
from engine.settings import MotionConfig, OptimiseConfig
from tests.imported import originals


class Features:
    """A perceptor of 512 features whose text is one of the codebook's entries."""

    name, input_size = "vit", 64

    def __init__(self, wanted: torch.Tensor) -> None:
        self.wanted = torch.nn.functional.normalize(wanted, dim=0)

    def encode_text(self, texts):
        return self.wanted.expand(len(texts), -1)


@pytest.fixture(scope="module")
def brought(tmp_path_factory):
    folder, patch = tmp_path_factory.mktemp("theirs"), pytest.MonkeyPatch()
    patch.setenv("AVATARCLIP_DATA", str(tmp_path_factory.mktemp("data")))
    originals.write_vposer_folder(folder / "vposer")
    held = originals.pose_codes()
    torch.save(held, folder / "codebook.pth")
    torch.save(originals.realnvp(), folder / "pose_realnvp.pth")
    torch.save(originals.motion_vae(layers=1), folder / "motion_vae.pth")
    assert all(report.ok for report in import_weights(folder))
    yield held
    patch.undo()


def make(perceptor, method="optimise", **settings):
    body = load_body()
    conf = MotionConfig(
        frames=30, iterations=3, candidates=3, backend="original", optimise=OptimiseConfig(method=method), **settings
    )
    return run("waving", body, np.zeros(body.num_betas), perceptor, conf, torch.Generator().manual_seed(0), Silent())


@pytest.mark.parametrize("method", ["interpolate", "optimise"])
def test_the_codebooks_own_features_choose_the_poses(brought, method):
    from engine.imported import require
    from engine.motion.pose_prior import load_pose_prior

    motion = make(Features(brought["codebook_embedding"][17]), method=method)
    expected = load_pose_prior(require("pose_prior", "test")).poses(brought["codebook"][17:18].numpy())
    np.testing.assert_allclose(motion.candidates[0].reshape(24, 3), expected[0], atol=1e-5)
    assert motion.poses.shape == (30, 72) and np.isfinite(motion.poses).all()


def test_the_flow_samples_candidates(brought):
    motion = make(Features(brought["codebook_embedding"][0]), method="interpolate", generator="flow")
    assert motion.candidates.shape == (3, 72) and np.isfinite(motion.candidates).all()


def test_another_perceptors_features_are_refused(brought):
    with pytest.raises(EngineError, match="512 features, not 192"):
        make(Features(torch.ones(192)), method="interpolate")
    with pytest.raises(EngineError, match="latent"):
        make(Features(torch.ones(512)), generator="latent")
