"""The head as layers on a mannequin: hair, brows, lashes, eyes and beard, and the face that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from engine.wardrobe.beings.muzzle import Muzzle, drawn_out
from engine.wardrobe.head.beard import beard_layer
from engine.wardrobe.head.eyes import eye_layer, has_eyes, settle_face
from engine.wardrobe.head.face import ANYBODY, Individual, displaced, face_of, finer_face
from engine.wardrobe.head.frame import Head
from engine.wardrobe.head.hair import hair_layers
from engine.wardrobe.head.mouth import mouth_layers, parted
from engine.wardrobe.head.skin import bare_roughness, paint_bare
from engine.wardrobe.head.strokes import brow_layer, lash_layer, maleness
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Look

__all__ = [
    "Individual",
    "bare_roughness",
    "finer_face",
    "head_layers",
    "mouth_layers",
    "own_face",
    "paint_bare",
    "parted",
]


def head_layers(
    look: Look,
    mannequin: Mannequin,
    rng: np.random.Generator,
    headgear: Mapping[str, Sequence[Layer]] = MappingProxyType({}),
    clothes: Sequence[Layer] = (),
    muzzle: Muzzle | None = None,
    person: Individual = ANYBODY,
) -> list[Layer]:
    """Hair, brows, lashes, eyes and beard of a look.

    Args:
        look: whose skin, hair, beard and eyes are shown.
        mannequin: the bare body, its face settled (`settle_face`).
        rng: decides what the look leaves open.
        headgear: layers worn on the head by their garments' kinds: hair gives way to them.
        clothes: layers worn elsewhere: hair lies on them.
        muzzle: of an animal's face, which has no brows and lashes.
        person: whose brows, lashes and cuts, which differ by gender and age.
    """
    head = Head.of(mannequin)
    hair, eyes, brows, beard = (np.random.default_rng(seed) for seed in rng.integers(0, 2**63, 4))
    found: list[Layer | None] = [*hair_layers(look, head, hair, headgear, clothes, person)]
    found.append(eye_layer(look, mannequin, eyes, muzzle))
    if "mask_full" not in headgear and muzzle is None and has_eyes(mannequin):
        male = maleness(person.gender, person.age)
        found += [brow_layer(look, head, brows, male), lash_layer(head, brows, male)]
    if not headgear.keys() & {"mask_full", "mask_mouth"}:
        found.append(beard_layer(look, head, beard, clothes))
    return [layer for layer in found if layer is not None]


def own_face(
    mannequin: Mannequin, rng: np.random.Generator, person: Individual, muzzle: Muzzle | None = None
) -> Mannequin:
    """The body with somebody's face, settled (`settle_face`), or an animal's."""
    shaped = face_of(mannequin, rng, person)
    if muzzle is None:
        return settle_face(shaped)
    settled = settle_face(displaced(shaped, muzzle.features) if muzzle.features else shaped)
    return drawn_out(settled, muzzle, Head.of(settled).scale)
