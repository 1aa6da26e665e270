"""The fast renderer: a few samples in a thin shell round the known surface, colour and normal once per ray.

Opacity is NeuS's (Wang et al. 2021, eq. 13): alpha = clamp((S(f_i) - S(f_i+1)) / S(f_i), 0, 1) with S the logistic
function of slope inv_s, and f the signed distance at the ends of a section of the ray.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from engine.appearance.base import Nearest
from engine.appearance.field import AvatarField
from engine.appearance.rays import Rays, Rendering

SHELL = 0.035
"""Metres before and behind the surface that are sampled. Set by hand."""
FAINT = 5.0
"""Widths of the opacity's rise beyond which nothing is seen of a surface. Set by hand."""
SOFT = 3.0
"""Widths of the opacity's rise that the shell reaches to both sides, where forms may grow: all that is half seen is
pulled, not only what happens to come first. Chosen by ``benchmarks/README.md``."""
STRIDE = 0.018
"""Metres between the places of a ray where a surface that may be anywhere is looked for: cloth that has grown is
hollow, and longer strides step over it. Chosen by ``benchmarks/README.md``."""
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
    """Weights (R, S) of samples on rays that come from outside: what grew may fill a grazed shell from its start."""
    return section_weights(torch.cat([torch.full_like(sdf[:, :1], OUTSIDE), sdf], 1), inv_s)


def render_shell(field: AvatarField, rays: Rays, samples: int, generator: torch.Generator | None = None) -> Rendering:
    """What the rays see; differentiable in the field.

    Colour and normal are taken at the expected depth instead of at every sample, which is the same where the surface is
    sharp, and an order of magnitude cheaper. ``generator`` jitters the samples; None places them evenly.

    Where forms may grow, the shell lies round the field's surface of now instead of the known one, and rays that pass
    far from it see nothing.
    """
    middle = rays.depth.clone()
    missed = rays.hit < 0.5
    middle[missed] = field.approach(rays.origins[missed], rays.directions[missed], rays.depth[missed])
    if field.base.layers is not None:
        return _in_shell(field, rays.origins, rays.directions, middle, samples, generator, (~missed, rays.met))
    if not field.reach:
        return _in_shell(field, rays.origins, rays.directions, middle, samples, generator)
    middle, near = find_surface(field, rays.origins, rays.directions, middle)
    seen = _in_shell(field, rays.origins[near], rays.directions[near], middle[near], samples, generator)

    def spread(values: Tensor) -> Tensor:
        """(R, ...) of the near rays' values; zero for the others."""
        return values.new_zeros((len(middle), *values.shape[1:])).index_put((near,), values)

    shown = {name: spread(getattr(seen, name)) for name in ("color", "base_color", "normal", "opacity", "depth")}
    return replace(seen, **shown, start_opacity=None)


@torch.no_grad()
def find_surface(field: AvatarField, origins: Tensor, directions: Tensor, middle: Tensor) -> tuple[Tensor, Tensor]:
    """Depths (R,) where rays first meet the field's surface or are nearest to it, and which rays (N,) come near it.

    ``middle`` (R,) is where they meet the known surface, from which the field's is at most ``reach`` away.
    """
    far = field.reach + SHELL
    steps = torch.linspace(-far, far, math.ceil(2 * far / STRIDE) + 1, device=middle.device)
    t = middle[:, None] + steps  # (R, K)
    points = origins[:, None] + t[..., None] * directions[:, None]
    sdf = field.ray_sdf(points.reshape(-1, 3))[0].reshape(t.shape)
    inside = sdf < 0
    met = inside.any(1)
    index = torch.where(met, inside.float().argmax(1), sdf.argmin(1))[:, None]
    value, before = sdf.gather(1, index), sdf.gather(1, (index - 1).clamp_min(0))
    back = torch.where(met[:, None] & (index > 0), value / (value - before).clamp_max(-1e-6), 0.0)
    depth = (t.gather(1, index) - back * (steps[1] - steps[0]))[:, 0]
    near = met | (value[:, 0] < (FAINT / field.inv_s).clamp_min(SHELL))
    near[0] = True  # a picture without any surface is still one
    return depth, near.nonzero()[:, 0]


def _in_shell(
    field: AvatarField,
    origins: Tensor,
    directions: Tensor,
    middle: Tensor,
    samples: int,
    generator: torch.Generator | None,
    met: tuple[Tensor, Nearest] | None = None,
) -> Rendering:
    """What rays (R) see in a shell round depths (R,).

    ``met`` tells which rays (R,) hit layers, and where. Layers lie within millimetres of each other, less than samples
    are apart, and hair is a crowd of thin strips that are seen from both sides: which layer a ray sees, and that it
    sees one, says the hit; samples say what guidance changed about that.
    """
    count = len(middle)
    steps = torch.linspace(-1, 1, samples, device=middle.device)
    if generator is not None:
        jitter = torch.rand(count, samples, generator=generator).to(steps)
        steps = steps + (2 * jitter - 1) / (samples - 1)
    thick = (SOFT / field.inv_s.detach()).clamp_min(SHELL) if field.reach else SHELL
    t = middle[:, None] + thick * steps.expand(count, samples)  # (R, S)
    points = origins[:, None] + t[..., None] * directions[:, None]  # (R, S, 3)
    sdf, start = field.ray_sdf(points.reshape(-1, 3))
    weights = shell_weights(sdf.reshape(count, samples), field.inv_s)
    if start is not None:
        start = shell_weights(start.reshape(count, samples), field.inv_s.detach()).sum(1)
    opacity = weights.sum(1)
    ends = torch.cat([t[:, :1], t], 1)
    mean = (weights * (ends[:, :-1] + ends[:, 1:]) / 2).sum(1) / opacity.clamp_min(1e-3)
    depth = torch.where(opacity > 1e-3, mean, middle)
    if met is not None:
        depth = torch.where(met[0], middle, depth)
        if start is not None:
            lacking = met[0] * (1 - start).clamp_min(0)
            opacity, start = (opacity + lacking).clamp_max(1), start + lacking
    seen = field.evaluate_near(origins + depth[:, None] * directions, met)
    eikonal = (seen.gradient.norm(dim=-1) - 1).square().mean()
    return Rendering(seen.color, seen.base_color, seen.gradient, opacity, depth, eikonal, seen.roughness, start)
