"""Guidance by the job's perceptor (AvatarCLIP section 3.3): pictures go towards the prompts of their views."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from engine.appearance.guidance import Guide
from engine.appearance.parts import AppearanceInputs, Judgement, Shown
from engine.settings import AppearanceConfig


class Clip:
    """See `engine.appearance.parts.Guidance`."""

    def __init__(self, inputs: AppearanceInputs, conf: AppearanceConfig) -> None:
        own = conf.clip
        self.guide = Guide(inputs.prompt, inputs.perceptor, own.face_text, own.back_text)
        self.back_prompt = conf.back_prompt

    def __call__(self, shown: Sequence[Shown], generator: torch.Generator) -> Judgement:
        """``clip`` of the coloured pictures, ``textureless`` of those in grey; the score is the mean cosine."""
        kinds = [one.view.kind if self.back_prompt or one.view.kind != "back" else "body" for one in shown]
        pictures = torch.stack([picture for one in shown for picture in (one.colored, one.textureless)])
        pairs = self.guide.loss(pictures, [kind for kind in kinds for _ in range(2)], generator).reshape(-1, 2)
        colored, textureless = pairs.mean(0)
        return Judgement({"clip": colored, "textureless": textureless}, 1 - float(colored.detach()))


PART = Clip
