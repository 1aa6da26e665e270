"""Candidates: near-duplicates go, labels rank, a perceptor's pictures rank; and its text encoder settles doubt."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.body import load_body
from engine.errors import EngineError
from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from engine.motion import understand
from engine.motion.candidates import PoseCodes, distinct, load_pose_codes, pick
from engine.motion.flow import PoseFlow, load_pose_flow
from engine.motion.generators import GENERATORS, Query
from engine.motion.judge import picture_judge, pictures_of
from engine.motion.latent_motion import interpolate, order_for_travel
from engine.motion.limits import excess
from engine.motion.matcher import load_matcher
from engine.motion.pose_prior import PosePrior
from engine.motion.skeleton import positions_of, reference_joints
from engine.motion.text_rules import clause_of
from engine.report import Silent


class WordPerceptor:
    """Knows one equivalence of texts, and finds pictures the better the more dark there is in them."""

    name = "CLIP"

    def __init__(self, text: str, means: str, soft: bool = False) -> None:
        self.text, self.means, self.soft = text, means, soft

    def encode_text(self, texts):
        vectors = torch.zeros(len(texts), 2)
        for row, text in enumerate(texts):
            vectors[row, 0 if self.text in text or self.means in text else 1] = 1
        return vectors

    def encode_image(self, images):
        dark = 1 - images.mean((1, 2, 3)) if self.soft else (images < 0.9).float().mean((1, 2, 3))
        return torch.nn.functional.normalize(torch.stack([dark, torch.full_like(dark, 0.1)], 1), dim=1)


def test_near_duplicates_are_dropped():
    pose = np.zeros((24, 3), np.float32)
    near, far = pose + 0.05, pose + 0.08
    assert distinct(np.stack([pose, near, far]), 3) == [0, 2]
    assert distinct(np.stack([pose, near, far]), 1) == [0]


def test_a_perceptor_settles_doubt():
    doubtful, report = "zzyzx", Silent()
    steps, _ = understand(doubtful, load_matcher(), WordPerceptor(doubtful, "juggling"), report)
    assert steps[0][0][0].name == "juggle"
    assert report.warnings  # still said, since no words matched


def test_pictures_rank_poses():
    body = load_body()
    tall, folded = np.zeros((24, 3), np.float32), np.zeros((24, 3), np.float32)
    folded[1:3, 0], folded[4:6, 0], folded[16, 2], folded[17, 2] = -2.2, 2.4, -1.3, 1.3
    betas = np.zeros(body.num_betas, np.float32)
    perceptor = WordPerceptor("x", "x")
    folded_score, tall_score = (
        perceptor.encode_image(pictures_of(p, body, betas, 48))[:, 0].mean() for p in (folded, tall)
    )
    assert tall_score > folded_score


@pytest.mark.parametrize(("text", "above"), [("raising both arms", True), ("standing still", False)])
def test_codebook_answers_texts(text, above):
    codes = load_pose_codes()
    best = codes.rank(load_matcher().rank(clause_of(text)))[:5]
    poses = codes.prior.poses(codes.latents[best])
    from engine.motion.skeleton import JOINT

    places = positions_of(poses, np.zeros((5, 3), np.float32), reference_joints())
    high = (places[:, JOINT["left_wrist"], 1] > places[:, JOINT["head"], 1]).mean()
    assert high > 0.5 if above else high < 0.3


def test_encoding_a_code_gives_its_pose_back():
    codes = load_pose_codes()
    poses = codes.prior.poses(codes.latents[::16])
    with torch.no_grad():
        latent, _ = codes.prior.encode(torch.from_numpy(poses[:, 1:22].reshape(len(poses), 63)))
    again = codes.prior.poses(latent.numpy())
    turn = np.swapaxes(axis_angle_to_matrix(poses), -1, -2) @ axis_angle_to_matrix(again)
    assert np.degrees(np.linalg.norm(matrix_to_axis_angle(turn)[:, 1:22], axis=-1)).mean() < 12


def test_the_user_picks_and_reorders():
    poses, latents = np.arange(3 * 72.0).reshape(3, 24, 3), np.arange(3 * 32.0).reshape(3, 32)
    kept, kept_latents = pick(poses, latents, (3, 1))
    assert (kept[0] == poses[2]).all() and (kept_latents[1] == latents[0]).all() and len(kept) == 2
    assert pick(poses, latents, ())[0] is poses
    for wrong in ((4,), (0,), (1, 1)):
        with pytest.raises(EngineError, match="pick") as caught:
            pick(poses, latents, wrong)
        assert caught.value.code == "bad_config"


def query(text, count=4, iterations=25, judge=None):
    matcher, clause = load_matcher(), clause_of(text)
    matches = matcher.rank(clause)
    return Query(
        matches,
        matcher.meaning(clause, matches[0]),
        count,
        load_pose_codes(),
        load_pose_flow(),
        judge,
        iterations,
        torch.Generator().manual_seed(0),
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in ("direct", "latent") else [])
        for name in sorted(set(GENERATORS) - {"pictures"})
    ],
)
def test_every_generator_answers_texts_with_poses(name):
    high = {}
    for text in ("raising both arms", "standing still"):
        poses, latents = GENERATORS[name](query(text, iterations=120))
        assert 1 <= len(poses) <= 4 and latents.shape == (len(poses), 32) and not poses[:, 0].any()
        assert np.degrees(excess(poses)).max() < 6  # within the joints' limits but for the codes' own blur
        places = positions_of(poses, np.zeros((len(poses), 3), np.float32), reference_joints())
        high[text] = float((places[0, 20:22, 1] - places[0, 15, 1]).mean())  # of the best
    assert high["raising both arms"] > high["standing still"] + 0.2


@pytest.mark.parametrize("name", ["direct", "latent"])
def test_optimised_poses_fit_better_than_they_began(name):
    def fit(iterations):
        asked = query("kneeling", iterations=iterations)
        _, latents = GENERATORS[name](asked)
        with torch.no_grad():
            meaning = torch.from_numpy(asked.meaning).expand(len(latents), -1)
            return float(asked.flow.log_prob(torch.from_numpy(latents), meaning).mean())

    assert fit(60) > fit(0) + 2


def test_flow_is_a_density():
    flow, meaning = PoseFlow(hidden=16), torch.nn.functional.normalize(torch.randn(6, 64), dim=1)
    for parameter in flow.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    latent = torch.randn(6, 32)
    noise = latent
    for block in flow.blocks:
        noise, _ = block(noise, meaning)
    back = noise
    for block in reversed(flow.blocks):
        back, _ = block(back, meaning, inverse=True)
    torch.testing.assert_close(back, latent, rtol=1e-3, atol=1e-4)
    # The change of volume is the Jacobian's.
    volume = torch.func.jacrev(lambda x: flow.blocks[0](x[None], meaning[:1])[0][0])(latent[0]).det().log()
    assert volume.item() == pytest.approx(flow.blocks[0](latent[:1], meaning[:1])[1].item(), abs=1e-4)


def test_pictures_pull_poses():
    """A perceptor that likes dark pictures makes the body spread out, through the differentiable renderer."""
    body = load_body()
    judge = picture_judge("x", body, np.zeros(body.num_betas, np.float32), WordPerceptor("x", "x", soft=True))
    rotations = torch.eye(3).repeat(1, 21, 1, 1).requires_grad_(True)
    judge.see(rotations).sum().backward()
    assert float(rotations.grad[0, 15].norm()) > 0  # the left shoulder


def test_interpolation_passes_through_the_latents():
    prior = PosePrior().eval()
    latents = np.random.default_rng(0).normal(size=(3, 32)).astype(np.float32)
    order = order_for_travel(latents)
    poses = interpolate(prior, latents, 21)
    assert (
        np.abs(interpolate(prior, latents, 400)[59] - interpolate(prior, latents, 400)[0]).max() < 0.2
    )  # there and back
    for place, code in zip((0, 10, 20), order):
        np.testing.assert_allclose(poses[place], prior.poses(latents[code][None])[0], atol=1e-4)
    assert order[0] == 0 and sorted(order) == [0, 1, 2]


def test_labels_rank_codes():
    codes = PoseCodes(
        PosePrior().eval(), np.zeros((3, 32), np.float32), [{"walk": 1.0}, {"walk": 0.4, "wave": 0.9}, {}]
    )
    order = codes.rank(load_matcher().rank(clause_of("waving")))
    assert order[0] == 1 and order[-1] == 2
