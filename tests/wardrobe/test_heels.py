"""Feet on raised heels: the ankle stays, the heel rises, toes and floor stay level."""

from __future__ import annotations

import numpy as np
import pytest

from engine.body import load_body
from engine.wardrobe.hard.heels import FOOT, Stretch, raised, rise_of, stretched
from engine.wardrobe.hard.worn import hard_layers
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import Garment


@pytest.fixture(scope="module")
def mannequin():
    body = load_body()
    return Mannequin.of(body, np.zeros(body.num_betas))


def test_a_shoe_with_a_heel_stands_on_its_heel_and_its_ball(mannequin):
    m, shoes = mannequin, Garment("shoes", "red", cut="heels")
    body = stretched(m, [Garment("t_shirt", "red"), shoes])
    (worn,) = raised(hard_layers(shoes, m), m, rise_of(shoes))
    rise = rise_of(shoes) * m.size
    for side, (ankle, ball) in FOOT.items():
        fore, foot = m.weights[:, ball] > 0.95, np.flatnonzero(m.weights[:, ankle] > 0.5)
        hind = foot[m.vertices[foot, 2] < m.vertices[foot, 2].min() + 0.03]
        before = m.vertices[hind][:, 1].min() - m.vertices[fore][:, 1].min()
        after = body.vertices[hind][:, 1].min() - body.vertices[fore][:, 1].min()
        assert after - before == pytest.approx(rise, abs=0.015), side  # of a foot that is round below
        lowered = body.vertices[fore] - m.vertices[fore]
        assert np.ptp(lowered, axis=0).max() < 0.005 and lowered[:, 1].max() < -0.3 * rise  # toes stay level
        own = worn.vertices[np.sign(worn.canonical[:, 0]) == (1 if side == "L" else -1)]
        back = own[own[:, 2] < np.quantile(own[:, 2], 0.2), 1].min()
        assert back == pytest.approx(own[:, 1].min(), abs=0.004), side
    still = m.weights[:, [4, 5, 7, 8, 10, 11]].sum(1) < 1e-6
    assert (body.vertices[still] == m.vertices[still]).all()
    turn = Stretch.of(m, "L", 0.08).turn
    assert np.allclose(turn @ turn.T, np.eye(3)) and np.linalg.det(turn) == pytest.approx(1)
    assert stretched(m, [Garment("shoes", "red", cut="flats")]).vertices is m.vertices
