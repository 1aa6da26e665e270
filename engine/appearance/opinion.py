"""What a perceptor other than the bundled one thinks of the codebook's outfits, by their pictures.

The text prior (`engine.appearance.prior`) is the bundled perceptor's own read-out, so that perceptor's pictures add
little to it. Another perceptor has read other texts: it looks at a picture of every outfit once, names its own
favourites for a text, and its word weighs as much as the prior's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from engine.appearance import views
from engine.appearance.prior import OutfitPrior
from engine.body import Body, stand_pose
from engine.perceptor import Perceptor, prompts
from engine.perceptor.codebook import embed_pictures, features
from engine.render.portrait import portraits
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.outfit import Look
from engine.wardrobe.readout import CODEBOOK, codebook

OWN_SHARE = 0.15
"""How much the bundled perceptor's pictures count against the prior when both judge an outfit."""
OTHER_SHARE = 0.5
"""The same for another perceptor, on scales from the codebook's mean to the best."""
EVERY = 4
"""One look of so many is shown: the codebook is in random order, and each costs a large model a tenth of a second."""
FAVOURITES = 12
SAMPLE = 250
"""Looks over which the prior's mean is taken."""


@dataclass(frozen=True)
class Opinion:
    """The looks that a perceptor likes best, and how its word and the prior's make one score."""

    favourites: tuple[Look, ...] = ()
    prior_mean: float | None = None
    """The codebook's mean agreement with the text; None for the bundled perceptor."""
    picture_gain: float = 1.0
    """By how much the best picture's cosine is above the codebook's mean."""

    def weights(self, best: float) -> tuple[float, float]:
        """Weights of an outfit's agreement and of its pictures' cosine; ``best`` is the best agreement that was found.

        For another perceptor, coming from the codebook's mean to the best counts the same in both.
        """
        if self.prior_mean is None:
            return 1 - OWN_SHARE, OWN_SHARE
        return (1 - OTHER_SHARE) / max(best - self.prior_mean, 1e-3), OTHER_SHARE / self.picture_gain


OWN = Opinion()
"""The bundled perceptor's."""


def ask(text: str, body: Body, perceptor: Perceptor, wardrobe: Wardrobe, report: Reporter) -> Opinion:
    """A perceptor's opinion for a text; the bundled one's needs no pictures, another's are made once and kept."""
    with safe_open(CODEBOOK, "pt") as file:
        if (file.metadata() or {}).get("perceptor") == perceptor.checksum:
            return OWN
    looks = codebook()[0][::EVERY]
    seen = look_features(looks, body, perceptor, wardrobe, report)
    cosine = seen @ perceptor.encode_text([prompts.body(text)])[0].cpu()
    best = cosine.topk(min(FAVOURITES, len(looks))).indices
    prior = OutfitPrior(text).agreement(looks[:SAMPLE])
    return Opinion(
        tuple(looks[index] for index in best.tolist()),
        float(prior.mean()),
        max(float(cosine.max() - cosine.mean()), 1e-3),
    )


def look_features(looks: list[Look], body: Body, perceptor: Perceptor, wardrobe: Wardrobe, report: Reporter) -> Tensor:
    """(N, D) unit vectors of looks on the mean body, from the cache where it has them."""
    betas = np.zeros(body.num_betas, np.float32)
    vertices, joints = (array[0] for array in body.pose(betas, stand_pose()[None]))
    stance = views.Stance.of(vertices, joints)

    def embed(member: Perceptor, index: int) -> Tensor:
        figure = wardrobe.dress(looks[index], betas)
        caster = MeshRaycaster(figure.posed(stand_pose()), figure.faces)
        covered = 1.12 * (stance.high - stance.low)
        camera = views.framed(stance.center, covered, 25.0, 3.0, member.input_size)
        return embed_pictures(member, torch.from_numpy(portraits(caster, figure.colors, [camera])))

    return features(CODEBOOK, f"pictures.{body.checksum[:12]}", perceptor, len(looks), embed, report)
