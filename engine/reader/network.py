"""A small transformer over a text's chunks: what each chunk is, whether it is denied, and what it belongs to.

Written in NumPy, so that a panel need not wait for torch; `engine.training.reader.model` is the same in torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine.reader.chunks import Chunk
from engine.reader.vectors import SIZE, vectors

Array = NDArray[np.float32]
WEIGHTS = Path(__file__).resolve().parent.parent / "assets" / "reader.safetensors"

ROLES = (
    "none", "garment", "extra", "figure", "color", "accent", "figure_color", "dress", "dress_accent", "material",
    "pattern", "trait", "decal", "text", "side", "part", "same", "whole", "only",
    "hair", "hair_style", "hair_color", "beard", "beard_color", "eyes", "eye_color", "skin_noun", "skin",
    "person", "body", "face", "bare",
)  # fmt: skip
"""What a chunk can be in its text."""
ITEMS = ("garment", "extra")
MODIFIERS = ("color", "accent", "material", "pattern", "trait", "decal", "text", "side", "part", "same")
"""Roles that belong to items."""
LINKS = ("attach", "over", "same")
"""Relations between chunks: modifier of item, outer over inner, what takes the colour of what."""

CATEGORIES = (
    "garment", "extra", "figure", "color", "material", "pattern", "trait", "symbol", "part", "hair", "hair_style",
    "hair_color", "beard", "eyes", "eye_color", "skin_noun", "skin", "person", "body", "face", "bare",
    *(f"fn.{name}" for name in (
        "deny", "instead", "but", "except", "only", "over", "under", "with", "wear", "in", "of", "from", "and", "or",
        "comma", "stop_mark", "colon", "quote", "same", "as", "whole", "article", "possessive", "pronoun", "be", "on",
        "between", "to", "head_spot", "feet_spot", "hand_spot", "neck_spot", "waist_spot", "back_spot", "face_spot",
        "chest_spot", "hold", "side_left", "side_right", "one", "two", "off", "very", "dressas", "stop",
    )),
)  # fmt: skip
FLAGS = ("unknown", "quoted", "number", "capitals", "capital", "less", "no_vector", "several_words")
FEATURES = len(CATEGORIES) + len(FLAGS) + SIZE
_COLUMN = {name: column for column, name in enumerate(CATEGORIES)}
SPAN = 24
"""Distance from which on attention tells distances no longer apart. Set by hand."""
HEADS = 4
"""Of attention. Set by hand."""


def features(found: Sequence[Chunk]) -> Array:
    """(N, FEATURES) what the network sees of chunks."""
    out = np.zeros((len(found), FEATURES), np.float32)
    for row, chunk in enumerate(found):
        for category in chunk.categories:
            out[row, _COLUMN[category]] = 1
        out[row, len(CATEGORIES) : len(CATEGORIES) + len(FLAGS)] = _flags(chunk)
        if not chunk.quoted:
            out[row, -SIZE:] = vectors().of(chunk.words)
    out[:, len(CATEGORIES) + FLAGS.index("no_vector")] = ~out[:, -SIZE:].any(1)
    return out


def _flags(chunk: Chunk) -> list[bool]:
    word = chunk.written
    return [
        not chunk.senses,
        chunk.quoted,
        word.isdigit(),
        len(word) > 1 and word.isupper(),
        word[:1].isupper(),
        chunk.less,
        False,
        len(chunk.words) > 1,
    ]


@dataclass(frozen=True)
class Scores:
    """Of N chunks: log-odds where nothing else is said."""

    roles: Array
    """(N, R) of `ROLES`."""
    denied: Array
    """(N,)"""
    links: Array
    """(L, N, N) of `LINKS`: row belongs to column."""


class Network:
    """The trained weights."""

    def __init__(self, weights: dict[str, NDArray]) -> None:
        self.w = {name: value.astype(np.float32) for name, value in weights.items()}
        self.layers = 1 + max(int(name.split(".")[1]) for name in self.w if name.startswith("layers."))

    def __call__(self, seen: Array) -> Scores:
        """Scores for (N, FEATURES)."""
        w = self.w
        x = _norm(seen @ w["embed.weight"].T + w["embed.bias"], w["first.weight"], w["first.bias"])
        count = len(x)
        steps = np.clip(np.arange(count)[None] - np.arange(count)[:, None], -SPAN, SPAN) + SPAN
        for layer in range(self.layers):
            p = f"layers.{layer}."
            y = _norm(x, w[p + "norm1.weight"], w[p + "norm1.bias"])
            x = x + self._attention(p, y, steps)
            y = _norm(x, w[p + "norm2.weight"], w[p + "norm2.bias"])
            y = np.maximum(y @ w[p + "wide.weight"].T + w[p + "wide.bias"], 0)
            x = x + y @ w[p + "narrow.weight"].T + w[p + "narrow.bias"]
        x = _norm(x, w["last.weight"], w["last.bias"])
        roles = x @ w["roles.weight"].T + w["roles.bias"]
        denied = (x @ w["denied.weight"].T + w["denied.bias"])[:, 0]
        return Scores(roles, denied, self._links(x, steps))

    def _attention(self, p: str, y: Array, steps: NDArray) -> Array:
        """(N, D) multi-head attention with a bias for each head and distance."""
        w, count = self.w, len(y)
        qkv = (y @ w[p + "qkv.weight"].T + w[p + "qkv.bias"]).reshape(count, 3, HEADS, -1).transpose(1, 2, 0, 3)
        scores = qkv[0] @ qkv[1].transpose(0, 2, 1) / np.sqrt(qkv.shape[-1]) + w[p + "distance"][:, steps]
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ qkv[2]
        out: Array = mixed.transpose(1, 0, 2).reshape(count, -1) @ w[p + "out.weight"].T + w[p + "out.bias"]
        return out

    def _links(self, x: Array, steps: NDArray) -> Array:
        """(L, N, N) biaffine scores with a bias for each distance."""
        w, count = self.w, len(x)
        row = (x @ w["row.weight"].T + w["row.bias"]).reshape(count, len(LINKS), -1).transpose(1, 0, 2)
        column = (x @ w["column.weight"].T + w["column.bias"]).reshape(count, len(LINKS), -1).transpose(1, 2, 0)
        out: Array = row @ column / np.sqrt(row.shape[-1]) + w["far"][:, steps] + w["rare"][:, None, None]
        return out


def _norm(x: Array, weight: Array, bias: Array) -> Array:
    """Layer normalisation."""
    mean = x.mean(-1, keepdims=True)
    out: Array = (x - mean) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * weight + bias
    return out


@lru_cache(maxsize=1)
def network() -> Network:
    """The bundled network."""
    return Network(load_file(WEIGHTS))
