"""The bundled perceptor's image tower: it finds a figure's parts, reads their colours, and sums up.

A small encoder-decoder says for every place of the picture which part of a look (skin, hair, each slot of garments)
and which region of the body it shows; the colour of each is the mean of the pixels that show it, freed of shading. So
a gradient that wants a red coat reaches the pixels of the coat and no others, and a red shirt over blue trousers is
not a blue one over red (`engine/training/README.md` compares it with networks that only pool).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling

from engine.perceptor.clip import MEAN, STD  # the normalisation that pictures come in
from engine.render.oklab import TO_CONES, TO_LAB

PLACE, COLOR = 7, 6
"""Numbers that say where a class is and how large, and what colour its pixels are, beside its shades."""


READ_SCALE = 0.1
"""Of normalised numbers: there are so many that a step of the optimiser would be far too long otherwise. Set by
hand."""


class PartsTowerConfig(PretrainedConfig):
    """Sizes of a `PartsTower`, and the shades (N, 3), in OKLab with chroma stretched, that it names colours by."""

    model_type = "avatarclip_parts"

    def __init__(
        self,
        image_size: int = 64,
        widths: tuple[int, ...] = (32, 48, 96, 160),
        parts: int = 20,
        regions: int = 24,
        shades: Sequence[Sequence[float]] = (),
        shade_width: float = 0.15,
        chroma: float = 2.5,
        summary: int = 384,
        **rest,
    ) -> None:
        self.image_size = image_size
        self.widths = list(widths)
        self.parts, self.regions = parts, regions
        self.shades = [list(shade) for shade in shades]
        self.shade_width, self.chroma = shade_width, chroma
        self.summary = summary
        self.read = (parts + regions) * (PLACE + COLOR + len(self.shades))
        self.hidden_size = self.read + summary
        super().__init__(**rest)


def _conv(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU())


class _Residual(nn.Module):
    """Two convolutions beside an identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _conv(width, width), _conv(width, width)[:2]

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class PartsTower(PreTrainedModel):
    """(B, 3, S, S) normalised pictures -> (B, hidden_size)."""

    config_class = PartsTowerConfig
    main_input_name = "pixel_values"

    def __init__(self, config: PartsTowerConfig) -> None:
        super().__init__(config)
        widths = config.widths
        self.down = nn.ModuleList(
            nn.Sequential(_conv(inside, outside, 2), _Residual(outside))
            for inside, outside in zip([3, *widths[:-1]], widths)
        )
        self.up = nn.ModuleList(_conv(low + high, high) for low, high in zip(widths[:0:-1], widths[-2::-1]))
        # background and parts, background and regions, and the logarithm of the shading
        self.maps = nn.Conv2d(widths[0], config.parts + config.regions + 3, 1)
        side = config.image_size // 2 ** len(widths)
        self.gist = nn.Linear(widths[-1] * side * side, 256)
        self.scale = nn.BatchNorm1d(config.read, affine=False)
        self.summary = nn.Sequential(
            nn.Linear(256 + config.read, 512), nn.GELU(), nn.Linear(512, config.summary), nn.GELU()
        )
        self.shades: Tensor
        self.register_buffer("shades", torch.tensor(config.shades).reshape(-1, 3))
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation of each layer is kept."""

    def forward(self, pixel_values: Tensor, **_: object) -> BaseModelOutputWithPooling:
        """Returns the read-out, and as last hidden state the maps (B, parts + regions + 3, S/2, S/2) it rests on."""
        maps, deepest, read = self.look(pixel_values)
        return BaseModelOutputWithPooling(last_hidden_state=maps, pooler_output=self.sum_up(deepest, read))  # type: ignore[arg-type]

    def look(self, pixel_values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The maps, the coarsest features (B, F), and what is read off the maps (B, read)."""
        steps = []
        x = pixel_values
        for layer in self.down:
            x = layer(x)
            steps.append(x)
        deepest = x
        for layer, beside in zip(self.up, steps[-2::-1]):
            x = layer(torch.cat([F.interpolate(x, scale_factor=2.0), beside], 1))
        maps = self.maps(x)
        with torch.autocast(pixel_values.device.type, enabled=False):
            read = self.scale(self._read(pixel_values, maps.to(pixel_values.dtype))).clamp(-4, 4) * READ_SCALE
        return maps, deepest.flatten(1), read

    def sum_up(self, deepest: Tensor, read: Tensor) -> Tensor:
        """(B, hidden_size) of the last two that `look` gives."""
        return torch.cat([read, self.summary(torch.cat([F.gelu(self.gist(deepest)), read], 1))], 1)

    def _read(self, pixel_values: Tensor, maps: Tensor) -> Tensor:
        """(B, read) of each class: presence, size and place, and its mean colour, how that varies, and its shades."""
        mean, std = (pixel_values.new_tensor(values)[:, None, None] for values in (MEAN, STD))
        pixels = F.avg_pool2d(pixel_values * std + mean, pixel_values.shape[-1] // maps.shape[-1])
        albedo = (pixels * maps[:, -1:].exp()).clamp(0, 1.5).flatten(2).transpose(1, 2)  # (B, M, 3)
        parts = maps[:, : self.config.parts + 1].softmax(1)[:, 1:]
        regions = maps[:, self.config.parts + 1 : -1].softmax(1)[:, 1:]
        cover = torch.cat([parts, regions], 1).flatten(2)  # (B, K, M)
        total = cover.sum(2, keepdim=True)
        presence = total / (total + 2.0)
        x, y = _grid(maps.shape[-1], maps).unbind(1)
        moments = cover @ torch.stack([x, y, x * x, y * y, x * y], 1) / (total + 0.1)
        center, square, cross = moments.split([2, 2, 1], 2)
        spread = (square - center.square()).clamp_min(1e-4).sqrt()
        place = torch.cat([center, spread, cross - center.prod(2, keepdim=True)], 2)
        found = torch.cat([albedo, albedo.square(), self._shares(albedo)], 2)
        color, squared, shares = (cover @ found / (total + 0.1)).split([3, 3, len(self.config.shades)], 2)
        varied = (squared - color.square()).clamp_min(1e-6).sqrt()
        read = torch.cat([place, color - 0.5, varied, shares], 2)
        return torch.cat([presence, (total + 1).log(), presence * read], 2).flatten(1)

    def _shares(self, albedo: Tensor) -> Tensor:
        """(B, M, N) how much of each shade sRGB colours (B, M, 3) are, as `engine.wardrobe.parts.shades` has it."""
        wide = albedo.to(torch.promote_types(albedo.dtype, torch.float32))  # half precision has no cdist
        linear = ((wide.clamp_min(1e-3) + 0.055) / 1.055) ** 2.4
        lab = (linear @ linear.new_tensor(TO_CONES)) ** (1 / 3) @ linear.new_tensor(TO_LAB)
        tone = lab * lab.new_tensor([1, self.config.chroma, self.config.chroma])
        distance = torch.cdist(tone, self.shades.to(tone), compute_mode="donot_use_mm_for_euclid_dist").square()
        return (-distance / (2 * self.config.shade_width**2)).softmax(2).to(albedo.dtype)


def _grid(side: int, like: Tensor) -> Tensor:
    """(side * side, 2) places from -1 to 1, right and down."""
    line = (torch.arange(side, device=like.device, dtype=like.dtype) + 0.5) * 2 / side - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], 1)


AutoConfig.register(PartsTowerConfig.model_type, PartsTowerConfig)
AutoModel.register(PartsTowerConfig, PartsTower)
