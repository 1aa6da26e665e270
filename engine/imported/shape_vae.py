"""The original's shape VAE, for the weights that `convert` takes out of its checkpoint."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor


class ShapeVae:
    """The shape VAE, which is linear throughout: 20670 vertex offsets (metres) to 16 numbers and back."""

    def __init__(self, path: Path) -> None:
        self.state = load_file(path)

    def encode(self, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 20670) -> mean and log-variance (B, 16)."""
        mean, log_variance = (offsets @ self.state["encoder.weight"].T + self.state["encoder.bias"]).chunk(2, 1)
        return mean, log_variance

    def decode(self, latents: Tensor) -> Tensor:
        """(B, 16) -> (B, 20670) offsets from the template."""
        return latents @ self.state["decoder.weight"].T + self.state["decoder.bias"]
