"""Tune the towers' last layers to choose: ``python -m engine.training.perceptor.heads FIGURES HELD_OUT OUT --start …``.

Regression makes both towers say what is true; here the layers behind the image tower's maps, and the text tower's
projection, learn to score the true text of a choice (`choices`) above the false ones, and a caption's own picture
above the others of the batch. What the layers before them say is computed once, of pictures as they are and of
adversarial ones, so that thousands of steps take minutes.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import copy
import pickle
import random
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.training.perceptor.choices import COUNT, choice
from engine.training.perceptor.data import Batch, Figures
from engine.training.perceptor.train import BATCH, SPACE_FILE, Towers, attacked, evaluate, matching, regress, save

STEPS, ROWS = 300, 256
REGRESSION = 1.0
"""Weight of the regression that the towers come from."""
KEPT = 0.75
"""How far the weights go from what they were to what they learned (Wortsman et al. 2022): all the way costs shapes."""


@dataclass
class Seen:
    """What the frozen layers say of N pictures, and K texts with M choices among them."""

    deepest: Tensor  # (N, F)
    read: Tensor  # (N, read)
    target: Tensor  # (N, D)
    texts: Tensor  # (K, W)
    options: Tensor  # (N, COUNT) indices into the texts, -1 for none; the first is true
    captioned: Tensor  # (N,) whether the first text is the caption of that very figure


def options_of(batch: Batch, row: int, motions: list[str], dice: random.Random) -> tuple[list[str], bool]:
    """Texts about one picture, and whether the first is its caption."""
    caption, negatives = batch.captions[row], batch.negatives[row]
    if batch.views[row] == "face":
        return [caption, *negatives], True
    moves = motions if batch.kinds[row] == "motion" else []
    look = None if batch.grey[row] else batch.looks[row]
    texts = choice(look, batch.shape[row].tolist(), caption, negatives, dice, moves)
    return texts, texts[0] == caption and look is not None


def collect(towers: Towers, figures: Figures, count: int, radius: float) -> Seen:
    """``count`` pictures, every other one adversarial, with a choice each."""
    generator, dice = torch.Generator().manual_seed(11), random.Random(11)
    figures.refresh()
    motions = sorted({c for s in figures.shards.values() for c, k in zip(s["caption"], s["kind"]) if k == "motion"})
    index: dict[str, int] = {}
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    options: list[list[int]] = []
    captioned: list[bool] = []
    while len(options) < count:
        batch = figures.batch(BATCH, generator)
        batch.images[::2] = attacked(towers, batch.images[::2], batch.target[::2], radius)
        towers.model.eval()
        with torch.no_grad(), towers.half:
            _, deepest, read = towers.model.vision_model.look(towers.pixels(batch.images))
        parts.append((deepest.half(), read.half(), batch.target))
        for row in range(len(batch.images)):
            texts, own = options_of(batch, row, motions, dice)
            found = [index.setdefault(text, len(index)) for text in texts[:COUNT]]
            options.append(found + [-1] * (COUNT - len(found)))
            captioned.append(own)
    with torch.no_grad():
        texts = list(index)
        spoken = torch.cat([towers.words(texts[i : i + 512]).half() for i in range(0, len(texts), 512)])
    deepest, read, target = (torch.cat(column) for column in zip(*parts))
    return Seen(deepest, read, target, spoken, torch.tensor(options), torch.tensor(captioned))


def tune(towers: Towers, seen: Seen, rate: float) -> None:
    """Adam on the last layers; prints the shares of right choices."""
    vision = towers.model.vision_model
    heads = [vision.gist, vision.summary, towers.model.visual_projection, towers.model.text_projection]
    temperature = torch.tensor(3.0, requires_grad=True)
    parameters = [temperature, *(p for head in heads for p in head.parameters())]
    optimizer = torch.optim.AdamW(parameters, rate, betas=(0.9, 0.98), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=STEPS, pct_start=0.05)
    generator = torch.Generator().manual_seed(12)
    recent = []
    for step in range(STEPS):
        rows = torch.randperm(len(seen.read), generator=generator)[:ROWS]
        summed = vision.sum_up(seen.deepest[rows].float(), seen.read[rows].float())
        found = towers.model.visual_projection(summed)
        options = seen.options[rows]
        spoken = F.normalize(towers.model.text_projection(seen.texts[options.clamp_min(0)].float()), dim=-1)
        image = F.normalize(found, dim=-1)
        scores = (spoken @ image[:, :, None])[..., 0] * temperature.exp()
        chosen = F.cross_entropy(scores.masked_fill(options < 0, -1e4), torch.zeros(ROWS, dtype=torch.long))
        own = seen.captioned[rows]
        matched = matching(image[own] @ spoken[own, 0].T * temperature.exp())
        loss = chosen + 0.3 * matched + REGRESSION * regress(found, seen.target[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        recent.append((chosen.item(), matched.item(), (scores.argmax(1) == 0).float().mean().item()))
        if (step + 1) % 100 == 0:
            choosing, pairing, right = torch.tensor(recent[-100:]).mean(0).tolist()
            print(f"{step + 1} choosing {choosing:.3f} matching {pairing:.3f} right {right:.1%}", flush=True)


def main() -> None:
    """Collect, tune and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("held_out", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, nargs=2, required=True, help="folders of the text and the image tower")
    parser.add_argument("--pictures", type=int, default=24000)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--robust", type=float, default=2.5, help="L2 radius of adversarial pictures")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    towers = Towers(arguments.out, fresh=True)
    towers.load(arguments.start)
    space = pickle.loads((arguments.out / SPACE_FILE).read_bytes())
    figures, held_out = Figures(arguments.figures, space, 60), Figures(arguments.held_out, space, 2)
    held_out.refresh()
    print("before", evaluate(towers, held_out), flush=True)
    before = copy.deepcopy(towers.model.state_dict())
    tune(towers, collect(towers, figures, arguments.pictures, arguments.robust), arguments.rate)
    towers.between(before, lambda name: KEPT)
    print("after", evaluate(towers, held_out), flush=True)
    save(towers, arguments.out)


if __name__ == "__main__":
    main()
