"""Guidance by the job's perceptor (AvatarCLIP section 3.3): pictures go towards the prompts of their views."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from engine.appearance.guidance import Guide
from engine.appearance.interfaces import AppearanceInputs, Judgement, Shown
from engine.appearance.part_texts import part_texts
from engine.body import stand_pose
from engine.settings import AppearanceConfig
from engine.wardrobe.canonical import canonical_coordinates


class Clip:
    """See `engine.appearance.interfaces.Guidance`."""

    def __init__(self, inputs: AppearanceInputs, conf: AppearanceConfig) -> None:
        own = conf.clip
        heights = inputs.body.pose(inputs.betas, stand_pose()[None])[0][0][:, 1]
        parts = part_texts(inputs.meaning.appearance, canonical_coordinates(inputs.body), heights)
        self.guide = Guide(inputs.prompt, inputs.perceptor, own.face_text, own.back_text, parts, own.parts)
        self.back_prompt = conf.back_prompt

    def __call__(self, shown: Sequence[Shown], generator: torch.Generator) -> Judgement:
        """``clip`` of the coloured pictures, ``textureless`` of those in grey; the score is the mean cosine."""
        wanted = torch.stack([self.guide.wanted(one.view, self.back_prompt) for one in shown])
        pictures = torch.stack([picture for one in shown for picture in (one.colored, one.textureless)])
        pairs = self.guide.loss(pictures, wanted.repeat_interleave(2, 0), generator).reshape(-1, 2)
        colored, textureless = pairs.mean(0)
        return Judgement({"clip": colored, "textureless": textureless}, 1 - float(colored.detach()))


COMPONENT = Clip
