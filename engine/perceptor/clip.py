"""Perceptors: anything that puts texts and images into one space where the cosine says how well they fit.

`ClipPerceptor` wraps transformers' ``CLIPModel``, as OpenAI's, and ``VisionTextDualEncoderModel``, as the bundled one,
whose towers and projections have the same names.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.perceptor import tokens

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# CLIP's normalisation (Radford et al. 2021).
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class Perceptor(Protocol):
    """What the stages need of a perceptor."""

    name: str
    input_size: int

    @property
    def checksum(self) -> str:
        """Hex digest of the weights; caches of embeddings are keyed by it."""
        ...

    def encode_text(self, texts: list[str]) -> Tensor:
        """(N, D) unit vectors of texts."""
        ...

    def encode_image(self, images: Tensor) -> Tensor:
        """(N, D) unit vectors of images (N, 3, H, W) in sRGB 0-1, H = W; differentiable."""
        ...

    def words_cut_off(self, text: str) -> str:
        """The words at the end of a text that there is no room for; empty when all of it fits."""
        ...


class ClipPerceptor:
    """A `Perceptor` made of one model; weights are frozen, images keep their gradient."""

    MEAN, STD = MEAN, STD

    def __init__(
        self,
        model: Any,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.model = model.eval().requires_grad_(False).to(device, dtype)
        self.tokenizer: Any = tokenizer
        self.name, self.device = name, device
        self.context = int(model.config.text_config.max_position_embeddings)
        self.input_size = self._side()
        self._mean = torch.tensor(self.MEAN, device=device)[:, None, None]
        self._std = torch.tensor(self.STD, device=device)[:, None, None]

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of all weights."""
        digest = hashlib.sha256()
        for key, value in sorted(self.model.state_dict().items()):
            digest.update(key.encode())
            digest.update(value.detach().cpu().float().numpy().tobytes())
        return digest.hexdigest()

    @torch.no_grad()
    def encode_text(self, texts: list[str]) -> Tensor:
        """(N, D) unit vectors of texts."""
        return _unit(self._text(texts))

    def encode_image(self, images: Tensor) -> Tensor:
        """(N, D) unit vectors of pictures (N, 3, H, W), sRGB 0-1."""
        size, images = self.input_size, images.to(self.device)
        if images.shape[-2:] != (size, size):
            images = F.interpolate(images, (size, size), mode="bilinear", antialias=True, align_corners=False)
        pixels = ((images - self._mean) / self._std).to(self.model.dtype)
        return _unit(self._image(pixels))

    def words_cut_off(self, text: str) -> str:
        """The end of a text that the text tower does not read, or nothing."""
        return tokens.cut_off(text, lambda part: self._length(part) <= self.context)

    def _side(self) -> int:
        """Side of the pictures that the image tower takes."""
        return int(self.model.config.vision_config.image_size)

    def _length(self, text: str) -> int:
        """Tokens of a text, marks included."""
        return len(self.tokenizer(tokens.clean(text))["input_ids"])

    def _text(self, texts: list[str]) -> Tensor:
        """(N, D) embeddings, not normalised."""
        found = self.tokenizer(
            [tokens.clean(text) for text in texts],
            padding=True,
            truncation=True,
            max_length=self.context,
            return_tensors="pt",
        ).to(self.device)
        pooled = self.model.text_model(input_ids=found["input_ids"], attention_mask=found["attention_mask"])
        return self.model.text_projection(pooled.pooler_output)

    def _image(self, pixels: Tensor) -> Tensor:
        """(N, D) embeddings of normalised pictures (N, 3, S, S), not normalised."""
        return self.model.visual_projection(self.model.vision_model(pixel_values=pixels).pooler_output)


def _unit(features: Tensor) -> Tensor:
    """(N, D) unit vectors, in at least single precision."""
    return F.normalize(features if features.dtype == torch.float64 else features.float(), dim=-1)
