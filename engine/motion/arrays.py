"""The kind of array that motion is kept in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""Mostly float32; the type checker is not told, since numpy widens in places."""


def array(values: Any) -> Array:
    """Values as a float32 array."""
    return np.asarray(values, np.float32)
