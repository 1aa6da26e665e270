"""What a text says of a figure before any picture: a read-out of the bundled perceptor's text tower.

The tower was trained to regress from a caption to the mean of all figures that fit it (`wardrobe.truths`). Whatever
perceptor guides, this prior is the bundled one's.
"""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine.perceptor import load_perceptor, prompts
from engine.wardrobe.outfit import Look, look_from_dict
from engine.wardrobe.truths import SHARES, Space

CODEBOOK = Path(__file__).resolve().parent.parent / "assets" / "outfits.safetensors"


@lru_cache(maxsize=1)
def _stored() -> tuple[list[Look], dict[str, NDArray]]:
    arrays = load_file(CODEBOOK)
    entries = json.loads(zlib.decompress(arrays.pop("looks").tobytes()))
    floats = {name: value.astype(np.float32) for name, value in arrays.items()}
    return [look_from_dict(entry) for entry in entries], floats


def codebook() -> tuple[list[Look], NDArray[np.float32]]:
    """The outfit codebook's looks, and their truths (N, D) in `space`."""
    looks, arrays = _stored()
    return looks, arrays["truths"]


@lru_cache(maxsize=1)
def space() -> Space:
    """The space of truths that the bundled perceptor learned."""
    arrays = _stored()[1]
    mean = {name: arrays[f"mean.{name}"] for name in SHARES}
    scale = {name: float(arrays[f"scale.{name}"][0]) for name in SHARES}
    return Space(mean, scale, arrays["rotation"])


def expected_truths(text: str) -> NDArray[np.float32]:
    """(D,) the mean truths of the figures that a text fits, in `space`."""
    arrays = _stored()[1]
    embedded = load_perceptor().encode_text([text, prompts.body(text)]).mean(0).numpy()
    found: NDArray[np.float32] = embedded @ arrays["readout"][:-1] + arrays["readout"][-1]
    return found


def expected_shape(text: str) -> NDArray[np.float32]:
    """(5,) height, weight, muscle, age and gender in about -1..1 that a text leads one to expect."""
    rotation = space().rotation[-5:]  # shape is the last group of `SHARES`
    found: NDArray[np.float32] = rotation @ expected_truths(text) / space().scale["shape"] + space().mean["shape"]
    return found
