"""The outfits that a perceptor other than the bundled one likes best for a text, by their pictures.

Another perceptor has read other texts. It looks at a picture of every outfit of the codebook once, and its favourites
compete with what the reader proposes; where the reader knows no word of who is meant, they are alone.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.appearance import views
from engine.body import Body, stand_pose
from engine.perceptor import Perceptor, prompts
from engine.perceptor.codebook import embed_pictures, features
from engine.perceptor.load import is_bundled
from engine.render.portrait import portraits
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Look
from engine.wardrobe.readout import CODEBOOK, codebook

EVERY = 4
"""One look of so many is shown: the codebook is in random order, and each costs a large model a tenth of a second.
Set by hand."""
FAVOURITES = 12
"""Looks that are named. Set by hand."""


def favourites(
    meaning: Meaning, body: Body, perceptor: Perceptor, wardrobe: Wardrobe, report: Reporter
) -> tuple[Look, ...]:
    """The looks of the codebook that a perceptor likes best for a text, the best first.

    The bundled perceptor has read no other texts than the reader and is not asked; another's features of the pictures
    are kept.
    """
    if is_bundled(perceptor):
        return ()
    looks = codebook()[::EVERY]
    seen = look_features(looks, body, perceptor, wardrobe, report)
    cosine = seen @ perceptor.encode_text([prompts.body(meaning.appearance.text)])[0].cpu()
    return tuple(looks[index] for index in cosine.topk(min(FAVOURITES, len(looks))).indices.tolist())


def look_features(looks: list[Look], body: Body, perceptor: Perceptor, wardrobe: Wardrobe, report: Reporter) -> Tensor:
    """(N, D) unit vectors of looks on the mean body, from the cache where it has them."""
    betas = np.zeros(body.num_betas, np.float32)
    vertices, joints = (array[0] for array in body.pose(betas, stand_pose()[None]))
    extents = views.FigureExtents.of(vertices, joints)

    def embed(member: Perceptor, index: int) -> Tensor:
        figure = wardrobe.dress(looks[index], betas)
        caster = MeshRaycaster(figure.posed(stand_pose()), figure.faces)
        covered = 1.12 * (extents.high - extents.low)
        camera = views.framed(extents.center, covered, 25.0, 3.0, member.input_size)
        return embed_pictures(member, torch.from_numpy(portraits(caster, figure.colors, [camera])))

    return features(CODEBOOK, f"pictures.{body.checksum[:12]}", perceptor, len(looks), embed, report)
