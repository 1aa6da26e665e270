"""Products of many small vectors: numpy's reductions over an axis of three are slow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def dot(first: NDArray, second: NDArray) -> Floats:
    """Products (N, 1) of rows (N, 3)."""
    return np.asarray(np.einsum("ij,ij->i", first, second)[:, None], np.float32)


def unit(rows: NDArray) -> Floats:
    """Rows (N, 3) of length 1; those of length 0 stay so."""
    return np.asarray(rows / np.maximum(np.sqrt(dot(rows, rows)), np.float32(1e-18)), np.float32)
