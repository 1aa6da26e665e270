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
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.fitting import Bench, Render, TapNeus, reference, seconds, shell
from engine.appearance.field import AvatarField
from engine.appearance.neus import NeusField
from engine.appearance.objective import Objective
from engine.appearance.rays import Rendering
from engine.appearance.reconstruct import PictureWeights, picture_loss, regress
from engine.appearance.reference import Sampling
from engine.appearance.residual import SHARPNESS, ResidualField
from engine.appearance.shell import render_shell
from engine.config import load_config
from engine.perceptor import ClipPerceptor, load_perceptor
from engine.report import Silent
from engine.settings import AppearanceConfig

REGRESSED = 150
"""Steps of the reference networks on the mesh's distance."""


@dataclass
class Row:
    """One line of the table."""

    idea: str
    figures: str
    verdict: str = ""


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
        picture_loss(other, Sampling(), torch.Generator().manual_seed(count), PictureWeights()).backward()
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
    return ResidualField(bench.start, bench.conf.shell.grid, True, torch.Generator().manual_seed(0))


def main_rows(bench: Bench, networks: NeusField) -> list[Row]:
    """The fast path against the reference: the same rays, the same number of steps."""
    fast = fresh(bench)
    fast.use_sdf_grid(cell(bench.conf))
    render = shell(bench.conf.shell.samples)
    slow_step = bench.fit(networks, reference, bench.steps, 5e-4)
    fast_step = bench.fit(fast, render, bench.steps, 5e-3)
    slow, quick = bench.psnr(networks, reference), bench.psnr(fast, shell(16))
    error = bench.error(networks, bench.target), bench.error(fast, bench.target)
    steps = f"{bench.steps} steps"
    return [
        Row(f"reference, {steps}", f"{slow_step:.2f} s a step, {slow:.1f} dB, {error[0]:.1f} mm"),
        Row(
            f"fast path, {steps}",
            f"{fast_step:.3f} s a step, {quick:.1f} dB, {error[1]:.1f} mm",
            f"{slow_step / fast_step:.0f} times fewer seconds, {quick - slow:+.1f} dB",
        ),
    ]


def part_rows(bench: Bench, networks: NeusField) -> list[Row]:
    """One idea after the other, in seconds of a step on the same rays."""

    def took(field: AvatarField, render: Render) -> float:
        def once() -> None:
            field.zero_grad()
            bench.step(field, render, torch.Generator().manual_seed(5)).backward()

        return seconds(once)

    taps = TapNeus(bench.start, torch.Generator().manual_seed(0))
    fast, banded = fresh(bench), fresh(bench)
    banded.use_sdf_grid(cell(bench.conf))
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
        field.use_sdf_grid(cell(bench.conf))
        spent = bench.fit(field, shell(samples), bench.steps, 5e-3)
        quality = f"{bench.psnr(field, shell(16)):.1f} dB, {bench.error(field, bench.target):.1f} mm"
        rows.append(Row(idea, f"{spent:.3f} s a step, {quality}"))
    return rows


def guided_rows(bench: Bench) -> list[Row]:
    """Several views in one batch, and smaller pictures: seconds per picture of a whole guided step."""
    field = fresh(bench)
    field.use_sdf_grid(cell(bench.conf))
    rows = []
    for count, size in ((1, 96), (2, 96), (4, 96), (2, 48)):
        conf = AppearanceConfig(views=count, size=size, growing=0.0)
        objective = bench.objective(field, conf, load_perceptor(), "a firefighter")

        def once(objective: Objective = objective) -> None:
            field.zero_grad()
            objective(0, 12544, torch.Generator().manual_seed(3)).total.backward()

        rows.append(Row(f"{count} views of {size} pixels a guided step", f"{seconds(once) / count:.3f} s a picture"))
    return rows


def vit_rows(bench: Bench) -> list[Row]:
    """A guided step with the size of CLIP that the paper uses; its weights are random, which costs the same."""
    from transformers import CLIPConfig, CLIPModel

    bundled = load_perceptor()
    vit = ClipPerceptor(CLIPModel(CLIPConfig()), bundled.tokenizer, "random ViT-B/32")  # type: ignore[attr-defined]
    field = fresh(bench)
    field.use_sdf_grid(cell(bench.conf))
    found = []
    for perceptor in (bundled, vit):
        objective = bench.objective(field, AppearanceConfig(growing=0.0), perceptor, "a firefighter")

        def once(objective: Objective = objective) -> None:
            field.zero_grad()
            objective(0, 12544, torch.Generator().manual_seed(3)).total.backward()

        found.append(seconds(once, 2))
    return [Row("a guided step of the draft, bundled perceptor or a ViT-B/32", f"{found[0]:.2f} or {found[1]:.2f} s")]


def memory_rows(bench: Bench) -> list[Row]:
    """What a guided step keeps for its backward pass, the perceptor included; from few rays, scaled to the preset's."""
    rows = []
    for preset, most in (("draft", 12544), ("standard", 12544), ("high", 4096), ("original", 256)):
        conf = load_config(preset).appearance
        field: AvatarField = fresh(bench)
        if conf.renderer == "reference":
            field = NeusField(bench.start, torch.Generator().manual_seed(0))
        kept = [0]

        def keep(tensor: Tensor, kept: list[int] = kept) -> Tensor:
            kept[0] += tensor.numel() * tensor.element_size()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            objective = bench.objective(field, replace(conf, views=1, growing=0.0), load_perceptor(), "a firefighter")
            objective(0, most, torch.Generator().manual_seed(3))
        rays = min(conf.max_rays, most if most < 12544 else conf.max_rays)
        total = kept[0] * conf.views * conf.max_rays / rays / 2**30
        rows.append(Row(f"memory of a step, {preset}", f"{total:.1f} GiB at most"))
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
    parser.add_argument("--only", help="one part: parts, guided, vit, memory, quality or main")
    options = parser.parse_args()
    torch.set_num_threads(1)
    bench = Bench(options.steps)
    sharp = math.log(1 / SHARPNESS * ResidualField(bench.start, 8).radius) / 10  # as sharp as the fast path at first
    networks = NeusField(bench.start, torch.Generator().manual_seed(0), variance=sharp)
    parts: dict[str, Callable[[], list[Row]]] = {
        "parts": lambda: part_rows(bench, networks),
        "guided": lambda: guided_rows(bench),
        "vit": lambda: vit_rows(bench),
        "memory": lambda: memory_rows(bench),
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
