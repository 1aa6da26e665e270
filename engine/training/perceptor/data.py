"""Batches for the perceptor: stored figures lit, placed before a background and disturbed anew each time.

Its numbers are set by hand.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.motion.skeleton import MIRROR
from engine.wardrobe.attribute_space import POSE_JOINTS, Space, attributes
from engine.wardrobe.outfit import Look


@dataclass
class Batch:
    """One batch of B image-caption pairs."""

    images: Tensor  # (B, 3, S, S)
    albedo: Tensor  # (B, 3, S, S)
    part: Tensor  # (B, M, M) 0 for background, else 1 + index into `parts.PARTS`
    region: Tensor  # (B, M, M) 0 for background, else 1 + index of a probe
    captions: list[str]
    negatives: list[list[str]]  # each caption with something swapped, in several ways
    target: Tensor  # (B, D) the figures' attributes in the space
    shape: np.ndarray  # (B, 5)
    looks: list[Look]
    kinds: list[str]
    views: list[str]
    grey: Tensor  # (B,) whether the picture shows form alone


GREY = 0.08
"""Share of pictures without colours, as the textureless guidance and the choice of a body show them."""


class Figures:
    """All shards of a folder with their places in a space; `refresh` takes in those that have come since."""

    def __init__(self, folder: Path, space: Space, limit: int) -> None:
        self.folder, self.space, self.limit = folder, space, limit
        self.shards: dict[str, dict] = {}

    def refresh(self) -> None:
        """Load new shards, oldest names first, up to the limit."""
        for path in sorted(self.folder.glob("*.pkl")):
            if path.name not in self.shards and len(self.shards) < self.limit:
                shard = pickle.loads(path.read_bytes())
                shard["target"], shard["mirrored"] = (
                    self.space(attributes(shard["look"], shard["shape"], pose))
                    for pose in (shard["pose"], mirrored(shard["pose"]))
                )
                self.shards[path.name] = shard

    def batch(self, count: int, generator: torch.Generator, plain: bool = False) -> Batch:
        """A random batch; ``plain`` ones (for evaluation) are whole figures lit from the front before white."""
        rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
        shards = list(self.shards.values())
        chosen = [
            (shards[rng.integers(len(shards))], int(rng.integers(500)), 0 if plain else int(rng.integers(3)))
            for _ in range(count)
        ]

        def stack(name: str) -> Tensor:
            return torch.from_numpy(np.stack([shard[name][i, v] for shard, i, v in chosen]))

        albedo = stack("albedo").permute(0, 3, 1, 2).float() / 255
        normal = stack("normal").permute(0, 3, 1, 2).float() / 127
        mask = stack("mask").unsqueeze(1).float() / 255
        part, region = stack("part").long(), stack("region").long()
        grey = torch.rand(count, 1, 1, 1, generator=generator) < (0.0 if plain else GREY)
        flip = torch.zeros(count, dtype=torch.bool)
        if plain:
            images = plain_pictures(albedo, normal, mask)
        else:
            flip = torch.rand(count, generator=generator) < 0.5
            images, albedo, part, region = pictures(albedo, normal, mask, part, region, grey, flip, generator)
        return Batch(
            images,
            albedo,
            part,
            region,
            [s["caption"][i] for s, i, _ in chosen],
            [s["negatives"][i] for s, i, _ in chosen],
            torch.stack([s["mirrored" if turned else "target"][i] for (s, i, _), turned in zip(chosen, flip)]),
            np.stack([s["shape"][i] for s, i, _ in chosen]),
            [s["look"][i] for s, i, _ in chosen],
            [s["kind"][i] for s, i, _ in chosen],
            [s["views"][i][v] for s, i, v in chosen],
            grey.flatten(),
        )


def mirrored(pose: NDArray) -> NDArray:
    """(N, POSE_SIZE) what `pose_attributes` says of the mirrored poses: sides change places."""
    sides = [POSE_JOINTS.index(MIRROR[joint]) for joint in POSE_JOINTS]
    places = pose.reshape(len(pose), -1, 3)[:, sides] * np.array([-1, 1, 1], pose.dtype)
    found: NDArray = places.reshape(len(pose), -1)
    return found


def full_normal(normal: Tensor) -> Tensor:
    """(B, 3, S, S) unit normals in the camera's frame from their first two parts."""
    depth = (1 - normal.square().sum(1, keepdim=True)).clamp_min(0).sqrt()
    return torch.cat([normal, depth], 1)


def plain_pictures(albedo: Tensor, normal: Tensor, mask: Tensor) -> Tensor:
    """Soft frontal light before white."""
    light = F.normalize(torch.tensor([0.2, 0.4, 1.0]), dim=0)
    shading = 0.4 + 0.6 * (full_normal(normal) * light[:, None, None]).sum(1, keepdim=True).clamp_min(0)
    return albedo * shading * mask + (1 - mask)


def pictures(
    albedo: Tensor,
    normal: Tensor,
    mask: Tensor,
    part: Tensor,
    region: Tensor,
    grey: Tensor,
    flip: Tensor,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Random light, background, texture disturbance, shift and noise.

    Form alone where ``grey`` (B, 1, 1, 1), mirrored where ``flip`` (B,).

    Returns:
        Pictures (B, 3, S, S) in 0..1, and albedo and maps moved along with them.
    """
    count, _, size, _ = albedo.shape

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)

    def gauss(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    # off-manifold texture: what a half-painted surface looks like, smooth and in colour, or speckled
    texture = F.interpolate(gauss(count, 3, 8, 8), (size, size), mode="bilinear", align_corners=False)
    speckle = gauss(count, 3, size, size) * uniform(0, 0.25) * (uniform(0, 1) < 0.2)
    albedo = albedo * uniform(0.88, 1.1)
    painted = albedo * (1 + uniform(0, 0.18) * (uniform(0, 1) < 0.35) * texture) + speckle
    painted = torch.where(grey, torch.full_like(albedo, 0.75), painted)
    direction = F.normalize(
        torch.cat([gauss(count, 1) * 0.6, 0.3 + gauss(count, 1) * 0.5, torch.ones(count, 1)], 1), dim=1
    )
    ambient = uniform(0.15, 0.7)
    lambert = (full_normal(normal) * direction[:, :, None, None]).sum(1, keepdim=True).clamp_min(0)
    shading = torch.where((uniform(0, 1) < 0.15) & ~grey, torch.ones_like(lambert), ambient + (1 - ambient) * lambert)
    picture = painted * shading * mask + backgrounds(count, size, generator) * (1 - mask)
    step = size // part.shape[-1]
    shift = torch.randint(-1, 2, (2,), generator=generator) * step

    def moved(values: Tensor, scale: int) -> Tensor:
        values = torch.roll(values, (shift // scale).tolist(), (-2, -1))
        return torch.where(flip.reshape(-1, *[1] * (values.dim() - 1)), values.flip(-1), values)

    picture = moved(picture, 1)
    soft = F.avg_pool2d(F.pad(picture, (1, 1, 1, 1), mode="replicate"), 3, 1)
    picture = torch.where(uniform(0, 1) < 0.2, soft, picture)
    picture = picture + gauss(*picture.shape) * uniform(0, 0.06) * (uniform(0, 1) < 0.3)
    albedo = torch.where(grey, torch.full_like(albedo, 0.75), albedo)
    return picture.clamp(0, 1), moved(albedo, 1), moved(part, step), moved(region, step)


def backgrounds(count: int, size: int, generator: torch.Generator) -> Tensor:
    """White, black, grey noise and blurred chessboards (AvatarCLIP, section 3.3), and plain greys."""
    kind = torch.randint(0, 10, (count,), generator=generator)
    out = torch.ones(count, 3, size, size)
    for i in range(count):
        if kind[i] == 1:
            out[i] = 0.0
        elif kind[i] == 2:
            out[i] = 0.5 + 0.2 * torch.randn(1, size, size, generator=generator)
        elif kind[i] == 3:
            square = int(torch.randint(size // 20, size // 10 + 1, (1,), generator=generator))
            line = (torch.arange(size) // square) % 2
            board = 0.2 + 0.6 * (line[:, None] ^ line[None]).float()
            out[i] = F.avg_pool2d(board[None, None], 3, 1, 1)[0]
        elif kind[i] == 4:
            out[i] = torch.rand(1, generator=generator)
    return out.clamp(0, 1)
