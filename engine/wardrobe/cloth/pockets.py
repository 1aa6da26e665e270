"""Pockets as marks: patches that are sewn on, and slanted openings at the hips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth.details import BEVEL, LEG, LEGS, STITCHES, TRUNK, Borders, Made, Mark, Spot, line


@dataclass(frozen=True)
class Patch:
    """A pocket that is sewn on; what stands off far is a pouch with round edges."""

    at: tuple[float, float]
    """The patch's middle: metres across from the front or the outside of a leg, and up."""
    size: tuple[float, float]
    """Metres across and up."""
    side: str
    """``front``, ``back``, ``left`` or ``outer`` (of a leg)."""
    height: float
    """Metres by which it stands off."""
    flap: bool = False
    pleat: bool = False
    """A box pleat in its middle."""
    pointed: float = 0.0
    """Metres by which its bottom is pointed."""
    slanted: float = 0.0
    """Metres by which it is narrower above on both sides."""
    zip: bool = False
    accent: bool = False
    """Whether it has the garment's second colour."""
    stitched: bool = False
    """Whether its stitches show."""

    def marks(self) -> Made:
        """The patch and what is on it."""
        wide, high = self.size[0] / 2, self.size[1] / 2

        def body(p: Points) -> NDArray:
            across, along, facing = self._place(p)
            low = high + self.pointed * (1 - np.clip(np.abs(across) / wide, 0, 1))
            narrow = wide - self.slanted * np.clip((along + high) / (2 * high), 0, 1)
            return np.minimum.reduce([narrow - np.abs(across), high - along, along + low, facing])

        def lid(p: Points) -> NDArray:
            across, along, facing = self._place(p)
            point = 0.18 * high * (1 - np.clip(np.abs(across) / wide, 0, 1))
            return np.minimum.reduce(
                [wide + 0.003 - np.abs(across), high + 0.004 - along, along - 0.35 * high + point, facing]
            )

        def fold(p: Points) -> NDArray:
            across, along, facing = self._place(p)
            return np.minimum.reduce([0.16 * wide - np.abs(across), high - along, along + high, facing])

        yield Mark(body, self.height, 0.97, accent=self.accent, dome=max(BEVEL, min(0.55 * self.height, 0.012)))
        if self.stitched:
            yield line(lambda p: body(p) - 0.006, STITCHES, 0.0, 0.9)
        if self.pleat:
            yield Mark(fold, 0.0015, 0.97, 0.8)
        if self.zip:
            yield Mark(lambda p: np.minimum(0.004 - np.abs(self._place(p)[0]), body(p)), 0.001, 0.9, metal=True)
        if self.flap:
            yield Mark(lid, 0.0028 + 0.12 * self.height, 0.92, 0.5)
            for sign in (1, -1) if self.at[0] and self.side in ("front", "back") else ():
                depth = 0.15 if self.side == "front" else -0.15
                yield Spot((sign * self.at[0], self.at[1] + 0.45 * high, depth), 0.005)

    def _place(self, p: Points) -> tuple[NDArray, NDArray, NDArray]:
        """Metres (N,) across and along the grain from the patch's middle, and how far points are on its side."""
        at, side = self.at, self.side
        turn = p.around
        if side == "outer":
            beside = np.where(p.arm | (p.y > 0.02), -1.0, p.side - 0.09)
            return np.abs(turn) - 0.5 * np.pi * LEG, p.along - at[1], beside
        half = np.pi * np.where(p.y < LEGS, LEG, TRUNK)
        away = half - np.abs(turn) if side == "back" else np.abs(turn)
        across = away - at[0] if at[0] else turn
        if side == "left":
            across = turn - at[0]
        if at[1] < LEGS:  # on the legs the grain begins in the middle of each
            across = turn
        return across, p.along - at[1], np.where(p.arm, -1.0, 0.55 * half - away)


def _patch(borders: Borders, **form: Any) -> Made:
    """A pocket; see `Patch`."""
    return Patch(**form).marks()


def _slash(borders: Borders) -> Made:
    """Slanted pockets at the hips."""

    def opening(p: Points) -> NDArray:
        line = p.side - 0.098 - 0.35 * (0.055 - p.y)
        return np.minimum.reduce([0.0022 - np.abs(line), 0.062 - p.y, p.y + 0.075, p.z - 0.0, p.side - 0.06])

    yield Mark(opening, -0.0022, 0.62, 0.7)


FORMS: dict[str, Callable[..., Made]] = {"patch": _patch, "slash": _slash}
"""Forms of details that are pockets."""
