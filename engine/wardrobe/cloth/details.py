"""Finish of garments: bands, seams, pleats and tapes as marks on cloth that are cut in exactly.

A mark is a region of the standard figure, written as a function that is positive inside (metres from its border). Its
border becomes edges of the mesh, its inside is raised and toned.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth.blocks import front_edge, neckline

BEVEL = 0.0022
"""Metres over which a mark's inside rises from its border."""
TRUNK, LEG, ARM = 0.1528, 0.0917, 0.0458
"""Radii in metres by which turns round trunk, legs and arms become lengths of cloth: 96, 57.6 and 28.8 cm round, all
multiples of 9.6 cm, so that patterns close behind."""
LEGS = -0.1
"""Height below which cloth belongs to the legs."""
SEAM = 0.0016
"""Half width of a seam in metres."""
STITCHES = 0.0016
"""Half width in metres of stitches along an edge."""
RIB = 0.012
"""Metres between the ribs of knitted borders."""
Signed = Callable[[Points], NDArray]


@dataclass(frozen=True)
class Mark:
    """A region of cloth that is raised or coloured."""

    signed: Signed
    height: float = 0.0
    """Metres by which it is raised; negative: pressed in."""
    tone: float = 1.0
    """Factor of its colour."""
    rim: float = 0.8
    """Factor of its border's colour."""
    accent: bool = False
    """Whether it has the garment's second colour."""
    color: str | None = None
    """A colour of its own, of `outfit.COLORS`."""
    metal: bool = False
    thread: bool = False
    """Whether it is of stitches, which show in the material's thread."""
    middle: Signed | None = None
    """Of what is narrower than triangles: zero (N,) along its middle, which is cut first lest it be missed."""
    dome: float = BEVEL
    """Metres from its border over which it rises."""
    rise: Signed | None = None
    """Share (N,) of its height by which each place rises; None: all of it."""


@dataclass(frozen=True)
class Spot:
    """Where a button sits: a point of the standard figure."""

    at: tuple[float, float, float]
    radius: float = 0.0065
    color: str | None = None
    """A colour of its own, of `outfit.COLORS`."""


@dataclass(frozen=True)
class Borders:
    """Distances from a garment's borders, by the measures of its record; None where it has no such border."""

    hem: float | None
    waist: float | None
    cuff: float | None
    neck: float | None
    nape: float | None = None

    low_edge: float = 0.0
    """Where along the cloth a sheet ends."""

    def has(self, name: str) -> bool:
        """Whether there is such a border."""
        return getattr(self, name) is not None or (name == "neck" and self.nape is not None)

    def distance(self, name: str, p: Points) -> NDArray:
        """(N,) metres from a border along the cloth, which the garment must have."""
        if name == "neck":
            return neckline(p, self.neck, self.nape)
        place = getattr(self, name)
        trunk = np.where(p.arm, 1.0, 0.0)
        found: dict[str, NDArray] = {
            "hem": p.y - place + trunk,
            "waist": place - p.y + trunk,
            "cuff": place - p.side + (1 - trunk),
        }
        return found[name]


Made = Iterator[Mark | Spot]


def wave_of(value: NDArray, period: float) -> NDArray:
    """Positive in half of each period, metres from the border near it."""
    return np.asarray(np.sin(2 * np.pi * value / period) * period / (2 * np.pi))


def _band(
    borders: Borders,
    border: str,
    width: float,
    height: float = 0.0015,
    tone: float = 1.0,
    accent: bool = False,
    rib: bool = False,
) -> Made:
    """A strip along a border."""
    if not borders.has(border):
        return
    yield Mark(lambda p: width - borders.distance(border, p), height, tone, accent=accent)
    if rib:
        round_ = 2 * np.pi * (ARM if border == "cuff" else TRUNK)
        period = round_ / round(round_ / RIB)
        yield Mark(
            lambda p: np.minimum(width - borders.distance(border, p), wave_of(p.around, period)), 0.0016, 0.9, 1.0
        )


def _seam(borders: Borders, border: str | None = None, offset: float = 0.0, height: float | None = None) -> Made:
    """A line of stitches at a distance from a border, or at a height."""
    if border is not None:
        if borders.has(border):
            yield line(lambda p: borders.distance(border, p) - offset)
    elif height is not None:
        yield line(lambda p: p.y - height + 2.0 * p.arm)


def line(middle: Signed, half: float = SEAM, height: float = -0.0008, tone: float = 0.75) -> Mark:
    """A line of stitches, pressed in, where a function is zero that gives metres from it."""
    return Mark(lambda p: half - np.abs(middle(p)), height, tone, 1.0, thread=True, middle=middle)


def _edging(borders: Borders, low: float, spread: float, width: float, height: float, accent: bool = False) -> Made:
    """A band along a front that is open down to ``low``."""

    def band(p: Points) -> NDArray:
        beside = width - front_edge(p, low, spread)
        return np.minimum.reduce([beside, p.y - low + 0.02, p.z - 0.01, ~p.arm - 0.5])

    yield Mark(band, height, 1.0, 0.65, accent=accent)


def _sides(borders: Borders) -> Made:
    """Seams along the outside of legs and trunk."""

    def off(p: Points) -> NDArray:
        return np.where(p.arm, 1.0, np.abs(p.around) - 0.5 * np.pi * np.where(p.y < LEGS, LEG, TRUNK))

    yield line(off)


def _inset(
    borders: Borders, center: tuple[float, float], radii: tuple[float, float], height: float, accent: bool = False
) -> Made:
    """An ellipse on the chest."""

    def inside(p: Points) -> NDArray:
        reach = np.hypot((p.x - center[0]) / radii[0], (p.y - center[1]) / radii[1])
        return np.minimum(min(radii) * (1 - reach), np.where(p.z > 0, 1.0, -1.0))

    yield Mark(inside, height, 1.0, 0.85, accent=accent)


def _girdle(borders: Borders, at: float, half: float, height: float, tone: float = 1.0, accent: bool = False) -> Made:
    """A thick band round the trunk at a height."""
    yield Mark(lambda p: np.where(p.arm, -1.0, half - np.abs(p.y - at)), height, tone, 0.7, accent=accent)
    yield Mark(lambda p: np.where(p.arm, -1.0, SEAM - np.abs(p.y - at - 0.3 * half)), -0.001, 0.8, 1.0)
    yield Mark(lambda p: np.where(p.arm, -1.0, SEAM - np.abs(p.y - at + 0.35 * half)), -0.001, 0.8, 1.0)


def _ring(borders: Borders, place: str, accent: bool = False) -> Made:
    """A stiff ring round elbows or knees."""
    if place == "elbow":
        yield Mark(lambda p: np.where(p.arm, 0.016 - np.abs(p.side - 0.44), -1.0), 0.006, 1.0, accent=accent)
    else:
        yield Mark(lambda p: 0.018 - np.abs(p.y + 0.44), 0.006, 1.0, accent=accent)


def _strap(borders: Borders, at: tuple[float, float]) -> Made:
    """Straps over the shoulders."""
    yield Mark(
        lambda p: np.minimum.reduce([0.02 - np.abs(p.z - 0.005), p.side - 0.075, 0.165 - p.side, p.y - 0.40]), 0.003
    )


def _pleats(
    borders: Borders, count: int, height: float = 0.008, top: float = 1.0, free: float = 0.0, only: float = 4.0
) -> Made:
    """Knife pleats round the body from a height downwards, but not within ``free`` (a turn) of the front, nor farther
    from it than ``only``."""

    def fold(p: Points) -> NDArray:
        lines = np.sin(count * p.turn) * TRUNK / count
        return np.minimum.reduce(
            [
                lines,
                top - p.y,
                np.where(p.arm, -1.0, 1.0),
                (np.abs(p.turn) - free) * TRUNK,
                (only - np.abs(p.turn)) * TRUNK,
            ]
        )

    def slope(p: Points) -> NDArray:
        return np.asarray(1 - 2 * (count * p.turn / (2 * np.pi) % 1) * np.clip((top - p.y) / 0.08, 0, 1))

    yield Mark(fold, height, 0.96, 0.8, rise=slope)


def _quilt(borders: Borders, period: float, height: float, across: bool = True) -> Made:
    """Down between seams: round the trunk and the sleeves, or in lozenges."""

    def tube(p: Points) -> NDArray:
        return np.asarray(0.5 * period - np.abs(p.along % period - 0.5 * period) - 0.0005)

    def lozenge(p: Points) -> NDArray:
        u, v = (p.around + p.along) / period, (p.around - p.along) / period
        return np.asarray(period * (0.5 - np.maximum(np.abs(u % 1 - 0.5), np.abs(v % 1 - 0.5))) - 0.0005)

    yield Mark(tube if across else lozenge, height, 1.0, 0.8, dome=0.45 * period)


def _armhole(borders: Borders) -> Made:
    """The seams at which sleeves are sewn on."""
    yield line(lambda p: np.where(p.y > 0.3, p.side - 0.188, -1.0))


@dataclass(frozen=True)
class Tape:
    """A strip of another colour: round the trunk or the legs at a height, round the sleeves, or upright."""

    height: float | None = None
    """Height of a strip round trunk or legs."""
    half: float = 0.025
    """Half its width in metres."""
    side: float | None = None
    """Metres from the middle of an upright strip; 0 runs along the outside of legs and sleeves."""
    arm: float | None = None
    """How far out a strip round the sleeves is."""
    accent: bool = True
    """Whether it has the garment's second colour."""
    tone: float = 1.0
    """Factor of its colour."""
    thick: float = 0.0012
    """Metres by which it stands off."""
    low: float = -2.0
    """Height down to which an upright strip goes."""
    bright: bool = False
    """A reflecting strip between two of lime."""

    def marks(self) -> Made:
        """The strip."""

        def strip(p: Points) -> NDArray:
            if self.height is not None:
                return np.where(p.arm, -1.0, self.half - np.abs(p.y - self.height))
            if self.arm is not None:
                return np.where(p.arm, self.half - np.abs(p.side - self.arm), -1.0)
            if self.side:
                return np.minimum.reduce(
                    [self.half - np.abs(p.side - self.side), p.y - self.low, np.where(p.arm, -1.0, 1.0)]
                )
            radius = np.where(p.arm, ARM, np.where(p.y < LEGS, LEG, TRUNK))
            away = np.where(p.arm, np.abs(p.turn), np.abs(np.abs(p.turn) - 0.5 * np.pi)) * radius
            return np.minimum(self.half - away, np.where(p.arm | (p.y < 0.1), 1.0, -1.0))

        if self.bright:
            yield Mark(strip, self.thick, 1.0, 0.9, color="lime")
            yield Mark(lambda p: strip(p) - 0.3 * self.half, 0.0004, 1.0, 0.9, color="silver")
        else:
            yield Mark(strip, self.thick, self.tone, accent=self.accent)


def _tape(borders: Borders, **form: Any) -> Made:
    """A strip of another colour; see `Tape`."""
    return Tape(**form).marks()


FORMS: dict[str, Callable[..., Made]] = {
    "band": _band,
    "seam": _seam,
    "ring": _ring,
    "strap": _strap,
    "edging": _edging,
    "sides": _sides,
    "girdle": _girdle,
    "inset": _inset,
    "pleats": _pleats,
    "quilt": _quilt,
    "armhole": _armhole,
    "tape": _tape,
}
"""Forms of details that are marks; pockets, closures and trimmings have modules of their own (`forms`)."""
