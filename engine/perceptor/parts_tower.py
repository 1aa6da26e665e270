"""The bundled perceptor's image tower: it finds a figure's parts, reads their colours, and sums up.

A small encoder-decoder says for every place of the picture which part of a look (skin, hair, each slot of garments)
and which region of the body it shows; the colour of each is the mean of the pixels that show it, freed of shading. So
a gradient that wants a red coat reaches the pixels of the coat and no others, and a red shirt over blue trousers is
not a blue one over red (`engine/training/README.md` compares it with networks that only pool).
"""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling

from engine.perceptor.clip import MEAN, STD  # the normalisation that pictures come in


class PartsTowerConfig(PretrainedConfig):
    """Sizes of a `PartsTower`."""

    model_type = "avatarclip_parts"

    def __init__(
        self,
        image_size: int = 64,
        widths: tuple[int, ...] = (32, 48, 96, 160),
        parts: int = 20,
        regions: int = 24,
        summary: int = 384,
        **rest,
    ) -> None:
        self.image_size = image_size
        self.widths = list(widths)
        self.parts, self.regions = parts, regions
        self.summary = summary
        self.hidden_size = (parts + regions) * 7 + summary
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
        self.summary = nn.Linear(256 + (config.parts + config.regions) * 7, config.summary)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation of each layer is kept."""

    def forward(self, pixel_values: Tensor, **_: object) -> BaseModelOutputWithPooling:
        """Returns the read-out, and as last hidden state the maps (B, parts + regions + 3, S/2, S/2) it rests on."""
        steps = []
        x = pixel_values
        for layer in self.down:
            x = layer(x)
            steps.append(x)
        deepest = x
        for layer, beside in zip(self.up, steps[-2::-1]):
            x = layer(torch.cat([F.interpolate(x, scale_factor=2.0), beside], 1))
        maps = self.maps(x)
        colors = self._colors(pixel_values, maps)
        gist = F.gelu(self.gist(deepest.flatten(1)))
        summary = F.gelu(self.summary(torch.cat([gist, colors], 1)))
        return BaseModelOutputWithPooling(last_hidden_state=maps, pooler_output=torch.cat([colors, summary], 1))  # type: ignore[arg-type]

    def _colors(self, pixel_values: Tensor, maps: Tensor) -> Tensor:
        """(B, (parts + regions) * 7) of each class: presence, and presence times mean colour about grey and spread."""
        mean, std = (pixel_values.new_tensor(values)[:, None, None] for values in (MEAN, STD))
        pixels = F.avg_pool2d(pixel_values * std + mean, pixel_values.shape[-1] // maps.shape[-1])
        albedo = (pixels * maps[:, -1:].exp()).clamp(0, 1.5).flatten(2).transpose(1, 2)  # (B, M, 3)
        parts = maps[:, : self.config.parts + 1].softmax(1)[:, 1:]
        regions = maps[:, self.config.parts + 1 : -1].softmax(1)[:, 1:]
        cover = torch.cat([parts, regions], 1).flatten(2)  # (B, K, M)
        total = cover.sum(2, keepdim=True)
        color = cover @ albedo / (total + 0.1)
        spread = ((cover @ albedo.square()) / (total + 0.1) - color.square()).clamp_min(1e-6).sqrt()
        presence = total / (total + 2.0)
        read = torch.cat([presence, presence * (color - 0.5), presence * spread], 2)
        return read.flatten(1)


AutoConfig.register(PartsTowerConfig.model_type, PartsTowerConfig)
AutoModel.register(PartsTowerConfig, PartsTower)
