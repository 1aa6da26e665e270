"""What CLIP says of the avatar: prompts by view, augmented pictures, one loss (AvatarCLIP section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.appearance.part_texts import PartText
from engine.appearance.views import View
from engine.perceptor import Perceptor, prompts


class Guide:
    """The cosine distance between pictures and the prompts of their views."""

    def __init__(
        self,
        text: str,
        perceptor: Perceptor,
        face_text: str | None = None,
        back_text: str | None = None,
        parts: Sequence[PartText] = (),
        share: float = 0.0,
    ) -> None:
        """A guide for one prompt.

        Args:
            text: the prompt.
            perceptor: who judges.
            face_text: the whole prompt of views of the face, or None for the template with ``text``.
            back_text: that of views from behind, likewise.
            parts: what the prompt says of single garments.
            share: how much the garments that a view shows count in what it should look like; the prompt has the rest.
        """
        self.perceptor, self.parts, self.share = perceptor, tuple(parts) if share else (), share
        texts = {
            "body": prompts.body(text),
            "face": face_text or prompts.face(text),
            "back": back_text or prompts.back(text),
        }
        self.embeddings = dict(zip(texts, perceptor.encode_text(list(texts.values()))))
        told = {"body": prompts.body}
        told |= {} if face_text else {"face": prompts.face}
        told |= {} if back_text else {"back": prompts.back}
        self._of_parts = {
            kind: perceptor.encode_text([template(part.text) for part in self.parts])
            for kind, template in (told.items() if self.parts else ())
        }

    def wanted(self, view: View, back: bool = True) -> Tensor:
        """(D,) what a view's picture should look like: the whole prompt, and every garment that it shows by itself.

        A text of all garments mixes their colours, and what is small in the picture is lost in it; their own texts,
        added up, say each as loudly as the next, and nothing of what the view does not show.

        Args:
            view: the view.
            back: whether views from behind have prompts of their own.
        """
        kind = view.kind if back or view.kind != "back" else "body"
        seen = [index for index, part in enumerate(self.parts) if part.in_view(view.camera)]
        if not seen or kind not in self._of_parts:  # a user's own words for a view are taken as they are
            return self.embeddings[kind]
        alone = self._of_parts[kind][seen].sum(0)
        return F.normalize((1 - self.share) * self.embeddings[kind] + self.share * alone, dim=0)

    def loss(self, pictures: Tensor, wanted: Tensor, generator: torch.Generator) -> Tensor:
        """(N,) 1 - cos of pictures (N, 3, H, W), after augmentation, against what each should look like (N, D)."""
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
