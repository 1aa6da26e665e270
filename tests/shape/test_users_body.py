"""Wardrobe and shapes on a body of SMPL's topology, whose true correspondence with the standard figure is known."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from engine.body import load_body
from engine.config import BodyConfig
from engine.protocol import JOINT_NAMES
from engine.report import Silent
from engine.shape.codebook import BUNDLED, _read, load_codes
from engine.wardrobe.canonical import canonical_coordinates
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.outfit import Garment, Look
from tests.body import smpl_like


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
    codes, original = load_codes(body, Silent()), _read(BUNDLED)
    assert codes.betas.shape == (len(original.betas), 10)
    standard, few = load_body(), slice(None, None, 40)
    tall = [np.ptp(standard.rest_vertices(betas)[:, 1]) for betas in original.betas[few]]
    fitted = [np.ptp(body.rest_vertices(betas)[:, 1]) for betas in codes.betas[few]]
    assert np.corrcoef(tall, fitted)[0, 1] > 0.98
    assert np.abs(np.subtract(tall, fitted)).mean() < 0.06
    written = codes.path.stat().st_mtime_ns
    assert load_codes(body, Silent()).path.stat().st_mtime_ns == written
