"""The fast renderer: a few samples in a thin shell round the known surface, colour and normal once per ray.

Opacity is NeuS's (Wang et al. 2021, eq. 13): alpha = clamp((S(f_i) - S(f_i+1)) / S(f_i), 0, 1) with S the logistic
function of slope inv_s, and f the signed distance at the ends of a section of the ray.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.appearance.field import AvatarField
from engine.appearance.rays import Rays, Rendering

SHELL = 0.035
"""Metres before and behind the base surface that are sampled."""
OUTSIDE = 1.0
"""Signed distance in metres where rays come from."""


def section_weights(sdf: Tensor, inv_s: Tensor) -> Tensor:
    """NeuS's weights (R, S - 1) of the sections between samples with signed distances (R, S)."""
    inside = torch.sigmoid(sdf * inv_s)
    alpha = ((inside[:, :-1] - inside[:, 1:]) / (inside[:, :-1] + 1e-6)).clamp(0, 1)
    passed = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-7], 1), 1)[:, :-1]
    weights: Tensor = alpha * passed
    return weights


def shell_weights(sdf: Tensor, inv_s: Tensor) -> Tensor:
    """The same (R, S) for rays that come from outside: what grew may fill a grazed shell from its very start."""
    return section_weights(torch.cat([torch.full_like(sdf[:, :1], OUTSIDE), sdf], 1), inv_s)


def render_shell(field: AvatarField, rays: Rays, samples: int, generator: torch.Generator | None = None) -> Rendering:
    """What the rays see; differentiable in the field.

    Colour and normal are taken at the expected depth instead of at every sample, which is the same where the surface is
    sharp, and an order of magnitude cheaper. ``generator`` jitters the samples; None places them evenly.
    """
    count = len(rays.depth)
    steps = torch.linspace(-1, 1, samples, device=rays.depth.device)
    if generator is not None:
        jitter = torch.rand(count, samples, generator=generator).to(steps)
        steps = steps + (2 * jitter - 1) / (samples - 1)
    middle = rays.depth.clone()
    missed = rays.hit < 0.5
    middle[missed] = field.approach(rays.origins[missed], rays.directions[missed], rays.depth[missed])
    t = middle[:, None] + SHELL * steps.expand(count, samples)  # (R, S)
    points = rays.origins[:, None] + t[..., None] * rays.directions[:, None]  # (R, S, 3)
    sdf, start = field.ray_sdf(points.reshape(-1, 3))
    weights = shell_weights(sdf.reshape(count, samples), field.inv_s)
    if start is not None:
        start = shell_weights(start.reshape(count, samples), field.inv_s.detach()).sum(1)
    opacity = weights.sum(1)
    ends = torch.cat([t[:, :1], t], 1)
    mean = (weights * (ends[:, :-1] + ends[:, 1:]) / 2).sum(1) / opacity.clamp_min(1e-3)
    depth = torch.where(opacity > 1e-3, mean, middle)
    seen = field.evaluate_near(rays.origins + depth[:, None] * rays.directions)
    eikonal = (seen.gradient.norm(dim=-1) - 1).square().mean()
    return Rendering(seen.color, seen.base_color, seen.gradient, opacity, depth, eikonal, seen.roughness, start)
