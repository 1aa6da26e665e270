"""Whose face it is: small smooth changes of a body's face, and a finer surface to paint it on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.wardrobe.head.frame import Head
from engine.wardrobe.head.split import split_long
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.materials import CATALOG


@dataclass(frozen=True)
class Feature:
    """A way in which faces differ: a bump at a canonical place (mirrored), ``sigma`` metres wide in x, y and z, that
    moves the skin by up to ``most`` metres along ``way`` (x counts away from the middle)."""

    name: str
    at: tuple[float, float, float]
    sigma: tuple[float, float, float]
    way: tuple[float, float, float]
    most: float
    mirrored: bool = True
    """Whether x counts away from the middle on both sides; otherwise to the left."""


def _round(size: float) -> tuple[float, float, float]:
    return size, size, size


FEATURES = (
    Feature("nose width", (0.014, 0.648, 0.136), _round(0.010), (1, 0, 0), 0.0042),
    Feature("nose length", (0.0, 0.648, 0.152), (0.012, 0.011, 0.014), (0, -1, 0), 0.0056),
    Feature("nose tip", (0.0, 0.653, 0.155), (0.011, 0.012, 0.014), (0, 0, 1), 0.0061),
    Feature("nose bridge", (0.0, 0.673, 0.143), (0.009, 0.010, 0.014), (0, 0, 1), 0.0046),
    Feature("bridge width", (0.008, 0.680, 0.132), (0.006, 0.013, 0.010), (1, 0, 0), 0.0018),
    Feature("nose hump", (0.0, 0.668, 0.147), (0.009, 0.006, 0.014), (0, 0.1, 1), 0.0032),
    Feature("nose bend", (0.0, 0.662, 0.150), (0.012, 0.009, 0.014), (1, 0, 0), 0.0040, mirrored=False),
    Feature("jaw width", (0.050, 0.605, 0.065), (0.020, 0.024, 0.035), (1, 0, 0), 0.0079),
    Feature("chin length", (0.0, 0.582, 0.122), (0.024, 0.016, 0.03), (0, -1, 0), 0.0058),
    Feature("chin forward", (0.0, 0.588, 0.130), (0.018, 0.014, 0.03), (0, 0, 1), 0.0066),
    Feature("chin width", (0.020, 0.584, 0.115), (0.014, 0.014, 0.02), (1, 0, 0), 0.0046),
    Feature("face width", (0.058, 0.640, 0.075), (0.030, 0.045, 0.050), (1, 0, 0), 0.0052),
    Feature("face length", (0.0, 0.585, 0.100), (0.060, 0.030, 0.060), (0, -1, 0), 0.0060),
    Feature("cheek bones", (0.052, 0.664, 0.092), _round(0.018), (1, 0, 0.4), 0.0056),
    Feature("cheeks", (0.044, 0.630, 0.100), _round(0.019), (1, 0, 0.5), 0.0063),
    Feature("brow ridge", (0.022, 0.708, 0.130), (0.018, 0.008, 0.02), (0, -0.2, 1), 0.0042),
    Feature("forehead", (0.0, 0.738, 0.115), (0.04, 0.022, 0.03), (0, 0, 1), 0.0048),
    Feature("temples", (0.066, 0.722, 0.060), (0.02, 0.025, 0.03), (1, 0, 0), 0.0049),
    Feature("upper lip", (0.0, 0.6245, 0.143), (0.016, 0.0045, 0.012), (0, 0.4, 1), 0.0024),
    Feature("lower lip", (0.0, 0.6120, 0.141), (0.015, 0.0050, 0.012), (0, -0.5, 1), 0.0029),
    Feature("mouth width", (0.025, 0.619, 0.127), (0.009, 0.008, 0.015), (1, 0, 0), 0.0036),
    Feature("mouth corners", (0.025, 0.619, 0.127), (0.007, 0.006, 0.012), (0, 1, 0), 0.0019),
    Feature("eye distance", (0.031, 0.690, 0.120), (0.015, 0.011, 0.02), (1, 0, 0), 0.0019),
    Feature("eye height", (0.031, 0.690, 0.120), (0.016, 0.011, 0.02), (0, 1, 0), 0.0021),
    Feature("eye slant", (0.044, 0.690, 0.118), (0.007, 0.007, 0.012), (0, 1, 0), 0.0021),
    Feature("eye opening", (0.031, 0.6975, 0.124), (0.012, 0.0035, 0.012), (0, 1, 0), 0.0011),
    Feature("ears off", (0.086, 0.685, 0.015), (0.008, 0.022, 0.02), (1, 0, 0), 0.0079),
    Feature("ear height", (0.083, 0.706, 0.020), (0.012, 0.012, 0.02), (0, 1, 0), 0.0061),
    Feature("ear lobes", (0.080, 0.648, 0.026), (0.012, 0.010, 0.012), (0, -1, 0), 0.0056),
)
"""Neutral in age and gender: bodies bring those themselves."""


def displaced(mannequin: Mannequin, amounts: dict[str, float]) -> Mannequin:
    """The body with amounts -1..1 of `FEATURES` by name."""
    head = Head.of(mannequin)
    x, y, z = mannequin.canonical.astype(np.float64).T
    moved = np.zeros((len(x), 3))
    for feature in FEATURES:
        amount = amounts.get(feature.name, 0.0) * feature.most
        away = np.stack([np.abs(x), y, z], 1) - feature.at
        bump = amount * np.exp(-0.5 * ((away / feature.sigma) ** 2).sum(1))
        side = np.tanh(x / 0.004) if feature.mirrored else np.ones_like(x)
        moved += bump[:, None] * np.stack([side * feature.way[0], 0 * x + feature.way[1], 0 * x + feature.way[2]], 1)
    moved *= head.size * (mannequin.weights[:, 15] + mannequin.weights[:, 12])[:, None]
    return replace(mannequin, vertices=(mannequin.vertices + moved).astype(np.float32))


def face_of(
    mannequin: Mannequin, rng: np.random.Generator, words: Mapping[str, float] = MappingProxyType({})
) -> Mannequin:
    """The body with somebody's face: features at random, those that ``words`` (`face_words`) speak of as they say."""
    amounts = np.clip(rng.normal(0, 0.75, len(FEATURES)), -1.25, 1.25)
    asked = {name: amount for name, amount in words.items() if amount}
    found = {
        feature.name: asked[feature.name] + 0.3 * float(amount) if feature.name in asked else float(amount)
        for feature, amount in zip(FEATURES, amounts)
    }
    if "nose bend" not in asked:  # few noses are bent
        found["nose bend"] *= 0.2
    return displaced(mannequin, found)


def read_face_words(path: Path = CATALOG / "faces.toml") -> dict[str, dict[str, float]]:
    """Amounts of `FEATURES` by phrases, divided by '|'.

    Raises:
        ValueError: names the file, the record and what is wrong with it.
    """
    known = {feature.name for feature in FEATURES}
    found: dict[str, dict[str, float]] = tomllib.loads(path.read_text(encoding="utf-8"))
    for phrases, amounts in found.items():
        if unknown := amounts.keys() - known:
            raise ValueError(f"{path.name}: [{phrases}] has no known feature {sorted(unknown)[0]!r}.")
    return found


FACE_WORDS = read_face_words()


def face_words(text: str) -> dict[str, float]:
    """Amounts of `FEATURES` that a text speaks of, those of several phrases added up to at most 1.6 either way."""
    found: dict[str, float] = {}
    for phrases, amounts in FACE_WORDS.items():
        if re.search(rf"\b(?:{phrases})\b", text.lower().replace("-", " ")):
            for name, amount in amounts.items():
                found[name] = float(np.clip(found.get(name, 0.0) + amount, -1.6, 1.6))
    return found


def split_face(mannequin: Mannequin) -> tuple[sparse.csr_matrix, NDArray[np.int32]]:
    """`split_long` of a body's face: the split depends on canonical coordinates alone, so bodies of any shape and face
    get the same faces."""

    def longest(places: NDArray) -> NDArray:
        on = (places[:, 2] > 0.055) & (places[:, 1] > 0.575) & (places[:, 1] < 0.75)
        return np.where(on, 0.0, np.inf)  # all of them: an even mesh shades evenly

    return split_long(mannequin.canonical, mannequin.faces, longest, 1)


def finer_face(mannequin: Mannequin) -> Mannequin:
    """The same surface with more points on the face, so that lips and lids have borders; old points keep their
    numbers."""
    mix, faces = split_face(mannequin)
    weights = np.asarray(mix @ mannequin.weights, np.float32)
    return replace(
        mannequin,
        vertices=_curved(mannequin, mix),
        faces=faces,
        weights=weights / weights.sum(1, keepdims=True),
        canonical=np.asarray(mix @ mannequin.canonical, np.float32),
    )


def _curved(mannequin: Mannequin, mix: sparse.csr_matrix) -> NDArray[np.float32]:
    """Vertices (P, 3) of a split surface, its new points on the curve that the normals of their edges' ends want
    (Boubekeur and Alexa 2008, "Phong tessellation")."""
    points, old = mix @ mannequin.vertices.astype(np.float64), len(mannequin.vertices)
    ends = mix[old:].indices.reshape(-1, 2)
    middle = points[old:]
    moved = np.zeros_like(middle)
    for end in ends.T:
        normal = mannequin.normals[end]
        moved -= 0.5 * ((middle - mannequin.vertices[end]) * normal).sum(1, keepdims=True) * normal
    points[old:] += 0.75 * moved
    return points.astype(np.float32)
