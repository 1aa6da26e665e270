"""What layers hide of those beneath: also where these come through a crease."""

from __future__ import annotations

import numpy as np

from engine.wardrobe.coverage import covered
from engine.wardrobe.layers import Layer
from tests.wardrobe.test_cloth import sheet


def flat(name: str, height: np.ndarray | float, canonical: float = 0.0) -> Layer:
    """A level square of half a metre, seen from above."""
    points, faces = sheet(26, 26, 0.5, 0.5)
    points = points + np.array([0, 1, 0]) * np.broadcast_to(height, len(points))[:, None]
    count = len(points)
    weights = np.eye(24)[np.zeros(count, int)]
    body = points + np.array([canonical, 0, 0])
    return Layer(name, "cotton", points.astype(np.float32), faces, np.full((count, 3), 0.5, np.float32),
                 weights.astype(np.float32), body.astype(np.float32))  # fmt: skip


def test_cloth_that_comes_through_a_crease_is_hidden_and_what_lies_on_it_is_not() -> None:
    x, _, z = sheet(26, 26, 0.5, 0.5)[0].T
    bump = np.exp(-(x**2 + z**2) / (2 * 0.03**2))
    top = int(bump.argmax())
    over = flat("Jacket", 0.002)
    assert covered([flat("Shirt", 0.006 * bump - 0.001), over])[0].covered[top]
    assert not covered([flat("Shirt", 0.03 * bump - 0.001), over])[0].covered[top]  # farther: it shows
    assert not covered([flat("Sleeve", 0.006 * bump - 0.001, canonical=0.3), over])[0].covered[top]
    beside = np.hypot(x - 0.24, z) < 0.03
    assert not covered([flat("Shirt", np.where(beside, 0.005, -0.001)), over])[0].covered[beside].any()  # at its edge
