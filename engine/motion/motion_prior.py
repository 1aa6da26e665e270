"""Motion prior: a transformer VAE over windows of 60 frames at 30 fps (paper 5, in ACTOR's manner).

A frame is 135 numbers: 22 joint rotations in 6D, the root's velocity (x, z; metres a frame at the reference leg
length) and its height above the floor. A window starts facing +z. Three frames make one token; the latent of 256
numbers is handed to the decoder as eight memory tokens that the sinusoidal time queries attend to.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.geometry.rotations import (
    about_y,
    axis_angle_to_matrix,
    matrix_from_6d,
    matrix_to_6d,
    matrix_to_axis_angle,
    yaw_of,
)
from engine.motion.arrays import Array
from engine.motion.skeleton import MOVING, NUM_JOINTS

FRAMES = 60
FPS = 30.0
FEATURES = MOVING * 6 + 3
PATCH = 3
"""Frames that make one token. Set by hand."""
LATENT = 256
"""Paper 5's."""
MEMORY = 8
"""Tokens that the latent becomes for the decoder. Set by hand."""


def encode_frames(poses: Array, trans: Array) -> Array:
    """Poses (T,24,3) and root positions (T,3) -> features (T,135), turned so that frame 0 faces +z."""
    matrices = axis_angle_to_matrix(poses[:, :MOVING])
    turn = about_y(-yaw_of(matrices[0, 0]))
    matrices[:, 0] = turn @ matrices[:, 0]
    path = trans @ turn.T
    velocity = np.diff(path, axis=0, prepend=path[:1] - (path[1:2] - path[:1]))[:, [0, 2]]
    return np.concatenate([matrix_to_6d(matrices).reshape(len(poses), -1), velocity, path[:, 1:2]], 1).astype(
        np.float32
    )


def decode_frames(features: Array) -> tuple[Array, Array]:
    """Features (T,135) -> axis-angle poses (T,24,3) and root positions (T,3) that start at x = z = 0."""
    count = len(features)
    poses = np.zeros((count, NUM_JOINTS, 3), np.float32)
    poses[:, :MOVING] = matrix_to_axis_angle(matrix_from_6d(features[:, : MOVING * 6].reshape(count, MOVING, 6)))
    step = features[:, MOVING * 6 : MOVING * 6 + 2].copy()
    step[0] = 0
    path = np.cumsum(step, 0)
    return poses, np.stack([path[:, 0], features[:, -1], path[:, 1]], 1).astype(np.float32)


def time_encoding(length: int, width: int) -> Tensor:
    """Sinusoidal encoding (length,width) of positions 0..length-1 (Vaswani et al. 2017)."""
    waves = 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)  # radians per position
    angles = torch.outer(torch.arange(length, dtype=torch.float64), waves)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1).float()


class MotionPrior(nn.Module):
    """Encoder (B,60,135) -> mean and log-variance (B,256); decoder (B,256) -> (B,60,135)."""

    mean: Tensor
    std: Tensor
    times: Tensor

    def __init__(self, width: int = 160, layers: int = 4, heads: int = 4) -> None:
        super().__init__()
        tokens = FRAMES // PATCH
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("std", torch.ones(FEATURES))
        self.register_buffer("times", time_encoding(tokens, width), persistent=False)
        options = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
        self.read = nn.Linear(FEATURES * PATCH, width)
        self.summary = nn.Parameter(torch.randn(2, width) * 0.1)
        encoder = nn.TransformerEncoderLayer(width, heads, width * 3, **options)  # type: ignore[arg-type]
        self.encoder = nn.TransformerEncoder(encoder, layers, enable_nested_tensor=False)
        self.to_mean, self.to_logvar = nn.Linear(width, LATENT), nn.Linear(width, LATENT)
        self.memory = nn.Linear(LATENT // MEMORY, width)
        self.slots = nn.Parameter(torch.randn(MEMORY, width) * 0.1)
        decoder = nn.TransformerDecoderLayer(width, heads, width * 3, **options)  # type: ignore[arg-type]
        self.decoder = nn.TransformerDecoder(decoder, layers)
        self.query = nn.Linear(LATENT, width)
        self.write = nn.Linear(width, FEATURES * PATCH)

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B,60,135) in natural units -> mean and log-variance of the latent, both (B,256)."""
        batch = len(frames)
        tokens = ((frames - self.mean) / self.std).reshape(batch, FRAMES // PATCH, FEATURES * PATCH)
        tokens = self.read(tokens) + self.times
        tokens = torch.cat([self.summary.expand(batch, -1, -1), tokens], 1)  # (B,22,W)
        seen = self.encoder(tokens)
        return self.to_mean(seen[:, 0]), self.to_logvar(seen[:, 1])

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (B,256) -> features (B,60,135) in natural units; rotations not yet orthonormalised."""
        batch = len(latent)
        memory = self.memory(latent.reshape(batch, MEMORY, -1)) + self.slots  # (B,8,W)
        # The projected latent is also added to every query: one token's worth of shared context, as in ACTOR.
        queries = self.times + self.query(latent)[:, None]
        frames = self.write(self.decoder(queries, memory)).reshape(batch, FRAMES, FEATURES)
        return frames * self.std + self.mean


def load_motion_prior(path: Path, device: str = "cpu") -> MotionPrior:
    """Load the prior's weights (float16 safetensors) into an evaluating float32 module."""
    state = {name: value.float() for name, value in load_file(path, device=device).items()}
    layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.layers."))
    prior = MotionPrior(width=state["read.weight"].shape[0], layers=layers).to(device)
    prior.load_state_dict(state)
    return prior.eval().requires_grad_(False)
