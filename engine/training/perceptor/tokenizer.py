"""The bundled perceptor's own tokenizer: byte-level BPE in CLIP's format, trained on captions and common words.

Its numbers are set by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from engine.training.perceptor import grammar

VOCABULARY = 8000
CONTEXT = 40
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
SPLIT = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def texts(captions: int, seed: int) -> Iterator[str]:
    """Captions of the grammar and the commonest English words, so that new words fall into few pieces."""
    rng = np.random.default_rng(seed)
    for _ in range(captions):
        yield grammar.sample(rng).caption
    from wordfreq import top_n_list

    yield from top_n_list("en", 20000) * 3


def train_tokenizer(folder: Path, captions: int = 40000, seed: int = 0) -> CLIPTokenizer:
    """Train and save the tokenizer into ``folder``."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=END))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 2, initial_alphabet=sorted(alphabet), end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(texts(captions, seed), trainer)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = dict(sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]))
    # CLIP's vocabulary holds every byte twice: inside a word and at its end.
    for letter in sorted(alphabet):
        vocabulary.setdefault(letter + "</w>", len(vocabulary))
    for special in (BEGIN, END):
        vocabulary[special] = len(vocabulary)
    stored = json.loads(tokenizer.to_str())["model"]["merges"]
    merges: Any = [tuple(pair) if isinstance(pair, list) else tuple(pair.split(" ")) for pair in stored]
    fast = CLIPTokenizer(
        vocab=vocabulary,
        merges=merges,
        model_max_length=CONTEXT,
    )
    fast.save_pretrained(folder)
    return fast
