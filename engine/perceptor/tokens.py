"""Texts as CLIP reads them: cleaning, the byte-pair vocabulary of OpenAI's models, and what a context has room for."""

from __future__ import annotations

import bisect
import gzip
import html
import re
import string
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import ftfy

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

MERGES = Path(__file__).resolve().parent.parent / "assets" / "clip_merges.txt.gz"
VOCABULARY = 49408
"""Entries of OpenAI's vocabulary: 256 bytes, twice (inside and at the end of a word), the merges and two marks."""
START, END = "<|startoftext|>", "<|endoftext|>"


def clean(text: str) -> str:
    """A text as OpenAI's tokenizer prepares it: mended Unicode, no HTML entities, single spaces, lower case."""
    mended = html.unescape(html.unescape(ftfy.fix_text(text)))
    return re.sub(r"\s+", " ", mended).strip().lower()


def lower(text: str) -> str:
    """A text as SigLIP 2 was given it."""
    return text.lower()


def canonical(text: str) -> str:
    """A text as SigLIP was given it: lower case, no ASCII punctuation, single spaces."""
    return " ".join(text.lower().translate(str.maketrans("", "", string.punctuation)).split())


@lru_cache
def openai_tokenizer(context: int) -> CLIPTokenizer:
    """The tokenizer of OpenAI's models, whose weight files bring none.

    Args:
        context: the model's number of tokens, marks included.
    """
    from transformers import CLIPTokenizer

    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]  # bytes that stand for themselves
    bytes_ = [chr(byte) for byte in printable] + [chr(256 + n) for n in range(256 - len(printable))]
    pairs = [tuple(line.split()) for line in gzip.decompress(MERGES.read_bytes()).decode().splitlines()]
    words = [*bytes_, *(byte + "</w>" for byte in bytes_), *("".join(pair) for pair in pairs), START, END]
    vocabulary = {word: index for index, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=pairs, model_max_length=context)  # type: ignore[arg-type]


def cut_off(text: str, fits: Callable[[str], bool]) -> str:
    """The words at the end of a text that a model has no room for; empty when all of it fits.

    Args:
        fits: whether the model has room for all of a text.
    """
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    kept = bisect.bisect_left(ends, True, key=lambda end: not fits(text[:end]))
    return text[ends[kept - 1] if kept else 0 :].strip() if kept < len(ends) else ""
