"""What ideas for guidance bring, judged by the colours that a text names and not by the score that is optimised.

    .venv/bin/python -m benchmarks.guidance [--steps 100] [--only full growing bfloat16 codebook]

Each text names a colour for the trunk and one for the legs; the measure is how far the mean colours there are from them
(distance in CIE Lab: 0 is the same, bare grey some 75 away). Guidance starts as the bare body, and nothing keeps its
grey, but for ``codebook``, which is only dressed and not guided. CPU seconds of this process on one thread.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.color import rgb2lab

from engine.appearance import ResidualField, views
from engine.appearance.base import BaseSurface
from engine.appearance.grades import strengthened
from engine.appearance.interfaces import AppearanceInputs, guidance_of, renderer_of
from engine.appearance.objective import Objective
from engine.appearance.trainer import Trainer
from engine.appearance.warm_start import Fitting, find_look
from engine.body import load_body, stand_pose
from engine.config import load_config
from engine.perceptor import load_perceptor
from engine.report import Silent
from engine.settings import AppearanceConfig, ClipConfig
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import COLORS

TEXTS = {
    "a man in a red shirt and blue trousers": ("red", "blue"),
    "a man in a yellow shirt and black trousers": ("yellow", "black"),
}
"""Each with the colours of its trunk and of its legs."""
TRUNK, LEGS = (3, 6, 9), (1, 2, 4, 5)
"""Joints whose skin is looked at."""
IDEAS = ("full", "growing", "bfloat16", "codebook")
PATIENCE = (10, 20, 40)
"""Steps without a better score after which an end is looked at."""
GAIN = 1e-3
"""Least rise of the mean score, as in `engine.appearance.trainer`."""


class Ground:
    """The body, where its trunk and legs are, and the settings."""

    def __init__(self, steps: int) -> None:
        self.body = load_body()
        self.betas = np.zeros(self.body.num_betas)
        vertices, joints = (array[0] for array in self.body.pose(self.betas, stand_pose()[None]))
        self.extents = views.FigureExtents.of(vertices, joints)
        draft = load_config("draft").appearance
        self.conf = replace(draft, initializer="bare", loss=replace(draft.loss, keep=0.0), learning_rate=5e-3)
        self.conf = replace(self.conf, iterations=steps, preview_every=10**9)

    def miss(self, surface: BaseSurface, colors: NDArray, wanted: tuple[str, str]) -> float:
        """Mean distance in Lab of trunk and legs, by vertex colours (V, 3), from the colours that were named."""
        joint = surface.weights.argmax(1)
        found = [colors[np.isin(joint, part)].mean(0) for part in (TRUNK, LEGS)]
        named = [np.array(COLORS[name]) for name in wanted]
        return float(np.linalg.norm(rgb2lab(np.array(found)) - rgb2lab(np.array(named)), axis=1).mean())


@dataclass
class Course(Silent):
    """How score and colours went; the judging is outside the time."""

    ground: Ground
    wanted: tuple[str, str]
    trainer: Trainer | None = None
    rows: list[tuple[float, float, float]] = field(default_factory=list)
    """After each step: seconds, mean score, and the colours' miss at every fifth step (else the last one)."""

    def __post_init__(self) -> None:
        super().__init__()
        self.wants_geometry = False
        self.since = time.process_time()

    def progress(self, step: int, total: int, eta: float | None = None, **figures: float) -> None:
        """Note the step."""
        before = self.rows[-1] if self.rows else (0.0, 0.0, float("nan"))
        spent = before[0] + time.process_time() - self.since
        assert self.trainer is not None
        miss = before[2]
        if step % 5 == 0 or step == 1:
            miss = self.ground.miss(self.trainer.field.base, self.trainer.field.surface()[2], self.wanted)
        self.rows.append((spent, figures["score"], miss))
        self.since = time.process_time()


def guided(ground: Ground, text: str, conf: AppearanceConfig, clip: ClipConfig) -> Course:
    """One training from the bare body."""
    surface = BaseSurface.dressed(ground.body, ground.betas, None)
    avatar = ResidualField(surface, conf.shell.grid, True, torch.Generator().manual_seed(0))
    avatar.use_sdf_grid(0.8 / conf.size)
    with tempfile.TemporaryDirectory() as folder:
        generator, course = torch.Generator().manual_seed(1), Course(ground, TEXTS[text])
        perceptor = load_perceptor(clip)
        inputs = AppearanceInputs(text, ground.betas, ground.body, perceptor, Meaning.of(text))
        conf = strengthened(conf, perceptor, True)
        guide, renderer = guidance_of(inputs, conf), renderer_of(conf)
        objective = Objective(avatar, renderer, guide, ground.extents, conf)
        course.trainer = Trainer(objective, generator, course, Path(folder))
        course.trainer.run()
    return course


def dressed(ground: Ground, text: str) -> tuple[float, float]:
    """Seconds of the draft's search, and the miss of the outfit that it finds."""
    began = time.process_time()
    wardrobe, generator = Wardrobe(ground.body), torch.Generator().manual_seed(1)
    fitting = Fitting(text, ground.body, ground.betas, load_perceptor(), wardrobe)
    look, _ = find_look(Meaning.of(text), fitting, ground.conf.search, generator, Silent(), ground.conf.search)
    surface = BaseSurface.dressed(ground.body, ground.betas, look, wardrobe)
    return time.process_time() - began, ground.miss(surface, outside(surface), TEXTS[text])


def outside(surface: BaseSurface) -> NDArray:
    """Colours (V, 3) of what is seen from outside at each vertex: those of the outermost place near it."""
    reach = surface.vertices + 0.03 * surface.normals
    return surface.color(surface.nearest(reach))


def stops(course: Course) -> list[str]:
    """Where each patience would have ended, with seconds and miss there."""
    found = []
    for patience in PATIENCE:
        best, at, end = -1.0, 0, len(course.rows) - 1
        for step, (_, score, _) in enumerate(course.rows):
            if score > best + GAIN:
                best, at = score, step
            elif step - at >= patience:
                end = step
                break
        found.append(f"patience {patience}: step {end + 1}, {course.rows[end][0]:.0f} s, {course.rows[end][2]:.0f}")
    return found


def main() -> None:
    """Run what was asked for and print rows as they come."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--only", nargs="*", choices=IDEAS, default=IDEAS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    ground = Ground(options.steps)
    print("| idea | text | measured |\n| --- | --- | --- |")
    for text, wanted in TEXTS.items():
        bare = BaseSurface.dressed(ground.body, ground.betas, None)
        print(f"| bare body | {text} | {ground.miss(bare, bare.colors, wanted):.0f} |", flush=True)
        for idea in options.only:
            if idea == "codebook":
                seconds, miss = dressed(ground, text)
                print(f"| {idea} | {text} | {seconds:.0f} s: {miss:.0f} |", flush=True)
                continue
            clip = ClipConfig(precision="bfloat16" if idea == "bfloat16" else "float32")
            conf = replace(ground.conf, growing=0.5 if idea == "growing" else 0.0)
            course = guided(ground, text, conf, clip)
            marks = [round(part * options.steps) - 1 for part in (0.25, 0.5, 0.75, 1)]
            told = "; ".join(f"step {at + 1}, {course.rows[at][0]:.0f} s: {course.rows[at][2]:.0f}" for at in marks)
            print(f"| {idea} | {text} | {told} |", flush=True)
            if idea == "full":
                print(f"| early stop | {text} | {'; '.join(stops(course))} |", flush=True)


if __name__ == "__main__":
    main()
