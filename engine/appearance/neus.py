"""The paper's networks (AvatarCLIP section 3.3; NeuS, Wang et al. 2021): the slow and plain way.

Everything inside works in the unit sphere round the body; what goes in and out is in metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.parametrizations import weight_norm

from engine.appearance.base import BaseSurface
from engine.appearance.field import AvatarField, Sample


@dataclass(frozen=True)
class Sizes:
    """Of the two networks; the defaults are the paper's."""

    octaves: int = 6
    """Of the positional encoding."""
    sdf_layers: int = 4
    sdf_width: int = 256
    color_layers: int = 2
    color_width: int = 256
    bias: float = 0.5
    """Radius of the sphere that the untrained distance describes, in the unit sphere."""
    variance: float = 0.3
    """v at the start; the sharpness is exp(10 v)."""


def encode(points: Tensor, octaves: int) -> Tensor:
    """(N, 3) -> (N, 3 + 6 octaves): the points, then sine and cosine of each octave (2^k x, as in NeRF)."""
    parts = [points]
    for k in range(octaves):
        parts += [(points * 2.0**k).sin(), (points * 2.0**k).cos()]
    return torch.cat(parts, -1)


class DistanceNetwork(nn.Module):
    """Unit-sphere points -> signed distance and feature; at first about the distance to a sphere.

    The initialisation is Atzmon and Lipman's (SAL, 2020) with Yariv et al.'s (IDR, 2020) zeros for the encoding's
    waves; the input is fed again to the last hidden layer.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        inside, width, layers = 3 + 6 * sizes.octaves, sizes.sdf_width, sizes.sdf_layers
        self.skip = layers - 1
        self.layers = nn.ModuleList()
        for index in range(layers + 1):
            before = inside if index == 0 else width
            after = 1 + width if index == layers else width - inside if index + 1 == self.skip else width
            layer = nn.Linear(before, after)
            self._initialise(layer, index, inside)
            self.layers.append(weight_norm(layer))

    def _initialise(self, layer: nn.Linear, index: int, inside: int) -> None:
        with torch.no_grad():
            if index == self.sizes.sdf_layers:
                layer.weight.normal_(math.sqrt(math.pi / layer.in_features), 1e-4)
                layer.bias.fill_(-self.sizes.bias)
                return
            layer.weight.normal_(0.0, math.sqrt(2.0 / layer.out_features))
            layer.bias.zero_()
            if index == 0:
                layer.weight[:, 3:] = 0.0
            elif index == self.skip:
                layer.weight[:, 3 - inside :] = 0.0

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3) -> distance (N,) and feature (N, width)."""
        first = encode(points, self.sizes.octaves)
        hidden = first
        for index, layer in enumerate(self.layers):
            if index == self.skip and index > 0:
                hidden = torch.cat([hidden, first], -1) / math.sqrt(2.0)
            hidden = layer(hidden)
            if index < len(self.layers) - 1:
                hidden = F.softplus(hidden, beta=100)
        return hidden[:, 0], hidden[:, 1:]


class ColorNetwork(nn.Module):
    """Point, normal and feature -> the reconstruction's colour c and the guided colour c_c, sRGB 0-1.

    c_c has an output layer of its own on the same hidden layers.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        widths = [6 + sizes.sdf_width, *[sizes.color_width] * sizes.color_layers]
        self.hidden = nn.ModuleList(weight_norm(nn.Linear(a, b)) for a, b in pairwise(widths))
        self.out, self.extra = (weight_norm(nn.Linear(widths[-1], 3)) for _ in range(2))

    def forward(self, points: Tensor, normals: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3), (N, 3), (N, F) -> c (N, 3), c_c (N, 3)."""
        hidden = torch.cat([points, normals, features], -1)
        for layer in self.hidden:
            hidden = F.relu(layer(hidden))
        return torch.sigmoid(self.out(hidden)), torch.sigmoid(self.extra(hidden))


class NeusField(AvatarField):
    """The paper's implicit avatar."""

    kind = "neus"

    def __init__(
        self,
        base: BaseSurface,
        generator: torch.Generator | None = None,
        reach: float = 0.0,
        color_rate: float = 1.0,
        **sizes: Any,
    ) -> None:
        """``sizes``: fields of `Sizes`; ``reach``: see `AvatarField`; ``color_rate``: factor of the colours' rate."""
        super().__init__(base, {"reach": reach, **sizes}, reach)
        self.color_rate = color_rate
        seed = int(torch.randint(2**31, (1,), generator=generator or torch.Generator().manual_seed(0)))
        with torch.random.fork_rng(devices=[]):  # layers draw their weights from the global generator
            torch.manual_seed(seed)
            self.distance = DistanceNetwork(Sizes(**sizes))
            self.paint = ColorNetwork(Sizes(**sizes))
        self.variance = nn.Parameter(torch.tensor(Sizes(**sizes).variance))
        self._middle: Tensor
        self.register_buffer("_middle", torch.from_numpy(self.center), persistent=False)

    @property
    def inv_s(self) -> Tensor:
        """NeuS's sharpness exp(10 v), turned from the unit sphere's into per metre."""
        return (10.0 * self.variance).exp() / self.radius

    def sdf(self, points: Tensor) -> Tensor:
        """(N,) signed distance in metres at points (N, 3)."""
        distance: Tensor = self.distance(self._unit(points))[0] * self.radius
        return distance

    def color(self, points: Tensor) -> Tensor:
        """(N, 3) the guided colour at points (N, 3)."""
        return self.evaluate(points).color

    def evaluate(self, points: Tensor) -> Sample:
        """One forward pass gives distance and feature, its derivative the normal; a backward pass is a double one."""
        trained = torch.is_grad_enabled()
        with torch.enable_grad():
            unit = self._unit(points)
            unit = unit if unit.requires_grad else unit.requires_grad_()
            distance, feature = self.distance(unit)
            gradient = torch.autograd.grad(distance.sum(), unit, create_graph=trained)[0]
        if not trained:
            distance, feature, unit = distance.detach(), feature.detach(), unit.detach()
        base_color, color = self.paint(unit, gradient, feature)
        return Sample(distance * self.radius, gradient, color, base_color, torch.zeros((), device=points.device))

    def groups(self) -> list[dict[str, Any]]:
        """The colours may learn at a rate of their own: their network's gradient is a hundredth of the form's."""
        form = [*self.distance.parameters(), self.variance]
        return [{"params": form}, {"params": list(self.paint.parameters()), "factor": self.color_rate}]

    def copy_colors(self) -> None:
        """Let the guided colours start as the reconstruction's."""
        self.paint.extra.load_state_dict(self.paint.out.state_dict())

    def _unit(self, points: Tensor) -> Tensor:
        return (points - self._middle) / self.radius
