"""The rays of one picture, what they see, and how that becomes a picture again."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from engine.appearance.base import Nearest
from engine.appearance.field import AvatarField
from engine.render.camera import Camera

DILATION = 10 / 224
"""By how much of the picture's height the silhouette is widened (10 of 224 pixels): the release's 10."""


@dataclass(frozen=True)
class Rays:
    """The rays of one picture that can meet the avatar."""

    size: int
    """Side of the picture in pixels."""
    pixels: NDArray[np.int64]  # (R,) index into size * size
    origins: Tensor  # (R, 3)
    directions: Tensor  # (R, 3)
    depth: Tensor  # (R,) of the base surface, or of its nearest silhouette pixel
    hit: Tensor  # (R,) 1 where the base surface is met
    met: Nearest
    """Where on the base surface the rays with ``hit`` meet it."""

    def some(self, count: int, generator: torch.Generator) -> Rays:
        """``count`` of these rays at random, or all of them if there are fewer."""
        kept = torch.randperm(len(self.pixels), generator=generator)[:count]
        index = kept.numpy()
        place = np.cumsum(self.hit.cpu().numpy() > 0.5) - 1  # of each ray among those that hit
        among = place[index][(self.hit.cpu()[kept] > 0.5).numpy()]
        met = Nearest(self.met.distance[among], self.met.face[among], self.met.bary[among])
        kept = kept.to(self.depth.device)
        return Rays(
            self.size,
            self.pixels[index],
            self.origins[kept],
            self.directions[kept],
            self.depth[kept],
            self.hit[kept],
            met,
        )


@dataclass(frozen=True)
class Rendering:
    """What R rays see."""

    color: Tensor  # (R, 3) sRGB, without light: what CLIP guides
    base_color: Tensor  # (R, 3) the same of the reconstruction
    normal: Tensor  # (R, 3) outward; unit up to what the eikonal term leaves
    opacity: Tensor  # (R,)
    depth: Tensor  # (R,)
    eikonal: Tensor  # () mean squared difference of the distance's slope from one
    roughness: Tensor  # () of what was learned; see `engine.appearance.field.Sample`
    start_opacity: Tensor | None = None  # (R,) before guidance, by the same samples, where it is known
    start_color: Tensor | None = None  # (R, 3) before guidance where rays hit it; None: it is ``base_color``


def silhouette_rays(
    field: AvatarField, camera: Camera, dilation: float = DILATION, most: int | None = None, everywhere: bool = False
) -> Rays:
    """Rays inside the base surface's silhouette in a square picture.

    Args:
        field: the avatar.
        camera: the view; its size is the most the picture may have.
        dilation: by how much of the picture's height the silhouette is widened; at least by what may have grown.
        most: how many rays there may be; the picture gets smaller until that holds, as in the paper.
        everywhere: take every pixel's ray instead.
    """
    if field.reach:
        covered = 2 * np.linalg.norm(camera.eye - camera.target) * math.tan(math.radians(camera.fov_degrees / 2))
        dilation = max(dilation, field.reach / float(covered))
    while True:
        hits = field.base.whole.cast(camera)
        if hits.mask.any():
            distance, nearest = distance_transform_edt(~hits.mask, return_indices=True)
        else:
            distance, nearest = np.full(hits.mask.shape, np.inf), np.zeros((2, *hits.mask.shape), np.int64)
        chosen = np.flatnonzero((distance.ravel() <= dilation * camera.height) | everywhere)
        if most is None or len(chosen) <= most or camera.height <= 8:
            break
        side = max(8, min(camera.height - 1, math.floor(camera.height * math.sqrt(most / len(chosen)))))
        camera = replace(camera, width=side, height=side)
    origins, directions = camera.rays()
    device = field.device

    def tensor(values: NDArray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(device)

    depth = np.where(np.isfinite(hits.depth), hits.depth, 0)[nearest[0], nearest[1]].ravel()[chosen]
    hit = hits.mask.ravel()[chosen]
    face, bary = hits.face.ravel()[chosen][hit], hits.bary.reshape(-1, 3)[chosen][hit]
    met = Nearest(np.zeros(len(face), np.float32), face.astype(np.int64), bary)
    return Rays(
        camera.height, chosen, tensor(origins[chosen]), tensor(directions[chosen]), tensor(depth), tensor(hit), met
    )


def target_color(field: AvatarField, rays: Rays) -> Tensor:
    """The base surface's colours (M, 3) where the rays with ``hit`` meet it."""
    return torch.from_numpy(field.base.color(rays.met)).to(rays.depth)


def lambert(rendering: Rendering, light: Tensor, ambient: float) -> Tensor:
    """(R,) shading by one directional light (3,): ambient + (1 - ambient) * max(0, n . l)."""
    facing = (F.normalize(rendering.normal, dim=-1) * light).sum(-1).clamp_min(0)
    return ambient + (1 - ambient) * facing


def compose(rays: Rays, values: Tensor, opacity: Tensor, background: Tensor) -> Tensor:
    """Values (R, 3) over a background (3, H, W) -> (3, H, W)."""
    flat = background.flatten(1).T.clone()
    index = torch.from_numpy(rays.pixels).to(flat.device)
    over = opacity[:, None] * values + (1 - opacity[:, None]) * flat[index]
    return flat.index_put((index,), over).T.reshape(background.shape)
