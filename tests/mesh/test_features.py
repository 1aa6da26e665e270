"""The lens over mouth and eyes: larger there, the same elsewhere, and never folded."""

from __future__ import annotations

import numpy as np
import pytest

from engine.body import load_body
from engine.mesh.features import FEATURES, HAIR, LEAST, for_faces, magnified, shaved


def test_features_grow_and_nothing_folds() -> None:
    body = load_body()
    points = body.template
    wide = magnified(points, points)
    for *middle, _ in FEATURES:
        near = np.linalg.norm(points - np.array(middle), axis=1) < 0.012
        ratio = [np.linalg.norm(of[near] - of[near].mean(0), axis=1).mean() for of in (wide, points)]
        assert 1.6 < ratio[0] / ratio[1] < 2.6
    assert np.array_equal(wide[points[:, 1] < 0.5], points[points[:, 1] < 0.5])
    # radially the lens stretches: the order of distances from a feature's middle stays
    reach = np.linspace(0, 0.09, 400)
    line = np.array(FEATURES[1][:3]) + reach[:, None] * np.array([0.0, 0.0, 1.0])
    moved = magnified(line, line)[:, 2]
    assert (np.diff(moved) > 0).all()


def test_what_moves_gets_its_share_off_the_others() -> None:
    wanted, has = np.array([1000, 8000, 500, 10, 40]), np.array([30000, 60000, 900, 5000, 200])
    materials = ("skin", "hair", "denim", "mouth", "teeth")
    made = for_faces(wanted, materials, has, 10000)
    assert made[[0, 3, 4]].tolist() == [round(LEAST["skin"] * 10000), round(LEAST["mouth"] * 10000), 200]
    assert abs(made.sum() - wanted.sum()) <= 3 and (made <= has).all()
    assert made[2] > 490 and made[1] < 7200, "who has most gives most"
    assert for_faces(wanted, ("skin", "hair", "denim", "wool", "silk"), has, 10000) is wanted


def test_hair_is_held_to_its_share_and_the_rest_goes_to_the_others() -> None:
    materials, has = ("skin", "hair", "leather", "hair"), np.array([30000, 60000, 900, 5000])
    wanted = np.array([2000, 6000, 300, 1700])
    made = shaved(wanted, materials, has, 10000)
    assert made[[1, 3]].sum() == pytest.approx(HAIR * 10000, abs=2)
    assert made[0] > wanted[0] and wanted[2] < made[2] <= has[2]
    modest = np.array([7000, 2000, 500, 500])
    assert shaved(modest, materials, has, 10000) is modest
