"""Wardrobe and shapes on a body of SMPL's topology, whose true correspondence with the standard figure is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import trimesh

from engine.body import load_body
from engine.errors import EngineError
from engine.imported.importer import import_weights
from engine.protocol import JOINT_NAMES
from engine.report import Silent
from engine.settings import BodyConfig
from engine.shape.codebook import bundled_codes, load_codes
from engine.wardrobe.canonical import canonical_coordinates
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.outfit import Garment, Look
from tests.body import smpl_like
from tests.imported import originals


@pytest.fixture(scope="module")
def body(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("AVATARCLIP_CACHE", str(tmp_path_factory.mktemp("cache")))
    path = tmp_path_factory.mktemp("smpl") / "SMPL_NEUTRAL.npz"
    np.savez(path, **smpl_like.arrays())
    yield load_body(BodyConfig(model=str(path)))
    patch.undo()


def test_registration_finds_the_corresponding_points(body):
    true = smpl_like._resampled()["v_template"]
    off = np.linalg.norm(canonical_coordinates(body) - true, axis=1)
    head = body.weights[:, JOINT_NAMES.index("head")] > 0.8
    assert off.mean() < 0.006 and np.quantile(off[head], 0.95) < 0.004  # a face's features are centimetres wide
    again = canonical_coordinates(body)
    np.testing.assert_array_equal(again, canonical_coordinates(body))


def test_garments_lie_where_they_lie_on_the_standard_figure(body):
    look = Look(
        "fair", "short", "black", "none", "black", "brown", (Garment("t_shirt", "red"), Garment("boots", "blue"))
    )
    wardrobe = Wardrobe(body)
    figure = wardrobe.dress(look, np.zeros(body.num_betas))
    true = wardrobe.skin.mix @ smpl_like._resampled()["v_template"]
    colors = figure.colors[: len(true)]
    assert trimesh.Trimesh(
        figure.vertices[: len(true)], figure.faces[: figure.parts[0][3]], process=False
    ).is_watertight
    chest = (np.abs(true[:, 0]) < 0.12) & (true[:, 1] > 0.1) & (true[:, 1] < 0.35)
    feet = true[:, 1] < -0.85
    assert (np.argmax(colors[chest], 1) == 0).mean() > 0.98
    assert (np.argmax(colors[feet], 1) == 2).mean() > 0.9


def test_the_codebook_is_refitted_once(body):
    codes, original = load_codes(body, Silent()), bundled_codes()
    assert codes.betas.shape == (len(original.betas), 10)
    standard, few = load_body(), slice(None, None, 40)
    tall = [np.ptp(standard.rest_vertices(betas)[:, 1]) for betas in original.betas[few]]
    fitted = [np.ptp(body.rest_vertices(betas)[:, 1]) for betas in codes.betas[few]]
    assert np.corrcoef(tall, fitted)[0, 1] > 0.98
    assert np.abs(np.subtract(tall, fitted)).mean() < 0.06
    written = codes.path.stat().st_mtime_ns
    assert load_codes(body, Silent()).path.stat().st_mtime_ns == written


def test_the_originals_codebook_becomes_the_bodys_own_coefficients(body, tmp_path, monkeypatch):
    """A VAE that knows the body's shape space exactly: its codes must come back as the betas they were made of."""
    monkeypatch.setenv("AVATARCLIP_DATA", str(tmp_path / "data"))
    rng = np.random.default_rng(4)
    mixing = rng.normal(size=(10, 16)) / 3
    state = originals.shape_vae(hidden=16)
    state["dec1.weight"], state["dec1.bias"] = torch.eye(16), torch.zeros(16)
    directions = body.shapedirs.reshape(-1, 10) @ mixing
    state["dec2.weight"], state["dec2.bias"] = torch.from_numpy(directions).float(), torch.zeros(20670)
    latents = torch.from_numpy(rng.normal(size=(40, 16))).float()
    torch.save(state, tmp_path / "model_VAE_16.pth")
    torch.save({latents: torch.zeros(40, 512)}, tmp_path / "codebook.pth")
    with pytest.raises(EngineError, match="not imported"):
        load_codes(body, Silent(), "original")
    assert {report.kind for report in import_weights(tmp_path)} == {"shape_vae", "shape_codes"}
    codes = load_codes(body, Silent(), "original")
    expected = latents.numpy() @ mixing.T
    assert np.abs(codes.betas - expected)[:, :3].max() < 0.02  # the prior shrinks faint directions a little
    assert np.corrcoef(codes.betas.ravel(), expected.ravel())[0, 1] > 0.99
    tall = [np.ptp(body.rest_vertices(betas)[:, 1]) for betas in codes.betas]
    assert np.corrcoef(tall, codes.numbers[:, 0])[0, 1] > 0.5  # the first number is height
    with pytest.raises(EngineError, match="6890"):
        load_codes(load_body(), Silent(), "original")
