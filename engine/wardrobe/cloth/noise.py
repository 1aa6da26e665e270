"""Smooth noise over cloth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points


def noise(p: Points, scale: float, phase: float = 0.0) -> NDArray:
    """(N,) about -1 to 1, smooth over ``scale`` metres round and along the cloth; other phases are other noises."""
    u, v = 2 * np.pi * p.around / scale + phase, 2 * np.pi * p.along / scale + 2 * phase
    found = 0.7 * np.sin(0.7 * u + 1.3 * np.sin(0.6 * v + phase)) * np.sin(0.8 * v + 1.1 * np.sin(0.7 * u - phase))
    found = found + 0.4 * np.sin(1.9 * u - 1.3 * v + phase) + 0.2 * np.sin(3.1 * v + 2 * np.sin(2.3 * u))
    return np.asarray(found)
