"""What the perceptor tells apart: ``python -m engine.training.perceptor.zero_shot HELD_OUT [--model FOLDER]``.

Held-out figures (`figures.py` with a seed of its own) are classified by the texts that they are nearest to, with words
of the training and with synonyms that training never saw; captions look for their pictures among 512; and a body that
changes in one respect must be scored higher by the word for it, step by step.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.body import load_body
from engine.perceptor import Perceptor, load_perceptor
from engine.perceptor.codebook import embed_pictures
from engine.settings import ClipConfig
from engine.shape.query import pictures as body_pictures
from engine.training.perceptor.data import plain_pictures
from engine.training.perceptor.figures import ShapeSpace
from engine.training.perceptor.vocabulary import HELD_OUT, SHAPE_WORDS
from engine.wardrobe.outfit import GARMENT_KINDS, Shape

ATTRIBUTES = ("height", "weight", "muscle", "age", "gender")
WORDS = {
    "height": (("a tall person", "a short person"), ("a towering person", "a petite person")),
    "weight": (("a fat person", "a thin person"), ("a plump person", "a scrawny person")),
    "muscle": (("a muscular person", "a weak person"), ("a brawny person", "a feeble person")),
    "age": (("an old person", "a young person"), ("an elderly person", "a youthful person")),
    "gender": (("a man", "a woman"), ("a guy", "a lady")),
}
"""For more and for less: words of the training, and held-out ones."""
LEVELS = {
    "height": ("tall", "short"), "weight": ("fat", "slim"), "muscle": ("muscular", "weak"),
    "age": ("old", "young"), "gender": ("male", "female"),
}  # fmt: skip
"""Whose ranges in the vocabulary say of which figures one of the words is true."""
BASIC = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "black", "white", "brown", "grey")
GARMENTS = {
    "t_shirt": "t-shirt", "long_sleeve": "sweater", "jacket": "jacket", "coat": "coat", "hoodie": "hoodie",
    "trousers": "trousers", "shorts": "shorts", "skirt": "skirt", "leggings": "leggings", "dress": "dress",
    "gown": "gown", "cape": "cape", "boots": "boots", "shoes": "shoes", "gloves": "gloves", "hat": "hat",
    "belt": "belt", "apron": "apron",
}  # fmt: skip
STEPS = 5


class Held:
    """Held-out figures with the perceptor's embeddings of their first pictures."""

    def __init__(self, folder: Path, perceptor: Perceptor) -> None:
        shards = [pickle.loads(path.read_bytes()) for path in sorted(folder.glob("*.pkl"))]
        pixels, embedded = [], []
        for shard in shards:
            for first in range(0, len(shard["look"]), 100):
                part = slice(first, first + 100)
                albedo = torch.from_numpy(shard["albedo"][part, 0]).permute(0, 3, 1, 2).float() / 255
                normal = torch.from_numpy(shard["normal"][part, 0]).permute(0, 3, 1, 2).float() / 127
                mask = torch.from_numpy(shard["mask"][part, 0]).unsqueeze(1).float() / 255
                pixels.append(plain_pictures(albedo, normal, mask))
                with torch.no_grad():
                    embedded.append(perceptor.encode_image(pixels[-1]))
        self.perceptor, self.embedded = perceptor, torch.cat(embedded)
        self.shape = np.concatenate([shard["shape"] for shard in shards])
        self.looks = [look for shard in shards for look in shard["look"]]
        self.captions = [caption for shard in shards for caption in shard["caption"]]
        self.negatives = [negatives[0] for shard in shards for negatives in shard["negatives"]]
        self.kinds = np.array([kind for shard in shards for kind in shard["kind"]])
        self.views = np.array([views[0] for shard in shards for views in shard["views"]])

    def nearest(self, rows: Sequence[int] | NDArray[np.int64], texts: Sequence[Sequence[str]]) -> NDArray[np.int64]:
        """For each figure of ``rows`` which of its own texts fits its picture best."""
        index = {text: number for number, text in enumerate(dict.fromkeys(text for choice in texts for text in choice))}
        spoken = self.perceptor.encode_text(list(index))
        chosen = spoken[torch.tensor([[index[text] for text in choice] for choice in texts])]
        scores = chosen @ self.embedded[list(rows)][:, :, None]
        found: NDArray[np.int64] = scores[..., 0].argmax(1).numpy()
        return found


def retrieval(held: Held) -> str:
    """Captions among 512 pictures, and against their own hard negatives."""
    count = 512
    spoken, wrong = (held.perceptor.encode_text(texts[:count]) for texts in (held.captions, held.negatives))
    scores = spoken @ held.embedded[:count].T
    place = (scores > scores.diagonal()[:, None]).sum(1)
    beats = (scores.diagonal() > (wrong * held.embedded[:count]).sum(1)).float().mean()
    return f"R@1 {(place < 1).float().mean():.0%}, R@10 {(place < 10).float().mean():.0%}, negatives {beats:.0%}"


def shapes(held: Held) -> None:
    """Both signs of each shape number, by pictures of dressed figures seen whole."""
    for index, attribute in enumerate(ATTRIBUTES):
        more, less = (np.array(SHAPE_WORDS[attribute][level][:2]) for level in LEVELS[attribute])
        value = (held.shape[:, index] + 1) / 2 if attribute == "age" else held.shape[:, index]
        is_more, is_less = ((value >= low) & (value <= high) for low, high in (more, less))
        rows = np.flatnonzero((is_more | is_less) & (held.views == "body"))
        shares = [(held.nearest(rows, [pair] * len(rows)) == is_less[rows]).mean() for pair in WORDS[attribute]]
        print(f"{attribute} | {shares[0]:.0%} | {shares[1]:.0%} | {len(rows)}", flush=True)


def kinds(held: Held) -> None:
    """Which of the garments of its slot a figure wears, in known and in held-out names."""
    unseen = {value: word for word, (role, value) in HELD_OUT.items() if role == "kind"}
    for name, words in (("known", GARMENTS), ("unseen", unseen)):
        slots: dict[str, list[str]] = {}
        for kind in words:
            slots.setdefault(GARMENT_KINDS[kind][0], []).append(kind)
        right: list[bool] = []
        chances: list[float] = []
        for kinds_of_slot in (kinds_ for kinds_ in slots.values() if len(kinds_) > 1):
            worn = [
                (row, kinds_of_slot.index(garment.kind))
                for row, look in enumerate(held.looks)
                for garment in look.garments
                if held.views[row] == "body" and garment.kind in kinds_of_slot
            ]
            texts = [f"a person with {words[kind]}" for kind in kinds_of_slot]
            found = held.nearest([row for row, _ in worn], [texts] * len(worn))
            right += [bool(place == true) for place, (_, true) in zip(found, worn)]
            chances += [1 / len(texts)] * len(worn)
        print(
            f"kind of a garment in its slot, {name} names (chance {np.mean(chances):.0%}) | "
            f"{np.mean(right):.0%} | {len(right)}"
        )


def colors(held: Held) -> None:
    """The colour of one garment, among eleven, and among held-out names of colours."""
    unseen = {value: word for word, (role, value) in HELD_OUT.items() if role == "color"}
    worn = [
        (row, garment)
        for row, look in enumerate(held.looks)
        for garment in look.garments
        if held.views[row] == "body" and garment.kind in GARMENTS
    ]
    for name, words in (("known", {color: color for color in BASIC}), ("unseen", unseen)):
        chosen = [(row, garment) for row, garment in worn if garment.color in words]
        texts = [[f"a person with {word} {GARMENTS[g.kind]}" for word in words.values()] for _, g in chosen]
        found = held.nearest([row for row, _ in chosen], texts)
        right = found == [list(words).index(garment.color) for _, garment in chosen]
        slots = np.array([GARMENT_KINDS[garment.kind][0] for _, garment in chosen])
        by_slot = ", ".join(f"{slot} {right[slots == slot].mean():.0%}" for slot in dict.fromkeys(slots))
        print(f"colour of a garment, {len(words)} {name} names | {right.mean():.0%} | {len(right)} ({by_slot})")


def actions(held: Held) -> None:
    """What a figure does, among ten."""
    rows = np.flatnonzero(held.kinds == "motion")
    if not len(rows):  # layered figures have no captions of what they do
        return
    rng = np.random.default_rng(0)
    texts = []
    for row in rows:
        others = rng.choice(rows[rows != row], 9, replace=False)
        texts.append([held.captions[row], *(held.captions[other] for other in others)])
    print(f"what a figure does, of ten | {(held.nearest(rows, texts) == 0).mean():.0%} | {len(rows)}", flush=True)


def monotonic(perceptor: Perceptor, shapes_file: Path) -> None:
    """Bodies that change in one number: the share of steps at which the score of its words rises."""
    body, space = load_body(), ShapeSpace(shapes_file)
    rng = np.random.default_rng(0)
    for attribute in ATTRIBUTES:
        more, less = perceptor.encode_text(list(WORDS[attribute][0]))
        rising = []
        for _ in range(4):
            height, weight, muscle = rng.uniform(-0.4, 0.4, 3).tolist()
            base = Shape(height, weight, muscle, float(rng.uniform(0.5, 0.8)), float(rng.choice([-1, 1])))
            state = rng.bit_generator.state
            scores = []
            for value in np.linspace(-1, 1, STEPS):
                rng.bit_generator.state = state
                level = 0.5 + 0.225 * (value + 1) if attribute == "age" else value
                betas = space.betas(replace(base, **{attribute: float(level)}), rng, typical=True)
                seen = embed_pictures(perceptor, body_pictures(body, betas, perceptor.input_size))
                scores.append(float(seen @ (more - less)))
            rising += (np.diff(scores) > 0).tolist()
        print(f"{attribute} | {np.mean(rising):.0%} of {len(rising)} steps", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("held_out", type=Path)
    parser.add_argument("--shapes", type=Path, help="SHAPES.npz, for the monotonic responses")
    parser.add_argument("--model", help="folder of a perceptor; the bundled one if absent")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    perceptor = load_perceptor(ClipConfig(model=arguments.model))
    held = Held(arguments.held_out, perceptor)
    print(retrieval(held), flush=True)
    print("attribute | known words | unseen words | figures")
    shapes(held)
    colors(held)
    kinds(held)
    actions(held)
    if arguments.shapes:
        monotonic(perceptor, arguments.shapes)


if __name__ == "__main__":
    main()
