"""The head as layers on a mannequin: hair, brows, lashes, eyes and beard, and the face that they belong to."""

from __future__ import annotations

import numpy as np

from engine.wardrobe.head.eyes import eye_layer, settle_face
from engine.wardrobe.head.frame import Head
from engine.wardrobe.head.hair import hair_layers
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Look

__all__ = ["head_layers", "settle_face"]


def head_layers(
    look: Look, mannequin: Mannequin, rng: np.random.Generator, covered_by: frozenset[str] = frozenset()
) -> list[Layer]:
    """Hair, brows, lashes, eyes and beard of a look.

    Args:
        look: whose skin, hair, beard and eyes are shown.
        mannequin: the bare body, its face settled (`settle_face`).
        rng: decides what the look leaves open.
        covered_by: kinds of headgear worn: hair gives way to them.
    """
    head = Head.of(mannequin)
    seeds = rng.integers(0, 2**63, 4)
    hair, eyes = (np.random.default_rng(seed) for seed in seeds[:2])
    layers = hair_layers(look.hair_style, look.hair_color, head, hair, covered_by)
    balls = eye_layer(look, mannequin, eyes)
    return layers + ([balls] if balls is not None else [])
