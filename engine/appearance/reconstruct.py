"""The coarse body in the paper's networks, before guidance (AvatarCLIP section 3.3, "initialisation").

The paper fits 108 pictures for hours. The mesh is known, so its distance and colour can also be regressed at points,
within a minute; both ways are here.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.appearance.neus import NeusField
from engine.appearance.rays import silhouette_rays, target_color
from engine.appearance.reference import Sampling, render_reference
from engine.render.camera import Camera
from engine.report import Reporter

POINTS = 60_000
"""Points whose distance and colour are asked of the mesh once, near the surface and in the whole sphere. Set by
hand."""
BATCH = 2048
"""Points of a step. Set by hand."""
RATE = 1e-3
"""Adam's learning rate. Set by hand."""
AZIMUTHS, ELEVATIONS = range(0, 360, 20), range(-60, 41, 20)
"""Section 3.3's 108 pictures."""
DISTANCE, FOV, PICTURE = 2.2, 60.0, 256
"""Of the 108 pictures: distance in radii of the sphere, degrees, pixels. Section 3.3."""
PICTURE_RATE = 5e-4
"""The release's 5e-4."""
RAYS = 512
"""Rays of each step on pictures. Set by hand."""


@dataclass(frozen=True)
class PictureWeights:
    """Of the loss on pictures of the start, beside the colours' own 1."""

    eikonal: float = 0.1
    """Section 3.3."""
    mask: float = 1.0
    """Section 3.3."""


def regress(field: NeusField, steps: int, generator: torch.Generator, report: Reporter, total: int) -> None:
    """Fit the networks to the mesh's signed distance, its slope and its colours at random points."""
    points, distance, slope, color = _known(field, generator)
    optimizer = torch.optim.Adam([*field.distance.parameters(), *field.paint.parameters()], lr=RATE)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * 0.05 ** (step / steps)
        chosen = torch.randint(len(points), (BATCH,), generator=generator).to(points.device)
        with torch.set_grad_enabled(True):
            seen = field.evaluate(points[chosen])
        miss = (seen.sdf - distance[chosen]).abs() / (distance[chosen].abs() + 0.02)
        turn = (seen.gradient - slope[chosen]).square().sum(1)
        near = (distance[chosen].abs() < 0.02)[:, None]
        paint = ((seen.base_color - color[chosen]).abs() * near).sum() / near.sum().clamp_min(1)
        loss = miss.mean() + 0.1 * turn.mean() + paint
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        report.progress(step + 1, total, loss=float(loss.detach()))
    field.copy_colors()


def _known(field: NeusField, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Points (N, 3) with the mesh's distance (N,), its slope (N, 3) and the colour of its nearest place (N, 3)."""
    base = field.base
    faces = torch.from_numpy(base.faces.astype("int64"))
    corners = torch.from_numpy(base.vertices)[faces]
    area = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).norm(dim=1)
    chosen = torch.multinomial(area, POINTS, replacement=True, generator=generator)
    share = -torch.rand(POINTS, 3, generator=generator).log()
    points = (corners[chosen] * (share / share.sum(1, keepdim=True))[..., None]).sum(1)
    spread = torch.full((POINTS, 1), 0.003)
    spread[POINTS // 2 :] = 0.03
    points = points + spread * torch.randn(POINTS, 3, generator=generator)
    far = POINTS // 8
    away = F.normalize(torch.randn(far, 3, generator=generator), dim=1)
    reach = 1.2 * torch.rand(far, 1, generator=generator) ** (1 / 3)
    points[:far] = torch.from_numpy(field.center) + field.radius * reach * away
    nearest = base.nearest(points.numpy())
    at = torch.from_numpy(base.interpolate(nearest, base.vertices))
    distance = torch.from_numpy(nearest.distance)
    normal = torch.from_numpy(base.interpolate(nearest, base.normals))
    slope = torch.where(distance.abs()[:, None] > 2e-3, (points - at) / distance[:, None], normal)
    color = torch.from_numpy(base.color(nearest))
    device = field.device
    return points.to(device), distance.to(device), F.normalize(slope, dim=1).to(device), color.to(device)


def fit_pictures(
    field: NeusField,
    steps: int,
    sampling: Sampling,
    generator: torch.Generator,
    report: Reporter,
    total: int,
    weights: PictureWeights,
) -> None:
    """The paper's way: L1 of the colours + 0.1 eikonal + mask cross-entropy on random rays of 108 pictures."""
    optimizer = torch.optim.Adam(field.parameters(), lr=PICTURE_RATE)
    for step in range(steps):
        loss = picture_loss(field, sampling, generator, weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        report.progress(step + 1, total, loss=float(loss.detach()))
    field.copy_colors()


def picture_loss(field: NeusField, sampling: Sampling, generator: torch.Generator, weights: PictureWeights) -> Tensor:
    """One step's loss on some of one picture's rays."""
    azimuth, elevation = (
        choices[int(torch.randint(len(choices), (1,), generator=generator))] for choices in (AZIMUTHS, ELEVATIONS)
    )
    camera = Camera.orbit(field.center, DISTANCE * field.radius, azimuth, elevation, FOV, PICTURE)
    rays = silhouette_rays(field, camera, everywhere=True).some(RAYS, generator)
    seen = render_reference(field, rays, sampling, generator)
    hit = rays.hit > 0.5
    mask = F.binary_cross_entropy(seen.opacity.clamp(1e-3, 1 - 1e-3), rays.hit)
    target = target_color(field, rays)
    color = F.l1_loss(seen.base_color[hit] * seen.opacity[hit, None], target) if hit.any() else 0 * mask
    return color + weights.eikonal * seen.eikonal + weights.mask * mask
