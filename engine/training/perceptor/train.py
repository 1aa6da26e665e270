"""Train the bundled perceptor: ``python -m engine.training.perceptor.train PART FIGURES HELD_OUT OUT --minutes N``.

A dual encoder: `ConvTower` for pictures, a two-layer CLIP text transformer for words. ``prepare`` makes the tokenizer
and the space of truths (`engine.wardrobe.truths`); ``text`` and ``image`` then run side by side, each regressing to
that space, so that their cosine judges what was said; ``merge`` puts the two towers into one model of half precision.
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    CLIPTextConfig,
    CLIPTokenizer,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
)

from engine.perceptor.clip import ClipPerceptor
from engine.perceptor.conv import ConvTowerConfig
from engine.training.perceptor import grammar
from engine.training.perceptor.data import SIZE, Figures
from engine.training.perceptor.tokenizer import CONTEXT, train_tokenizer
from engine.training.perceptor.words import Mention, Sample
from engine.wardrobe.truths import Space, look_truths

WIDTH, EMBED = 128, 192
BATCH = 128
SPACE_FILE = "space.pkl"


def new_model(tokenizer: CLIPTokenizer) -> VisionTextDualEncoderModel:
    """A randomly initialised dual encoder of the bundled size."""
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), num_hidden_layers=2, max_position_embeddings=CONTEXT,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        hidden_size=WIDTH, intermediate_size=3 * WIDTH, num_attention_heads=4, projection_dim=EMBED,
    )  # fmt: skip
    config = VisionTextDualEncoderConfig.from_vision_text_configs(ConvTowerConfig(SIZE), text, projection_dim=EMBED)
    return VisionTextDualEncoderModel(config)


class Towers:
    """The model with its preprocessing, and embeddings before they are normalised."""

    def __init__(self, folder: Path, fresh: bool) -> None:
        self.tokenizer = CLIPTokenizer.from_pretrained(folder)
        model = new_model(self.tokenizer) if fresh else VisionTextDualEncoderModel.from_pretrained(folder)
        self.perceptor = ClipPerceptor(model, self.tokenizer, "training")
        self.model = model
        model.train().requires_grad_(True)

    def image(self, images: Tensor) -> Tensor:
        """(N, EMBED) of pictures (N, 3, SIZE, SIZE)."""
        pixels = (images - self.perceptor._mean) / self.perceptor._std
        return self.model.visual_projection(self.model.vision_model(pixel_values=pixels).pooler_output)

    def text(self, texts: list[str]) -> Tensor:
        """(N, EMBED) of captions."""
        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=CONTEXT, return_tensors="pt")
        pooled = self.model.text_model(**{k: tokens[k] for k in ("input_ids", "attention_mask")}).pooler_output
        return self.model.text_projection(pooled)


def regress(found: Tensor, target: Tensor) -> Tensor:
    """Squared error, in shares of the targets' variance, and the angle."""
    return (found - target).square().sum(1).mean() / target.square().sum(1).mean() + 0.5 * (
        1 - F.cosine_similarity(found, target).mean()
    )


PHRASES = 0.8
"""Share of captions of outfits that are cut down to one phrase: prompts are read phrase by phrase, too."""
ORDER = ("color", "pattern", "kind", "accent")


def phrase(sample: Sample, rng: np.random.Generator) -> str:
    """One thing of all that a caption states: 'cobalt blue sandals', 'short ginger hair'."""
    groups: dict[tuple, list[Mention]] = {}
    for mention in sample.mentions:
        if mention.role in ORDER and mention.targets:
            groups.setdefault(mention.targets, []).append(mention)
        elif mention.role in ("hair_style", "beard", "skin", "noun", "name"):
            groups[(mention.role,)] = [mention]
    if not groups:
        return sample.caption
    chosen = list(groups.values())[rng.integers(len(groups))]
    chosen.sort(key=lambda mention: ORDER.index(mention.role) if mention.role in ORDER else 0)
    if len(chosen) == 2 and rng.random() < 0.15:
        chosen.reverse()
        return f"{chosen[0].words()} in {chosen[1].words()}"
    return ("a " if rng.random() < 0.4 else "") + " ".join(mention.words() for mention in chosen)


def caption_pool(count: int, seed: int) -> tuple[list[str], dict[str, np.ndarray]]:
    """Captions with the truths of their figures, without rendering."""
    rng = np.random.default_rng(seed)
    samples = [grammar.sample(rng) for _ in range(count)]
    shape = [(s.shape.height, s.shape.weight, s.shape.muscle, s.shape.age * 2 - 1, s.shape.gender) for s in samples]
    captions = [
        phrase(sample, rng) if sample.kind in ("outfit", "override") and rng.random() < PHRASES else sample.caption
        for sample in samples
    ]
    return captions, look_truths([s.look for s in samples], np.array(shape, np.float32))


def prepare(out: Path) -> None:
    """Tokenizer and space, which all parts share."""
    train_tokenizer(out)
    _, groups = caption_pool(12000, 7)
    (out / SPACE_FILE).write_bytes(pickle.dumps(Space.fit(groups, EMBED)))


def text_losses(towers: Towers, space: Space) -> Iterator[Tensor]:
    """Captions drawn anew all the time; each is used a few times."""
    pool: list[tuple[list[str], Tensor]] = []
    rng, seed = np.random.default_rng(3), 1000
    while True:
        captions, groups = caption_pool(512, seed)
        seed += 1
        pool = [*pool[-300:], (captions, space(groups))]
        for _ in range(8):
            texts, target = pool[rng.integers(len(pool))]
            chosen = rng.permutation(len(texts))[:BATCH]
            yield regress(towers.text([texts[i] for i in chosen]), target[chosen])


def image_losses(towers: Towers, space: Space, figures: Figures) -> Iterator[Tensor]:
    """Pictures of stored figures."""
    generator = torch.Generator().manual_seed(1)
    while True:
        figures.refresh()
        for _ in range(100):
            batch = figures.batch(BATCH, generator)
            yield regress(towers.image(batch.images), space(batch.truths))


@torch.no_grad()
def evaluate(towers: Towers, space: Space, held_out: Figures) -> str:
    """Retrieval among 512, how often the right caption beats its hard negative, and variance left unexplained."""
    towers.model.eval()
    batch = held_out.batch(512, torch.Generator().manual_seed(5), plain=True)
    target = space(batch.truths)
    seen, spoken, wrong = towers.image(batch.images), towers.text(batch.captions), towers.text(batch.negatives)
    towers.model.train()
    image, text, false = (F.normalize(x, dim=-1) for x in (seen, spoken, wrong))
    place = ((text @ image.T).argsort(1, descending=True) == torch.arange(512)[:, None]).float().argmax(1)
    ideal = ((text @ F.normalize(target, dim=-1).T).argsort(1, descending=True) == torch.arange(512)[:, None]).float()
    figures = {
        "R@1": (place < 1).float().mean(), "R@10": (place < 10).float().mean(),
        "ideal R@10": (ideal.argmax(1) < 10).float().mean(),
        "beats": ((image * text).sum(1) > (image * false).sum(1)).float().mean(),
        "left": (seen - target).square().sum() / target.square().sum(),
        "cos": (image * F.normalize(target, dim=-1)).sum(1).mean(),
    }  # fmt: skip
    return " ".join(f"{name} {float(value):.3f}" for name, value in figures.items())


def main() -> None:
    """One part for a number of minutes; the folder can be loaded after every report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("prepare", "text", "image", "merge"))
    parser.add_argument("figures", type=Path)
    parser.add_argument("held_out", type=Path)
    parser.add_argument("out", type=Path, help="folder of this part; text and image start from prepare's")
    parser.add_argument(
        "--start", type=Path, nargs="*", help="folders whose towers to begin with: text's, then image's"
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--shards", type=int, default=60)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    if arguments.part == "prepare":
        prepare(arguments.out)
        return
    towers = Towers(arguments.out, fresh=True)
    for folder, names in zip(arguments.start or (), (("text_",), ("vision_", "visual_"))):
        state = VisionTextDualEncoderModel.from_pretrained(folder).state_dict()
        towers.model.load_state_dict({k: v for k, v in state.items() if k.startswith(names)}, strict=False)
    if arguments.part == "merge":
        towers.model.half()
        save(towers, arguments.out)
        return
    space: Space = pickle.loads((arguments.out / SPACE_FILE).read_bytes())
    figures, held_out = Figures(arguments.figures, arguments.shards), Figures(arguments.held_out, 2)
    figures.refresh()
    held_out.refresh()
    losses = {
        "text": lambda: text_losses(towers, space),
        "image": lambda: image_losses(towers, space, figures),
    }[arguments.part]()
    train(towers, losses, arguments, lambda: evaluate(towers, space, held_out))


def train(towers: Towers, losses: Iterator[Tensor], arguments: argparse.Namespace, judge: Callable[[], str]) -> None:
    """The loop: the learning rate follows the clock."""
    parameters: list[nn.Parameter] = list(towers.model.parameters())
    optimizer = torch.optim.AdamW(parameters, arguments.rate, betas=(0.9, 0.98), weight_decay=0.02)
    start, step, recent = time.time(), 0, []
    while (done := (time.time() - start) / (60 * arguments.minutes)) < 1:
        rate = arguments.rate * min(1.0, (step + 1) / 60) * (0.02 + 0.98 * 0.5 * (1 + np.cos(done * np.pi)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = next(losses)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        recent.append(loss.item())
        step += 1
        if step % 200 == 0:
            print(
                f"{step} {60 * arguments.minutes * done:.0f} s loss {np.mean(recent[-200:]):.3f} {judge()}", flush=True
            )
            save(towers, arguments.out)
    print("end", judge(), flush=True)
    save(towers, arguments.out)


def save(towers: Towers, out: Path) -> None:
    """Write the model as a transformers folder."""
    towers.model.save_pretrained(out)
    towers.tokenizer.save_pretrained(out)


if __name__ == "__main__":
    main()
