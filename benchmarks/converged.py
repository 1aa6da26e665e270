"""How good the fast path and the reference become when they train for long, over the CPU seconds they take.

    .venv/bin/python -m benchmarks.converged KEEP [fast=4 told=15 paper=45 small=20]

All learn a body in painted clothes from rays of its pictures, 256 a step. ``fast``, ``paper`` and ``small`` start as
the bare grey body: the fast path knows it, the reference's networks (the paper's, or those of its small confs) regress
its distance first, which counts in their time. ``told`` has an advantage in place of hours: the paper's networks first
regress the distance and the colours of the very body that is to be learned. Each learning rate warms up and then decays
over the CPU minutes given, so the last row of each is its end. What was done is kept in the folder KEEP: a run that was
stopped goes on, and KEEP/converged.md and converged.png show all that is known so far.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from PIL import Image, ImageDraw

from benchmarks.fitting import Bench, Render, reference, shell
from engine.appearance.base import BaseSurface
from engine.appearance.field import AvatarField
from engine.appearance.neus import NeusField
from engine.appearance.reconstruct import regress
from engine.appearance.residual import SHARPNESS, ResidualField
from engine.report import Silent

TOLD_SHARPNESS = 1000.0
"""Start of the networks' sharpness, per metre, when they know the answer."""
WARM = 0.05
"""Share of the time over which the learning rate rises."""
FIRST_LOOK, NEXT_LOOK = 10.0, 1.35
"""CPU seconds until the first judgement, and how much later each next one is."""
KEEP_SECONDS = 60.0
DEFAULT = "fast=4 told=15 paper=45 small=20"
SMALL = {"sdf_layers": 3, "sdf_width": 128, "color_layers": 1, "color_width": 128}
COLORS = {"fast": (200, 60, 40), "small": (60, 130, 70), "paper": (50, 80, 170), "told": (120, 120, 120)}


@dataclass(frozen=True)
class Point:
    """How good a field was after some time."""

    seconds: float
    steps: int
    psnr: float
    error: float


@dataclass(frozen=True)
class Contestant:
    """A field, its renderers while it learns and when it is judged, and its learning rate."""

    build: Callable[[Bench], AvatarField]
    render: Render
    judge: Render
    rate: float
    regressed: int = 600
    """Steps of networks on distances and colours before they see pictures."""


def fast(bench: Bench) -> AvatarField:
    """The fast path on the bare body, as the draft uses it."""
    field = ResidualField(bench.start, bench.conf.shell.grid, True, torch.Generator().manual_seed(0))
    field.use_sdf_grid(0.8 / bench.conf.size)
    return field


def networks(base: BaseSurface, sharpness: float, **sizes: int) -> AvatarField:
    """The reference's networks for a surface, at first as sharp, per metre, as said."""
    radius = ResidualField(base, 8).radius
    return NeusField(base, torch.Generator().manual_seed(0), variance=math.log(sharpness * radius) / 10, **sizes)


CONTESTANTS = {
    "fast": Contestant(fast, shell(10), shell(16), 5e-3),
    "told": Contestant(lambda bench: networks(bench.target, TOLD_SHARPNESS), reference, reference, 1e-4, 1200),
    "paper": Contestant(lambda bench: networks(bench.start, 1 / SHARPNESS), reference, reference, 5e-4),
    "small": Contestant(lambda bench: networks(bench.start, 1 / SHARPNESS, **SMALL), reference, reference, 5e-4),
}


class Fit:
    """One contestant's training, which can be left and taken up again."""

    def __init__(self, name: str, bench: Bench, budget: float, keep: Path) -> None:
        """``budget`` in CPU seconds; ``keep`` is where its state is or will be."""
        self.name, self.who, self.bench, self.budget = name, CONTESTANTS[name], bench, budget
        self.state, self.curve = keep / f"{name}.pt", keep / f"{name}.json"
        self.spent, self.steps = 0.0, 0
        self.points: list[Point] = []
        began = time.process_time()
        self.field = self.who.build(bench)
        self.optimizer = torch.optim.Adam(self.field.groups(), lr=self.who.rate)
        self.generator = torch.Generator().manual_seed(1)
        if self.state.exists():
            self._resume()
            return
        if isinstance(self.field, NeusField):
            regress(self.field, self.who.regressed, torch.Generator().manual_seed(2), Silent(), self.who.regressed)
            self.field.base = bench.start  # all see the same rays
        self.spent = time.process_time() - began
        self._look()

    def run(self) -> None:
        """Train until the budget is spent."""
        kept = time.monotonic()
        due = self.points[-1].seconds + FIRST_LOOK
        while self.spent < self.budget:
            began = time.process_time()
            self._step()
            self.spent += time.process_time() - began
            if self.spent >= min(due, self.budget):
                self._look()
                due = max(self.spent + FIRST_LOOK, NEXT_LOOK * self.spent)
            if time.monotonic() - kept > KEEP_SECONDS or self.spent >= self.budget:
                self._write()
                kept = time.monotonic()

    def _step(self) -> None:
        began = self.points[0].seconds
        part = (self.spent - began) / (self.budget - began)
        rate = self.who.rate * min(1.0, part / WARM + 1e-2) * (0.05 + 0.475 * (1 + math.cos(math.pi * part)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group.get("factor", 1.0)
        self.optimizer.zero_grad()
        self.bench.step(self.field, self.who.render, self.generator).backward()
        self.optimizer.step()
        self.steps += 1

    def _look(self) -> None:
        """Judge the field, outside its time, and tell."""
        psnr, error = self.bench.psnr(self.field, self.who.judge), self.bench.error(self.field, self.bench.target)
        self.points.append(Point(self.spent, self.steps, psnr, error))
        self.curve.write_text(json.dumps([asdict(each) for each in self.points]))
        print(f"{row(self.name, self.points[-1])} {float(self.field.inv_s.detach()):.0f} per metre", flush=True)

    def _write(self) -> None:
        torch.save(
            {
                "field": self.field.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "spent": self.spent,
                "steps": self.steps,
                "generator": self.generator.get_state(),
            },
            self.state,
        )

    def _resume(self) -> None:
        kept = torch.load(self.state, weights_only=True)
        self.field.load_state_dict(kept["field"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.generator.set_state(kept["generator"])
        self.spent, self.steps = kept["spent"], kept["steps"]
        self.points = [point for point in read(self.curve) if point.steps <= self.steps]


def read(curve: Path) -> list[Point]:
    """The points of a stored curve."""
    return [Point(**each) for each in json.loads(curve.read_text())] if curve.exists() else []


def row(name: str, point: Point) -> str:
    """One line of the table."""
    return f"| {name} | {point.seconds:.0f} | {point.steps} | {point.psnr:.2f} | {point.error:.2f} |"


def table(curves: dict[str, list[Point]]) -> str:
    """All points as Markdown."""
    lines = ["| | CPU seconds | steps | PSNR, dB | error, mm |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*lines, *(row(name, point) for name, points in curves.items() for point in points)]) + "\n"


def picture(curves: dict[str, list[Point]], wide: int = 720, high: int = 400) -> Image.Image:
    """PSNR over CPU seconds, the seconds on a logarithmic axis."""
    points = [point for curve in curves.values() for point in curve]
    seconds = [max(point.seconds, 0.1) for point in points]
    ends = math.log10(0.7 * min(seconds)), math.log10(1.2 * max(seconds))
    low, top = math.floor(min(point.psnr for point in points)), math.ceil(max(point.psnr for point in points))
    image = Image.new("RGB", (2 * wide, 2 * high), "white")
    draw = ImageDraw.Draw(image)

    def place(seconds: float, psnr: float) -> tuple[float, float]:
        across = (math.log10(max(seconds, 0.1)) - ends[0]) / (ends[1] - ends[0])
        return 2 * (50 + across * (wide - 130)), 2 * (20 + (top - psnr) / (top - low) * (high - 70))

    for level in range(low, top + 1, 2):
        left, height = place(10 ** ends[0], level)
        draw.line((left, height, place(10 ** ends[1], level)[0], height), (225, 225, 225), 2)
        draw.text((left - 12, height), f"{level} dB", (90, 90, 90), anchor="rm", font_size=22)
    for power in range(math.ceil(ends[0]), math.floor(ends[1]) + 1):
        across, foot = place(10.0**power, low)
        draw.line((across, 40, across, foot), (225, 225, 225), 2)
        draw.text((across, foot + 12), f"{10.0**power:g} s", (90, 90, 90), anchor="mt", font_size=22)
    for name, curve in curves.items():
        line = [place(point.seconds, point.psnr) for point in curve]
        draw.line(line, COLORS[name], 5, joint="curve")
        draw.text((line[-1][0] + 12, line[-1][1]), name, COLORS[name], anchor="lm", font_size=24)
    return image.resize((wide, high), Image.Resampling.LANCZOS)


def main() -> None:
    """Train one after the other and write what is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("keep", type=Path, help="folder for states, curves, table and picture")
    parser.add_argument("minutes", nargs="*", default=DEFAULT.split(), help="CPU minutes of each")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.keep.mkdir(parents=True, exist_ok=True)
    bench = Bench(0)
    for name, minutes in (item.split("=") for item in options.minutes):
        Fit(name, bench, 60 * float(minutes), options.keep).run()
        curves = {known: points for known in CONTESTANTS if (points := read(options.keep / f"{known}.json"))}
        (options.keep / "converged.md").write_text(table(curves))
        picture(curves).save(options.keep / "converged.png")


if __name__ == "__main__":
    main()
