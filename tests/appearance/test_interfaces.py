"""Renderer, guidance and initializer are found by name: another one is one more part and one line of conf."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from engine import registry, schema
from engine.appearance import AppearanceInputs, ResidualField, Runtime, run
from engine.appearance.initializers.bare import Bare
from engine.appearance.interfaces import GUIDANCES, INITIALIZERS, RENDERERS, Judgement
from engine.appearance.renderers.shell import Shell
from engine.config import load_config
from engine.errors import EngineError
from engine.report import Silent
from engine.settings import setting
from engine.wardrobe.meaning import Meaning


@dataclass(frozen=True)
class RedSettings:
    """A block that `engine.settings` does not know."""

    strength: float = setting(1.0, "How much redness counts.", 0)


class Red:
    """Likes red pictures."""

    Settings = RedSettings

    def __init__(self, inputs, conf) -> None:
        self.own = conf.others.get("red", RedSettings())

    def __call__(self, shown, generator) -> Judgement:
        pictures = torch.stack([one.colored for one in shown])
        loss = (pictures[:, 1:] - pictures[:, :1]).mean()
        return Judgement({"redness": self.own.strength * loss}, -float(loss.detach()))


class Counting(Shell):
    """The fast renderer, and how often it was asked."""

    calls = 0

    def render(self, field, rays, generator=None):
        type(self).calls += 1
        return super().render(field, rays, generator)


class Large(Bare):
    """The bare body of a child's shape coefficients."""

    def start(self, inputs, wardrobe, renderer, runtime, phased):
        betas = np.ones_like(inputs.betas)
        return super().start(
            AppearanceInputs(inputs.prompt, betas, inputs.body, inputs.perceptor, inputs.meaning),
            wardrobe,
            renderer,
            runtime,
            phased,
        )


@pytest.fixture
def added(monkeypatch):
    """One part more of each kind, for this test."""
    monkeypatch.setattr(registry, "_COMPONENTS", dict(registry._COMPONENTS))
    monkeypatch.setattr(schema, "ADDED", {})
    monkeypatch.setattr(registry, "ADDED", schema.ADDED)
    for folder, name, part in (
        (GUIDANCES, "red", Red),
        (RENDERERS, "counting", Counting),
        (INITIALIZERS, "large", Large),
    ):
        registry.add(folder, name, part)


def test_one_more_of_each_is_one_line_of_conf(added, body, perceptor, tmp_path):
    conf = tmp_path / "mine.conf"
    conf.write_text("appearance { guidance = red, renderer = counting, initializer = large, red { strength = 30 } }\n")
    changes = {"appearance.iterations": 12, "appearance.learning_rate": 0.01, "appearance.loss.keep": 0}
    changes["appearance.preview_every"] = 100
    look = load_config("tiny", conf, changes).appearance
    assert look.others["red"].strength == 30
    inputs = AppearanceInputs("anybody", np.zeros(body.num_betas), body, perceptor, Meaning.of("anybody"))
    field = run(inputs, look, Runtime(torch.Generator().manual_seed(0), "cpu", Silent(), tmp_path))
    assert Counting.calls >= 2 * 12 and isinstance(field, ResidualField)
    assert not np.allclose(field.base.vertices, body.pose(inputs.betas, np.zeros((1, 24, 3)))[0][0], atol=0.01)
    red, green, blue = field.surface()[2].mean(0)
    assert red > green + 0.02 and red > blue + 0.02


def test_a_block_is_checked_like_the_engines_own(added, tmp_path):
    for changes, wanted in (
        ({"appearance.guidance": "red", "appearance.red.strength": -1}, "at least 0"),
        ({"appearance.guidance": "red", "appearance.red.strenth": 1}, "'appearance.red.strength'"),
        ({"appearance.red.strength": 1}, "no setting 'appearance.red.strength'"),
        ({"appearance.guidance": "rad"}, "appearance.guidance is 'rad'"),
    ):
        with pytest.raises(EngineError, match=wanted):
            load_config("tiny", overrides=changes)
