"""SigLIP and SigLIP 2 (Zhai et al. 2023, Tschannen et al. 2025): towers of CLIP's kind, trained with a sigmoid loss.

They differ from CLIP in pixel values from -1 to 1, a text padded to the whole context without a mask, pooling by an
attention head over the picture's patches, and no projections.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.perceptor import tokens
from engine.perceptor.clip import ClipPerceptor


class SiglipPerceptor(ClipPerceptor):
    """A `Perceptor` made of transformers' ``SiglipModel``, which SigLIP 2's models of fixed size are too."""

    MEAN, STD = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)

    def _clean(self, text: str) -> str:
        """SigLIP's vocabulary has 32,000 entries (250,000 for many languages); SigLIP 2 has Gemma's of 256,000."""
        gemma = self.model.config.text_config.vocab_size >= 256000
        return tokens.lower(text) if gemma else tokens.canonical(text)

    def _ids(self, text: str) -> list[int]:
        """A text's tokens without the mark at its end."""
        return list(self.tokenizer(self._clean(text), add_special_tokens=False)["input_ids"])

    def _length(self, text: str) -> int:
        return len(self._ids(text)) + 1

    def _text(self, texts: list[str]) -> Tensor:
        end, padding = self.tokenizer.eos_token_id, self.tokenizer.pad_token_id
        rows = [[*self._ids(text)[: self.context - 1], end] for text in texts]
        ids = [row + [padding] * (self.context - len(row)) for row in rows]
        return self.model.text_model(input_ids=torch.tensor(ids, device=self.device)).pooler_output

    def _image(self, pixels: Tensor) -> Tensor:
        return self.model.vision_model(pixel_values=pixels).pooler_output


class NaflexPerceptor(SiglipPerceptor):
    """SigLIP 2 for pictures of any shape (``Siglip2Model``), given squares of as many patches as it was trained on."""

    @property
    def _grid(self) -> int:
        return int(self.model.config.vision_config.num_patches**0.5)

    def _side(self) -> int:
        return self._grid * int(self.model.config.vision_config.patch_size)

    def _image(self, pixels: Tensor) -> Tensor:
        count, grid = len(pixels), self._grid
        side = self.input_size // grid
        patches = pixels.reshape(count, 3, grid, side, grid, side).permute(0, 2, 4, 3, 5, 1)  # (N, g, g, p, p, 3)
        shape: dict[str, Any] = {
            "pixel_attention_mask": torch.ones(count, grid * grid, dtype=torch.long, device=pixels.device),
            "spatial_shapes": torch.full((count, 2), grid, dtype=torch.long, device=pixels.device),
        }
        return self.model.vision_model(patches.reshape(count, grid * grid, -1), **shape).pooler_output
