"""The original's networks, for the weights that `convert` takes out of its checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.motion.motion_prior import FEATURES, FRAMES, time_encoding
from engine.motion.rotations import from_6d_torch
from engine.motion.skeleton import MOVING

HEADS = 4
THEIR_JOINTS = 55
HEIGHT = 0.95
"""Metres of the pelvis above the floor; the original's motions stay where they are."""


class ConditionalFlow:
    """RealNVP over VPoser's latents given a text's features (Dinh et al. 2017, with random masks)."""

    def __init__(self, path: Path) -> None:
        self.state = load_file(path)
        self.mask = self.state["mask"]  # (blocks, 32)
        self.condition = self.state["s.0.0.weight"].shape[1] - self.mask.shape[1]

    def _net(self, kind: str, block: int, inputs: Tensor) -> Tensor:
        for layer in (0, 2, 4):
            name = f"{kind}.{block}.{layer}"
            inputs = nn.functional.linear(inputs, self.state[f"{name}.weight"], self.state[f"{name}.bias"])
            inputs = nn.functional.leaky_relu(inputs) if layer < 4 else inputs
        return torch.tanh(inputs) if kind == "s" else inputs

    def decode(self, noise: Tensor, features: Tensor) -> Tensor:
        """Noise (B, 32) and features (B, C) -> latents (B, 32)."""
        for block, mask in enumerate(self.mask):
            kept = noise * mask
            inputs = torch.cat((kept, features), 1)
            scale, shift = self._net("s", block, inputs), self._net("t", block, inputs)
            noise = kept + (1 - mask) * (noise * scale.exp() + shift)
        return noise

    def encode(self, latents: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """The inverse of `decode`, and the logarithm (B,) of its volume's change."""
        change = torch.zeros(len(latents))
        for block in reversed(range(len(self.mask))):
            mask = self.mask[block]
            kept = latents * mask
            inputs = torch.cat((kept, features), 1)
            scale, shift = self._net("s", block, inputs) * (1 - mask), self._net("t", block, inputs)
            latents = kept + (1 - mask) * (latents - shift) * (-scale).exp()
            change = change - scale.sum(1)
        return latents, change

    def sample(self, features: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """(count, 32) latents for a text's features (C,)."""
        noise = torch.randn((count, self.mask.shape[1]), generator=generator)
        return self.decode(noise, features.expand(count, -1))


class OriginalMotionPrior(nn.Module):
    """The motion VAE in ACTOR's manner, with the interface of `engine.motion.motion_prior.MotionPrior`.

    A frame is 55 rotations as the first two rows of their matrices; joints 1-21 are SMPL's body. The root stands still.
    """

    times: Tensor

    def __init__(self, path: Path) -> None:
        super().__init__()
        state = load_file(path)
        width = state["encoder.query"].shape[1]
        layers = {part: 1 + max(int(name.split(".")[3]) for name in state if name.startswith(part)) for part in (
            "encoder.seqTransEncoder", "decoder.seqTransDecoder")}  # fmt: skip
        options = {"dim_feedforward": 4 * width, "dropout": 0.0, "activation": "gelu"}
        self.encoder: Any = nn.Module()
        self.decoder: Any = nn.Module()
        self.encoder.skelEmbedding = nn.Linear(THEIR_JOINTS * 6, width)
        self.encoder.query = nn.Parameter(torch.zeros(1, width))
        layer = nn.TransformerEncoderLayer(width, HEADS, **options)  # type: ignore[arg-type]
        count = layers["encoder.seqTransEncoder"]
        self.encoder.seqTransEncoder = nn.TransformerEncoder(layer, count, enable_nested_tensor=False)
        self.encoder.final = nn.Linear(width, width)
        back = nn.TransformerDecoderLayer(width, HEADS, **options)  # type: ignore[arg-type]
        self.decoder.seqTransDecoder = nn.TransformerDecoder(back, layers["decoder.seqTransDecoder"])
        self.decoder.final = nn.Linear(width, THEIR_JOINTS * 6)
        self.load_state_dict(state)
        self.register_buffer("times", time_encoding(FRAMES + 1, width), persistent=False)
        self.eval().requires_grad_(False)

    def encode_rotations(self, six: Tensor) -> Tensor:
        """Frames (B, T, 330) of row-wise 6D -> the latent (B, 256)."""
        tokens = torch.cat((self.encoder.query.expand(len(six), 1, -1), self.encoder.skelEmbedding(six)), 1)
        seen = self.encoder.seqTransEncoder((tokens + self.times[: tokens.shape[1]]).transpose(0, 1))
        latent: Tensor = self.encoder.final(seen[0])
        return latent

    def decode_rotations(self, latent: Tensor) -> Tensor:
        """Latents (B, 256) -> 60 frames (B, 60, 55, 6) of row-wise 6D."""
        queries = self.times[:FRAMES, None].expand(-1, len(latent), -1)
        seen = self.decoder.final(self.decoder.seqTransDecoder(queries, latent[None]))
        return seen.transpose(0, 1).reshape(len(latent), FRAMES, THEIR_JOINTS, 6)

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, 60, 135) as `MotionPrior` has them -> the latent (B, 256), and zeros for its log-variance."""
        batch = len(frames)
        matrices = from_6d_torch(frames[..., : MOVING * 6].reshape(batch, FRAMES, MOVING, 6))
        six = torch.tensor([1.0, 0, 0, 0, 1, 0]).repeat(batch, FRAMES, THEIR_JOINTS, 1)
        six[:, :, 1:MOVING] = matrices[:, :, 1:, :2].flatten(-2)
        latent = self.encode_rotations(six.flatten(2))
        return latent, torch.zeros_like(latent)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (B, 256) -> features (B, 60, 135): rotations as columns, no movement of the root."""
        rows = from_6d_torch(
            self.decode_rotations(latent)[:, :, :MOVING].unflatten(-1, (2, 3)).transpose(-1, -2).flatten(-2)
        )
        columns = rows.transpose(-1, -2)[..., :2].clone()
        columns[:, :, 0] = torch.eye(3)[:, :2]
        out = torch.zeros(len(latent), FRAMES, FEATURES)
        out[..., -1] = HEIGHT
        return torch.cat((columns.flatten(2), out[..., MOVING * 6 :]), -1)
