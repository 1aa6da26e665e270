"""Materials of layers, out of ``catalog/materials.toml``, and their small-scale relief as heights on cloth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.tables import read_toml

CATALOG = Path(__file__).parent / "catalog"
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Material:
    """How a layer's surface takes light."""

    name: str
    roughness: float
    """0-1, as glTF has it."""
    metallic: float = 0.0
    relief: str = "none"
    """Of `RELIEFS`."""
    scale: float = 0.002
    """Metres after which the relief repeats."""
    depth: float = 0.0
    """Metres between its lowest and its highest places."""
    mottle: float = 0.0
    """Share by which its colour varies over a few centimetres."""
    fade: float = 0.0
    """0-1: how pale it is where it was rubbed."""
    thread: str = ""
    """The colour of `outfit.COLORS` in which its stitches show; empty: its own."""
    opacity: float = 1.0
    """0-1: how little of what is beneath shows through it."""
    softness: float = 0.0
    """0-1: how much light goes on beneath the surface, as in skin."""
    scatter: float = 0.0
    """0-1: how much light passes through from all sides, as between hairs."""
    fibres: float = 0.0
    """0-1: how far highlights spread across its strands."""
    folds: float = 1.0
    """How much cloth of it folds where it is too long; 0 for what stretches."""
    bend: float = 0.02
    """0-1: how it resists folding: stiff cloth has fewer and larger folds."""
    words: str = ""
    """What in a text calls for it, divided by '|'."""

    def heights(self, points: NDArray) -> Floats:
        """(N,) metres of the relief at pattern coordinates (N, 3) in metres, about 0."""
        if self.depth == 0.0:
            return np.zeros(len(points), np.float32)
        form = RELIEFS[self.relief](np.asarray(points, np.float64) / self.scale)
        return (self.depth * (form - 0.5)).astype(np.float32)


def _wave(value: NDArray) -> NDArray:
    """0-1, one period a unit."""
    return 0.5 + 0.5 * np.sin(2 * np.pi * value)


def _across(points: NDArray) -> tuple[NDArray, NDArray]:
    """Two coordinates along a surface near the points: round the body, and along it."""
    x, y, z = points.T
    return x + 0.6 * z, y + 0.15 * x


def _noise(points: NDArray) -> NDArray:
    """0-1, smooth noise that looks the same in all directions: waves along directions spread over a sphere."""
    k = np.arange(9) + 0.5
    turn, height = np.pi * (1 + 5**0.5) * k, 1 - 2 * k / 9  # a Fibonacci sphere
    ways = np.stack([np.sqrt(1 - height**2) * np.cos(turn), height, np.sqrt(1 - height**2) * np.sin(turn)])
    waves = np.sin(2 * np.pi * (0.8 + 0.09 * k) * (points @ ways) + 2.4 * k)
    return np.clip(0.5 + 0.19 * waves.sum(1), 0, 1)


def _weave(points: NDArray) -> NDArray:
    u, v = _across(points)
    return np.maximum(_wave(u) * (np.floor(v * 2) % 2), _wave(v) * (np.floor(u * 2) % 2 < 1))


def _knit(points: NDArray) -> NDArray:
    u, v = _across(points)
    along = v + 0.6 * np.abs((u % 1) - 0.5)
    return 0.65 * np.abs(np.sin(np.pi * u)) ** 0.7 + 0.35 * _wave(along * 1.6)


def _rings(points: NDArray) -> NDArray:
    u, v = _across(points)
    row = np.floor(v)
    du, dv = (u + 0.5 * (row % 2)) % 1 - 0.5, v - row - 0.5
    return np.clip(1 - 1.6 * np.hypot(du, dv + 0.15), 0, 1)


def _strands(points: NDArray) -> NDArray:
    """Hairs of two thicknesses that run along y."""
    x, y, z = points.T
    u = x + 0.6 * z
    u = u + 0.5 * np.sin(1.9 * u) + 0.35 * np.sin(4.3 * u + 1.0)  # no two alike
    coarse = _wave(u + 0.35 * np.sin(2 * np.pi * 0.05 * y))
    return 0.65 * coarse + 0.35 * _wave(2.3 * u + 0.5 * np.sin(2 * np.pi * 0.037 * y + 1.0))


RELIEFS: dict[str, Callable[[NDArray], NDArray]] = {
    "none": lambda p: np.full(len(p), 0.5),
    "pores": _noise,
    "grain": _noise,
    "strands": _strands,
    "weave": _weave,
    "twill": lambda p: _wave(_across(p)[0] + _across(p)[1]),
    "knit": _knit,
    "brushed": lambda p: _wave(3 * p[:, 1] + np.sin(5 * p[:, 1])),
    "rings": _rings,
}
"""Forms of relief: points (N, 3) in units of the period to 0-1."""


def read_materials(path: Path = CATALOG / "materials.toml") -> dict[str, Material]:
    """The materials of a file, by name.

    Raises:
        ValueError: names the file, the record and what is wrong with it.
    """
    found = {}
    for name, record in read_toml(path).items():
        try:
            found[name] = Material(name, **record)
        except TypeError as error:
            raise ValueError(f"{path.name}: [{name}] {str(error).split('__init__() ')[-1]}.") from None
        if found[name].relief not in RELIEFS:
            raise ValueError(f"{path.name}: [{name}] has no known relief {found[name].relief!r}.")
    return found


MATERIALS = read_materials()
