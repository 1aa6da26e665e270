"""Pick a body by the difference between its picture and the mean body's (AvatarCLIP, eq. 2).

A read-out of the words themselves (`wardrobe.readout`) has a say beside the pictures, and takes the body from what the
chosen code stands for to what was said (`shape.bodies`). The codebook holds K-means centres of the shape space. The
open body's shape coefficients are those of a principal component analysis with unit variance, which is what a purely
linear VAE learns, so they are its latent space.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.body import Body, stand_pose
from engine.perceptor import Perceptor, prompts
from engine.perceptor.codebook import embed_pictures, features
from engine.perceptor.load import is_bundled
from engine.render.camera import Camera
from engine.render.portrait import portraits
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.settings import ShapeConfig
from engine.shape.bodies import Bodies
from engine.shape.codebook import load_codes
from engine.wardrobe.measures import Measures, measures
from engine.wardrobe.persona import Person, read_out
from engine.wardrobe.readout import expected_shape

ANYBODY = "a person"
"""The prompt of whom nothing is said."""
NOBODY = Person()
DENSITY = 1010.0
"""Kilograms a cubic metre of a living body. Set by hand."""


@dataclass(frozen=True)
class Photographer:
    """How bodies are looked at, all on one scale, so that size can be seen."""

    azimuths: tuple[float, ...] = (-60.0, -30.0, 0.0, 30.0, 60.0)
    """Degrees from the front: the paper's five views of section 3.2, its 120 to 240 in its own frame."""
    covered: float = 2.3
    """Metres that the picture covers at the body. Set by hand."""
    field_of_view: float = 35.0
    """Degrees. Set by hand."""
    middle: float = 0.95
    """Metres above the soles that the camera looks at. Set by hand."""
    grey: float = 0.75
    """sRGB of the body. Set by hand."""


@dataclass(frozen=True)
class QueryWeights:
    """How a body follows from words; the five numbers are height, weight, muscle, age and gender."""

    expression: tuple[float, ...] = (0.8, 1.4, 1.5, 0.9, 1.2)
    """How far the body goes against the mean of all that fits the words: means are tamer than what people imagine, of
    weight above all. Set by hand, on pictures."""
    limits: tuple[float, ...] = (1.0, 1.3, 1.3, 1.0, 1.0)
    """Farthest of each; weight and muscle may pass the codebook's extremes. Set by hand, on pictures."""
    figures: tuple[float, ...] = (1.0, 1.6, 1.3, 1.0, 1.0)
    """Farthest of what a figure usually is, as sumo wrestlers are heavy. Set by hand, on pictures."""
    blend: float = 0.05
    """Difference of two codes' scores at which the better has e times the other's share. Set by hand."""
    rounds: int = 4
    """Rounds of the search for a body of given measures. Set by hand: the secant method has converged by then."""
    step: float = 0.05
    """Change of a number by which the search for given measures finds its slope. Set by hand."""
    farthest: float = 2.5
    """How far from the average the search for given measures goes. Set by hand, where bodies still look like people."""
    misses: float = 0.03
    """Metres, or share of the weight, by which a body may miss given measures before the user is told. Set by hand."""
    bundled: float = 0.4
    """How much pictures count against words with the bundled perceptor, where the settings leave it open: it knows no
    words that the read-out doesn't. By `engine.training.perceptor.evaluate`."""
    others: float = 0.7
    """How much pictures count against words with another perceptor, where the settings leave it open. Set by hand."""


PHOTOGRAPHER, WEIGHTS = Photographer(), QueryWeights()


@dataclass(frozen=True)
class ShapeResult:
    """The coarse body's shape coefficients (S,), and how well it fits the text (cosine of differences)."""

    betas: NDArray[np.float32]
    score: float


def pictures(body: Body, betas: NDArray, size: int) -> Tensor:
    """(5, 3, size, size) the bare grey body of one shape in the stand pose, on one scale for all shapes."""
    vertices = body.pose(betas, stand_pose()[None])[0][0]
    center = (vertices.min(0) + vertices.max(0)) / 2
    target = np.array([center[0], vertices[:, 1].min() + PHOTOGRAPHER.middle, center[2]])
    fov = PHOTOGRAPHER.field_of_view
    distance = PHOTOGRAPHER.covered / 2 / np.tan(np.radians(fov / 2))
    cameras = [Camera.orbit(target, distance, azimuth, 0.0, fov, size) for azimuth in PHOTOGRAPHER.azimuths]
    grey = np.full_like(vertices, PHOTOGRAPHER.grey)
    return torch.from_numpy(portraits(MeshRaycaster(vertices, body.faces), grey, cameras))


def run(
    prompt: str,
    body: Body,
    perceptor: Perceptor,
    conf: ShapeConfig,
    generator: torch.Generator,
    report: Reporter,
    person: Person = NOBODY,
) -> ShapeResult:
    """The body whose difference from the mean body points most along the text's difference from a neutral one.

    Args:
        prompt: the user's words, for example ``a tall strong man``; empty where the person says all.
        generator: unused; the query is deterministic.
        person: whom the appearance speaks of, for what the prompt leaves open.
    """
    del generator
    prompt = prompt.strip() or ANYBODY
    book = load_codes(body, report, conf.codebook)
    codes = book.betas

    def embed(member: Perceptor, index: int) -> Tensor:
        return embed_pictures(member, pictures(body, codes[index], member.input_size))

    said = measures(prompt)
    prompts.warn_of_cut(prompt, prompts.body, perceptor, report)
    embedded = features(book.path, f"features.{body.checksum[:12]}", perceptor, len(codes), embed, report)
    mean = embed_pictures(perceptor, pictures(body, np.zeros(body.num_betas), perceptor.input_size))
    texts = perceptor.encode_text([prompts.body(said.rest), said.rest, prompts.NEUTRAL_SHAPE, "a person"]).cpu()
    difference = F.normalize((texts[:2] - texts[2:]).mean(0), dim=-1)
    pictures_say = F.normalize(embedded - mean, dim=-1) @ difference  # (K,)
    numbers = book.numbers
    meant = _meant(prompt, person)
    words_say = torch.from_numpy(agreement(meant, numbers))
    share = picture_share(conf, perceptor)
    scores = share * pictures_say + (1 - share) * words_say
    best = scores.topk(min(conf.blend, len(scores)))
    shares = ((best.values - best.values[0]) / WEIGHTS.blend).softmax(0).numpy()
    chosen = best.indices.numpy()
    betas = (shares[:, None] * codes[chosen]).sum(0)
    reached = (shares[:, None] * numbers[chosen]).sum(0)
    by_words = share < 1
    if by_words:
        chosen_numbers, reached = reached, corrected(reached, meant, share, perceptor)
        betas = betas + book.bodies.betas(reached) - book.bodies.betas(chosen_numbers)
    if by_words and said.years is not None and said.stature is None:
        # As tall as people are at that age, whatever the chosen codes' own statures.
        usual = stature(body.rest_vertices(book.bodies.betas(meant)), body)
        said = replace(said, stature=usual)
    if by_words:
        betas = measured(betas, reached, said, body, book.bodies, report)
    report.preview("body", _still(body, betas))
    report.progress(1, 1, score=float(best.values[0]))
    return ShapeResult(betas.astype(np.float32), float(best.values[0]))


def picture_share(conf: ShapeConfig, perceptor: Perceptor) -> float:
    """The settings' share of pictures, or the one that the perceptor's kind calls for."""
    if conf.picture_share is not None:
        return conf.picture_share
    return WEIGHTS.bundled if is_bundled(perceptor) else WEIGHTS.others


def corrected(reached: NDArray, meant: NDArray, share: float, perceptor: Perceptor) -> NDArray[np.float32]:
    """(5,) numbers of the body to be: what the words mean; of another perceptor's choice its share stands."""
    kept = 0.0 if is_bundled(perceptor) else share
    numbers: NDArray[np.float32] = (kept * reached + (1 - kept) * meant).astype(np.float32)
    return numbers


def agreement(meant: NDArray, numbers: NDArray) -> NDArray[np.float32]:
    """(K,) minus the distance of codes' shape numbers (K, 5) from those that the words call for (5,).

    Words that say nothing of a number leave it near its mean, so the least conspicuous body is chosen in that respect.
    """
    return -np.linalg.norm(numbers - np.clip(meant, -1, 1), axis=1).astype(np.float32)


def _agrees(name: str, usual: float, said: float) -> bool:
    """Whether a figure's build goes the way that the words go, and further: an overweight sumo wrestler is as fat as
    sumo wrestlers are."""
    return name in ("weight", "muscle") and said * usual > 0 and abs(usual) > abs(said)


def _meant(prompt: str, person: Person) -> NDArray[np.float32]:
    """(5,) height, weight, muscle, age and gender of the body that the words call for, or else the person's."""
    said = read_out(prompt)
    expression, limits = np.array(WEIGHTS.expression, np.float32), np.array(WEIGHTS.limits, np.float32)
    farthest = np.array(WEIGHTS.figures, np.float32)
    numbers = np.clip(expression * expected_shape(prompt), -limits, limits)
    for index, name in enumerate(("height", "weight", "muscle", "age", "gender")):
        usual = getattr(person, name)
        if usual is not None and (getattr(said, name) is None or _agrees(name, usual, getattr(said, name))):
            numbers[index] = 2 * usual - 1 if name == "age" else expression[index] * usual
    meant: NDArray[np.float32] = np.clip(numbers, -farthest, farthest)
    age = measures(prompt).age
    if age is not None:
        meant[3] = age
    return meant


def measured(
    betas: NDArray, numbers: NDArray, said: Measures, body: Body, bodies: Bodies, report: Reporter
) -> NDArray[np.float32]:
    """Grow and feed a body until it has the stature and the weight that its text gives in figures.

    Args:
        betas: (S,) of the body so far, which stands for these numbers (5,) of `Bodies`.
    """
    wanted = [
        (index, goal, measure)
        for index, goal, measure in ((0, said.stature, stature), (1, said.mass, mass))
        if goal is not None
    ]
    changed = numbers.astype(np.float64)
    start = np.asarray(betas - bodies.betas(changed), np.float32)

    def shape() -> NDArray[np.float32]:
        return start + bodies.betas(changed)

    for _ in range(WEIGHTS.rounds if wanted else 0):
        for index, goal, measure in wanted:
            # A secant step; what is measured grows with its number, weight the faster the more there is.
            now = measure(body.rest_vertices(shape()), body)
            changed[index] += WEIGHTS.step
            slope = (measure(body.rest_vertices(shape()), body) - now) / WEIGHTS.step
            changed[index] = np.clip(
                changed[index] - WEIGHTS.step + (goal - now) / max(slope, 1e-3), -WEIGHTS.farthest, WEIGHTS.farthest
            )
    for index, goal, measure in wanted:
        got = measure(body.rest_vertices(shape()), body)
        if abs(got - goal) > WEIGHTS.misses * (1.0 if index == 0 else goal):
            unit, scale = (("cm", 100), ("kg", 1))[index]
            report.warning(f"The body can't be of {goal * scale:.0f} {unit}; it is of {got * scale:.0f} {unit}.")
    return shape() if wanted else np.asarray(betas, np.float32)


def stature(vertices: NDArray, body: Body) -> float:
    """Metres from sole to crown of a T-pose (V,3)."""
    return float(np.ptp(vertices[:, 1]))


def mass(vertices: NDArray, body: Body) -> float:
    """Kilograms: the volume of the closed surface (V,3), by the divergence theorem, at people's density."""
    a, b, c = (vertices[body.faces[:, corner]].astype(np.float64) for corner in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6 * DENSITY)


def _still(body: Body, betas: NDArray) -> NDArray[np.uint8]:
    """(400, 400, 3) the grey body, for the preview and the process video."""
    picture = pictures(body, betas, 400)[3]
    return (picture.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
