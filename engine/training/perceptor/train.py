"""Train the bundled perceptor: ``python -m engine.training.perceptor.train PART FIGURES HELD_OUT OUT --minutes N``.

A dual encoder: `PartsTower` for pictures, a two-layer CLIP text transformer for words. ``prepare`` makes the tokenizer
and the space of attributes (`engine.wardrobe.attribute_space`); ``text`` and ``image`` then run side by side, each
regressing to that space, so that their cosine judges what was said; ``merge`` puts the two towers into one model of
half precision.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import copy
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import (
    CLIPTextConfig,
    CLIPTokenizer,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
)

from engine.body import load_body, stand_pose
from engine.perceptor.clip import ClipPerceptor
from engine.perceptor.parts_tower import PartsTowerConfig
from engine.training.perceptor import grammar
from engine.training.perceptor.data import Batch, Figures
from engine.training.perceptor.figures import POSED, SIZE, labelled_poses, motion_caption
from engine.training.perceptor.lexis import lexis
from engine.training.perceptor.tokenizer import CONTEXT, train_tokenizer
from engine.training.perceptor.words import RARE, Mention, Sample
from engine.wardrobe.attribute_space import PROBES, Space, attributes, pose_attributes
from engine.wardrobe.parts import CHROMA, PARTS, SHADE_TONES, SHADE_WIDTH

WIDTH, EMBED = 256, 384
BATCH = 128
FIGURE = 0.5
"""Weight of shape and pose on their own."""
MATCHING, SHARPNESS = 0.3, 20.0
"""Weight of captions' finding their own figures, and the factor of cosines in it."""
MOTION = 0.1
"""Share of captions that speak of what a figure does."""
SPACE_FILE = "space.pkl"


def new_model(tokenizer: CLIPTokenizer) -> VisionTextDualEncoderModel:
    """A randomly initialised dual encoder of the bundled size."""
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=2,
        max_position_embeddings=CONTEXT,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        hidden_size=WIDTH,
        intermediate_size=3 * WIDTH,
        num_attention_heads=WIDTH // 32,
        projection_dim=EMBED,
    )
    vision = PartsTowerConfig(
        SIZE, parts=len(PARTS), regions=len(PROBES), shades=SHADE_TONES.tolist(), chroma=CHROMA, shade_width=SHADE_WIDTH
    )
    config = VisionTextDualEncoderConfig.from_vision_text_configs(vision, text, projection_dim=EMBED)
    return VisionTextDualEncoderModel(config)


class Towers:
    """The model with its preprocessing, and embeddings before they are normalised."""

    def __init__(self, folder: Path, fresh: bool) -> None:
        self.tokenizer = CLIPTokenizer.from_pretrained(folder)
        self.model: Any = new_model(self.tokenizer) if fresh else VisionTextDualEncoderModel.from_pretrained(folder)
        self.perceptor = ClipPerceptor(self.model, self.tokenizer, "training")
        move: Any = self.model.to  # typed as a wrapper that wants itself
        move(memory_format=torch.channels_last).train().requires_grad_(True)

    @property
    def half(self) -> torch.autocast:
        """A context of half precision, twice as fast and as good; a new one each time, as one cannot nest in itself."""
        return torch.autocast("cpu", torch.bfloat16)

    def pixels(self, images: Tensor) -> Tensor:
        """Pictures as the tower takes them."""
        return ((images - self.perceptor._mean) / self.perceptor._std).contiguous(memory_format=torch.channels_last)

    def load(self, start: Sequence[Path]) -> None:
        """Towers of other folders: text's, then image's. What does not fit stays as it is."""
        for folder, names in zip(start, (("text_",), ("vision_", "visual_"))):
            state = load_file(folder / "model.safetensors")
            if names == ("text_",) and state["text_projection.weight"].shape != (EMBED, WIDTH):
                widen(self.model, state)
                continue
            own = self.model.state_dict()
            fitting = {k: v for k, v in state.items() if k.startswith(names) and k in own and own[k].shape == v.shape}
            self.model.load_state_dict(fitting, strict=False)

    def blend(self, other: Sequence[Path], shares: Sequence[float]) -> None:
        """Go some way, of the text's and of the image's tower, to those of other folders (Wortsman et al. 2022)."""
        before = copy.deepcopy(self.model.state_dict())
        self.load(other)
        self.between(before, lambda name: shares[0 if name.startswith("text_") else 1])

    def between(self, before: dict[str, Tensor], share: Callable[[str], float]) -> None:
        """Weights that lie between those of before and the model's, by the share of the way for each name."""
        for name, value in self.model.state_dict().items():
            if value.is_floating_point():
                value.copy_(before[name].lerp(value, share(name)))

    def image(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, EMBED) of pictures (N, 3, SIZE, SIZE), and the maps that they rest on."""
        with self.half:
            seen = self.model.vision_model(pixel_values=self.pixels(images))
            return self.model.visual_projection(seen.pooler_output).float(), seen.last_hidden_state.float()

    def text(self, texts: list[str]) -> Tensor:
        """(N, EMBED) of captions."""
        with self.half:
            return self.model.text_projection(self.words(texts)).float()

    def words(self, texts: list[str]) -> Tensor:
        """(N, WIDTH) what the text tower makes of captions, before its projection."""
        ids = self.tokenizer(texts, truncation=True, max_length=CONTEXT)["input_ids"]
        order = sorted(range(len(texts)), key=lambda i: len(ids[i]))
        found = torch.cat([self._encoded([ids[i] for i in part]) for part in np.array_split(order, 4) if len(part)])
        return found[torch.tensor(order).argsort()]

    def _encoded(self, ids: list[list[int]]) -> Tensor:
        """(N, WIDTH) of token sequences of about the same length, so that little is padding."""
        tokens = self.tokenizer.pad({"input_ids": ids}, return_tensors="pt")
        with self.half:
            pooled = self.model.text_model(**{k: tokens[k] for k in ("input_ids", "attention_mask")}).pooler_output
            return pooled.float()


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


@lru_cache(maxsize=1)
def poses() -> tuple[np.ndarray, list[list[str]], np.ndarray]:
    """`pose_attributes` of the labelled poses with their texts, and those of the stand pose."""
    found, texts = labelled_poses()
    body = load_body()
    joints = body.pose(np.zeros(body.num_betas), np.concatenate([found, stand_pose()[None]]))[1]
    values = pose_attributes(joints)
    return values[:-1], texts, values[-1]


def caption_pool(
    count: int, seed: int, everything: bool = False
) -> tuple[list[str], dict[str, np.ndarray], np.ndarray]:
    """Captions with the attributes of their figures, without rendering; and which captions speak of the pose.

    ``everything``: a quarter of them hold words that are kept for evaluation otherwise.
    """
    rng = np.random.default_rng(seed)
    samples = [grammar.sample(rng, everything and rng.random() < 0.25) for _ in range(count)]
    shape = np.stack([sample.shape.numbers() for sample in samples])
    captions = [
        phrase(sample, rng) if sample.kind in ("outfit", "override") and rng.random() < PHRASES else sample.caption
        for sample in samples
    ]
    labelled, texts, standing = poses()
    moving = rng.random(count) < MOTION
    index = rng.integers(len(labelled), size=count)
    posed = moving | (rng.random(count) < POSED)
    pose = np.where(posed[:, None], labelled[index], standing)
    for row in np.flatnonzero(moving):
        captions[row] = motion_caption(texts[index[row]], rng)
    return captions, attributes([s.look for s in samples], shape, pose), moving


def reweigh(towers: Towers, out: Path) -> None:
    """Bring a stored space to `SHARES`, and both towers along with it: their last layers are linear."""
    _, groups, _ = caption_pool(12000, 7)
    old: Space = pickle.loads((out / SPACE_FILE).read_bytes())
    new = old.reweighed(groups)
    turned = torch.zeros(EMBED, EMBED)
    for name in groups:
        directions = torch.from_numpy(old.directions(name)).float()
        turned += directions.T @ directions * float((new.scale[name] / old.scale[name]).mean())
    with torch.no_grad():
        for layer in (towers.model.text_projection, towers.model.visual_projection):
            layer.weight.copy_(turned @ layer.weight)
    (out / SPACE_FILE).write_bytes(pickle.dumps(new))
    save(towers, out)


def prepare(out: Path) -> None:
    """Tokenizer and space, which all parts share."""
    train_tokenizer(out)
    _, groups, _ = caption_pool(12000, 7)
    (out / SPACE_FILE).write_bytes(pickle.dumps(Space.fit(groups, EMBED)))


def expected(groups: dict[str, np.ndarray], moving: np.ndarray, space: Space) -> Tensor:
    """(N, D) attributes of a pool's figures; what has nothing to do with a caption is at its mean at once."""
    for name in groups:
        groups[name][moving != (name == "pose")] = space.mean[name]
    return space(groups)


def text_losses(towers: Towers, space: Space, everything: bool, sight: Sight | None) -> Iterator[Tensor]:
    """Captions drawn anew all the time, each used a few times; with a ``sight``, they also find their figures."""
    pool: list[tuple[list[str], Tensor, Tensor]] = []
    rng, seed = np.random.default_rng(3), 1000
    while True:
        captions, groups, moving = caption_pool(512, seed, everything)
        seed += 1
        truth = space(groups)
        pool = [*pool[-300:], (captions, truth, expected(groups, moving, space))]
        for _ in range(8):
            texts, truth, target = pool[rng.integers(len(pool))]
            chosen = rng.permutation(len(texts))[: BATCH if sight is None else 2 * BATCH]
            found = towers.text([texts[i] for i in chosen])
            loss = regress(found, target[chosen])
            if sight is not None:
                seen = F.normalize(sight(truth[chosen], rng), dim=-1)
                loss = loss + MATCHING * matching(SHARPNESS * F.normalize(found, dim=-1) @ seen.T)
            yield loss


class Sight:
    """What an image tower would say of figures that are not drawn: what is true of them, and the errors that it made
    on others, which it had not seen in training (a regression and its residuals, drawn at random).
    """

    def __init__(self, towers: Towers, figures: Figures, count: int = 6000) -> None:
        generator = torch.Generator().manual_seed(21)
        towers.model.eval()
        found, truth = [], []
        with torch.no_grad():
            for _ in range(count // BATCH):
                batch = figures.batch(BATCH, generator, plain=True)
                found.append(towers.image(batch.images)[0])
                truth.append(batch.target)
        towers.model.train()
        true, said = torch.cat(truth), torch.cat(found)
        gram = true.T @ true + 1e-2 * len(true) * true.square().mean() * torch.eye(EMBED)
        self.map = torch.linalg.solve(gram, true.T @ said)
        self.errors = said - true @ self.map

    def __call__(self, truth: Tensor, rng: np.random.Generator) -> Tensor:
        """(N, EMBED) of true attributes (N, EMBED)."""
        return truth @ self.map + self.errors[rng.integers(len(self.errors), size=len(truth))]


def matching(scores: Tensor) -> Tensor:
    """How badly captions find their own pictures, and these their captions, by scores (N, N) of each pair (InfoNCE)."""
    places = torch.arange(len(scores))
    return 0.5 * (F.cross_entropy(scores, places) + F.cross_entropy(scores.T, places))


def image_losses(towers: Towers, figures: Figures, space: Space, radius: float) -> Iterator[Tensor]:
    """Pictures of stored figures; with a ``radius`` (L2), every other one is moved by it to where the tower errs most.

    Shape and pose, a small share of the space's variance, are asked for once more on their own.
    """
    generator = torch.Generator().manual_seed(1)
    figure = torch.from_numpy(np.concatenate([space.directions("shape"), space.directions("pose")])).float().T
    while True:
        figures.refresh()
        for _ in range(100):
            batch = figures.batch(BATCH, generator)
            if radius:
                batch.images[::2] = attacked(towers, batch.images[::2], batch.target[::2], radius)
            found, maps = towers.image(batch.images)
            built = regress(found @ figure, batch.target @ figure)
            yield regress(found, batch.target) + FIGURE * built + map_loss(maps, batch)


def attacked(towers: Towers, images: Tensor, target: Tensor, radius: float, steps: int = 1) -> Tensor:
    """Pictures moved by projected gradient ascent on the regression's loss (Madry et al. 2018)."""
    towers.model.eval()
    moved = images
    for _ in range(steps):
        moved = moved.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(regress(towers.image(moved)[0], target), moved)
        length = gradient.flatten(1).norm(dim=1)[:, None, None, None].clamp_min(1e-12)
        offset = moved + 1.5 * radius / steps * gradient / length - images
        far = offset.flatten(1).norm(dim=1)[:, None, None, None]
        moved = (images + offset * (radius / far.clamp_min(radius))).clamp(0, 1)
    towers.model.train()
    return moved.detach()


def map_loss(maps: Tensor, batch: Batch) -> Tensor:
    """Cross-entropies of parts and regions, and the error of colours freed from shading."""
    count = 1 + len(PARTS)
    loss = 0.4 * F.cross_entropy(maps[:, :count], batch.part) + 0.3 * F.cross_entropy(maps[:, count:-1], batch.region)
    shrink = batch.images.shape[-1] // maps.shape[-1]
    albedo = F.avg_pool2d(batch.images, shrink) * maps[:, -1:].exp()
    error = (albedo - F.avg_pool2d(batch.albedo, shrink)).abs().mean(1)
    inside = (batch.part > 0).float()
    return loss + 2.0 * (error * inside).sum() / inside.sum().clamp_min(1)


@torch.no_grad()
def evaluate(towers: Towers, held_out: Figures) -> str:
    """Retrieval among 512, how often the right caption beats its hard negative, and variance left unexplained."""
    towers.model.eval()
    batch = held_out.batch(512, torch.Generator().manual_seed(5), plain=True)
    seen, maps = zip(*(towers.image(part) for part in batch.images.split(128)))
    found, found_maps = torch.cat(seen), torch.cat(maps)
    spoken, wrong = towers.text(batch.captions), towers.text([texts[0] for texts in batch.negatives])
    towers.model.train()
    image, text, false, target = (F.normalize(x, dim=-1) for x in (found, spoken, wrong, batch.target))

    def places(scores: Tensor) -> Tensor:
        return (scores.argsort(1, descending=True) == torch.arange(512)[:, None]).float().argmax(1)

    place, ideal, named = places(text @ image.T), places(text @ target.T), places(image @ target.T)
    inside = batch.part > 0
    right = found_maps[:, : 1 + len(PARTS)].argmax(1) == batch.part
    figures = {
        "R@1": (place < 1).float().mean(),
        "R@10": (place < 10).float().mean(),
        "ideal R@10": (ideal < 10).float().mean(),
        "image->truth R@1": (named < 1).float().mean(),
        "beats": ((image * text).sum(1) > (image * false).sum(1)).float().mean(),
        "left": (found - batch.target).square().sum() / batch.target.square().sum(),
        "cos": (image * target).sum(1).mean(),
        "parts": right[inside].float().mean(),
    }
    return " ".join(f"{name} {float(value):.3f}" for name, value in figures.items())


def widen(model: VisionTextDualEncoderModel, state: dict[str, Tensor]) -> None:
    """Put a narrower text tower's weights into the corner of a wider one, which then says nearly the same.

    Layer norms see a third more (zero) columns, and their gains shrink by as much; new rows start small.
    """
    own = model.state_dict()
    for name, value in state.items():
        if not name.startswith("text_model.") or name not in own or own[name].dim() != value.dim():
            continue
        wide = own[name] * 0.1 if value.dim() == 2 else own[name]
        shrink = (value.shape[0] / wide.shape[0]) ** 0.5 if "norm" in name and name.endswith("weight") else 1.0
        wide[tuple(slice(size) for size in value.shape)] = value * shrink
        if value.dim() == 2:  # old outputs hear nothing of new inputs at first
            wide[: value.shape[0], value.shape[1] :] *= 0.1
        own[name] = wide
    model.load_state_dict(own)


def main() -> None:
    """One part for a number of minutes; the folder can be loaded after every report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("prepare", "reweigh", "text", "image", "merge"))
    parser.add_argument("figures", type=Path)
    parser.add_argument("held_out", type=Path)
    parser.add_argument("out", type=Path, help="folder of this part; text and image start from prepare's")
    parser.add_argument(
        "--start", type=Path, nargs="*", help="folders whose towers to begin with: text's, then image's"
    )
    parser.add_argument(
        "--blend", type=float, nargs=2, help="how far to go to two more folders' towers: of text, of image"
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--shards", type=int, default=60)
    parser.add_argument("--rare", type=float, default=RARE, help="share of rare words in captions")
    parser.add_argument("--everything", action="store_true", help="the words held out for evaluation, too")
    parser.add_argument("--unseen", type=Path, help="figures that the image tower has not seen, for captions to find")
    parser.add_argument("--robust", type=float, default=0.0, help="L2 radius of adversarial pictures; 0 for none")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    lexis(False).words.rare = arguments.rare
    if arguments.part == "prepare":
        prepare(arguments.out)
        return
    towers = Towers(arguments.out, fresh=True)
    towers.load((arguments.start or ())[:2])
    if arguments.blend:
        towers.blend((arguments.start or ())[2:], arguments.blend)
    if arguments.part == "reweigh":
        reweigh(towers, arguments.out)
        return
    if arguments.part == "merge":
        towers.model.half()
        save(towers, arguments.out)
        return
    space: Space = pickle.loads((arguments.out / SPACE_FILE).read_bytes())
    figures, held_out = (
        Figures(arguments.figures, space, arguments.shards),
        Figures(arguments.held_out, space, 2),
    )
    held_out.refresh()
    sight = None
    if arguments.unseen:
        unseen = Figures(arguments.unseen, space, arguments.shards)
        unseen.refresh()
        sight = Sight(towers, unseen)
    losses = {
        "text": lambda: text_losses(towers, space, arguments.everything, sight),
        "image": lambda: image_losses(towers, figures, space, arguments.robust),
    }[arguments.part]()
    train(towers, losses, arguments, lambda: evaluate(towers, held_out))


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
