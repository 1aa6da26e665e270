"""What single words mean: unit vectors in which related words lie together (`training/motion_words.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine.stems import stem

TABLE = Path(__file__).resolve().parent.parent / "assets" / "motion_words.safetensors"
SIZE = 64
"""Numbers of a word's vector. Set by hand."""


class Vectors:
    """The table, by stem."""

    def __init__(self, path: Path = TABLE) -> None:
        data = load_file(path)
        vectors = data["vectors"].astype(np.float32)
        self.table: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
        self.rows = {word: row for row, word in enumerate(data["words"].tobytes().decode().split("\n"))}

    def knows(self, word: str) -> bool:
        """Whether the word (or a form of it) is in the table."""
        return stem(word) in self.rows

    def of(self, words: Iterable[str]) -> NDArray[np.float32]:
        """(64,) the direction of the words' mean; zeros where none is known."""
        rows = [self.rows[key] for key in map(stem, words) if key in self.rows]
        if not rows:
            return np.zeros(SIZE, np.float32)
        mean = self.table[rows].mean(0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), np.float32)


@lru_cache(maxsize=1)
def vectors() -> Vectors:
    """The bundled table."""
    return Vectors()
