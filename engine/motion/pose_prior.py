"""Pose prior: a VAE over the 21 joints of `body_pose`, in VPoser v2's layer layout (paper 4).

Encoder: axis-angle (B,63) -> mean and sigma (B,32); decoder: latent -> 126 numbers as (21,3,2), orthonormalised.
The root's orientation is not part of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.geometry import differentiable
from engine.geometry.rotations import matrix_to_axis_angle
from engine.motion.arrays import Array

LATENT = 32
"""Of VPoser v2."""
WIDTH = 512
"""Width of the prior's hidden layers, as of VPoser v2's."""
JOINTS = 21
"""All but the pelvis and the two hands, as VPoser v2's."""


class PosePrior(nn.Module):
    """The VAE; layer sizes and order are those of VPoser v2 (its users' checkpoints share this layout)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.BatchNorm1d(JOINTS * 3),
            nn.Linear(JOINTS * 3, WIDTH),
            nn.LeakyReLU(),
            nn.BatchNorm1d(WIDTH),
            nn.Dropout(0.1),
            nn.Linear(WIDTH, WIDTH),
            nn.Linear(WIDTH, WIDTH),
        )
        self.mu, self.logvar = nn.Linear(WIDTH, LATENT), nn.Linear(WIDTH, LATENT)
        self.decoder = nn.Sequential(
            nn.Linear(LATENT, WIDTH),
            nn.LeakyReLU(),
            nn.Dropout(0.1),
            nn.Linear(WIDTH, WIDTH),
            nn.LeakyReLU(),
            nn.Linear(WIDTH, JOINTS * 6),
        )

    def encode(self, body_pose: Tensor) -> tuple[Tensor, Tensor]:
        """Axis-angle (B,63) -> mean and standard deviation (B,32)."""
        hidden = self.encoder(body_pose)
        return self.mu(hidden), nn.functional.softplus(self.logvar(hidden))

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (B,32) -> rotation matrices (B,21,3,3)."""
        return differentiable.matrix_from_6d(self.decoder(latent).reshape(len(latent), JOINTS, 6))

    @torch.no_grad()
    def poses(self, latent: Array) -> Array:
        """Latents (N,32) -> axis-angle poses (N,24,3) with the root and the hands at rest."""
        matrices = self.decode(torch.as_tensor(latent, dtype=torch.float32)).numpy()
        poses = np.zeros((len(latent), 24, 3), np.float32)
        poses[:, 1:22] = matrix_to_axis_angle(matrices)
        return poses


def load_pose_prior(path: Path, device: str = "cpu") -> PosePrior:
    """Load the prior's weights (float16 safetensors) into an evaluating float32 module."""
    prior = PosePrior().to(device)
    prior.load_state_dict({name: value.float() for name, value in load_file(path, device=device).items()}, strict=False)
    return prior.eval().requires_grad_(False)
