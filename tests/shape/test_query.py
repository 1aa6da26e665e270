"""The coarse body follows the words; the prompts here are examples, not what anything was tuned on."""

from copy import copy

import numpy as np
import pytest
import torch
import trimesh
from safetensors.numpy import load_file

from engine.body import load_body
from engine.perceptor import load_perceptor
from engine.report import Silent
from engine.settings import ShapeConfig
from engine.shape import query, run
from engine.shape.codebook import BUNDLED
from engine.shape.query import corrected, picture_share
from engine.wardrobe.persona import Person


@pytest.fixture(scope="module", autouse=True)
def unseen():
    """Nobody looks at the previews."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "_still", lambda *_: np.zeros((2, 2, 3), np.uint8))
        yield


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


def test_another_perceptors_choice_is_not_overwritten_by_the_words():
    """The bundled one's body gets all that the words mean; another's share of its own choice stands."""
    bundled = load_perceptor()
    other = copy(bundled)
    other.name = "another"
    reached, meant = np.array([1.0, 0, 0, 0, 0]), np.array([0.0, 1, 0, 0, 0])
    share = picture_share(ShapeConfig(), other)
    assert picture_share(ShapeConfig(), bundled) < 0.5 < share < 1
    assert picture_share(ShapeConfig(picture_share=0.25), other) == 0.25
    assert np.allclose(corrected(reached, meant, 0.4, bundled), meant)
    assert np.allclose(corrected(reached, meant, share, other), [share, 1 - share, 0, 0, 0])


@pytest.fixture(scope="module")
def weigh():
    body, perceptor = load_body(), load_perceptor()

    def measures(prompt: str) -> tuple[float, float, list[str]]:
        """Height in metres, kilograms at 1010 kg a cubic metre, and warnings."""
        report = Silent()
        result = run(prompt, body, perceptor, ShapeConfig(), torch.Generator(), report)
        vertices = body.rest_vertices(result.betas)
        volume = trimesh.Trimesh(vertices, body.faces, process=False).volume
        return float(np.ptp(vertices[:, 1])), 1010 * volume, report.warnings

    return measures


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("a nurse 158 cm tall", 1.58),
        ("a man of two metres", 2.0),
        ("a woman who is 5'9\"", 1.7526),
        ("a fat old wizard, 5 ft 3", 1.6002),
        ("a boy of 1.20 m", 1.2),
        ("a 6 foot 6 athletic woman", 1.9812),
    ],
)
def test_bodies_are_as_tall_as_they_are_said_to_be(text, metres, weigh):
    assert weigh(text)[0] == pytest.approx(metres, abs=0.03)


@pytest.mark.parametrize(
    ("text", "metres", "kilograms"),
    [
        ("a 118 kg man", None, 118),
        ("a woman of 1.72 m and 58 kg", 1.72, 58),
        ("a strong man, 1.85 m, 102 kilos", 1.85, 102),
        ("a slim girl, 105 pounds", None, 47.6),
    ],
)
def test_bodies_weigh_what_they_are_said_to_weigh(text, metres, kilograms, weigh):
    tall, heavy, warnings = weigh(text)
    assert heavy == pytest.approx(kilograms, rel=0.03) and not warnings
    assert metres is None or tall == pytest.approx(metres, abs=0.03)


@pytest.mark.parametrize(("years", "metres"), [(2, 0.87), (8, 1.28), (11, 1.43), (14, 1.63)])
def test_children_are_as_tall_as_children_of_their_age(years, metres, weigh):
    """Median statures of boys by the WHO's growth charts, rounded."""
    assert weigh(f"a {years} year old boy")[0] == pytest.approx(metres, abs=0.07)


def test_what_a_body_cannot_be_is_said(weigh):
    tall, _, warnings = weigh("a giant, 3.4 m tall")
    assert tall > 2.3 and len(warnings) == 1 and "340 cm" in warnings[0]


def test_what_the_words_leave_open_follows_whom_the_appearance_speaks_of(body_of):
    santa = Person(gender=0.8, age=0.9, weight=0.6)
    bride = Person(gender=-0.8, age=0.55, weight=-0.5)
    assert np.allclose(body_of("", santa), body_of("a person", santa))
    assert stoutness(body_of("", santa)) > 1.15 * stoutness(body_of("", bride))
    assert stoutness(body_of("a thin man", santa)) < stoutness(body_of("", santa)) / 1.15  # what is said wins
    assert tallness(body_of("", Person(age=0.3))) < tallness(body_of("", Person(age=0.6))) - 0.2
    assert np.allclose(
        body_of("a tall strong young man", Person(gender=-0.8, age=0.9)), body_of("a tall strong young man")
    )


@pytest.fixture(scope="module")
def body_of():
    body, perceptor = load_body(), load_perceptor()

    def vertices(prompt: str, person: Person | None = None) -> np.ndarray:
        found = run(prompt, body, perceptor, ShapeConfig(), torch.Generator(), Silent(), person or Person())
        return body.rest_vertices(found.betas)

    return vertices


def tallness(vertices: np.ndarray) -> float:
    return float(np.ptp(vertices[:, 1]))


def stoutness(vertices: np.ndarray) -> float:
    """Volume over height cubed."""
    return float(trimesh.Trimesh(vertices, load_body().faces, process=False).volume) / tallness(vertices) ** 3
