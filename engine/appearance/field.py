"""The implicit avatar N: a signed distance and a colour at every point (AvatarCLIP section 3.3, NeuS).

The distance is the base surface's plus a learned offset, the colour the base's plus a learned change in logits; both
come from one small network over a dense feature grid and a positional encoding. The base plays the reconstruction
network's part (it is M_t exactly, with no hours of fitting), the learned change the extra colour head's. Opacity
follows NeuS with one learned sharpness.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor

from engine.appearance.base import BaseSurface, Nearest

OCTAVES = 6
CHANNELS = 8
WIDTH = 64
DEPTH = 0.025
"""Metres by which sculpting may move the surface either way."""
MARGIN = 0.06
"""Metres of room round the base surface."""
SHARPNESS = 3e-3
"""Metres over which opacity rises at the start; NeuS's 1 / inv_s."""


class Residual(nn.Module):
    """Points in the unit cube -> offset of the signed distance in (-1, 1) and of three colour logits; zero at first."""

    def __init__(self, resolution: tuple[int, int, int], generator: torch.Generator) -> None:
        """``resolution``: feature grid cells along x, y, z."""
        super().__init__()
        x, y, z = resolution
        self.grid = nn.Parameter(1e-2 * torch.randn(1, CHANNELS, z, y, x, generator=generator))
        self.hidden = nn.Linear(CHANNELS + 3 + 6 * OCTAVES, WIDTH)
        self.second = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, 4)
        for layer in (self.hidden, self.second):
            nn.init.trunc_normal_(layer.weight, std=layer.in_features**-0.5, generator=generator)
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, unit: Tensor) -> Tensor:
        """(N, 3) in -1..1 -> (N, 4)."""
        features = F.grid_sample(self.grid, unit[None, None, None], align_corners=True)[0, :, 0, 0].T  # (N, CHANNELS)
        octaves = unit[:, :, None] * (torch.pi * 2.0 ** torch.arange(OCTAVES, device=unit.device))  # (N, 3, OCTAVES)
        decay = 2.0 ** -torch.arange(OCTAVES, device=unit.device)  # high octaves speak softly: no speckle
        waves = torch.cat([(octaves.sin() * decay).flatten(1), (octaves.cos() * decay).flatten(1)], 1)
        hidden = F.softplus(self.hidden(torch.cat([features, unit, waves], 1)), beta=10)
        out: Tensor = self.out(F.softplus(self.second(hidden), beta=10))
        return out


class AvatarField(nn.Module):
    """Signed distance and colour of the avatar in the stand pose: world metres, +y up, facing +z."""

    def __init__(self, base: BaseSurface, resolution: int, generator: torch.Generator | None = None) -> None:
        """``resolution``: feature grid cells along the longest side."""
        super().__init__()
        self.base = base
        low, high = base.vertices.min(0) - MARGIN, base.vertices.max(0) + MARGIN
        self.bounds: NDArray[np.float32] = np.stack([low, high]).astype(np.float32)
        size = high - low
        cells = np.maximum((size / size.max() * resolution).round().astype(int), 4)
        self.resolution = resolution
        self.residual = Residual((cells[0], cells[1], cells[2]), generator or torch.Generator().manual_seed(0))
        self.sharpness = nn.Parameter(torch.tensor(float(np.log(1 / SHARPNESS) / 10)))
        self._low: Tensor
        self._size: Tensor
        self.register_buffer("_low", torch.from_numpy(self.bounds[0]), persistent=False)
        self.register_buffer("_size", torch.from_numpy(self.bounds[1] - self.bounds[0]), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where the learned part lives."""
        return self.sharpness.device

    @property
    def inv_s(self) -> Tensor:
        """NeuS's sharpness exp(10 v), per metre."""
        return (10.0 * self.sharpness).exp()

    def change(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """What was learned at points (N, 3): offset of the distance (N,) in metres and of the colour logits (N, 3)."""
        unit = (points - self._low) / self._size * 2 - 1
        out = self.residual(unit)
        return DEPTH * torch.tanh(out[:, 0]), out[:, 1:]

    def nearest(self, points: Tensor) -> Nearest:
        """The base surface's answer at points (N, 3)."""
        return self.base.nearest(points.detach().cpu().numpy())

    def sdf(self, points: Tensor) -> Tensor:
        """(N,) signed distance in metres, negative inside, at points (N, 3); differentiable in the learned part."""
        base = torch.from_numpy(self.nearest(points).distance).to(points)
        return base + self.change(points)[0]

    def color(self, points: Tensor) -> Tensor:
        """(N, 3) sRGB in 0..1 at points (N, 3)."""
        base = torch.from_numpy(self.base.color(self.nearest(points))).to(points)
        return recolor(base, self.change(points)[1])

    def weights(self, points: NDArray) -> NDArray[np.float32]:
        """(N, 24) skinning weights at points (N, 3): those of the nearest place on the dressed body."""
        return self.base.interpolate(self.base.nearest(points), self.base.weights)

    @torch.no_grad()
    def surface(self) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]:
        """Vertices (V, 3), faces (F, 3) and colours (V, 3) of the base surface, moved and coloured by what was learned.

        To first order the field's own surface, at the price of one pass of the network: for a look while it grows.
        """
        points = torch.from_numpy(self.base.vertices).to(self.device)
        offset, change = self.change(points)
        moved = self.base.vertices - self.base.normals * offset[:, None].cpu().numpy()
        colors = recolor(torch.from_numpy(self.base.colors).to(points), change)
        return moved, self.base.faces, colors.cpu().numpy()

    def save(self, path: Path) -> None:
        """Write the field as one safetensors file."""
        arrays = {f"base.{name}": value for name, value in self.base.to_arrays().items()}
        arrays |= {f"net.{name}": value.detach().cpu().numpy() for name, value in self.state_dict().items()}
        arrays["resolution"] = np.array([self.resolution])
        save_file({name: np.ascontiguousarray(value) for name, value in arrays.items()}, path)

    @staticmethod
    def load(path: Path, device: torch.device | str = "cpu") -> AvatarField:
        """The inverse of `save`."""
        arrays = load_file(path)

        def part(prefix: str) -> dict[str, NDArray]:
            return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}

        field = AvatarField(BaseSurface.from_arrays(part("base.")), int(arrays["resolution"][0]))
        field.load_state_dict({name: torch.from_numpy(value) for name, value in part("net.").items()})
        return field.to(device)


def recolor(base: Tensor, change: Tensor) -> Tensor:
    """Base colours (N, 3) moved by logits (N, 3); zero logits leave them exactly."""
    clipped = base.clamp(0.02, 0.98)
    return torch.sigmoid(torch.logit(clipped) + change) + (base - clipped)
