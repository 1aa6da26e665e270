"""The bundled models, loaded once, and the stage on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import appearance
from engine.appearance import AvatarField
from engine.body import Body, load_body
from engine.perceptor import Perceptor, load_perceptor
from engine.reader.reading import Reading, Worn
from engine.report import Silent
from engine.settings import AppearanceConfig
from engine.wardrobe.meaning import Meaning

Sculpt = Callable[..., AvatarField]


@pytest.fixture(scope="session")
def body() -> Body:
    return load_body()


@pytest.fixture(scope="session")
def perceptor() -> Perceptor:
    return load_perceptor()


@pytest.fixture(scope="session")
def sculpt(body: Body, perceptor: Perceptor) -> Sculpt:
    """Runs the stage in a folder, always from the same seed."""

    def run(conf: AppearanceConfig, folder: Path, report: Silent | None = None) -> AvatarField:
        folder.mkdir(exist_ok=True)
        generator, betas = torch.Generator().manual_seed(5), np.zeros(body.num_betas)
        prompt = "a diver in a blue jumpsuit and boots"
        suit = Reading(prompt, worn=(Worn("jumpsuit", color="blue"), Worn("boots")))
        meaning = Meaning.of_readings(suit, Reading(""))
        inputs = appearance.AppearanceInputs(prompt, betas, body, perceptor, meaning)
        return appearance.run(inputs, conf, appearance.Runtime(generator, "cpu", report or Silent(), folder))

    return run
