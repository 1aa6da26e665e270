"""What can be said of a figure, as one vector: the space that the bundled perceptor's towers learn first.

A figure's truths are its colours at canonical points, the kinds of its garments, hair and beard, and its five shape
numbers; each group is centred and scaled to a share of the total variance, and the whole rotated by a principal
component analysis. A picture regresses to its figure's vector. A caption regresses to the mean of all figures it fits,
so what it leaves open falls to zero: the cosine of the two judges what was said and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.wardrobe.outfit import BEARDS, GARMENT_KINDS, HAIR_STYLES, PATTERNS, Look
from engine.wardrobe.paint import paint

_HALF = np.array(
    [
        [0, 0.79, 0.04], [0, 0.70, -0.06], [0, 0.725, 0.14], [0.045, 0.65, 0.11], [0.03, 0.69, 0.13], [0, 0.60, 0.13],
        [0.04, 0.52, 0.06], [0, 0.40, 0.12], [0.08, 0.30, 0.12], [0.08, 0.30, -0.08], [0, 0.18, 0.13], [0, 0.18, -0.06],
        [0, 0.075, 0.13], [0.28, 0.45, 0.04], [0.40, 0.45, 0.04], [0.60, 0.45, 0.03], [0.76, 0.44, 0.03],
        [0.1, -0.05, 0.11], [0.1, -0.25, 0.07], [0.1, -0.25, -0.07], [0.11, -0.435, 0.05], [0.11, -0.7, 0.02],
        [0.11, -0.82, 0.02], [0.1, -0.91, 0.10],
    ],
    np.float32,
)  # fmt: skip
PROBES: NDArray[np.float32] = np.concatenate([_HALF, _HALF * [-1, 1, 1]]).astype(np.float32)
"""(48, 3) canonical points, mirrored in x, whose colours say what a figure looks like without words."""
SHARES = {"probes": 1.0, "kinds": 0.8, "shape": 0.9}
KINDS = (*GARMENT_KINDS, *HAIR_STYLES, *BEARDS, *PATTERNS)
_COLUMN = {name: i for i, name in enumerate(KINDS)}


@lru_cache(maxsize=200000)
def kinds_of(look: Look) -> tuple[int, ...]:
    """Columns of `KINDS` that a look shows."""
    names = {look.hair_style, look.beard}
    for garment in look.garments:
        names |= {garment.kind, garment.pattern}
    return tuple(_COLUMN[name] for name in names)


def truths(probes: NDArray, shape: NDArray, looks: list[Look]) -> dict[str, NDArray]:
    """The groups of N figures: probes (N, P, 3), shape (N, 5)."""
    kinds = np.zeros((len(looks), len(KINDS)), np.float32)
    for row, look in enumerate(looks):
        kinds[row, list(kinds_of(look))] = 1
    return {"probes": probes.reshape(len(probes), -1), "kinds": kinds, "shape": shape}


def look_truths(looks: list[Look], shapes: NDArray | None = None) -> dict[str, NDArray]:
    """`truths` of looks without pictures; ``shapes`` (N, 5), or zeros where only the looks matter."""
    probes = np.stack([paint(look, PROBES, 0.002) for look in looks])
    return truths(probes, np.zeros((len(looks), 5), np.float32) if shapes is None else shapes, looks)


@dataclass
class Space:
    """An affine map from truths to the embedding."""

    mean: dict[str, NDArray]
    scale: dict[str, float]
    rotation: NDArray  # (all, D)

    @staticmethod
    def fit(groups: dict[str, NDArray], size: int) -> Space:
        """From the truths of many figures."""
        mean = {name: values.mean(0) for name, values in groups.items()}
        scale = {name: float((SHARES[name] / values.var(0).sum()) ** 0.5) for name, values in groups.items()}
        centred = np.concatenate([(groups[n] - mean[n]) * scale[n] for n in SHARES], 1)
        _, _, directions = np.linalg.svd(centred, full_matrices=False)
        return Space(mean, scale, directions[:size].T.astype(np.float32))

    def __call__(self, groups: dict[str, NDArray]) -> Tensor:
        """(N, D) embeddings of truths."""
        centred = np.concatenate([(groups[n] - self.mean[n]) * self.scale[n] for n in SHARES], 1)
        return torch.from_numpy((centred @ self.rotation).astype(np.float32))
