"""Texts of many kinds make motions in which the joints do what the text says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import motion
from engine.body import load_body
from engine.motion import proposals
from engine.motion.skeleton import positions_of
from engine.report import Silent
from engine.settings import MotionConfig

from .predicates import PREDICATES, Take

AIM = 0.85


@pytest.fixture(scope="module")
def body():
    with pytest.MonkeyPatch.context() as patch:
        # The candidates' pictures take most of the time and are not what is tested here.
        patch.setattr(proposals, "candidate_pictures", lambda *_: [np.zeros((2, 2, 3), np.uint8)])
        yield load_body()


def perform(text: str, body, seed: int = 0, frames: int = 90) -> Take:
    betas = np.zeros(body.num_betas, np.float32)
    made = motion.run(
        text, body, betas, None, MotionConfig(frames=frames), torch.Generator().manual_seed(seed), Silent()
    )
    rest, floor = body.rest_joints(betas), np.array([0, body.rest_vertices(betas)[:, 1].min(), 0])
    joints = positions_of(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest)
    return Take(joints - floor, rest - floor, made.fps)


@pytest.mark.slow
def test_share_of_texts_whose_motion_holds(body, record_property):
    failed = [text for text, holds in PREDICATES.items() if not holds(perform(text, body))]
    share = 1 - len(failed) / len(PREDICATES)
    record_property("share", share)
    print(f"{len(PREDICATES)} texts, {share:.1%} hold; not: {failed}")
    assert len(PREDICATES) >= 40
    assert share >= AIM, failed


def test_predicates_can_fail(body):
    """A figure that just stands satisfies hardly any of them."""
    standing = perform("standing still", body)
    assert sum(holds(standing) for holds in PREDICATES.values()) <= 2
