"""Perceptors: anything that puts texts and images into one space where the cosine says how well they fit.

All are ``transformers`` folders (config, tokenizer, safetensors): ``CLIPModel``, as OpenAI's, or a
``VisionTextDualEncoderModel``, as the bundled one, whose towers and projections have the same names.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AutoConfig, CLIPModel, CLIPTokenizer, VisionTextDualEncoderModel
from transformers.utils import logging as transformers_logging

from engine.config import ClipConfig
from engine.errors import EngineError
from engine.perceptor.conv import ConvTower  # registers itself

BUNDLED = Path(__file__).resolve().parent.parent / "assets" / "perceptor"
# CLIP's normalisation (Radford et al. 2021).
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
KNOWN_TOWERS = (ConvTower,)
KINDS: dict[str, Any] = {"clip": CLIPModel, "vision-text-dual-encoder": VisionTextDualEncoderModel}
HINT = "Give a folder in transformers' CLIP format, or leave clip.model empty for the bundled perceptor."


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


class ClipPerceptor:
    """A `Perceptor` made of a CLIP model; weights are frozen, images keep their gradient."""

    def __init__(
        self,
        model: CLIPModel | VisionTextDualEncoderModel,
        tokenizer: CLIPTokenizer,
        name: str,
        device: str = "cpu",
    ) -> None:
        self.model: Any = model
        self.model.eval().requires_grad_(False).to(device)
        self.tokenizer = tokenizer
        self.name, self.device = name, device
        config: Any = model.config
        self.input_size = int(config.vision_config.image_size)
        self.context = int(config.text_config.max_position_embeddings)
        self._mean = torch.tensor(MEAN, device=device)[:, None, None]
        self._std = torch.tensor(STD, device=device)[:, None, None]

    @cached_property
    def checksum(self) -> str:
        digest = hashlib.sha256()
        for key, value in sorted(self.model.state_dict().items()):
            digest.update(key.encode())
            digest.update(value.detach().cpu().float().numpy().tobytes())
        return digest.hexdigest()

    @torch.no_grad()
    def encode_text(self, texts: list[str]) -> Tensor:
        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=self.context, return_tensors="pt")
        pooled = self.model.text_model(
            input_ids=tokens["input_ids"].to(self.device), attention_mask=tokens["attention_mask"].to(self.device)
        ).pooler_output
        return F.normalize(self.model.text_projection(pooled), dim=-1)

    def encode_image(self, images: Tensor) -> Tensor:
        size = self.input_size
        if images.shape[-2:] != (size, size):
            images = F.interpolate(images, (size, size), mode="bilinear", antialias=True, align_corners=False)
        pooled = self.model.vision_model(pixel_values=(images - self._mean) / self._std).pooler_output
        return F.normalize(self.model.visual_projection(pooled), dim=-1)

    def words_cut_off(self, text: str) -> str:
        """The end of a text that the model's context has no room for; empty when all of it fits."""
        encoded = self.tokenizer(text, return_offsets_mapping=True)
        offsets = [span for span in encoded["offset_mapping"] if span[1] > span[0]]
        room = self.context - 2  # begin and end of text
        return text[offsets[room][0] :] if len(offsets) > room else ""


def load_perceptor(conf: ClipConfig | None = None, device: str = "cpu") -> ClipPerceptor:
    """The perceptor that a conf names: the bundled one by default.

    Raises:
        EngineError: if the folder is missing or does not hold a CLIP model. Nothing is ever downloaded here.
    """
    folder = Path(conf.model).expanduser() if conf is not None and conf.model else BUNDLED
    if not (folder / "config.json").is_file():
        raise EngineError("bad_weights", f"{folder} holds no CLIP model (config.json is missing).", HINT)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        kind = KINDS[AutoConfig.from_pretrained(folder, local_files_only=True).model_type]
        model = kind.from_pretrained(folder, local_files_only=True, use_safetensors=True, dtype=torch.float32)
        tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # transformers raises many kinds for a broken folder
        raise EngineError("bad_weights", f"The CLIP model in {folder} could not be loaded ({error}).", HINT) from error
    return ClipPerceptor(model, tokenizer, "bundled" if folder == BUNDLED else folder.name, device)
