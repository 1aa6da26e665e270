"""Smooth, seeded noise for breathing and sway; it repeats over the motion's length, so that loops stay seamless."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from engine.motion.arrays import Array


def wander(frames: int, fps: float, generator: torch.Generator) -> Callable[[int], Array]:
    """A function that gives (frames,n) noise of about unit size with periods from one to five seconds."""
    seconds = frames / fps
    clock = np.arange(frames) / frames * 2 * np.pi

    def draw(channels: int) -> Array:
        waves = max(1, round(seconds / 1.2))
        out = np.zeros((frames, channels), np.float32)
        for cycles in range(1, waves + 2):
            phase, size = torch.rand((2, channels), generator=generator).numpy()
            out += np.sin(clock[:, None] * cycles + 2 * np.pi * phase) * (0.4 + 0.6 * size) / np.sqrt(cycles)
        return out / np.sqrt(waves)

    return draw
