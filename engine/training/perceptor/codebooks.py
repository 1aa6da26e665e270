"""Make the shape and outfit codebooks: ``python -m engine.training.perceptor.codebooks SHAPES.npz``.

Shapes are K-means centres of sampled bodies; outfits are looks of the caption grammar with their captions, every entry
of the lexicon several times and as many random outfits. Both carry the bundled perceptor's embeddings.
"""

from __future__ import annotations

import argparse
import json
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from scipy.cluster.vq import kmeans2

from engine.appearance import warm_start
from engine.body import load_body
from engine.perceptor import load_perceptor
from engine.perceptor.codebook import embed_pictures
from engine.shape import query
from engine.training.perceptor import grammar
from engine.training.perceptor.figures import ShapeSpace
from engine.wardrobe.outfit import Shape

SEED = 0
SHAPES, OUTFITS = 768, 6000


def sample_shapes(space: ShapeSpace, count: int, rng: np.random.Generator) -> NDArray:
    """(count, S) betas of bodies as the grammar's words describe them, race and proportions average."""
    betas = []
    for _ in range(count):
        age = rng.uniform(0.5, 1.0) if rng.random() < 0.8 else rng.uniform(0.1, 0.5)
        gender = rng.choice([-1.0, 1.0]) if rng.random() < 0.85 else rng.uniform(-1, 1)
        height, weight, muscle = np.sign(rng.uniform(-1, 1, 3)) * rng.beta(1.1, 0.9, 3)
        shape = Shape(float(height), float(weight), float(muscle), float(age), float(gender))
        betas.append(space.betas(shape, rng, typical=True))
    return np.array(betas)


def make_shapes(shapes_file: Path, rng: np.random.Generator) -> None:
    """Write ``assets/shapes.safetensors``."""
    body, perceptor = load_body(), load_perceptor()
    samples = sample_shapes(ShapeSpace(shapes_file), 12000, rng)
    centers, _ = kmeans2(samples, SHAPES, minit="++", seed=SEED, iter=25)
    codes = torch.from_numpy(centers).half()
    size = perceptor.input_size
    embedded = torch.stack([embed_pictures(perceptor, query.pictures(body, c.float().numpy(), size)) for c in codes])
    save_file(
        {"betas": codes, f"features.{body.checksum[:12]}": embedded.half()},
        query.CODEBOOK,
        {"perceptor": perceptor.checksum, "version": "1", "seed": str(SEED)},
    )


def make_outfits(rng: np.random.Generator) -> None:
    """Write ``assets/outfits.safetensors``."""
    perceptor = load_perceptor()
    entries, seen = [], set()
    while len(entries) < OUTFITS:
        sample = grammar.sample(rng)
        if sample.kind in ("shape", "motion") or sample.view != "body":
            continue
        caption = sample.caption
        prefix, _, suffix = sample.template.partition("{}")
        caption = caption.removeprefix(prefix).removesuffix(suffix)
        if caption in seen and sample.kind == "outfit":
            continue
        seen.add(caption)
        entries.append({"caption": caption, "look": asdict(sample.look)})
    captions = [entry["caption"] for entry in entries]
    embedded = torch.cat([perceptor.encode_text(captions[i : i + 256]) for i in range(0, len(captions), 256)])
    packed = zlib.compress(json.dumps(entries, separators=(",", ":")).encode(), 9)
    save_file(
        {"entries": torch.from_numpy(np.frombuffer(packed, np.uint8).copy()), "captions": embedded.half()},
        warm_start.CODEBOOK,
        {"perceptor": perceptor.checksum, "version": "1", "seed": str(SEED)},
    )


def main() -> None:
    """Make both codebooks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", type=Path)
    arguments = parser.parse_args()
    make_shapes(arguments.shapes, np.random.default_rng(SEED))
    make_outfits(np.random.default_rng(SEED + 1))


if __name__ == "__main__":
    main()
