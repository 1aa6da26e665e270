"""The bundled perceptor's image tower: a small residual network as a ``transformers`` model.

Beside a vision transformer of the same cost it learns from far fewer pictures (``engine/training/README.md`` has the
figures), and its read-out keeps where things are, so that a red shirt over blue trousers is not a blue one over red.
"""

from __future__ import annotations

import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling


class ConvTowerConfig(PretrainedConfig):
    """Sizes of a `ConvTower`."""

    model_type = "avatarclip_conv"

    def __init__(
        self, image_size: int = 96, widths: tuple[int, ...] = (32, 48, 96, 160), hidden_size: int = 256, **rest
    ) -> None:  # fmt: skip
        self.image_size = image_size
        self.widths = list(widths)
        self.hidden_size = hidden_size
        super().__init__(**rest)


def _conv(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside))


class _Residual(nn.Module):
    """Two convolutions beside an identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _conv(width, width), _conv(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class ConvTower(PreTrainedModel):
    """(B, 3, S, S) normalised pictures -> (B, hidden_size); halves the resolution once per width."""

    config_class = ConvTowerConfig
    main_input_name = "pixel_values"

    def __init__(self, config: ConvTowerConfig) -> None:
        super().__init__(config)
        layers: list[nn.Module] = []
        inside = 3
        for index, width in enumerate(config.widths):
            layers += [_conv(inside, width, 2), nn.ReLU()]
            if index > 0:
                layers.append(_Residual(width))
            inside = width
        self.features = nn.Sequential(*layers)
        side = config.image_size // 2 ** len(config.widths)
        self.read = nn.Linear(inside * side * side, config.hidden_size)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation of each layer is kept."""

    def forward(self, pixel_values: Tensor, **_: object) -> BaseModelOutputWithPooling:
        last = self.features(pixel_values)
        pooled = F.gelu(self.read(last.flatten(1)))
        return BaseModelOutputWithPooling(last_hidden_state=last, pooler_output=pooled)  # type: ignore[arg-type]


AutoConfig.register(ConvTowerConfig.model_type, ConvTowerConfig)
AutoModel.register(ConvTowerConfig, ConvTower)
