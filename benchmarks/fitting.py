"""A known coloured body to learn from pictures, and how fits of it are timed and judged."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.appearance.base import BaseSurface, Nearest
from engine.appearance.field import AvatarField, Sample
from engine.appearance.grades import strengthened
from engine.appearance.interfaces import AppearanceInputs, extents_of, guidance_of, renderer_of
from engine.appearance.neus import NeusField
from engine.appearance.objective import Objective
from engine.appearance.rays import Rays, Rendering, silhouette_rays
from engine.appearance.reference import Sampling, render_reference
from engine.appearance.shell import render_shell
from engine.body import load_body, stand_pose
from engine.config import load_config
from engine.perceptor import Perceptor
from engine.render.camera import Camera
from engine.settings import AppearanceConfig
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Garment, Look

RAYS = 256
LOOK = Look("fair", "bald", "brown", "none", "brown", "blue", (Garment("jumpsuit", "red"), Garment("briefs", "blue")))
Render = Callable[[AvatarField, Rays, torch.Generator], Rendering]


class TapNeus(NeusField):
    """The paper's networks with normals by finite differences: no second derivative."""

    kind = "benchmark"

    def evaluate_near(self, points: Tensor, met: Any = None) -> Sample:
        """Four forward passes of the distance network instead of its derivative."""
        tap = 0.006 / self.radius
        unit = self._unit(points)
        taps = torch.cat([unit, *(unit + tap * axis for axis in torch.eye(3))])
        distance, feature = self.distance(taps)
        count = len(points)
        gradient = ((distance[count:].reshape(3, count) - distance[:count]) / tap).T
        base_color, color = self.paint(unit, gradient, feature[:count])
        return Sample(distance[:count] * self.radius, gradient, color, base_color, torch.zeros(()))


class Bench:
    """The bodies, the pictures, and how fits are timed and judged."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.body = load_body()
        self.betas = np.zeros(self.body.num_betas)
        self.start = BaseSurface.dressed(self.body, self.betas, None)
        self.target = BaseSurface.dressed(self.body, self.betas, LOOK)
        self.joints = self.body.pose(self.betas, stand_pose()[None])[1][0]
        self.conf = load_config("draft").appearance

    def objective(self, field: AvatarField, conf: AppearanceConfig, perceptor: Perceptor, text: str) -> Objective:
        """What guidance by a perceptor lowers at each step, from the bare body."""
        inputs = AppearanceInputs(text, self.betas, self.body, perceptor, Meaning.of(text))
        conf = strengthened(conf, perceptor, renderer_of(conf).grows)
        return Objective(field, renderer_of(conf), guidance_of(inputs, conf), extents_of(inputs, field), conf)

    def camera(self, azimuth: float, elevation: float, size: int, near: float = 2.2) -> Camera:
        """From around the body, a little nearer than the paper's reconstruction, so that most rays count."""
        middle = (self.start.vertices.min(0) + self.start.vertices.max(0)) / 2
        return Camera.orbit(middle, near, azimuth, elevation, 60.0, size)

    def seen(self, rays: Rays) -> tuple[Tensor, Tensor]:
        """What the rays should see: the target's colours (R, 3), white beside it, and its mask (R,)."""
        hits = self.target.whole.cast_rays(rays.origins.numpy(), rays.directions.numpy())
        color = np.ones((len(hits.face), 3), np.float32)
        met = Nearest(
            np.zeros(int(hits.mask.sum()), np.float32), hits.face[hits.mask].astype(int), hits.bary[hits.mask]
        )
        color[hits.mask] = self.target.color(met)
        return torch.from_numpy(color), torch.from_numpy(hits.mask.astype(np.float32))

    def step(self, field: AvatarField, render: Render, generator: torch.Generator, rays: int = RAYS) -> Tensor:
        """The loss of some rays of one of 108 views."""
        azimuth = 20.0 * int(torch.randint(18, (1,), generator=generator))
        elevation = -60 + 20.0 * int(torch.randint(6, (1,), generator=generator))
        chosen = silhouette_rays(field, self.camera(azimuth, elevation, 128)).some(rays, generator)
        color, mask = self.seen(chosen)
        seen = render(field, chosen, generator)
        missed = F.binary_cross_entropy(seen.opacity.clamp(1e-3, 1 - 1e-3), mask)
        inside = mask > 0.5
        painted = F.l1_loss(seen.color[inside], color[inside]) if inside.any() else 0 * missed
        return painted + 0.1 * seen.eikonal + missed

    def fit(self, field: AvatarField, render: Render, steps: int, rate: float) -> float:
        """CPU seconds per step of a fit."""
        generator = torch.Generator().manual_seed(1)
        optimizer = torch.optim.Adam(field.groups(), lr=rate)
        self.step(field, render, generator).backward()  # the first is slower
        began = time.process_time()
        for index in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = rate * (0.05 + 0.475 * (1 + math.cos(math.pi * index / steps)))
            optimizer.zero_grad()
            self.step(field, render, generator).backward()
            optimizer.step()
        return (time.process_time() - began) / steps

    @torch.no_grad()
    def psnr(self, field: AvatarField, render: Render) -> float:
        """Over views that no fit has seen, in decibels, inside the widened silhouette."""
        total, count = 0.0, 0
        for azimuth in (10.0, 130.0, 250.0):
            rays = silhouette_rays(field, self.camera(azimuth, 10.0, 72))
            color, mask = self.seen(rays)
            seen = render(field, rays, torch.Generator().manual_seed(0))
            picture = seen.opacity[:, None] * seen.color + (1 - seen.opacity[:, None])
            wanted = mask[:, None] * color + (1 - mask[:, None])
            total += float((picture.clamp(0, 1) - wanted).square().sum())
            count += picture.numel()
        return -10 * math.log10(total / count)

    @torch.no_grad()
    def error(self, field: AvatarField, surface: BaseSurface) -> float:
        """Mean distance in millimetres of a surface's vertices from the field's."""
        points = torch.from_numpy(surface.vertices[::3])
        return 1000 * float(field.sdf(points).abs().mean())


def shell(samples: int) -> Render:
    """The fast renderer with so many samples."""
    return lambda field, rays, generator: render_shell(field, rays, samples, generator)


def reference(field: AvatarField, rays: Rays, generator: torch.Generator) -> Rendering:
    """The plain renderer."""
    return render_reference(field, rays, Sampling(), generator)


def seconds(action: Callable[[], object], times: int = 3) -> float:
    """CPU seconds of an action, the least of some after a first one."""
    action()
    spent = []
    for _ in range(times):
        began = time.process_time()
        action()
        spent.append(time.process_time() - began)
    return min(spent)
