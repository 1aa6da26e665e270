"""What a text says of a figure before any picture: a read-out of the bundled perceptor's text tower.

The tower was trained to regress from a caption to the mean of all figures that fit it (`wardrobe.attribute_space`).
Whatever perceptor guides, this prior is the bundled one's.

Its numbers are set by hand.
"""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file

from engine.perceptor import Perceptor, load_perceptor, prompts
from engine.wardrobe.attribute_space import SHARES, Space
from engine.wardrobe.measures import measures
from engine.wardrobe.outfit import Look, look_from_dict

CODEBOOK = Path(__file__).resolve().parent.parent / "assets" / "outfits.safetensors"


@lru_cache(maxsize=1)
def stored() -> dict[str, NDArray]:
    """The codebook's arrays by name, in single precision."""
    arrays = load_file(CODEBOOK)
    return {name: value.astype(np.float32) for name, value in arrays.items() if value.dtype != np.uint8}


@lru_cache(maxsize=1)
def codebook() -> list[Look]:
    """The outfit codebook's looks."""
    with safe_open(CODEBOOK, "np") as file:
        packed: bytes = file.get_tensor("looks").tobytes()
    return [look_from_dict(entry) for entry in json.loads(zlib.decompress(packed))]


@lru_cache(maxsize=1)
def bundled() -> Perceptor:
    """The bundled perceptor, loaded once."""
    return load_perceptor()


@lru_cache(maxsize=1)
def space() -> Space:
    """The space of attributes that the bundled perceptor learned."""
    arrays = stored()
    mean = {name: arrays[f"mean.{name}"] for name in SHARES}
    scale = {name: arrays[f"scale.{name}"] for name in SHARES}
    return Space(mean, scale, arrays["rotation"])


DENIAL = 0.3
"""How far from the average a denied word leads to its contrary, against the word itself."""
SAID = 0.2
"""Change of a shape's number from which on a word speaks of it."""


def read(texts: list[str]) -> NDArray[np.float32]:
    """(N, D) the mean attributes of the figures that each text fits, read as one."""
    readout = stored()["readout"]
    found: NDArray[np.float32] = bundled().encode_text(texts).numpy() @ readout[:-1] + readout[-1]
    return found


def expected_shape(text: str) -> NDArray[np.float32]:
    """(5,) height, weight, muscle, age and gender in about -1..1 that a text leads one to expect.

    Years of life in figures are taken at their word; what the text denies ("not fat") counts a little to the contrary.
    """
    said = measures(text)
    found = _shape_of(said.rest)
    if said.denied:
        change = _shape_of(f"a {said.denied} person") - _shape_of("a person")
        change[np.abs(change) < SAID] = 0
        change[4] = 0  # no such word speaks of gender
        found = found - DENIAL * change
    if said.age is not None:
        found[3] = said.age
    return found


def _shape_of(text: str) -> NDArray[np.float32]:
    found: NDArray[np.float32] = space().group("shape", read([text, prompts.body(text)]).mean(0))
    return found
