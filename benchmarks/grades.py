"""From which grade on guidance makes an avatar better: what the thresholds of `engine.appearance.grades` stand on.

    .venv/bin/python -m benchmarks.grades OUT [--minds forgets:0.25 mixes:0.5 ...] [--target hat] [--steps 120] [--bare]

Perceptors of known quality: each knows the answer as `benchmarks.oracle` does, by coarse pictures, and has one defect.
``forgets:P``: with probability P it thinks of somebody else in other colours. ``mixes:S``: that share of its loss is
the bundled perceptor's. Each is examined like any other, and then guides

- a dressed figure of which one garment has a wrong colour, as if the text had been misread, with ``loss.keep`` held
  strongly, weakly and not at all. How far the wrong garment comes to its colour counts as often as the reader misreads
  a colour, how far the others lose theirs as often as it does not (`MISREAD`): the sum says whether guidance helps;
- with ``--bare`` the bare grey body, with a relief only and with room for new forms.
"""

from __future__ import annotations

import argparse
import copy
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.oracle import LOOKS, Bench, Oracle, coarse
from engine.appearance import AppearanceInputs, AvatarField, Runtime, exam
from engine.appearance.base import BaseSurface
from engine.appearance.grades import GROWTH, RELIEF
from engine.appearance.interfaces import Guidance, Judgement, Shown, extents_of, guidance_of, renderer_of
from engine.appearance.objective import Objective
from engine.appearance.trainer import Trainer
from engine.appearance.views import View
from engine.config import load_config
from engine.perceptor import Perceptor, load_perceptor
from engine.report import Silent
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import COLORS

TEXTS = {
    "hat": "a bearded man in a blue hat, a white t-shirt, a red skirt and black boots",
    "gown": "a woman with long black hair in a yellow gown, purple gloves and green shoes",
}
WRONG = {"hat": ("Skirt", "green"), "gown": ("Gown", "blue")}
"""Which garment of a target starts in which colour that is not its own."""
MISREAD = 0.11
"""Share of colours that the reader gets wrong (``benchmarks/README.md``, "Reading")."""
KEEPS = (1.0, 0.1, 0.0)
MINDS = ("forgets:0", "forgets:0.3", "forgets:0.5", "mixes:0.5", "mixes:0.8", "mixes:1")
SETTINGS = {"appearance.size": 64, "appearance.loss.textureless": 1, "appearance.preview_every": 10**9}


def embed(pictures: Tensor) -> Tensor:
    """(N, D) unit vectors of pictures (N, 3, S, S): what is coarsely where."""
    return F.normalize((coarse(pictures) - 0.5).flatten(1), dim=1)


class Mind:
    """A defect and its chance."""

    def __init__(self, name: str) -> None:
        """``name``: such as ``forgets:0.25``."""
        self.name, (defect, _, by) = name, name.partition(":")
        self.forgets, self.mixes = (float(by) if defect == own else 0.0 for own in ("forgets", "mixes"))
        self.rng = np.random.default_rng(0)

    def thinks_of(self, right: int, count: int) -> int:
        """The answer, or another of so many."""
        if self.rng.random() >= self.forgets:
            return right
        return (right + int(self.rng.integers(1, count))) % count

    def mixed(self, own: Tensor, bundled: Tensor | float) -> Tensor:
        """Its loss and the bundled perceptor's."""
        return (1 - self.mixes) * own + self.mixes * bundled


class Canvas(exam.Canvas):
    """The exam for a mind: prompts are known by how their garments would be painted."""

    def __init__(self, perceptor: Perceptor, mind: Mind) -> None:
        super().__init__(perceptor)
        self.mind, self.texts = mind, [question["text"] for question in exam.questions()["prompts"]]
        asked = exam.questions()["prompts"]
        self.answers = torch.from_numpy(np.stack([self.answer(question["garments"]) for question in asked]))

    def guide(self, text: str, share: float) -> Any:
        """See `exam.Canvas.guide`."""
        return Sitter(self, self.texts.index(text), super().guide(text, share))


class Sitter:
    """What `exam.Canvas.paint` needs of a guide."""

    def __init__(self, canvas: Canvas, index: int, bundled: Any) -> None:
        self.canvas, self.index, self.bundled = canvas, index, bundled

    def wanted(self, view: View) -> Tensor:
        """(D,) the picture that it thinks of, then what the bundled perceptor wants."""
        hits = next(hits for one, hits in zip(self.canvas.views, self.canvas.hits) if one is view)
        thought = self.canvas.mind.thinks_of(self.index, len(self.canvas.texts))
        goal = embed(self.canvas.pictures(self.canvas.answers[thought][None], hits))[0]
        return torch.cat([goal, self.bundled.wanted(view)])

    def loss(self, pictures: Tensor, wanted: Tensor, generator: torch.Generator) -> Tensor:
        """(N,) distances."""
        seen, mind = embed(pictures), self.canvas.mind
        own = 1 - (seen * wanted[:, : seen.shape[1]]).sum(1)
        other = self.bundled.loss(pictures, wanted[:, seen.shape[1] :], generator) if mind.mixes else 0.0
        return mind.mixed(own, other)


class Sitting:
    """Guidance by a mind: see `engine.appearance.interfaces.Guidance`."""

    def __init__(self, mind: Mind, surfaces: Sequence[BaseSurface], bundled: Guidance) -> None:
        """``surfaces``: the target, then others that it may think of."""
        self.mind, self.bundled = mind, bundled
        self.oracles = [Oracle(surface) for surface in surfaces]

    def __call__(self, shown: Sequence[Shown], generator: torch.Generator) -> Judgement:
        """``clip`` and ``textureless``."""
        goals = [self.oracles[self.mind.thinks_of(0, len(self.oracles))].pictures(one)[:2] for one in shown]
        other = self.bundled(shown, generator).losses if self.mind.mixes else {}
        losses = {}
        for index, name in enumerate(("clip", "textureless")):
            seen = embed(torch.stack([(one.colored, one.textureless)[index] for one in shown]))
            wanted = embed(torch.stack([pair[index] for pair in goals]).to(seen))
            losses[name] = self.mind.mixed((1 - (seen * wanted).sum(1)).mean(), other.get(name, 0.0))
        return Judgement(losses, 1 - float(losses["clip"].detach()))


def painted(surface: BaseSurface, colors: dict[str, str]) -> BaseSurface:
    """A target whose layers, by parts of their names, have other colours."""
    found = copy.copy(surface)
    found.colors = surface.colors.copy()
    assert surface.layers is not None
    for part, color in colors.items():
        for index, name in enumerate(surface.layers.names):
            if part in name:
                found.colors[surface.layers.vertex_layers == index] = COLORS[color]
    return found


class Studio:
    """One target, its start, and the strangers that a forgetful mind takes it for."""

    def __init__(self, out: Path, name: str, steps: int) -> None:
        self.bench, self.steps, self.name = Bench(out, name), steps, name
        rng, known = np.random.default_rng(1), list(COLORS)
        others = [Bench(out, other).target for other in LOOKS if other != name]
        self.strangers = []
        for surface in [self.bench.target, *others] * 3:
            assert surface.layers is not None
            self.strangers.append(painted(surface, {layer: str(rng.choice(known)) for layer in surface.layers.names}))
        self.start = painted(self.bench.target, dict([WRONG[name]]))
        self.fields: dict[tuple[int, float | None], tuple[AvatarField, dict[str, Tensor]]] = {}
        """A start and how far it may move: its field, and what that was before guidance."""

    def guided(self, mind: Mind, base: BaseSurface, steps: int, **changes: Any) -> dict[str, float]:
        """PSNR, the wrong garment's distance in Lab and the mean of the others, after guidance."""
        settings = SETTINGS | {f"appearance.{key.replace('__', '.')}": value for key, value in changes.items()}
        conf = load_config("draft", overrides={**settings, "appearance.iterations": max(steps, 1)}).appearance
        bench = self.bench
        inputs = AppearanceInputs(
            TEXTS[self.name], bench.betas, bench.body, load_perceptor(), Meaning.of(TEXTS[self.name])
        )
        renderer = renderer_of(conf)
        with tempfile.TemporaryDirectory() as folder:
            runtime = Runtime(torch.Generator().manual_seed(0), "cpu", Silent(), Path(folder))
            key = (id(base), conf.shell.relief)
            if key not in self.fields:
                made = renderer.represent(base, runtime, None)  # type: ignore[arg-type]
                self.fields[key] = (made, {name: value.clone() for name, value in made.state_dict().items()})
            field, untouched = self.fields[key]
            field.load_state_dict(untouched)
            guidance = Sitting(mind, [bench.target, *self.strangers], guidance_of(inputs, conf))
            objective = Objective(field, renderer, guidance, extents_of(inputs, field), replace(conf, iterations=steps))
            Trainer(objective, torch.Generator().manual_seed(1), Silent(), Path(folder)).run()
        found = bench.judge(field, renderer)
        wrong = WRONG[self.name][0]
        others = [miss for name, miss in found["colors"].items() if wrong not in name]
        return {"psnr": found["psnr"], "wrong": found["colors"][wrong], "others": float(np.mean(others))}


def rows(mind: Mind, studios: Sequence[Studio], unguided: Sequence[dict[str, float]], bare: bool) -> dict[str, Any]:
    """The grade of a mind and what its guidance makes of dressed starts, as differences, and of bare ones if asked."""
    perceptor = load_perceptor()
    found: dict[str, Any] = {"mind": mind.name}
    canvas = Canvas(perceptor, mind)
    asked = exam.questions()["prompts"]
    right, clean = [], []
    for question, colors in zip(asked, canvas.paint([one["text"] for one in asked]).numpy()):
        for kind, color in question["garments"].items():
            shares = canvas.shares(colors, kind)
            right.append(max(shares, key=shares.__getitem__) == color)
            clean.append(shares[color])
    found |= {"painting": float(np.mean(right)), "clean": float(np.mean(clean))}
    for keep in KEEPS:
        after = [studio.guided(mind, studio.start, studio.steps, loss__keep=keep) for studio in studios]
        change = {key: float(np.mean([b[key] - a[key] for a, b in zip(unguided, after)])) for key in after[0]}
        change["expected"] = MISREAD * change["wrong"] + (1 - MISREAD) * change["others"]
        found[f"keep {keep:g}"] = change
    if not bare:
        return found
    own_start = {"initializer": "bare", "cameras": "around", "loss__keep": 0.0, "learning_rate": 5e-3}
    for name, own in (
        ("relief", {"shell__relief": RELIEF, "loss__mask": 1.0}),
        ("forms", {"shell__relief": GROWTH, "loss__mask": 0.0, "shell__symmetric": False, "loss__smooth": 0.1}),
    ):
        after = [studio.guided(mind, studio.bench.bare, studio.steps, **own_start, **own) for studio in studios]
        found[name] = {key: float(np.mean([one[key] for one in after])) for key in ("psnr", "others")}
    return found


def told(found: dict[str, Any]) -> str:
    """A row of the table."""
    kept = [found[f"keep {keep:g}"] for keep in KEEPS]
    dressed = " | ".join(
        f"{k['wrong']:+.1f}, {k['others']:+.1f}: {k['expected']:+.1f}, {k['psnr']:+.1f} dB" for k in kept
    )
    bare = [
        f"{found[name]['psnr']:.1f} dB, {found[name]['others']:.0f}" for name in ("relief", "forms") if name in found
    ]
    return f"| {found['mind']} | {found['clean']:.0%} | {found['painting']:.0%} | {dressed} | {', '.join(bare)} |"


def main() -> None:
    """Run what was asked for and print rows as they come; OUT keeps the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--minds", nargs="*", default=MINDS)
    parser.add_argument("--target", nargs="*", choices=tuple(TEXTS), default=tuple(TEXTS))
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--bare", action="store_true", help="also from the bare body, with a relief and with forms")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    studios = [Studio(options.out, name, options.steps) for name in options.target]
    before = [studio.guided(Mind(""), studio.start, 0) for studio in studios]
    print("| defect | clean | painting | " + " | ".join(f"keep {keep:g}" for keep in KEEPS) + " | bare |")
    print("| --- " * (4 + len(KEEPS)) + "|")
    start = {key: float(np.mean([one[key] for one in before])) for key in before[0]}
    print(
        f"| not guided | | | {start['wrong']:.1f}, {start['others']:.1f}, {start['psnr']:.1f} dB " + "| " * 4,
        flush=True,
    )
    kept = []
    for name in options.minds:
        kept.append(rows(Mind(name), studios, before, options.bare))
        print(told(kept[-1]), flush=True)
        (options.out / "grades.json").write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
