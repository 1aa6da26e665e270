"""The head as layers on a mannequin: hair, brows, lashes, eyes and beard, and the face that they belong to."""

from __future__ import annotations

import numpy as np

from engine.wardrobe.head.eyes import eye_layer, has_eyes, settle_face
from engine.wardrobe.head.face import face_of, finer_face
from engine.wardrobe.head.frame import Head
from engine.wardrobe.head.hair import hair_layers
from engine.wardrobe.head.skin import paint_bare
from engine.wardrobe.head.strokes import beard_layer, brow_layer, lash_layer
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Look

__all__ = ["face_of", "finer_face", "head_layers", "paint_bare", "settle_face"]


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
    hair, eyes, brows, beard = (np.random.default_rng(seed) for seed in rng.integers(0, 2**63, 4))
    found: list[Layer | None] = [*hair_layers(look.hair_style, look.hair_color, head, hair, covered_by)]
    found.append(eye_layer(look, mannequin, eyes))
    if "mask_full" not in covered_by and has_eyes(mannequin):
        found += [brow_layer(look.hair_color, head, brows), lash_layer(head, brows)]
    if not covered_by & {"mask_full", "mask_mouth"}:
        found.append(beard_layer(look.beard, look.beard_color, head, beard))
    return [layer for layer in found if layer is not None]
