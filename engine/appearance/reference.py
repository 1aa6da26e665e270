"""NeuS's renderer as published (Wang et al. 2021), for training the paper's networks and as the fast path's oracle.

Samples go through the whole sphere that holds the avatar: evenly spaced ones, then importance samples in rounds, each
placed with twice the sharpness of the one before. Distance is asked for at every one; its derivative and both colours,
which cost far more, only where a picture can tell, and at a few others for the eikonal term.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.appearance.field import AvatarField
from engine.appearance.rays import Rays, Rendering

FIRST_SHARPNESS = 64.0
"""inv_s of the first round of importance sampling, in the unit sphere; it doubles with each round, as NeuS's."""
LEAST_SHARE = 1e-4
"""Part of a ray's light that a sample or a neighbour must give at least to be asked for more than its distance; with
ten times as much, gradients of sharp surfaces are off by a fifth. Set by hand."""
PROBES = 8
"""One of so many of the other samples is asked too, and counts for all of them in the eikonal term. Set by hand."""


@dataclass(frozen=True)
class Sampling:
    """How many samples a ray gets."""

    uniform: int = 32
    importance: int = 32
    rounds: int = 4


def render_reference(
    field: AvatarField, rays: Rays, sampling: Sampling | None = None, generator: torch.Generator | None = None
) -> Rendering:
    """What the rays see; differentiable in the field. ``generator`` shifts each ray's even samples; None does not."""
    sampling = sampling or Sampling()
    center = torch.from_numpy(field.center).to(rays.origins)
    with torch.no_grad():
        t, sdf = place(field, rays, sampling, generator)  # (R, S)
        step = torch.diff(t, append=t[:, -1:] + 2 * field.radius / sampling.uniform)  # (R, S)
        middle = t + step / 2
        points = rays.origins[:, None] + middle[..., None] * rays.directions[:, None]  # (R, S, 3)
        inside = (points - center).norm(dim=-1) < field.radius
        shows = inside & counts(sdf, t, float(field.inv_s))
        probed = probes(t.shape, generator).to(shows.device) & ((points - center).norm(dim=-1) < 1.2 * field.radius)
        asked = shows | probed
        row, column = asked.nonzero(as_tuple=True)
    seen = field.evaluate(points[row, column])
    found = section_alpha(
        seen.sdf[:, None], seen.gradient[:, None], rays.directions[row], step[row, column][:, None], field.inv_s
    )
    alpha = torch.zeros_like(t).index_put((row, column), found[:, 0] * inside[row, column])
    weights = alpha * passed(alpha)
    opacity = weights.sum(1)
    share = weights / opacity.clamp_min(1e-6)[:, None]

    def mean(values: Tensor) -> Tensor:
        return torch.zeros(len(t), 3, device=t.device).index_add(0, row, share[row, column][:, None] * values)

    slope = (seen.gradient.norm(dim=-1) - 1).square()
    worth = torch.where(shows[row, column], 1.0, float(PROBES))  # each probe stands for those that were not asked
    return Rendering(
        mean(seen.color),
        mean(seen.base_color),
        mean(seen.gradient),
        opacity,
        (share * middle).sum(1),
        (slope * worth).sum() / worth.sum().clamp_min(1),
        seen.roughness,
    )


def counts(sdf: Tensor, t: Tensor, inv_s: float) -> Tensor:
    """(R, S) whether samples with distances (R, S) at depths (R, S), or their neighbours, can give light to their rays.

    Between two samples a distance falls no lower than its slope of one lets it.
    """
    step = torch.diff(t)
    begin = torch.sigmoid(sdf[:, :-1] * inv_s)
    end = torch.sigmoid((sdf[:, :-1] + sdf[:, 1:] - step) / 2 * inv_s)
    most = ((begin - end) / (begin + 1e-5)).clamp_min(0) * passed(coarse_alpha(sdf, t, inv_s))
    most = torch.cat([most, most[:, -1:]], 1)
    found: Tensor = F.max_pool1d(most[:, None], 3, 1, 1)[:, 0] > LEAST_SHARE
    return found


def probes(shape: Sequence[int], generator: torch.Generator | None) -> Tensor:
    """(R, S) one of `PROBES` samples, at random or evenly."""
    if generator is None:
        return (torch.arange(math.prod(shape)) % PROBES == 0).reshape(*shape)
    return torch.rand(*shape, generator=generator) < 1 / PROBES


def place(
    field: AvatarField, rays: Rays, sampling: Sampling, generator: torch.Generator | None
) -> tuple[Tensor, Tensor]:
    """(R, uniform + importance) increasing depths in metres, and the distances there."""
    offset = rays.origins - torch.from_numpy(field.center).to(rays.origins)
    closest = -(offset * rays.directions).sum(1, keepdim=True)  # the ray's middle in the sphere
    even = torch.linspace(-1, 1, sampling.uniform, device=closest.device)
    t = closest + field.radius * even  # (R, uniform)
    if generator is not None:
        jitter = torch.rand(len(t), 1, generator=generator).to(t) - 0.5
        t = t + jitter * 2 * field.radius / sampling.uniform

    def distances(at: Tensor) -> Tensor:
        points = rays.origins[:, None] + at[..., None] * rays.directions[:, None]
        return field.sdf(points.reshape(-1, 3)).reshape(at.shape)

    sdf = distances(t)
    for index in range(sampling.rounds):
        alpha = coarse_alpha(sdf, t, FIRST_SHARPNESS * 2**index / field.radius)
        more = inverse_cdf(t, alpha * passed(alpha), sampling.importance // sampling.rounds)
        t, order = torch.cat([t, more], 1).sort(1)
        sdf = torch.cat([sdf, distances(more)], 1).gather(1, order)
    return t, sdf


def section_alpha(sdf: Tensor, gradient: Tensor, directions: Tensor, step: Tensor, inv_s: Tensor) -> Tensor:
    """(R, S) opacity of sections of length ``step`` round samples with distance (R, S) and gradient (R, S, 3).

    The distance at a section's ends is continued along the ray's cosine; rays that leave the surface count as parallel
    to it (NeuS, eq. 13 and its code-free description in the supplement).
    """
    cosine = -torch.relu(-(gradient * directions[:, None]).sum(-1))
    begin = torch.sigmoid((sdf - cosine * step / 2) * inv_s)
    end = torch.sigmoid((sdf + cosine * step / 2) * inv_s)
    return ((begin - end + 1e-5) / (begin + 1e-5)).clamp(0, 1)


def coarse_alpha(sdf: Tensor, t: Tensor, inv_s: float) -> Tensor:
    """(R, S - 1) the same between samples, the slope taken as the lesser of a section's and the one before it."""
    step = torch.diff(t)
    slope = torch.diff(sdf) / (step + 1e-5)
    before = torch.cat([torch.zeros_like(slope[:, :1]), slope[:, :-1]], 1)
    slope = torch.minimum(slope, before).clamp(-1e3, 0)
    middle = (sdf[:, 1:] + sdf[:, :-1]) / 2
    begin = torch.sigmoid((middle - slope * step / 2) * inv_s)
    end = torch.sigmoid((middle + slope * step / 2) * inv_s)
    return ((begin - end + 1e-5) / (begin + 1e-5)).clamp(0, 1)


def passed(alpha: Tensor) -> Tensor:
    """(R, S) the light that reaches each section of opacity (R, S)."""
    through = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-7], 1), 1)
    result: Tensor = through[:, :-1]
    return result


def inverse_cdf(t: Tensor, weights: Tensor, count: int) -> Tensor:
    """(R, count) depths evenly spaced in the distribution that has ``weights`` (R, S - 1) between depths (R, S)."""
    weights = weights + 1e-5
    cumulative = (weights / weights.sum(1, keepdim=True)).cumsum(1)
    cumulative = torch.cat([torch.zeros_like(cumulative[:, :1]), cumulative], 1)
    wanted = ((torch.arange(count, device=t.device) + 0.5) / count).expand(len(t), -1).contiguous()
    right = torch.searchsorted(cumulative, wanted, right=True).clamp(1, t.shape[1] - 1)
    low, high = cumulative.gather(1, right - 1), cumulative.gather(1, right)
    part = (wanted - low) / (high - low).clamp_min(1e-6)
    return t.gather(1, right - 1) * (1 - part) + t.gather(1, right) * part
