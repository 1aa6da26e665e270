"""What CLIP says of the avatar: prompts by view, augmented pictures, one loss (AvatarCLIP section 3.3)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.perceptor import Perceptor, prompts


class Guide:
    """The cosine distance between pictures and the prompts of their views."""

    def __init__(
        self, text: str, perceptor: Perceptor, face_text: str | None = None, back_text: str | None = None
    ) -> None:
        """``face_text``, ``back_text``: whole prompts of those views, or None for the templates with ``text``."""
        self.perceptor = perceptor
        texts = {
            "body": prompts.body(text),
            "face": face_text or prompts.face(text),
            "back": back_text or prompts.back(text),
        }
        self.embeddings = dict(zip(texts, perceptor.encode_text(list(texts.values()))))

    def loss(self, pictures: Tensor, kinds: list[str], generator: torch.Generator) -> Tensor:
        """(N,) 1 - cos of pictures (N, 3, H, W) against their views' prompts, after augmentation."""
        wanted = torch.stack([self.embeddings[kind] for kind in kinds])
        seen = self.perceptor.encode_image(augment(pictures, self.perceptor.input_size, generator))
        return 1 - (seen * wanted).sum(1)


def augment(pictures: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """A random shift, scale and slight turn of each picture, with a little noise: (N, 3, size, size).

    Guidance through one fixed framing finds patterns that please the perceptor and nobody else.
    """
    count = len(pictures)
    scale = 1 + 0.15 * (2 * torch.rand(count, generator=generator) - 1)
    angle = 0.12 * torch.randn(count, generator=generator)
    shift = 0.08 * torch.randn(count, 2, generator=generator)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = scale * angle.cos()
    theta[:, 0, 1], theta[:, 1, 0] = -scale * angle.sin(), scale * angle.sin()
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta.to(pictures), [count, 3, size, size], align_corners=False)
    moved = F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    return (moved + 0.03 * torch.randn(moved.shape, generator=generator).to(moved)).clamp(0, 1)
