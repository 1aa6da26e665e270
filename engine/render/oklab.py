"""OKLab (Ottosson 2020): a colour space in which equal distances look equally different."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TO_CONES = np.array(
    [
        [0.4122214708, 0.2119034982, 0.0883024619],
        [0.5363325363, 0.6806995451, 0.2817188376],
        [0.0514459929, 0.1073969566, 0.6299787005],
    ]
)
"""From linear sRGB to the cones' responses: Ottosson's Oklab."""
TO_LAB = np.array(
    [
        [0.2104542553, 1.9779984951, 0.0259040371],
        [0.7936177850, -2.4285922050, 0.7827717662],
        [-0.0040720468, 0.4505937099, -0.8086757660],
    ]
)
"""From their cube roots to lightness and two opponent colours: Ottosson's Oklab."""


def oklab(srgb: NDArray) -> NDArray[np.float32]:
    """(..., 3) sRGB 0-1 to (lightness, green to red, blue to yellow)."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4)
    found: NDArray[np.float32] = (np.cbrt(linear @ TO_CONES) @ TO_LAB).astype(np.float32)
    return found
