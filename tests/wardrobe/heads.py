"""Whose head tests look at: a plain look, and two bodies beside the average one, in numbers of `Shape`."""

from engine.wardrobe.outfit import Look

LOOK = Look("fair", "short", "brown", "none", "brown", "blue")
CHILD, GIANT = (0, 0, 0, -0.5, 0), (2.2, 0, 0, 0.2, 1)
