"""What each idea of the fast appearance stage brings, beside the plain NeuS renderer, in one run.

    .venv/bin/python -m benchmarks.appearance [--steps 30] [--out table.md]

All figures are CPU seconds of this process on one thread, so that other work on the machine matters little; compare the
rows with each other, not with another machine. The task of the quality rows: start from a bare grey body, learn a body
in painted clothes from its pictures (256 rays a step, the same for all), then look from where no picture was taken.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.appearance import views
from engine.appearance.base import BaseSurface, Nearest
from engine.appearance.field import AvatarField, Sample
from engine.appearance.guidance import Guide
from engine.appearance.neus import NeusField
from engine.appearance.objective import Objective
from engine.appearance.rays import Rays, Rendering, silhouette_rays
from engine.appearance.reconstruct import picture_loss, regress
from engine.appearance.reference import Sampling, render_reference
from engine.appearance.residual import SHARPNESS, ResidualField
from engine.appearance.shell import render_shell
from engine.body import load_body, stand_pose
from engine.config import AppearanceConfig, load_config
from engine.perceptor import load_perceptor
from engine.render.camera import Camera
from engine.report import Silent
from engine.wardrobe.outfit import Garment, Look

RAYS = 256
REGRESSED = 150
"""Steps of the reference networks on the mesh's distance."""
LOOK = Look("fair", "bald", "brown", "none", "brown", "blue", (Garment("jumpsuit", "red"), Garment("briefs", "blue")))
Render = Callable[[AvatarField, Rays, torch.Generator], Rendering]


@dataclass
class Row:
    """One line of the table."""

    idea: str
    figures: str
    verdict: str = ""


class TapNeus(NeusField):
    """The paper's networks with normals by finite differences: no second derivative."""

    kind = "benchmark"

    def evaluate_near(self, points: Tensor) -> Sample:
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


def cell(conf: AppearanceConfig) -> float:
    """The draft's distance grid."""
    return 0.8 / conf.size


def start_rows(bench: Bench, networks: NeusField) -> list[Row]:
    """Distance from the mesh against distance from pictures."""
    began = time.process_time()
    regress(networks, REGRESSED, torch.Generator().manual_seed(2), Silent(), REGRESSED)
    spent = time.process_time() - began
    direct = bench.error(networks, bench.start)
    other = NeusField(bench.start, torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam(other.parameters(), lr=5e-4)
    began, count = time.process_time(), 0
    while time.process_time() - began < spent:
        optimizer.zero_grad()
        picture_loss(other, Sampling(), torch.Generator().manual_seed(count), 0.1, 1.0).backward()
        optimizer.step()
        count += 1
    drawn = bench.error(other, bench.start)
    figures = f"in {spent:.0f} s: {direct:.1f} mm from the mesh, {drawn:.0f} mm from {count} steps on pictures"
    return [
        Row("distance regressed from the mesh (reference networks)", figures),
        Row("distance taken from the mesh exactly (shell)", f"{bench.error(fresh(bench), bench.start):.2f} mm, 0 s"),
    ]


def fresh(bench: Bench) -> ResidualField:
    """The fast field on the bare body."""
    return ResidualField(bench.start, bench.conf.grid, True, torch.Generator().manual_seed(0))


def main_rows(bench: Bench, networks: NeusField) -> list[Row]:
    """The fast path against the reference: the same rays, the same number of steps."""
    fast = fresh(bench)
    fast.use_band(cell(bench.conf))
    render = shell(bench.conf.samples)
    slow_step = bench.fit(networks, reference, bench.steps, 5e-4)
    fast_step = bench.fit(fast, render, bench.steps, 5e-3)
    slow, quick = bench.psnr(networks, reference), bench.psnr(fast, shell(16))
    error = bench.error(networks, bench.target), bench.error(fast, bench.target)
    steps = f"{bench.steps} steps"
    return [
        Row(f"reference, {steps}", f"{slow_step:.2f} s a step, {slow:.1f} dB, {error[0]:.1f} mm"),
        Row(
            f"fast path, {steps}", f"{fast_step:.3f} s a step, {quick:.1f} dB, {error[1]:.1f} mm",
            f"{slow_step / fast_step:.0f} times fewer seconds, {quick - slow:+.1f} dB",
        ),
    ]  # fmt: skip


def part_rows(bench: Bench, networks: NeusField) -> list[Row]:
    """One idea after the other, in seconds of a step on the same rays."""

    def took(field: AvatarField, render: Render) -> float:
        def once() -> None:
            field.zero_grad()
            bench.step(field, render, torch.Generator().manual_seed(5)).backward()

        return seconds(once)

    taps = TapNeus(bench.start, torch.Generator().manual_seed(0))
    fast, banded = fresh(bench), fresh(bench)
    banded.use_band(cell(bench.conf))
    plain, in_shell, tapped = took(networks, reference), took(networks, shell(10)), took(taps, shell(10))
    gridded, looked_up = took(fast, shell(10)), took(banded, shell(10))
    fewer, more = took(banded, shell(6)), took(banded, shell(20))
    with torch.autocast("cpu", torch.bfloat16):
        half = took(banded, lambda f, r, g: widened(render_shell(f, r, 10, g)))
    return [
        Row("1 the reference", f"{plain:.3f} s"),
        Row("2 and samples only in the shell", f"{in_shell:.3f} s", f"{plain / in_shell:.1f} times; kept"),
        Row("3 and normals by finite differences", f"{tapped:.3f} s", f"{in_shell / tapped:.1f} times; kept"),
        Row("4 and a feature grid with a small network", f"{gridded:.3f} s", f"{tapped / gridded:.1f} times; kept"),
        Row("5 and the body's distance from a grid", f"{looked_up:.3f} s", f"{gridded / looked_up:.1f} times; kept"),
        Row("5 with 6 or 20 samples instead of 10", f"{fewer:.3f}, {more:.3f} s"),
        Row("5 in bfloat16", f"{half:.3f} s", f"{looked_up / half:.1f} times"),
    ]


def widened(seen: Rendering) -> Rendering:
    """A rendering in float32 again."""
    return Rendering(**{name: value.float() for name, value in vars(seen).items()})


def quality_rows(bench: Bench) -> list[Row]:
    """What a setting costs in quality at the same number of steps."""
    rows = []
    for idea, samples in (("6 samples", 6), ("10 samples", 10), ("20 samples", 20)):
        field = fresh(bench)
        field.use_band(cell(bench.conf))
        spent = bench.fit(field, shell(samples), bench.steps, 5e-3)
        quality = f"{bench.psnr(field, shell(16)):.1f} dB, {bench.error(field, bench.target):.1f} mm"
        rows.append(Row(idea, f"{spent:.3f} s a step, {quality}"))
    return rows


def guided_rows(bench: Bench) -> list[Row]:
    """Several views in one batch, and smaller pictures: seconds per picture of a whole guided step."""
    field = fresh(bench)
    field.use_band(cell(bench.conf))
    guide = Guide("a firefighter", load_perceptor())
    stance = views.Stance.of(bench.start.vertices, bench.joints)
    rows = []
    for count, size in ((1, 96), (2, 96), (4, 96), (2, 48)):
        conf = AppearanceConfig(views=count, size=size)
        objective = Objective(field, guide, stance, conf)

        def once(objective: Objective = objective) -> None:
            field.zero_grad()
            objective(0, 12544, torch.Generator().manual_seed(3))[0].backward()

        rows.append(Row(f"{count} views of {size} pixels a guided step", f"{seconds(once) / count:.3f} s a picture"))
    return rows


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = ["| idea | measured | |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {row.idea} | {row.figures} | {row.verdict} |" for row in rows)]) + "\n"


def main() -> None:
    """Run all of it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=30, help="of each fit")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", help="one part: parts, guided, quality or main")
    options = parser.parse_args()
    torch.set_num_threads(1)
    bench = Bench(options.steps)
    sharp = math.log(1 / SHARPNESS * ResidualField(bench.start, 8).radius) / 10  # as sharp as the fast path at first
    networks = NeusField(bench.start, torch.Generator().manual_seed(0), variance=sharp)
    parts: dict[str, Callable[[], list[Row]]] = {
        "parts": lambda: part_rows(bench, networks),
        "guided": lambda: guided_rows(bench),
        "quality": lambda: quality_rows(bench),
        "main": lambda: start_rows(bench, networks) + main_rows(bench, networks),
    }
    rows: list[Row] = []
    for name, part in parts.items():
        if options.only in (None, name):
            rows += part()
            print(table(rows), flush=True)
    if options.out:
        options.out.write_text(table(rows))


if __name__ == "__main__":
    main()
