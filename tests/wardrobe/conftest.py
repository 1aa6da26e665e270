"""The body whose head tests look at."""

from __future__ import annotations

import numpy as np
import pytest

from engine.body import Body, load_body
from engine.wardrobe.head import settle_face
from engine.wardrobe.layers import Mannequin


@pytest.fixture(scope="module")
def body() -> Body:
    return load_body()


@pytest.fixture(scope="module")
def mannequin(body: Body) -> Mannequin:
    """The average one, its face settled."""
    return settle_face(Mannequin.of(body, np.zeros(body.num_betas)))
