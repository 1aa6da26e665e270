"""Feet on raised heels: bodies are dressed on stretched feet; their shoes are made on flat ones and stretched alike.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import Form, capped, outward
from engine.wardrobe.hard.things import thing_of
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment

FOOT = {"L": (7, 10), "R": (8, 11)}
"""Joints of the ankle and of the ball of the foot, by side."""
STEEPEST = 0.75
"""Sine of the steepest foot."""
BACK = 0.022
"""Metres in front of a foot's hindmost point at which the middle of its heel is, on a grown body."""
COLUMNS = 24


@dataclass(frozen=True)
class Stretch:
    """How one foot stands on a heel: its hind part turned about the ankle, its toes level."""

    ankle: NDArray  # (3,)
    turn: NDArray  # (3, 3)
    lowered: NDArray  # (3,) how the ball and the toes move
    joints: tuple[int, int]

    @staticmethod
    def of(mannequin: Mannequin, side: str, rise: float) -> Stretch:
        """Of a foot (``L``, ``R``) whose heel stands ``rise`` metres higher than its ball, on a grown body."""
        ankle, ball = (mannequin.joints[joint].astype(np.float64) for joint in FOOT[side])
        ahead = (ball - ankle) * [1, 0, 1]
        ahead /= np.linalg.norm(ahead)
        own = mannequin.vertices[mannequin.weights[:, FOOT[side][0]] > 0.5]
        lever = float((ball - ankle) @ ahead - ((own - ankle) @ ahead).min())
        sine = min(rise * mannequin.size / lever, STEEPEST)
        cosine, across = np.sqrt(1 - sine**2), np.cross([0, 1.0, 0], ahead)
        kept = np.outer(across, across)
        turn = kept + cosine * (np.eye(3) - kept) + sine * np.cross(np.eye(3), across)  # Rodrigues' formula
        return Stretch(ankle, turn, turn @ (ball - ankle) + ankle - ball, FOOT[side])

    def hind(self, points: NDArray) -> NDArray:
        """Points (N, 3) of the foot behind the ball, turned."""
        found: NDArray = (points - self.ankle) @ self.turn.T + self.ankle
        return found

    def back(self, points: NDArray) -> NDArray:
        """The inverse of `hind`."""
        found: NDArray = (points - self.ankle) @ self.turn + self.ankle
        return found

    def moves(self, points: NDArray, weights: NDArray) -> NDArray:
        """(N, 3) by which points with skinning weights (N, 24) move."""
        hind, fore = (weights[:, [joint]] for joint in self.joints)
        found: NDArray = hind * (self.hind(points) - points) + fore * self.lowered
        return found


def stretched(mannequin: Mannequin, garments: Iterable[Garment]) -> Mannequin:
    """The mannequin with its feet as the highest heels among the garments want them."""
    rise = max((rise_of(garment) for garment in garments), default=0.0)
    return replace(mannequin, vertices=_moved(mannequin, rise, mannequin.vertices, mannequin.weights))


def raised(layers: Iterable[Layer], mannequin: Mannequin, rise: float) -> list[Layer]:
    """Layers of footwear that was made on flat feet, on feet whose heels stand ``rise`` metres higher."""
    return [layer.moved(_moved(mannequin, rise, layer.vertices, layer.weights)) for layer in layers]


def rise_of(garment: Garment) -> float:
    """Metres by which a garment raises the heels of a grown body."""
    thing = thing_of(garment.kind, garment.cut)
    return 0.0 if thing is None else thing.heel


def _moved(mannequin: Mannequin, rise: float, vertices: NDArray, weights: NDArray) -> NDArray:
    """(N, 3) points with skinning weights (N, 24) on feet that are stretched."""
    if not rise:
        return vertices
    points = vertices.astype(np.float64)
    moves = sum(Stretch.of(mannequin, side, rise).moves(points, weights) for side in FOOT)
    return np.asarray(points + moves, np.float32)


def heel(part: Mapping[str, Any], mannequin: Mannequin, side: str) -> tuple[Form, NDArray]:
    """The heel of a shoe on a foot that is still flat, and its skinning weights (P, 24).

    ``rise``: metres by which the foot's heel is raised; ``thick``: of the sole; ``wide``, ``deep``: half measures on
    top; ``tip``: which share of them it has on the floor; ``bend``: 1 straight, more thins at once below the sole;
    ``slant``: metres by which its lower end stands further in front.
    """
    k, stretch = mannequin.size, Stretch.of(mannequin, side, part["rise"])
    hind = mannequin.vertices[mannequin.weights[:, stretch.joints[0]] > 0.5].astype(np.float64)
    fore = mannequin.vertices[mannequin.weights[:, stretch.joints[1]] > 0.5].astype(np.float64)
    low = float(hind[:, 1].min())
    sole = hind[hind[:, 1] < low + 0.02 * k]
    seat = np.array([sole[sole[:, 2] < sole[:, 2].min() + 0.05 * k, 0].mean(), 0, sole[:, 2].min() + BACK * k])
    seat[1] = low - 0.5 * part.get("thick", 0.006) * k
    top = stretch.hind(seat[None])[0]
    floor = float(fore[:, 1].min() + stretch.lowered[1]) - part.get("thick", 0.006) * k
    turn = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)
    rings = []
    for t in np.linspace(0, 1, 9):
        share = 1 - (1 - part.get("tip", 0.3)) * (1 - (1 - t) ** part.get("bend", 1.0))
        wide, deep = part.get("wide", 0.024) * k * share, part.get("deep", 0.026) * k * share
        ahead = part.get("slant", 0.0) * k * t - 0.3 * (part.get("deep", 0.026) * k - deep)
        middle = top + np.array([0, t * (floor - top[1]), ahead])
        flat = np.clip(1.25 * np.cos(turn), -1, 0.62)  # straight in front, as heels are
        rings.append(middle + np.stack([wide * np.sin(turn), 0 * turn, deep * flat], 1))
    rings[0] = rings[0] + [0, 0.004 * k, 0]
    form = outward(capped(np.array(rings), rings[0].mean(0), rings[-1].mean(0)))
    weights = np.zeros((len(form.vertices), 24))
    weights[:, stretch.joints[0]] = 1.0
    return form.moved(stretch.back(form.vertices)), weights
