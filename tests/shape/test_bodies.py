"""What numbers look like: statures and body mass indices (a litre weighs a kilogram) as people have them."""

import numpy as np
import pytest
import trimesh

from engine.body import load_body
from engine.shape.bodies import AGES, bundled

TABLE, BODY = bundled(), load_body()


def measured(height=0.0, weight=0.0, muscle=0.0, age=0.1, gender=1.0) -> tuple[float, float]:
    """Stature in metres, and litres over its square."""
    vertices = BODY.rest_vertices(TABLE.betas(np.array([height, weight, muscle, age, gender])))
    stature = float(np.ptp(vertices[:, 1]))
    return stature, 1000 * trimesh.Trimesh(vertices, BODY.faces, process=False).volume / stature**2


@pytest.mark.parametrize(("gender", "stature", "average"), [(1.0, 1.76, 23), (-1.0, 1.65, 20)])
def test_average_adults_are_as_tall_and_stout_as_people(gender, stature, average):
    tall, stout = measured(gender=gender)
    assert tall == pytest.approx(stature, abs=0.01) and stout == pytest.approx(average, abs=1.5)


@pytest.mark.parametrize("gender", [-1.0, 1.0])
def test_weight_and_muscle_change_the_girth_and_not_the_stature(gender):
    tall, stout = measured(gender=gender)
    for change, least, most in (
        ({"weight": 1.0}, stout + 10, 45),
        ({"weight": -1.0}, 14, stout - 3),
        ({"muscle": 1.0}, stout + 3, stout + 12),
    ):
        changed, girth = measured(gender=gender, **change)
        assert changed == pytest.approx(tall, abs=0.02) and least < girth < most


def test_height_scales_the_stature():
    tall, stout = measured()
    for height in (-1.0, 0.5, 1.0):
        changed, girth = measured(height=height)
        assert changed == pytest.approx(tall * (1 + 0.2 * height), rel=0.02) and girth == pytest.approx(stout, abs=2.5)


def test_children_grow_up():
    statures = [measured(age=age)[0] for age in np.linspace(AGES[0], 0.1, 9)]
    assert (np.diff(statures) > 0).all() and statures[0] < 0.8


def test_between_the_table_s_ages_bodies_are_between():
    young, middle, old = (TABLE.betas(np.array([0.2, 0.3, 0, age, 0.4])) for age in (0.1, 0.3, 0.5))
    np.testing.assert_allclose(middle, (young + old) / 2, atol=1e-5)
