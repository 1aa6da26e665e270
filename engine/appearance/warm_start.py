"""Where guidance starts: the outfit that fits the text best.

The paper starts from a grey body and finds every colour by gradient, which takes hours. Here the text prior proposes
outfits (`prior`), and CLIP decides between them and their mixtures on the very body, by pictures from the front, from
behind and of the face, within seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.appearance import views
from engine.appearance.opinion import OWN, Opinion
from engine.appearance.prior import OutfitPrior
from engine.body import Body, stand_pose
from engine.perceptor import Perceptor, prompts
from engine.perceptor.codebook import embed_pictures
from engine.render.portrait import portraits
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.wardrobe.dress import DressedBody, Wardrobe
from engine.wardrobe.outfit import Look
from engine.wardrobe.spoken import put_on

TRIES = 1500
"""Outfits that the prior tries; they cost a millisecond each."""
ANGLES = {"body": (-25.0, 25.0), "back": (180.0,), "face": (15.0,)}
SHARES = {"body": 0.6, "back": 0.1, "face": 0.3}


@dataclass(frozen=True)
class Outfit:
    """A look with its scores: the cosine of its pictures, and what the search raises."""

    look: Look
    picture: float
    score: float


class Fitting:
    """Judges looks on one body against one text, by pictures."""

    def __init__(self, text: str, body: Body, betas: NDArray, perceptor: Perceptor, wardrobe: Wardrobe) -> None:
        self.betas, self.perceptor, self.wardrobe = betas, perceptor, wardrobe
        joints = body.pose(betas, stand_pose()[None])[1][0]
        self.stance = views.Stance.of(body.pose(betas, stand_pose()[None])[0][0], joints)
        templates = {"body": prompts.body, "back": prompts.back, "face": prompts.face}
        self.texts = {kind: perceptor.encode_text([template(text)])[0].cpu() for kind, template in templates.items()}

    def dress(self, look: Look) -> tuple[DressedBody, MeshRaycaster]:
        """The dressed body, and its caster in the stand pose."""
        figure = self.wardrobe.dress(look, self.betas)
        return figure, MeshRaycaster(figure.posed(stand_pose()), figure.faces)

    def pictures(self, look: Look) -> dict[str, Tensor]:
        """The look's pictures by kind of view, each (N, 3, S, S)."""
        figure, caster = self.dress(look)
        size, covered = self.perceptor.input_size, 1.12 * (self.stance.high - self.stance.low)
        found = {}
        for kind, angles in ANGLES.items():
            if kind == "face":
                cameras = [views.face_view(self.stance, angle, 0.0, 0.38, size).camera for angle in angles]
            else:
                cameras = [views.framed(self.stance.center, covered, angle, 3.0, size) for angle in angles]
            found[kind] = torch.from_numpy(portraits(caster, figure.colors, cameras))
        return found

    def score(self, look: Look) -> float:
        """The weighted cosine of the look's pictures with the text's."""
        pictures = self.pictures(look)
        return sum(
            SHARES[kind] * float(F.cosine_similarity(embed_pictures(self.perceptor, pictures[kind]), text, dim=0))
            for kind, text in self.texts.items()
        )

    def still(self, look: Look, size: int = 288) -> NDArray[np.uint8]:
        """(size, size, 3) the dressed body, for the process video."""
        figure, caster = self.dress(look)
        camera = views.framed(self.stance.center, 1.08 * (self.stance.high - self.stance.low), 25.0, 5.0, size)
        picture = portraits(caster, figure.colors, [camera])[0]
        return (picture.transpose(1, 2, 0) * 255).round().astype(np.uint8)


def find_look(
    text: str, fitting: Fitting, budget: int, generator: torch.Generator, report: Reporter, total: int,
    opinion: Opinion = OWN, body: str = "",
) -> tuple[Look, float]:  # fmt: skip
    """The best outfit for a text.

    Args:
        text: the appearance prompt.
        fitting: judges looks on the body.
        budget: mixtures of the prior's best outfits to be judged by pictures; 0 takes the prior's word.
        generator: randomness of the search.
        report: hears ``budget`` steps of ``total``, and sees the best outfit now and then.
        opinion: the perceptor's favourites, and how much its pictures count.
        body: what is said of the body.

    Returns:
        The look and the mean cosine of its pictures.
    """
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    prior = OutfitPrior(text, body)

    def tell(step: int, best: Look) -> None:
        if step % (TRIES // 6) == 1:
            report.preview(f"outfit-0-{step:06d}", fitting.still(best))
            report.progress(0, total)

    proposed = dict(prior.search(TRIES, rng, tell))
    prior_weight, picture_weight = opinion.weights(max(proposed.values()))

    def judged(look: Look) -> Outfit:
        picture = fitting.score(look)
        return Outfit(look, picture, prior_weight * float(prior.agreement([look])[0]) + picture_weight * picture)

    favourites = [prior.spoken.tailor(look) for look in opinion.favourites]
    elite = [judged(look) for look in dict.fromkeys([*proposed, *favourites])]
    elite.sort(key=lambda outfit: -outfit.score)
    for step in range(budget):
        # Known looks of a name stay as they are: mixed, they drift to drab colours.
        known = len(elite) == 1 or (prior.spoken.figure is not None and not favourites)
        child = elite[0].look if known else prior.spoken.tailor(mix(elite, rng))
        if all(child != outfit.look for outfit in elite):
            elite.append(judged(child))
            elite = sorted(elite, key=lambda outfit: -outfit.score)[: len(elite) - 1]
        if step % max(budget // 4, 1) == 0:
            report.preview(f"outfit-1-{step:06d}", fitting.still(elite[0].look))
        report.progress(step + 1, total, score=elite[0].picture)
    return elite[0].look, elite[0].picture


def mix(elite: Sequence[Outfit], rng: np.random.Generator) -> Look:
    """A child of two good outfits: one's look with some of the other's garments, colours, hair or skin."""
    first = min(int(rng.exponential(len(elite) / 4)), len(elite) - 1)
    second = (first + 1 + int(rng.integers(len(elite) - 1))) % len(elite)
    one, other = elite[first].look, elite[second].look
    kind = rng.integers(4)
    if kind == 0 and other.garments:
        taken = other.garments[rng.integers(len(other.garments))]
        return replace(one, garments=tuple(put_on(list(one.garments), taken)))
    if kind == 1 and one.garments and other.garments:
        index = int(rng.integers(len(one.garments)))
        source = other.garments[rng.integers(len(other.garments))]
        garments = list(one.garments)
        garments[index] = replace(garments[index], color=source.color, accent=source.accent, pattern=source.pattern)
        return replace(one, garments=tuple(garments))
    if kind == 2:
        return replace(
            one, hair_style=other.hair_style, hair_color=other.hair_color, beard=other.beard,
            beard_color=other.beard_color,
        )  # fmt: skip
    return replace(one, skin=other.skin, eye_color=other.eye_color)
