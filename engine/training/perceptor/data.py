"""Batches for the perceptor: stored figures lit, placed before a background and disturbed anew each time."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.wardrobe.truths import truths

SIZE = 64
"""Side of the perceptor's pictures."""


@dataclass
class Batch:
    """One batch of B image-caption pairs."""

    images: Tensor  # (B, 3, S, S)
    captions: list[str]
    negatives: list[str]  # each caption with something swapped
    truths: dict[str, np.ndarray]  # what is to be seen, see `space`
    kinds: list[str]


class Figures:
    """All shards of a folder; `refresh` takes in those that have come since."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self.shards: dict[str, dict] = {}

    def refresh(self) -> None:
        """Load new shards, oldest names first, up to the limit."""
        for path in sorted(self.folder.glob("*.pkl")):
            if path.name not in self.shards and len(self.shards) < self.limit:
                self.shards[path.name] = shrunk(pickle.loads(path.read_bytes()))

    def batch(self, count: int, generator: torch.Generator, plain: bool = False) -> Batch:
        """A random batch; ``plain`` ones (for evaluation) are lit from the front before white."""
        seed = int(torch.randint(2**31, (1,), generator=generator))
        rng = np.random.default_rng(seed)
        shards = list(self.shards.values())
        chosen = [
            (shards[rng.integers(len(shards))], int(rng.integers(500)), int(rng.integers(3))) for _ in range(count)
        ]
        albedo = torch.from_numpy(np.stack([s["albedo"][i, v] for s, i, v in chosen])).permute(0, 3, 1, 2).float() / 255
        normal = torch.from_numpy(np.stack([s["normal"][i, v] for s, i, v in chosen])).permute(0, 3, 1, 2).float() / 127
        mask = torch.from_numpy(np.stack([s["mask"][i, v] for s, i, v in chosen])).unsqueeze(1).float() / 255
        images = plain_pictures(albedo, normal, mask) if plain else pictures(albedo, normal, mask, generator)
        probes, shape = (np.stack([s[name][i] for s, i, _ in chosen]) for name in ("probes", "shape"))
        return Batch(
            images,
            [s["caption"][i] for s, i, _ in chosen],
            [s["negatives"][i][int(rng.integers(len(s["negatives"][i])))] for s, i, _ in chosen],
            truths(probes, shape, [s["look"][i] for s, i, _ in chosen]),
            [s["kind"][i] for s, i, _ in chosen],
        )  # fmt: skip


def shrunk(shard: dict) -> dict:
    """A shard's pictures at the perceptor's size: colours and normals are means over what the mask holds."""
    for first in range(0, len(shard["mask"]), 100):
        part = slice(first, first + 100)
        mask = torch.from_numpy(shard["mask"][part]).float().unsqueeze(2)  # (n, VIEWS, 1, S, S)
        shape = mask.shape[:2]

        def small(values: Tensor, shape: torch.Size = shape) -> Tensor:
            flat = F.interpolate(values.flatten(0, 1), (SIZE, SIZE), mode="bilinear", antialias=True)
            return flat.unflatten(0, shape)

        cover = small(mask)
        for name, kind in (("albedo", np.uint8), ("normal", np.int8)):
            values = torch.from_numpy(shard[name][part]).float().permute(0, 1, 4, 2, 3) * mask
            mean = (small(values) / cover.clamp_min(1e-3)).permute(0, 1, 3, 4, 2)
            shard.setdefault("small " + name, []).append(mean.round().clamp(-127, 255).numpy().astype(kind))
        shard.setdefault("small mask", []).append((cover[:, :, 0] * 255).round().clamp(0, 255).byte().numpy())
    for name in ("albedo", "normal", "mask"):
        shard[name] = np.concatenate(shard.pop("small " + name))
    return shard


def full_normal(normal: Tensor) -> Tensor:
    """(B, 3, S, S) unit normals in the camera's frame from their first two parts."""
    depth = (1 - normal.square().sum(1, keepdim=True)).clamp_min(0).sqrt()
    return torch.cat([normal, depth], 1)


def plain_pictures(albedo: Tensor, normal: Tensor, mask: Tensor) -> Tensor:
    """Soft frontal light before white."""
    light = F.normalize(torch.tensor([0.2, 0.4, 1.0]), dim=0)
    shading = 0.4 + 0.6 * (full_normal(normal) * light[:, None, None]).sum(1, keepdim=True).clamp_min(0)
    return albedo * shading * mask + (1 - mask)


def pictures(albedo: Tensor, normal: Tensor, mask: Tensor, generator: torch.Generator) -> Tensor:
    """Random light, background, texture disturbance, shift, mirror and noise: (B, 3, S, S) in 0..1."""
    count, _, size, _ = albedo.shape

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)

    def gauss(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    # colour shared by all three channels; a grey body shows geometry alone, as the textureless guidance does
    texture = F.interpolate(gauss(count, 3, 8, 8), (size, size), mode="bilinear", align_corners=False)
    albedo = albedo * (1 + 0.07 * (uniform(0, 1) < 0.25) * texture) * uniform(0.85, 1.12)
    grey = uniform(0, 1) < 0.08
    albedo = torch.where(grey, torch.full_like(albedo, 0.75), albedo)
    direction = F.normalize(
        torch.cat([gauss(count, 1) * 0.6, 0.3 + gauss(count, 1) * 0.5, torch.ones(count, 1)], 1), dim=1
    )
    ambient = uniform(0.15, 0.7)
    lambert = (full_normal(normal) * direction[:, :, None, None]).sum(1, keepdim=True).clamp_min(0)
    shading = torch.where((uniform(0, 1) < 0.15) & ~grey, torch.ones_like(lambert), ambient + (1 - ambient) * lambert)
    picture = albedo * shading * mask + backgrounds(count, size, generator) * (1 - mask)
    shift = torch.randint(-3, 4, (2,), generator=generator).tolist()
    picture = torch.roll(picture, shift, (2, 3))
    picture = torch.where(uniform(0, 1) < 0.5, picture.flip(3), picture)
    soft = F.avg_pool2d(F.pad(picture, (1, 1, 1, 1), mode="replicate"), 3, 1)
    picture = torch.where(uniform(0, 1) < 0.2, soft, picture)
    picture = picture + gauss(*picture.shape) * uniform(0, 0.05) * (uniform(0, 1) < 0.3)
    return picture.clamp(0, 1)


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
