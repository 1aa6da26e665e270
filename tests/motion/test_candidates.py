"""Candidates: near-duplicates go, labels rank, a perceptor's pictures rank; and its text encoder settles doubt."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.body import load_body
from engine.motion import understand
from engine.motion.candidates import PoseCodes, distinct, load_pose_codes, pictures_of
from engine.motion.matcher import load_matcher
from engine.motion.pose_prior import PosePrior
from engine.motion.rotations import to_axis_angle, to_matrix
from engine.motion.texts import part_of
from engine.motion.through import interpolate, order_for_travel
from engine.report import Silent


class WordPerceptor:
    """Knows one equivalence of texts, and finds pictures the better the more dark there is in them."""

    name = "CLIP"

    def __init__(self, text: str, means: str) -> None:
        self.text, self.means = text, means

    def encode_text(self, texts):
        vectors = torch.zeros(len(texts), 2)
        for row, text in enumerate(texts):
            vectors[row, 0 if self.text in text or self.means in text else 1] = 1
        return vectors

    def encode_image(self, images):
        dark = (images < 0.9).float().mean((1, 2, 3))
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
    best = codes.rank(load_matcher().rank(part_of(text)))[:5]
    poses = codes.prior.poses(codes.latents[best])
    from engine.motion.skeleton import JOINT, positions_of, reference_joints

    places = positions_of(poses, np.zeros((5, 3), np.float32), reference_joints())
    high = (places[:, JOINT["left_wrist"], 1] > places[:, JOINT["head"], 1]).mean()
    assert high > 0.5 if above else high < 0.3


def test_encoding_a_code_gives_its_pose_back():
    codes = load_pose_codes()
    poses = codes.prior.poses(codes.latents[::16])
    with torch.no_grad():
        latent, _ = codes.prior.encode(torch.from_numpy(poses[:, 1:22].reshape(len(poses), 63)))
    again = codes.prior.poses(latent.numpy())
    turn = np.swapaxes(to_matrix(poses), -1, -2) @ to_matrix(again)
    assert np.degrees(np.linalg.norm(to_axis_angle(turn)[:, 1:22], axis=-1)).mean() < 12


def test_interpolation_passes_through_the_latents():
    prior = PosePrior().eval()
    latents = np.random.default_rng(0).normal(size=(3, 32)).astype(np.float32)
    order = order_for_travel(latents)
    poses = interpolate(prior, latents, 21)
    for place, code in zip((0, 10, 20), order):
        np.testing.assert_allclose(poses[place], prior.poses(latents[code][None])[0], atol=1e-4)
    assert order[0] == 0 and sorted(order) == [0, 1, 2]


def test_labels_rank_codes():
    codes = PoseCodes(
        PosePrior().eval(), np.zeros((3, 32), np.float32), [{"walk": 1.0}, {"walk": 0.4, "wave": 0.9}, {}]
    )
    order = codes.rank(load_matcher().rank(part_of("waving")))
    assert order[0] == 1 and order[-1] == 2
