"""The coarse body follows the words; the prompts here are examples, not what anything was tuned on."""

import numpy as np
import pytest
import torch
import trimesh
from safetensors.numpy import load_file

from engine.body import load_body
from engine.perceptor import load_perceptor
from engine.report import Silent
from engine.settings import ShapeConfig
from engine.shape import run
from engine.shape.codebook import BUNDLED


@pytest.fixture(scope="module")
def ask():
    body, perceptor = load_body(), load_perceptor()

    def measures(prompt: str) -> tuple[float, float]:
        """Height in metres, and volume over height cubed."""
        result = run(prompt, body, perceptor, ShapeConfig(), torch.Generator(), Silent())
        assert result.betas.shape == (body.num_betas,) and np.isfinite(result.betas).all()
        vertices = body.rest_vertices(result.betas)
        tall = float(np.ptp(vertices[:, 1]))
        return tall, trimesh.Trimesh(vertices, body.faces, process=False).volume / tall**3

    return measures


def test_tall_is_taller_than_short(ask):
    assert ask("a tall woman")[0] > ask("a short woman")[0] + 0.1
    assert ask("a very tall man")[0] > ask("a tiny man")[0] + 0.1


def test_fat_is_stouter_than_thin(ask):
    assert ask("a fat man")[1] > 1.15 * ask("a thin man")[1]
    assert ask("an obese woman")[1] > 1.15 * ask("a skinny woman")[1]


def test_a_child_is_smaller_than_an_adult(ask):
    assert ask("a little boy")[0] < ask("a grown man")[0] - 0.2


def test_the_same_words_give_the_same_body(ask):
    assert ask("a strong old man") == ask("a strong old man")


def test_pictures_alone_stay_within_the_codebook():
    """With ``picture_share`` 1 and ``blend`` 1 the answer is one of the codes, as in the paper."""
    body, perceptor = load_body(), load_perceptor()
    result = run("a fat man", body, perceptor, ShapeConfig(blend=1, picture_share=1.0), torch.Generator(), Silent())
    codes = load_file(BUNDLED)["betas"].astype(np.float32)
    assert np.abs(codes - result.betas).max(1).min() < 1e-6
