"""The original's networks, for the weights that `convert` takes out of its checkpoints."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.geometry import differentiable
from engine.motion.motion_prior import FEATURES, FRAMES, time_encoding
from engine.motion.skeleton import MOVING

HEADS = 4
"""The release's."""
THEIR_JOINTS = 55
HEIGHT = 0.95
"""Metres of the pelvis above the floor; the original's motions stay where they are. Set by hand."""


class ConditionalFlow:
    """RealNVP (Dinh et al. 2017) from normal noise to VPoser's latents that a text's features ask for.

    Each block leaves the numbers where its mask is 1 and moves the others by an affine map; two networks of three
    layers read that map off the numbers that stay and the features.
    """

    def __init__(self, path: Path) -> None:
        self.state = load_file(path)
        masks = self.state["mask"]  # (blocks, 32)
        self.size = masks.shape[1]
        self.condition = self.state["s.0.0.weight"].shape[1] - self.size
        self.moved = [torch.nonzero(mask == 0).flatten() for mask in masks]

    def _read(self, network: str, seen: Tensor, wanted: Tensor) -> Tensor:
        """The wanted (W,) outputs (B, W) of a network of three affine layers for its inputs (B, 32 + C)."""
        first, middle, last = (
            (self.state[f"{network}.{layer}.weight"], self.state[f"{network}.{layer}.bias"]) for layer in (0, 2, 4)
        )
        for weight, bias in (first, middle):
            seen = nn.functional.leaky_relu(seen @ weight.T + bias)
        return seen @ last[0][wanted].T + last[1][wanted]

    def decode(self, noise: Tensor, features: Tensor) -> Tensor:
        """Noise (B, 32) and features (B, C) -> latents (B, 32)."""
        latents = noise.clone()
        for block, moved in enumerate(self.moved):
            seen = torch.cat([latents.index_fill(1, moved, 0.0), features], 1)
            growth = self._read(f"s.{block}", seen, moved).tanh().exp()
            latents[:, moved] = latents[:, moved] * growth + self._read(f"t.{block}", seen, moved)
        return latents

    def sample(self, features: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """(count, 32) latents for a text's features (C,)."""
        noise = torch.randn((count, self.size), generator=generator)
        return self.decode(noise, features.expand(count, -1))


class OriginalMotionPrior(nn.Module):
    """The original's transformer VAE of motions, with the interface of `engine.motion.motion_prior.MotionPrior`.

    A frame is 55 rotations as the first two rows of their matrices; joints 1-21 are SMPL's body. The root stands still.
    """

    times: Tensor

    def __init__(self, path: Path) -> None:
        super().__init__()
        state = load_file(path)
        width = state["summary"].shape[1]
        options = {"dropout": 0.0, "activation": "gelu", "batch_first": True}
        self.read, self.summary = nn.Linear(THEIR_JOINTS * 6, width), nn.Parameter(torch.zeros(1, width))
        encoder = nn.TransformerEncoderLayer(width, HEADS, 4 * width, **options)  # type: ignore[arg-type]
        self.encoder = nn.TransformerEncoder(encoder, _depth(state, "encoder"), enable_nested_tensor=False)
        self.to_latent = nn.Linear(width, width)
        decoder = nn.TransformerDecoderLayer(width, HEADS, 4 * width, **options)  # type: ignore[arg-type]
        self.decoder = nn.TransformerDecoder(decoder, _depth(state, "decoder"))
        self.write = nn.Linear(width, THEIR_JOINTS * 6)
        self.load_state_dict(state)
        self.register_buffer("times", time_encoding(FRAMES + 1, width), persistent=False)
        self.eval().requires_grad_(False)

    def encode_rotations(self, six: Tensor) -> Tensor:
        """Frames (B, T, 330) of row-wise 6D -> the latent (B, 256): what the token before the frames becomes."""
        frames = self.read(six) + self.times[1 : six.shape[1] + 1]
        first = (self.summary + self.times[:1]).expand(len(six), 1, -1)
        latent: Tensor = self.to_latent(self.encoder(torch.cat([first, frames], 1))[:, 0])
        return latent

    def decode_rotations(self, latent: Tensor) -> Tensor:
        """Latents (B, 256) -> 60 frames (B, 60, 55, 6) of row-wise 6D; the latent is all that the frames look at."""
        moments = self.times[:FRAMES].expand(len(latent), -1, -1)
        rows: Tensor = self.write(self.decoder(moments, latent[:, None]))
        return rows.unflatten(2, (THEIR_JOINTS, 6))

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, 60, 135) as `MotionPrior` has them -> the latent (B, 256), and zeros for its log-variance."""
        batch = len(frames)
        matrices = differentiable.matrix_from_6d(frames[..., : MOVING * 6].reshape(batch, FRAMES, MOVING, 6))
        six = torch.tensor([1.0, 0, 0, 0, 1, 0]).repeat(batch, FRAMES, THEIR_JOINTS, 1)
        six[:, :, 1:MOVING] = matrices[:, :, 1:, :2].flatten(-2)
        latent = self.encode_rotations(six.flatten(2))
        return latent, torch.zeros_like(latent)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (B, 256) -> features (B, 60, 135): rotations as columns, no movement of the root."""
        rows = differentiable.matrix_from_6d(
            self.decode_rotations(latent)[:, :, :MOVING].unflatten(-1, (2, 3)).transpose(-1, -2).flatten(-2)
        )
        columns = rows.transpose(-1, -2)[..., :2].clone()
        columns[:, :, 0] = torch.eye(3)[:, :2]
        out = torch.zeros(len(latent), FRAMES, FEATURES)
        out[..., -1] = HEIGHT
        return torch.cat((columns.flatten(2), out[..., MOVING * 6 :]), -1)


def _depth(state: dict[str, Tensor], part: str) -> int:
    """How many transformer layers a part has."""
    return len({name.split(".")[2] for name in state if name.startswith(f"{part}.layers.")})
