"""Volume rendering of the avatar field: a fast path in a thin shell, and the plain reference it is tested against.

Opacity is NeuS's (Wang et al. 2021, eq. 13): alpha = clamp((S(f_i) - S(f_i+1)) / S(f_i), 0, 1) with S the logistic
function of slope inv_s, and f the signed distance at the ends of a section of the ray.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from engine.appearance.field import AvatarField, recolor
from engine.render.camera import Camera

SHELL = 0.035
"""Metres before and behind the base surface that the fast path samples."""
TAP = 0.006
"""Metres between the points of a finite difference."""


@dataclass(frozen=True)
class Rays:
    """The rays of one picture that can meet the avatar."""

    pixels: NDArray[np.int64]  # (R,) index into H * W
    origins: Tensor  # (R, 3)
    directions: Tensor  # (R, 3)
    depth: Tensor  # (R,) of the base surface, or of its nearest silhouette pixel
    hit: Tensor  # (R,) 1 where the base surface is met


@dataclass(frozen=True)
class Rendering:
    """What R rays see."""

    color: Tensor  # (R, 3) sRGB, without light
    base_color: Tensor  # (R, 3) the same before anything was learned
    normal: Tensor  # (R, 3) outward; unit up to what the eikonal term leaves
    opacity: Tensor  # (R,)
    depth: Tensor  # (R,)


def silhouette_rays(field: AvatarField, camera: Camera, dilation: float = 10 / 224) -> Rays:
    """Rays inside the base surface's silhouette, widened by ``dilation`` of the picture's height (10 of 224 pixels)."""
    hits = field.base.whole.cast(camera)
    if hits.mask.any():
        distance, nearest = distance_transform_edt(~hits.mask, return_indices=True)
    else:
        distance, nearest = np.full(hits.mask.shape, np.inf), np.zeros((2, *hits.mask.shape), np.int64)
    chosen = np.flatnonzero(distance.ravel() <= dilation * camera.height)
    origins, directions = camera.rays()
    device = field.device

    def tensor(values: NDArray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(device)

    depth = hits.depth[nearest[0], nearest[1]].ravel()[chosen]
    hit = hits.mask.ravel()[chosen]
    return Rays(chosen, tensor(origins[chosen]), tensor(directions[chosen]), tensor(depth), tensor(hit))


def section_weights(sdf: Tensor, inv_s: Tensor) -> Tensor:
    """NeuS's weights (R, S - 1) of the sections between samples with signed distances (R, S)."""
    inside = torch.sigmoid(sdf * inv_s)
    alpha = ((inside[:, :-1] - inside[:, 1:]) / (inside[:, :-1] + 1e-6)).clamp(0, 1)
    passed = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-7], 1), 1)[:, :-1]
    weights: Tensor = alpha * passed
    return weights


def render_shell(field: AvatarField, rays: Rays, samples: int, generator: torch.Generator | None = None) -> Rendering:
    """The fast path: ``samples`` in a shell round the known surface, colour and normal once per ray.

    Colour and normal are taken at the expected depth instead of at every sample, which is the same where the surface is
    sharp, and an order of magnitude cheaper. ``generator`` jitters the samples; None places them evenly.
    """
    count = len(rays.depth)
    steps = torch.linspace(-1, 1, samples, device=rays.depth.device)
    if generator is not None:
        steps = (
            steps + torch.rand(count, samples, generator=generator).to(steps) * (2 / (samples - 1)) - 1 / (samples - 1)
        )
    t = rays.depth[:, None] + SHELL * steps.expand(count, samples)  # (R, S)
    points = rays.origins[:, None] + t[..., None] * rays.directions[:, None]  # (R, S, 3)
    sdf = field.sdf(points.reshape(-1, 3)).reshape(count, samples)
    weights = section_weights(sdf, field.inv_s)  # (R, S - 1)
    opacity = weights.sum(1)
    middle = (t[:, :-1] + t[:, 1:]) / 2
    depth = torch.where(opacity > 1e-3, (weights * middle).sum(1) / opacity.clamp_min(1e-3), rays.depth)
    return _shade_point(field, rays, depth, opacity)


def _shade_point(field: AvatarField, rays: Rays, depth: Tensor, opacity: Tensor) -> Rendering:
    """Colour and normal at one depth per ray."""
    points = rays.origins + depth[:, None] * rays.directions
    nearest = field.nearest(points)
    base_color = torch.from_numpy(field.base.color(nearest)).to(points)
    base_normal = F.normalize(torch.from_numpy(field.base.interpolate(nearest, field.base.normals)).to(points), dim=-1)
    place = points.detach()
    taps = torch.cat([place, *(place + TAP * axis for axis in torch.eye(3, device=place.device))])
    offset, change = field.change(taps)
    here, along = offset[: len(place)], offset[len(place) :].reshape(3, -1)
    normal = base_normal + ((along - here) / TAP).T
    return Rendering(recolor(base_color, change[: len(place)]), base_color, normal, opacity, depth)


@torch.no_grad()
def render_reference(
    field: AvatarField,
    origins: Tensor,
    directions: Tensor,
    near: float,
    far: float,
    uniform: int = 32,
    importance: int = 32,
    rounds: int = 4,
) -> Rendering:
    """NeuS as published: uniform samples, then importance samples in rounds of doubling sharpness 64 * 2^i.

    Slow and plain; colour at every sample. ``near`` and ``far`` bound the rays (R, 3) in metres.
    """  # fmt: skip
    count = len(origins)
    t = torch.linspace(near, far, uniform, device=origins.device).expand(count, uniform)

    def distances(at: Tensor) -> Tensor:
        points = origins[:, None] + at[..., None] * directions[:, None]
        return field.sdf(points.reshape(-1, 3)).reshape(at.shape)

    sdf = distances(t)
    for i in range(rounds):
        weights = section_weights(sdf, torch.tensor(64.0 * 2**i)) + 1e-5
        cumulative = torch.cat([torch.zeros(count, 1), (weights / weights.sum(1, keepdim=True)).cumsum(1)], 1)
        wanted = torch.linspace(0.5, importance // rounds - 0.5, importance // rounds) / (importance // rounds)
        wanted = wanted.expand(count, -1).contiguous()
        right = torch.searchsorted(cumulative, wanted, right=True).clamp(1, t.shape[1] - 1)
        low, high = cumulative.gather(1, right - 1), cumulative.gather(1, right)
        part = (wanted - low) / (high - low).clamp_min(1e-6)
        more = t.gather(1, right - 1) * (1 - part) + t.gather(1, right) * part
        t, order = torch.cat([t, more], 1).sort(1)
        sdf = torch.cat([sdf, distances(more)], 1).gather(1, order)
    weights = section_weights(sdf, field.inv_s)
    middle = (t[:, :-1] + t[:, 1:]) / 2
    points = (origins[:, None] + middle[..., None] * directions[:, None]).reshape(-1, 3)
    color = field.color(points).reshape(count, -1, 3)
    opacity = weights.sum(1)
    normalised = weights / opacity.clamp_min(1e-6)[:, None]
    depth = (normalised * middle).sum(1)
    seen = (normalised[..., None] * color).sum(1)
    place = origins + depth[:, None] * directions
    axes = TAP * torch.eye(3, device=place.device)
    normal = torch.stack([(field.sdf(place + a) - field.sdf(place - a)) / (2 * TAP) for a in axes], -1)
    return Rendering(seen, seen, normal, opacity, depth)


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
