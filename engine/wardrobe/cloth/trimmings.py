"""More finish of garments, as marks: boning, laces, cords, folds, tufts of fur, patches, and what work clothes have.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth.details import ARM, LEG, LEGS, SEAM, TRUNK, Borders, Made, Mark, line, wave_of


def _front(p: Points) -> NDArray:
    return np.where(p.arm, -1.0, p.z - 0.01)


def _stitch(borders: Borders, at: float, slope: float = 0.0, top: float = 0.375, low: float = -0.02) -> Made:
    """Seams down both halves of the front, slanted by ``slope``."""

    def inside(p: Points) -> NDArray:
        return np.minimum.reduce([top - p.y, p.y - low, _front(p)])

    def middle(p: Points) -> NDArray:
        return np.where(inside(p) > -0.01, p.side - at - slope * (p.y - low), 1.0)

    found = line(middle)
    yield replace(found, signed=lambda p: np.minimum(found.signed(p), inside(p)))


def _stitch_up(borders: Borders, at: float, top: float) -> Made:
    """The edge of a skirt that laps over, on one side of the front."""

    def line(p: Points) -> NDArray:
        return np.minimum.reduce([0.004 - np.abs(TRUNK * p.turn - at), top - p.y])

    yield Mark(line, 0.003, 0.9, 0.6)


def _boned(borders: Borders, low: float = 0.055, count: int = 12) -> Made:
    """The seams of a bodice."""

    def seams(p: Points) -> NDArray:
        line = SEAM - np.abs(np.sin(0.5 * count * p.turn)) * 2 * TRUNK / count
        return np.where(p.arm, -1.0, np.minimum(line, p.y - low))

    yield Mark(seams, -0.0006, 0.84, 1.0)


def _point(borders: Borders, at: float, deep: float = 0.05) -> Made:
    """The waist seam of a bodice, which comes to a point in front."""

    def line(p: Points) -> NDArray:
        height = at - deep * np.clip(1 - np.abs(p.turn) / 0.8, 0, 1)
        return np.where(p.arm, -1.0, 0.004 - np.abs(p.y - height))

    yield Mark(line, 0.0015, 0.95, 0.8)


def _laced(borders: Borders, top: float, bottom: float, half: float = 0.024, step: float = 0.028) -> Made:
    """Laces that cross down the front."""

    def laces(p: Points) -> NDArray:
        share = (p.y - bottom) / step
        zig = np.abs(np.abs(share % 2 - 1) - (0.5 + 0.5 * p.x / half)) * step
        zag = np.abs(np.abs(share % 2 - 1) - (0.5 - 0.5 * p.x / half)) * step
        near = 0.0035 - np.minimum(zig, zag)
        return np.minimum.reduce([near, top - p.y, p.y - bottom, half - p.side, _front(p)])

    yield Mark(
        lambda p: np.minimum.reduce([half + 0.008 - p.side, top - p.y, p.y - bottom, _front(p)]), 0.001, 0.85, 0.7
    )
    yield Mark(laces, 0.0022, 1.0, 0.9, accent=True)


def _lacework(borders: Borders, low: float = 0.05, border: str | None = None, width: float = 0.1) -> Made:
    """Lace sewn on: rosettes with leaves between them."""

    def where(p: Points) -> NDArray:
        if border is None:
            return np.asarray(p.y - low)
        return width * (0.75 + 0.25 * np.cos(24 * p.turn)) - borders.distance(border, p)

    def rosettes(p: Points) -> NDArray:
        row = np.round(p.along / 0.036)
        du = ((p.around / 0.042 + 0.5 * (row % 2)) % 1 - 0.5) * 0.042
        dv = p.along - 0.036 * row
        petals = 0.012 * (1 + 0.30 * np.cos(6 * np.arctan2(du, dv))) - np.hypot(du, dv)
        leaf = 0.0025 - np.abs(np.abs(du) - 0.016 - 0.5 * dv)
        return np.minimum.reduce([np.maximum(petals, leaf), where(p)])

    yield Mark(where, 0.0002, 0.955, 0.9)
    yield Mark(rosettes, 0.0013, 1.05, 0.88)


def _folds(borders: Borders, count: int = 6, height: float = 0.008) -> Made:
    """Folds of cloth laid from the left shoulder across the body to the right hip."""

    def place(p: Points) -> NDArray:
        front = np.where(p.z > 0, 1.0, -1.0)
        return np.asarray((0.75 * p.x * front - 0.66 * (p.y - 0.42)) + 0.02 * np.sin(9 * p.y))

    def across(p: Points) -> NDArray:
        period = 0.34 / count
        inside = np.minimum(place(p) + 0.02, 0.36 - place(p))
        return np.minimum.reduce([wave_of(place(p), period), inside, np.where(p.arm, -1.0, 1.0), p.y + 0.1])

    yield Mark(across, height, 0.96, 0.9, dome=0.02)


def _cord(borders: Borders, at: float) -> Made:
    """A drawn cord's ends, hanging from a waistband."""
    for sign in (1, -1):

        def end(p: Points, sign: int = sign) -> NDArray:
            line = p.x - sign * (0.010 + 0.12 * (at - p.y))
            return np.minimum.reduce([0.0030 - np.abs(line), at - p.y, p.y - at + 0.13, _front(p)])

        yield Mark(end, 0.004, 1.15, 0.6, accent=True)


def _ironed(borders: Borders) -> Made:
    """The crease ironed into the front and back of trouser legs."""

    def line(p: Points) -> NDArray:
        away = LEG * np.minimum(np.abs(p.turn), np.pi - np.abs(p.turn))
        return np.where(p.y < LEGS, 0.0022 - away, -1.0)

    yield Mark(line, 0.0022, 1.12, 0.95)


def _tufts(borders: Borders, height: float) -> Made:
    """Fur that stands off in tufts."""

    def stand(p: Points) -> NDArray:
        u, v = p.around / 0.022, p.along / 0.030
        return np.asarray(
            0.5 + 0.25 * np.sin(6.3 * u + 2 * np.sin(4.1 * v)) + 0.25 * np.sin(5.2 * v + 1.7 * np.sin(5.6 * u + v))
        )

    yield Mark(lambda p: np.ones_like(p.y), height, 1.0, 1.0, rise=stand)


def _slantzip(borders: Borders) -> Made:
    """Two slanted zips on the chest, and one on the left arm."""

    def zips(p: Points) -> NDArray:
        line = (p.side - 0.085) * 0.8 + (p.y - 0.27) * 0.6
        run = (p.y - 0.27) * 0.8 - (p.side - 0.085) * 0.6
        return np.minimum.reduce([0.004 - np.abs(line), 0.065 - np.abs(run), _front(p)])

    yield Mark(lambda p: zips(p) + 0.006, 0.0012, 0.9, 0.7)
    yield Mark(zips, 0.0008, 0.9, 0.6, metal=True)


def _rings(borders: Borders, at: tuple[float, ...], half: float) -> Made:
    """Stripes along the lower edge of a poncho, at distances from it along the cloth."""
    for place in at:
        yield Mark(lambda p, place=place: half - np.abs(p.along - borders.low_edge - place), 0.0, 1.0, 1.0, accent=True)  # type: ignore[misc]


def _frog(borders: Borders) -> Made:
    """A closure from the neck to the right arm pit, with knots."""

    def line(p: Points) -> NDArray:
        edge = 0.47 - 0.75 * np.clip(p.x, 0, 0.2) ** 1.0
        return np.minimum.reduce([0.005 - np.abs(p.y - edge), p.x + 0.004, 0.155 - p.x, _front(p)])

    yield Mark(line, 0.002, 1.0, 0.8, accent=True)
    for x in (0.012, 0.075, 0.14):

        def knot(p: Points, x: float = x) -> NDArray:
            y = 0.47 - 0.75 * x
            return np.minimum(0.011 - np.hypot((p.x - x) * 0.5, p.y - y), _front(p))

        yield Mark(knot, 0.004, 1.0, 0.8, accent=True, dome=0.006)


def _elbow(borders: Borders) -> Made:
    """Patches on the elbows."""
    yield Mark(
        lambda p: np.where(
            p.arm & (np.abs(p.turn) > 1.6),
            0.045 * (1 - np.hypot((p.side - 0.45) / 0.065, (np.abs(p.turn) - np.pi) / 0.9)),
            -1.0,
        ),
        0.0015,
        0.8,
        0.7,
        accent=True,
    )


def _buckle(borders: Borders, at: float) -> Made:
    """The buckle of a garment's own belt, and the belt's end."""

    def frame(p: Points) -> NDArray:
        box = np.maximum(np.abs(p.x) / 0.030, np.abs(p.y - at) / 0.032)
        return np.minimum.reduce([0.006 - np.abs(box - 0.82) * 0.03, _front(p)])

    def end(p: Points) -> NDArray:
        drop = 0.020 - np.abs(p.y - at + 0.35 * np.clip(-p.x - 0.05, 0, 1))
        return np.minimum.reduce([drop, -p.x - 0.03, 0.15 + p.x, _front(p)])

    yield Mark(frame, 0.004, 0.9, 0.6, metal=True)
    yield Mark(end, 0.004, 0.97, 0.7)


def _yokes(borders: Borders, low: float) -> Made:
    """Shoulders of the second colour, down to a slanted line on chest and back."""
    yield Mark(
        lambda p: np.where(p.side < 0.187, p.y - low + 0.5 * (0.10 - p.side), -1.0), 0.0006, 1.0, 0.9, accent=True
    )


def _chestplate(borders: Borders, low: float = 0.10, half: float = 0.05) -> Made:
    """A contrasting shirt front."""
    yield Mark(lambda p: np.minimum.reduce([half - p.side, p.y - low, _front(p)]), 0.001, 1.0, 0.8, accent=True)


PATCHES = (("leg", 0.3, -0.36, 0.045, 0.3), ("leg", -0.2, -0.62, 0.038, -0.2), ("trunk", -0.9, 0.10, 0.042, 0.2),
           ("trunk", 0.6, 0.26, 0.036, -0.3), ("trunk", 2.5, 0.12, 0.05, 0.1), ("trunk", 0.5, -0.35, 0.05, 0.25),
           ("arm", 2.4, 0.45, 0.034, 0.1))  # fmt: skip
"""Where patches are sewn on: limb, turn, place along it, half width in metres, and how they lean."""


def _patches(borders: Borders) -> Made:
    """Patches of other cloth, sewn on with coarse stitches."""
    for limb, turn, along, half, lean in PATCHES:

        def square(
            p: Points,
            limb: str = limb,
            turn: float = turn,
            along: float = along,
            half: float = half,
            lean: float = lean,
        ) -> NDArray:
            on = {"arm": p.arm, "leg": ~p.arm & (p.y < LEGS), "trunk": ~p.arm & (p.y > -0.5)}[limb]
            radius = {"arm": ARM, "leg": LEG, "trunk": TRUNK}[limb]
            u, v = radius * ((p.turn - turn + np.pi) % (2 * np.pi) - np.pi), p.along - along
            u, v = u * np.cos(lean) - v * np.sin(lean), u * np.sin(lean) + v * np.cos(lean)
            return np.where(on, half - np.maximum(np.abs(u), 0.85 * np.abs(v)), -1.0)

        yield Mark(square, 0.0016, 0.62, 0.5, accent=True)
        yield Mark(lambda p, square=square: 0.0012 - np.abs(square(p) - 0.006), 0.0, 1.6, 1.0)  # type: ignore[misc]


FORMS: dict[str, Callable[..., Made]] = {
    "stitch": _stitch, "stitch_up": _stitch_up, "boned": _boned, "point": _point, "laced": _laced,
    "lacework": _lacework, "folds": _folds, "cord": _cord, "ironed": _ironed, "tufts": _tufts, "slantzip": _slantzip,
    "rings": _rings, "frog": _frog, "elbow": _elbow, "buckle": _buckle, "yokes": _yokes, "chestplate": _chestplate,
    "patches": _patches,
}  # fmt: skip
"""Forms of details that are marks, beside those of `details`."""
