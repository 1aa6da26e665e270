"""How garments close, as marks and buttons: plackets, zips, flies, rows of buttons, and fronts that lap over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth.details import Borders, Made, Mark, Signed, Spot


def _placket(
    borders: Borders,
    width: float,
    top: float,
    bottom: float,
    buttons: float = 0.0,
    zip: bool = False,
    first: float = 0.0,
) -> Made:
    """The strip down the front with its buttons or its zip."""

    def strip(half: float) -> Signed:
        return lambda p: np.minimum.reduce(
            [half - np.abs(p.around), top - p.y, p.y - bottom, np.where(p.arm, -1.0, p.z - 0.01)]
        )

    yield Mark(strip(width / 2), 0.0018, 1.0, 0.75)
    if zip:
        yield Mark(strip(0.0035), 0.0008, 0.9, 0.55, metal=True)
    if buttons:
        start = first or top - 0.035
        for height in np.arange(start, max(bottom, (borders.hem or -1) + 0.03), -buttons):
            yield Spot((0.0, float(height), 0.2))


def _buttons(borders: Borders, place: str, top: float = 0.0, bottom: float = 0.0, step: float = 0.09) -> Made:
    """Buttons down the front beside its edge, or at the cuffs."""
    if place == "front":
        for height in np.arange(top, bottom, -step):
            yield Spot((0.018, float(height), 0.2), 0.010)
    else:
        for sign in (1, -1):
            for along in (0.630, 0.645, 0.660):
                yield Spot((sign * along, 0.44, -0.05), 0.005)


def _double(
    borders: Borders, top: float, bottom: float, step: float, across: float, wider: float = 0.0, gold: bool = False
) -> Made:
    """Two rows of buttons, ``across`` metres from the middle, and ``wider`` on top."""
    for height in np.arange(top, bottom, -step):
        out = across + wider * (height - bottom) / max(top - bottom, 1e-6)
        for sign in (1, -1):
            yield Spot((float(sign * out), float(height), 0.2), 0.009, "gold" if gold else None)


def _edge(borders: Borders, at: float = 0.07, top: float = 0.5, bottom: float = -1.0) -> Made:
    """The edge of a front that laps over to one side."""
    yield Mark(
        lambda p: np.minimum.reduce(
            [0.0035 - np.abs(p.x + at), top - p.y, p.y - bottom, np.where(p.arm, -1.0, p.z - 0.01)]
        ),
        0.002,
        0.9,
        0.6,
    )


def _overlap(borders: Borders, low: float) -> Made:
    """The edge of the upper half of a wrapped front, down to the side of the waist."""

    def line(p: Points) -> NDArray:
        edge = -0.005 - 0.55 * (low - p.y)
        return np.minimum.reduce([p.x - edge, low + 0.01 - p.y, p.z - 0.015, 0.30 - p.x, ~p.arm - 0.5])

    yield Mark(line, 0.0035, 1.0, 0.65)


def _fly(borders: Borders) -> Made:
    """The stitched curve of a fly, and the button above."""

    def curve(p: Points) -> NDArray:
        edge = 0.028 - 3.0 * np.clip(-0.02 - p.y, 0, 0.1) ** 1.0 * 0.35
        return np.minimum.reduce([edge - p.x, p.x + 0.001, 0.062 - p.y, p.y + 0.085, p.z - 0.02])

    yield Mark(curve, 0.0014, 0.98, 0.7)
    yield Spot((0.0, 0.078, 0.2), 0.007)


FORMS: dict[str, Callable[..., Made]] = {
    "placket": _placket,
    "buttons": _buttons,
    "double": _double,
    "edge": _edge,
    "overlap": _overlap,
    "fly": _fly,
}
"""Forms of details that close a garment."""
