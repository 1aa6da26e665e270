"""Where guidance starts: the outfit, out of a codebook and its mixtures, that fits the text best.

The paper starts from a grey body and finds every colour by gradient, which takes hours. A codebook of described outfits
brings the main colours and garments within seconds; a small evolutionary search then mixes the best ones on the very
body, judged by CLIP from the front, the back and at the face.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.numpy import load_file
from torch import Tensor

from engine.appearance import views
from engine.appearance.base import look_from_dict
from engine.body import Body, stand_pose
from engine.perceptor import Perceptor, prompts
from engine.perceptor.codebook import embed_pictures, features
from engine.render.portrait import portraits
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.outfit import GARMENT_KINDS, Garment, Look

CODEBOOK = Path(__file__).resolve().parent.parent / "assets" / "outfits.safetensors"
ELITE = 16
"""Outfits that the search mixes."""
CAPTION_SHARE = 0.6
"""How much the codebook's captions count against its pictures."""
ANGLES = {"body": (-25.0, 25.0), "back": (180.0,), "face": (15.0,)}
SHARES = {"body": 0.6, "back": 0.1, "face": 0.3}


@dataclass(frozen=True)
class Outfit:
    """A look with its scores: by the codebook's caption, and by its pictures on the body."""

    look: Look
    caption: float
    picture: float

    @property
    def score(self) -> float:
        return CAPTION_SHARE * self.caption + (1 - CAPTION_SHARE) * self.picture


def load_codebook() -> tuple[list[Look], list[str]]:
    """The codebook's looks and their captions."""
    packed = load_file(CODEBOOK)["entries"].tobytes()
    entries = json.loads(zlib.decompress(packed))
    return [look_from_dict(entry["look"]) for entry in entries], [entry["caption"] for entry in entries]


class Fitting:
    """Judges looks on one body against one text."""

    def __init__(self, text: str, body: Body, betas: NDArray, perceptor: Perceptor, wardrobe: Wardrobe) -> None:
        self.body, self.betas, self.perceptor, self.wardrobe = body, betas, perceptor, wardrobe
        templates = {"body": prompts.body, "back": prompts.back, "face": prompts.face}
        self.texts = {kind: perceptor.encode_text([template(text)])[0] for kind, template in templates.items()}
        neutral = {kind: perceptor.encode_text([template("a person")])[0] for kind, template in templates.items()}
        self.wanted = {kind: F.normalize(self.texts[kind] - neutral[kind], dim=-1) for kind in templates}

    def pictures(self, look: Look) -> dict[str, Tensor]:
        """The look's pictures by kind of view, each (N, 3, S, S)."""
        figure = self.wardrobe.dress(look, self.betas)
        vertices = figure.posed(stand_pose())
        joints = self.body.pose(self.betas, stand_pose()[None])[1][0]
        stance = views.Stance.of(vertices, joints)
        caster, size = MeshRaycaster(vertices, figure.faces), self.perceptor.input_size
        found = {}
        for kind, angles in ANGLES.items():
            if kind == "face":
                cameras = [views.face_view(stance, angle, 0.0, 0.38, size).camera for angle in angles]
            else:
                covered = 1.12 * (stance.high - stance.low)
                cameras = [views.framed(stance.center, covered, angle, 3.0, size) for angle in angles]
            found[kind] = torch.from_numpy(portraits(caster, figure.colors, cameras))
        return found

    def picture_score(self, look: Look) -> float:
        """The weighted cosine of the look's pictures with the text's."""
        total = 0.0
        for kind, pictures in self.pictures(look).items():
            total += SHARES[kind] * float(embed_pictures(self.perceptor, pictures) @ self.texts[kind])
        return total


def find_look(
    text: str, fitting: Fitting, budget: int, generator: torch.Generator, report: Reporter, total: int
) -> tuple[Look, float]:
    """The best outfit for a text.

    Args:
        text: the appearance prompt.
        fitting: judges looks on the body.
        budget: mixtures to try; 0 takes the codebook's best.
        report: hears ``budget + ELITE`` steps of ``total``, and sees the best outfit now and then.

    Returns:
        The look and the mean cosine of its pictures.
    """
    looks, captions = load_codebook()
    perceptor = fitting.perceptor
    spoken = perceptor.encode_text([text])[0]
    written = features(CODEBOOK, "captions", perceptor, lambda: _embed_captions(perceptor, captions))
    by_caption = written @ spoken
    first = by_caption.topk(min(ELITE * 2, len(looks))).indices.tolist()
    elite = [Outfit(looks[i], float(by_caption[i]), fitting.picture_score(looks[i])) for i in first]
    elite = sorted(elite, key=lambda outfit: -outfit.score)[:ELITE]
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    for step in range(budget):
        child = mix(elite, rng)
        if all(child != outfit.look for outfit in elite):
            parents_caption = float(np.mean([outfit.caption for outfit in elite[:4]]))
            elite.append(Outfit(child, parents_caption, fitting.picture_score(child)))
            elite = sorted(elite, key=lambda outfit: -outfit.score)[:ELITE]
        if step % max(budget // 8, 1) == 0:
            report.preview(f"outfit-{step:06d}", still(fitting, elite[0].look))
        report.progress(step + 1, total, score=elite[0].picture)
    return elite[0].look, elite[0].picture


def _embed_captions(perceptor: Perceptor, captions: Sequence[str]) -> Tensor:
    return torch.cat([perceptor.encode_text(list(captions[i : i + 256])) for i in range(0, len(captions), 256)])


def mix(elite: Sequence[Outfit], rng: np.random.Generator) -> Look:
    """A child of two good outfits: one's look with some of the other's garments, colours, hair or skin."""
    ranks = np.minimum(rng.exponential(len(elite) / 4, 2).astype(int), len(elite) - 1)
    one, other = elite[ranks[0]].look, elite[ranks[1]].look
    change = rng.integers(4)
    if change == 0 and other.garments:  # a garment of the other's, in place of those in the same slot
        taken = other.garments[rng.integers(len(other.garments))]
        slot = GARMENT_KINDS[taken.kind][0]
        kept = [garment for garment in one.garments if GARMENT_KINDS[garment.kind][0] != slot]
        return replace(one, garments=tuple([*kept, taken]))
    if change == 1 and one.garments and other.garments:  # a colour of the other's
        index = int(rng.integers(len(one.garments)))
        source = other.garments[rng.integers(len(other.garments))]
        colored = replace(one.garments[index], color=source.color, accent=source.accent, pattern=source.pattern)
        return replace(one, garments=_with(one.garments, index, colored))
    if change == 2:
        return replace(
            one, hair_style=other.hair_style, hair_color=other.hair_color, beard=other.beard,
            beard_color=other.beard_color,
        )  # fmt: skip
    return replace(one, skin=other.skin, eye_color=other.eye_color)


def _with(garments: tuple[Garment, ...], index: int, garment: Garment) -> tuple[Garment, ...]:
    return (*garments[:index], garment, *garments[index + 1 :])


def still(fitting: Fitting, look: Look, size: int = 400) -> NDArray[np.uint8]:
    """(size, size, 3) the dressed body for the process video."""
    figure = fitting.wardrobe.dress(look, fitting.betas)
    vertices = figure.posed(stand_pose())
    joints = figure.joints
    stance = views.Stance.of(vertices, joints)
    camera = views.framed(stance.center, 1.08 * (stance.high - stance.low), 25.0, 5.0, size)
    picture = portraits(MeshRaycaster(vertices, figure.faces), figure.colors, [camera])[0]
    return (picture.transpose(1, 2, 0) * 255).round().astype(np.uint8)
