"""Make the shape and outfit codebooks: ``python -m engine.training.perceptor.codebooks SHAPES.npz SPACE.pkl``.

Shapes are K-means centres of sampled bodies; outfits are looks of the caption grammar with their captions, every entry
of the lexicon several times and as many random outfits. Both carry the bundled perceptor's embeddings.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import re
import zlib
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from scipy.cluster.vq import kmeans2

from engine.body import load_body
from engine.perceptor import Perceptor, load_perceptor
from engine.perceptor.codebook import embed_pictures
from engine.shape import query
from engine.shape.codebook import BUNDLED
from engine.training.perceptor import grammar, wardrobe
from engine.training.perceptor.entries import Entry, load_lexicon
from engine.training.perceptor.figures import ShapeSpace
from engine.training.perceptor.train import caption_pool, expected
from engine.wardrobe import readout
from engine.wardrobe.attribute_space import SHARES, Space
from engine.wardrobe.outfit import HUMAN_SKINS, Look, Shape

SEED = 0
SHAPES, OUTFITS, READOUT = 768, 6000, 20000
GRANTED = "fair"
"""Skin of those whom the lexicon knows by their own names and of whose skin it says nothing."""
OF_EACH, PER_FIGURE = 2, 3
"""Looks of each figure of the lexicon, and the most of each further name."""


def sample_shapes(space: ShapeSpace, count: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Bodies of the grammar's shapes, race and proportions about average: betas (count, S) and numbers (count, 5)."""
    betas, described = [], []
    for _ in range(count):
        age = rng.uniform(0.5, 1.0) if rng.random() < 0.8 else rng.uniform(0.1, 0.5)
        gender = rng.choice([-1.0, 1.0]) if rng.random() < 0.85 else rng.uniform(-1, 1)
        height, weight, muscle = np.sign(rng.uniform(-1, 1, 3)) * rng.beta(1.1, 0.9, 3)
        shape = Shape(float(height), float(weight), float(muscle), float(age), float(gender))
        betas.append(space.betas(shape, rng, typical=True))
        described.append(shape.numbers())
    return np.array(betas), np.array(described)


def make_shapes(shapes_file: Path, rng: np.random.Generator) -> None:
    """Write ``assets/shapes.safetensors``."""
    body, perceptor = load_body(), load_perceptor()
    samples, described = sample_shapes(ShapeSpace(shapes_file), 12000, rng)
    centers, member = kmeans2(samples, SHAPES, minit="++", seed=SEED, iter=25)
    counts = np.bincount(member, minlength=SHAPES)[:, None]
    words = np.stack([np.bincount(member, described[:, k], SHAPES) for k in range(5)], 1) / np.maximum(counts, 1)
    filled = counts[:, 0] > 0
    codes = torch.from_numpy(centers[filled]).half()
    size = perceptor.input_size
    embedded = torch.stack([embed_pictures(perceptor, query.pictures(body, c.float().numpy(), size)) for c in codes])
    save_file(
        {
            "betas": codes,
            "numbers": torch.from_numpy(words[filled]).half(),
            f"features.{body.checksum[:12]}": embedded.half(),
        },
        BUNDLED,
        {"perceptor": perceptor.checksum, "version": "1", "seed": str(SEED)},
    )


def embed(perceptor: Perceptor, texts: list[str]) -> NDArray[np.float32]:
    """(N, D) embeddings of texts."""
    return torch.cat([perceptor.encode_text(texts[i : i + 256]) for i in range(0, len(texts), 256)]).numpy()


def choose_looks(rng: np.random.Generator) -> list[Look]:
    """Each figure of the lexicon under its first name, names that captions draw a few times each, and as many random
    outfits as make `OUTFITS`.
    """
    looks: list[Look] = []
    named: dict[str, Entry] = {}
    dice = random.Random(int(rng.integers(2**31)))
    for entry in load_lexicon():
        named |= {name.text.lower(): entry for name in entry.names}
        for _ in range(OF_EACH):
            shape = wardrobe.random_shape(dice, {"age": (0.5, 0.8), **entry.shape})
            looks.append(known_skin(entry, wardrobe.entry_look(entry, dice, shape)))
    listed = len(looks)
    times: dict[str, int] = {}
    while len(looks) < OUTFITS:
        sample = grammar.sample(rng)
        names = [mention.words() for mention in sample.mentions if mention.role == "name"]
        if sample.view != "body" or sample.kind not in ("lexicon", "outfit"):
            continue
        if names:
            times[names[0]] = times.get(names[0], 0) + 1
            if times[names[0]] > PER_FIGURE:
                continue
        elif len(looks) - listed - sum(min(n, PER_FIGURE) for n in times.values()) > OUTFITS // 3:
            continue
        figure = named.get(re.sub(r"^(an?|the) ", "", names[0].lower())) if names else None
        looks.append(known_skin(figure, sample.look))
    return looks


def known_skin(entry: Entry | None, look: Look) -> Look:
    """The look; of one person whose entry names no skin, with the skin that the lexicon takes for granted."""
    one = entry is not None and not entry.names[0].article and not any(spec.skins for spec in entry.looks)
    return replace(look, skin=GRANTED) if one and look.skin in HUMAN_SKINS else look


def make_outfits(space: Space, rng: np.random.Generator) -> None:
    """Write ``assets/outfits.safetensors``: looks, the space of attributes, the text tower's read-outs."""
    perceptor = load_perceptor()
    captions, groups, moving = caption_pool(READOUT, SEED + 77, True)
    embedded = embed(perceptor, captions)
    inputs = np.concatenate([embedded, np.ones((len(embedded), 1), np.float32)], 1)
    gram = inputs.T @ inputs + 1e-2 * np.eye(inputs.shape[1])
    matrix = np.linalg.solve(gram, inputs.T @ expected(groups, moving, space).numpy())
    looks = choose_looks(rng)
    packed = zlib.compress(json.dumps([asdict(look) for look in looks], separators=(",", ":")).encode(), 9)
    arrays = {f"mean.{name}": space.mean[name] for name in SHARES}
    arrays |= {f"scale.{name}": space.scale[name] for name in SHARES}
    arrays |= {"rotation": space.rotation, "readout": matrix}
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value)).half() for name, value in arrays.items()}
    tensors["looks"] = torch.from_numpy(np.frombuffer(packed, np.uint8).copy())
    save_file(tensors, readout.CODEBOOK, {"perceptor": perceptor.checksum, "version": "1", "seed": str(SEED)})


def main() -> None:
    """Make both codebooks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", type=Path)
    parser.add_argument("space", type=Path, help="space.pkl of the training")
    arguments = parser.parse_args()
    make_shapes(arguments.shapes, np.random.default_rng(SEED))
    make_outfits(pickle.loads(arguments.space.read_bytes()), np.random.default_rng(SEED + 1))


if __name__ == "__main__":
    main()
