"""The space that both towers learn first: what can be said of a figure, as one vector.

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
