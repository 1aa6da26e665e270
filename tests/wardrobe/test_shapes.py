"""Forms out of records: sizes that closed forms tell."""

from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.edges import is_closed
from engine.geometry.measures import volume
from engine.wardrobe.forms import looped
from engine.wardrobe.shapes import shape, turning

CUBE = [[-0.1, -0.1], [0.1, -0.1], [0.1, 0.1], [-0.1, 0.1]]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"form": "turned", "profile": [[0, 0.3], [0.1, 0.3], [0.1, 0], [0, 0]], "columns": 200}, np.pi * 0.01 * 0.3),
        ({"form": "turned", "profile": [[0, 0.3], [0.1, 0]], "columns": 200, "steps": 40}, np.pi * 0.01 * 0.1),
        ({"form": "rod", "path": [[0, 0, 0], [0, 0, 0.5]], "radius": 0.02, "columns": 200}, np.pi * 4e-4 * 0.5),
        ({"form": "ball", "radii": [0.1, 0.2, 0.3], "columns": 96}, 4 / 3 * np.pi * 0.006),
        ({"form": "hoop", "radii": [0.3, 0.3], "radius": 0.02, "steps": 200, "columns": 60}, 2 * np.pi**2 * 0.3 * 4e-4),
        ({"form": "prism", "outline": CUBE, "thick": 0.2, "bevel": 1e-6}, 0.008),
    ],
)
def test_volumes(part, expected):
    form = shape(part)
    assert is_closed(form.faces)
    assert volume(form.vertices, form.faces) == pytest.approx(expected, rel=0.02)


def test_a_flat_leaf_is_as_thick_as_is_said():
    part = {
        "form": "leaf",
        "left": [[0, 0], [0, 1]],
        "right": [[0.2, 0], [0.2, 1]],
        "thick": 0.03,
        "edge": 0.03,
        "tapered": False,
    }
    form = shape(part)
    assert volume(form.vertices, form.faces) == pytest.approx(0.2 * 0.03, rel=1e-6)
    bent = shape({**part, "bend": 0.2})
    assert bent.vertices[:, 0].max() == pytest.approx(0.2 * np.sin(1.0), abs=0.01)


def test_turns_are_about_x_then_y_then_z():
    assert turning((90, 0, 0)) @ [0, 1, 0] == pytest.approx([0, 0, 1])
    assert turning((0, 90, 0)) @ [0, 0, 1] == pytest.approx([1, 0, 0])
    assert turning((0, 0, 90)) @ [1, 0, 0] == pytest.approx([0, 1, 0])
    assert turning((90, 0, 90)) @ [1, 2, 3] == pytest.approx([3, 1, 2])


def test_copies_and_mirrors():
    ball = {"form": "ball", "radii": 0.01, "at": [0, 0.2, 0.5]}
    one, ring = shape(ball), shape({**ball, "around": [6, 0, 360]})
    assert len(ring.vertices) == 6 * len(one.vertices)
    assert np.abs(ring.vertices.mean(0) - [0, 0.2, 0]).max() < 1e-9
    pair = shape({**ball, "at": [0.3, 0, 0], "mirror": True})
    assert volume(pair.vertices, pair.faces) == pytest.approx(2 * volume(one.vertices, one.faces))
    assert pair.vertices[:, 0].min() == pytest.approx(-pair.vertices[:, 0].max())


def test_a_rod_along_a_closed_path_keeps_its_radius():
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    path = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], 1)
    form = looped(path, 0.1, columns=16)
    off = np.linalg.norm(form.vertices - np.repeat(path, 16, 0), axis=1)
    assert is_closed(form.faces) and off == pytest.approx(0.1, abs=1e-6)


def test_a_band_of_a_hat_is_where_it_is_said():
    from engine.wardrobe.forms import ACCENT
    from engine.wardrobe.hard.free import free_form
    from engine.wardrobe.hard.things import PLACES, THINGS

    thing = THINGS["hat", "fedora"]
    form = free_form(thing.parts[0], thing)
    y = form.vertices[form.roles == ACCENT, 1] - PLACES["crown"].origin[1]
    assert len(y) > 40 and y.min() > -0.02 and y.max() < 0.06
