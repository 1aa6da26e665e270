"""A conditional RealNVP over the pose prior's latents: which poses a text means, as a density (Dinh et al. 2017).

Latent (B,32) and a text's meaning (B,64) -> noise (B,32) of unit variance, and back. Eight affine couplings, each of
which
moves one half of the numbers by what the other half and the text say. Trained by `engine/training/pose_flow.py`.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.motion.pose_prior import LATENT

ASSETS = Path(__file__).resolve().parent.parent / "assets"
MEANING = 64
"""Numbers of a text's meaning, see `matcher.Matcher.meaning`."""


class Coupling(nn.Module):
    """One affine coupling; `flip` says which half stays."""

    def __init__(self, hidden: int, flip: bool) -> None:
        super().__init__()
        self.flip, half = flip, LATENT // 2
        last = nn.Linear(hidden, LATENT)
        self.net = nn.Sequential(
            nn.Linear(half + MEANING, hidden),
            nn.LeakyReLU(),
            nn.Linear(hidden, hidden),
            nn.LeakyReLU(),
            last,
        )
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def forward(self, x: Tensor, meaning: Tensor, inverse: bool = False) -> tuple[Tensor, Tensor]:
        """(B,32) -> (B,32) and the logarithm (B,) of the volume's change."""
        kept, moved = x.chunk(2, 1)[:: -1 if self.flip else 1]
        scale, shift = self.net(torch.cat([kept, meaning], 1)).chunk(2, 1)
        scale = torch.tanh(scale) * 1.5
        moved = (moved - shift) * (-scale).exp() if inverse else moved * scale.exp() + shift
        out = torch.cat([moved, kept] if self.flip else [kept, moved], 1)
        return out, -scale.sum(1) if inverse else scale.sum(1)


class PoseFlow(nn.Module):
    """The flow with the latents' mean and spread."""

    mean: Tensor
    std: Tensor

    def __init__(self, hidden: int = 192, blocks: int = 8) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(LATENT))
        self.register_buffer("std", torch.ones(LATENT))
        self.blocks = nn.ModuleList(Coupling(hidden, bool(i % 2)) for i in range(blocks))

    def log_prob(self, latent: Tensor, meaning: Tensor) -> Tensor:
        """Logarithm (B,) of the density of latents (B,32) given texts' meanings (B,64)."""
        x = (latent - self.mean) / self.std
        volume = -self.std.log().sum()
        for block in self.blocks:
            x, change = block(x, meaning)
            volume = volume + change
        return -0.5 * (x.square() + math.log(2 * math.pi)).sum(1) + volume

    def sample(self, meaning: Tensor, generator: torch.Generator, temperature: float = 1.0) -> Tensor:
        """Latents (B,32), one for each meaning (B,64)."""
        x = torch.randn((len(meaning), LATENT), generator=generator) * temperature
        for block in reversed(self.blocks):
            x, _ = block(x, meaning, inverse=True)
        return x * self.std + self.mean


@cache
def load_pose_flow(path: Path = ASSETS / "pose_flow.safetensors") -> PoseFlow:
    """The bundled flow (float16 weights), evaluating in float32."""
    state = {name: value.float() for name, value in load_file(path).items()}
    flow = PoseFlow(hidden=state["blocks.0.net.0.weight"].shape[0])
    flow.load_state_dict(state)
    return flow.eval().requires_grad_(False)
