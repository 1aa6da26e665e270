"""Surfaces stay closed and human; and the measure of that sees what it should."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import trimesh

from engine.appearance.quality import measure
from engine.appearance.residual import DEPTH, ResidualField
from engine.appearance.runner import Runner
from engine.settings import LossConfig
from tests.appearance.figures import spheres


@pytest.fixture
def field() -> ResidualField:
    return ResidualField(spheres(), 16)


def changed(field: ResidualField, monkeypatch, offset) -> ResidualField:
    monkeypatch.setattr(field, "change", lambda points: (offset(points), torch.zeros(len(points), 3)))
    return field


def test_an_untouched_surface_is_sound(field):
    found = measure(field)
    assert (found.floaters, found.cavities, found.deviation, found.steepness) == (0, 0, 0, 0)


def test_even_growth_is_measured_in_millimetres(field, monkeypatch):
    found = measure(changed(field, monkeypatch, lambda points: torch.full((len(points),), -0.01)))
    assert found.deviation == pytest.approx(10, rel=1e-4) and found.farthest == pytest.approx(10, rel=1e-4)
    assert (found.floaters, found.cavities) == (0, 0) and found.steepness < 1e-4


def test_a_loose_layer_and_a_hollow_are_seen(field, monkeypatch):
    """A sheet taken out of the solid leaves a hollow, and what stands between two such sheets is loose."""

    def shell(points):
        distance = torch.from_numpy(field.base.nearest(points.numpy()).distance)
        return torch.where((distance < -0.002) & (distance > -0.022), 0.025, 0.0)

    found = measure(changed(field, monkeypatch, shell))
    assert found.cavities + found.floaters >= 1


def test_spikes_are_steep(field, monkeypatch):
    found = measure(changed(field, monkeypatch, lambda points: DEPTH * torch.sin(500 * points[:, 0])))
    assert found.steepness > 2


@pytest.mark.slow
def test_a_guided_surface_is_sound_and_closed(tmp_path):
    """Hard guidance, hotter than any preset's: still one closed piece near the body, no floaters, no spikes."""
    runner = Runner("a knight in armour", "tiny", overrides={"appearance.initializer": "bare", "appearance.size": 32})
    conf = replace(runner.config.appearance, iterations=25, learning_rate=5e-3, loss=LossConfig(keep=0.0), warmup=1)
    runner.config = replace(runner.config, appearance=conf)
    field = runner.train()
    assert isinstance(field, ResidualField)
    found = measure(field)
    assert found.deviation > 0.05  # it did something
    assert (found.floaters, found.cavities) == (0, 0)
    assert found.farthest <= 1000 * DEPTH + 1e-3 and found.steepness < 1.0
    mesh = runner.mesh(96)
    solid = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert solid.is_watertight and len(solid.split(only_watertight=False)) == 1
    away = np.abs(field.base.nearest(mesh.vertices).distance)
    assert away.max() < DEPTH + 0.01
