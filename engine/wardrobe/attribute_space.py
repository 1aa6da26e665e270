"""What can be said of a figure, as one vector: the space that the bundled perceptor's towers learn.

A figure's attributes are its colours at canonical points, the colours of its parts, the kinds of its garments, hair and
beard, its five shape numbers and where its joints are; each group is centred and scaled to a share of the total
variance, and the whole rotated by a principal component analysis. A picture regresses to its figure's vector. A caption
regresses to the mean of all figures it fits, so what it leaves open falls to zero: the cosine of the two judges what
was said and nothing else.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.wardrobe.outfit import BEARDS, COLORS, GARMENT_KINDS, HAIR_COLORS, HAIR_STYLES, Look
from engine.wardrobe.paint import paint
from engine.wardrobe.parts import part_colors, shades
from engine.wardrobe.props import HEMS, WAIST

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
PROBES = _HALF
"""(24, 3) canonical points of the left half, whose colours say what a figure looks like without words."""
POSE_JOINTS = (4, 5, 7, 8, 15, 18, 19, 20, 21)
"""Knees, ankles, head, elbows and wrists: where they are says what a figure does."""
SHARES = {"probes": 0.55, "parts": 2.4, "kinds": 1.6, "shape": 0.8, "pose": 0.35}
"""Parts of the total variance, by what tells held-out figures apart. The last two groups are not a look's."""
POSE_SIZE = 3 * len(POSE_JOINTS)
TRAINED_PATTERNS = ("plain", "stripes_h", "stripes_v", "checks", "dots", "camo", "two_tone")
"""The patterns of training figures; others count as dots."""
KINDS = (*GARMENT_KINDS, *HAIR_STYLES, *BEARDS, *TRAINED_PATTERNS)
_COLUMN = {name: i for i, name in enumerate(KINDS)}


@lru_cache(maxsize=200000)
def kinds_of(look: Look) -> tuple[int, ...]:
    """Columns of `KINDS` that a look shows."""
    names = {look.hair_style, look.beard}
    for garment in look.garments:
        names |= {garment.kind, garment.pattern if garment.pattern in TRAINED_PATTERNS else "dots"}
    return tuple(_COLUMN[name] for name in names)


def probe_colors(look: Look) -> NDArray[np.float32]:
    """(P, 3) sRGB of what is seen over each probe: paint, and the pieces that hang before it."""
    colors = paint(look, PROBES, 0.002)
    x, y, z = np.abs(PROBES[:, 0]), PROBES[:, 1], PROBES[:, 2]
    if look.hair_style == "long":
        colors[(z < 0) & (y > 0.36) & (x < 0.12)] = HAIR_COLORS[look.hair_color]
    for garment in look.garments:
        if garment.kind in HEMS:
            colors[(y < WAIST) & (y > HEMS[garment.kind]) & (x < 0.3)] = COLORS[garment.color]
        elif garment.kind in ("cape", "backpack"):
            low = -0.62 if garment.kind == "cape" else 0.13
            colors[(z < -0.03) & (y > low) & (y < 0.5) & (x < 0.25)] = COLORS[garment.color]
    return colors


def attributes(looks: list[Look], shape: NDArray | None = None, pose: NDArray | None = None) -> dict[str, NDArray]:
    """The groups of N figures.

    Args:
        looks: N of them.
        shape: (N, 5) height, weight, muscle, age, gender in -1..1; None where only looks matter.
        pose: (N, POSE_SIZE) of `pose_attributes`; None likewise.
    """
    kinds = np.zeros((len(looks), len(KINDS)), np.float32)
    for row, look in enumerate(looks):
        kinds[row, list(kinds_of(look))] = 1
    count = len(looks)
    groups = {
        "probes": np.stack([shades(probe_colors(look)).ravel() for look in looks]),
        "parts": np.stack([part_colors(look).ravel() for look in looks]),
        "kinds": kinds,
    }
    if shape is not None and pose is not None:
        groups |= {"shape": shape.reshape(count, 5), "pose": pose.reshape(count, POSE_SIZE)}
    return groups


def pose_attributes(joints: NDArray) -> NDArray[np.float32]:
    """(N, POSE_SIZE) from posed joints (N, 24, 3): places from the pelvis, seen along the hips, in leg lengths."""
    hips = joints[:, 1] - joints[:, 2]
    side = hips * [1, 0, 1]
    side = side / np.linalg.norm(side, axis=1, keepdims=True).clip(1e-6)
    up = np.broadcast_to(np.array([0.0, 1.0, 0.0]), side.shape)
    frame = np.stack([side, up, np.cross(side, up)], 1)  # (N, 3 axes, 3)
    local = np.einsum("nac,njc->nja", frame, joints[:, POSE_JOINTS] - joints[:, :1])
    length = np.linalg.norm(joints[:, 4] - joints[:, 1], axis=1) + np.linalg.norm(joints[:, 7] - joints[:, 4], axis=1)
    found: NDArray[np.float32] = (local / length[:, None, None]).reshape(len(joints), -1).astype(np.float32)
    return found


@dataclass
class Space:
    """An affine map from attributes to the embedding."""

    mean: dict[str, NDArray]
    scale: dict[str, NDArray]  # one number for each column
    rotation: NDArray  # (all, D)

    @staticmethod
    def fit(groups: dict[str, NDArray], size: int) -> Space:
        """From the attributes of many figures. Rare things are halfway lifted to the variance of common ones."""
        mean = {name: values.mean(0) for name, values in groups.items()}
        scale = {}
        for name, values in groups.items():
            variance = values.var(0)
            weight = (variance + 0.02 * variance.max() + 1e-9) ** -0.25
            scale[name] = weight * (SHARES[name] / ((variance * weight**2).sum() + 1e-9)) ** 0.5
        space = Space(mean, scale, np.zeros((0, 0)))
        _, _, directions = np.linalg.svd(space.centred(groups), full_matrices=False)
        space.rotation = directions[:size].T.astype(np.float32)
        return space

    def reweighed(self, groups: dict[str, NDArray]) -> Space:
        """The same directions with each group at its share of `SHARES`, by the variance of many figures' attributes."""
        scale = {}
        for name, values in groups.items():
            share = float((values.var(0) * self.scale[name] ** 2).sum())
            scale[name] = self.scale[name] * (SHARES[name] / share) ** 0.5
        return Space(self.mean, scale, self.rotation)

    def centred(self, groups: dict[str, NDArray]) -> NDArray:
        """(N, all) scaled columns; groups that are not given are at their means."""
        count = len(next(iter(groups.values())))
        return np.concatenate(
            [
                (groups[n] - self.mean[n]) * self.scale[n] if n in groups else np.zeros((count, len(self.mean[n])))
                for n in SHARES
            ],
            1,
        )

    def __call__(self, groups: dict[str, NDArray]) -> Tensor:
        """(N, D) embeddings of attributes."""
        return torch.from_numpy((self.centred(groups) @ self.rotation).astype(np.float32))

    def directions(self, name: str) -> NDArray:
        """(columns, D) where the scaled columns of one group lie in the embedding."""
        groups = list(SHARES)
        first = sum(len(self.mean[other]) for other in groups[: groups.index(name)])
        return self.rotation[first : first + len(self.mean[name])]

    def group(self, name: str, embedded: NDArray) -> NDArray:
        """(N, columns) what embeddings (N, D) say of one group, in its own units."""
        return embedded @ self.directions(name).T / self.scale[name] + self.mean[name]
