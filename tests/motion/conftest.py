"""What the tests of motions share: the bundled body, and a walk on it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import motion
from engine.body import load_body
from engine.report import Silent
from engine.settings import MotionConfig


@pytest.fixture(scope="module")
def body():
    return load_body()


@pytest.fixture(scope="module")
def walked(body):
    betas = np.zeros(body.num_betas, np.float32)
    made = motion.run("walking", body, betas, None, MotionConfig(frames=40), torch.Generator().manual_seed(0), Silent())
    return made, body.rest_joints(betas)
