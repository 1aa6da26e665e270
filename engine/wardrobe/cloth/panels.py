"""Cloth upon cloth: flounces, yokes and trims, each a part of a garment's own surface cut out once more and
lifted off it, so that its edges are exact and stand away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.details import ARM, TRUNK, Borders, Signed
from engine.wardrobe.cloth.finish import grained
from engine.wardrobe.cloth.piece import Piece


@dataclass(frozen=True)
class Panel:
    """A part of the cloth's surface that lies on it once more."""

    signed: Signed
    """Positive inside."""
    lift: Signed
    """(N,) metres by which it stands off."""
    material: str | None = None
    """Where it is a layer of its own, such as fur: its material."""
    accent: bool = False
    """Whether it has the garment's second colour."""
    color: str | None = None
    """The colour where the garment has no second one."""
    even: int = 0
    """How often it is smoothed, so that it spans the folds beneath."""


def panels(details: tuple[dict[str, Any], ...], borders: Borders) -> list[Panel]:
    """The panels that a record's details ask for."""
    found: list[Panel] = []
    for detail in details:
        options = {name: value for name, value in detail.items() if name != "form"}
        if detail["form"] in PANELS:
            found += PANELS[detail["form"]](borders, **options)
    return found


def laid_on(piece: Piece, panel: Panel, scale: float) -> Piece | None:
    """The panel's cloth on a piece; None where there is none. ``scale`` is the body's size."""
    signed = panel.signed(grained(piece))
    if signed.max() <= 0:
        return None
    on = piece.cut(signed).compact() if signed.min() < 0 else piece
    if len(on.faces) < 8:
        return None
    normals = vertex_normals(piece.vertices, piece.faces) if signed.min() >= 0 else None
    points = on.vertices
    if panel.even:
        mean = averaging(on.faces, len(points))
        for _ in range(panel.even):
            points = points + 0.5 * (mean @ points - points)
    outward = vertex_normals(points, on.faces) if normals is None else normals
    return on.moved(points + scale * np.asarray(panel.lift(grained(on)))[:, None] * outward)


Laid = Iterator[Panel]


@dataclass(frozen=True)
class Flounce:
    """A strip of gathered cloth that is sewn on along a level line and stands off below it."""

    at: float
    """Height of the line, or how far out it is on the arms."""
    depth: float
    """Metres down to which it falls."""
    lift: float = 0.03
    """Metres by which its lower edge stands off."""
    waves: int = 18
    """Folds round it."""
    wave: float = 0.35
    """Their height as a share of ``lift``."""
    arm: bool = False
    """Whether it goes round the sleeves."""
    slope: float = 0.0
    """Metres by which the line is lower in front than at the sides."""
    accent: bool = False
    """Whether it has the garment's second colour."""

    def fall(self, p: Points) -> NDArray:
        """(N,) metres below the line."""
        place = p.side if self.arm else -p.y
        return np.asarray(place - (self.at if self.arm else -self.at) - self.slope * np.cos(p.turn))

    def inside(self, p: Points) -> NDArray:
        """(N,) positive on the strip."""
        t = self.fall(p)
        return np.minimum.reduce([t, self.depth - t, np.where(p.arm == self.arm, 1.0, -1.0)])

    def stand(self, p: Points) -> NDArray:
        """(N,) metres by which it stands off."""
        t = np.clip(self.fall(p) / self.depth, 0, 1)
        folds = 1 + self.wave * np.cos(self.waves * p.turn + np.sin(3 * p.turn))
        return np.asarray(0.002 + self.lift * t**0.8 * folds)


def _flounce(borders: Borders, **form: Any) -> Laid:
    """A strip of gathered cloth; see `Flounce`."""
    flounce = Flounce(**form)
    yield Panel(flounce.inside, flounce.stand, accent=flounce.accent)


def _yoke(
    borders: Borders,
    low: float,
    side: str = "back",
    lift: float = 0.006,
    right: bool = False,
    accent: bool = False,
    curve: float = 0.0,
) -> Laid:
    """Cloth over shoulders and chest or back that ends loose at a height, as a storm flap does."""
    sign = -1.0 if side == "back" else 1.0

    def over(p: Points) -> NDArray:
        edge = p.y - low - curve * np.cos(np.clip(p.side / 0.18, 0, 1) * np.pi)
        parts = [edge, 0.187 - p.side, sign * p.z + 0.012]
        parts += [-p.x - 0.012] if right else []
        return np.minimum.reduce(parts)

    yield Panel(over, lambda p: lift * smoothstep(p.y, 0.47, low), accent=accent, even=6)


def _trim(borders: Borders, border: str, width: float, height: float = 0.014, material: str = "fur") -> Laid:
    """A thick strip of another material along a border, or along an open front."""
    if border not in ("front", "edge") and not borders.has(border):
        return

    def strip(p: Points) -> NDArray:
        if border == "front":
            return np.minimum(width - p.side, np.where(p.arm, -1.0, p.z - 0.005))
        if border == "edge":
            return np.asarray(width - (p.along - p.along.min()))
        return np.asarray(width - borders.distance(border, p))

    def puff(p: Points) -> NDArray:
        share = np.clip(strip(p) / width, 0, 1)
        tuft = 1 + 0.22 * np.sin(p.along * 190 + 2 * np.sin(p.turn * 9)) * np.sin(p.turn * 23 + p.along * 60)
        return np.asarray(
            (0.004 + height * np.sqrt(np.clip(1 - (1 - 2 * np.minimum(share, 1 - share)) ** 2, 0, 1))) * tuft
        )

    yield Panel(strip, puff, material=material, accent=True, color="white")


def _cuffs(borders: Borders, width: float, lift: float = 0.005, accent: bool = False, border: str = "cuff") -> Laid:
    """Cuffs turned up, or sleeves and legs rolled up: a second thickness along the border."""
    if borders.has(border):
        yield Panel(
            lambda p: np.asarray(width - borders.distance(border, p)),
            lambda p: np.asarray(lift * (0.75 + 0.25 * np.cos(borders.distance(border, p) / width * 9))),
            accent=accent,
            even=2,
        )


def _square(borders: Borders, width: float, depth: float, lift: float = 0.004, accent: bool = True) -> Laid:
    """A sailor's collar: a square on the back that runs to the front's middle."""

    def cloth(p: Points) -> NDArray:
        back = np.minimum(p.y - depth, width - p.side)
        front = np.minimum(p.y - 0.34 - 1.1 * (p.side - 0.0), 0.13 - p.side)
        return np.where(p.z < 0.0, back, front)

    yield Panel(cloth, lambda p: np.full_like(p.y, lift), accent=accent, even=3)


def _fringe(borders: Borders, border: str, width: float, teeth: float = 0.02, lift: float = 0.006) -> Laid:
    """Strips that hang along a border."""
    round_ = ARM if border == "cuff" else TRUNK

    def strips(p: Points) -> NDArray:
        wave = np.abs((round_ * p.turn / teeth) % 1 - 0.5) * teeth
        return np.minimum(width - borders.distance(border, p), wave - 0.0012)

    if borders.has(border):
        yield Panel(strips, lambda p: lift * (1 - np.clip(borders.distance(border, p) / width, 0, 1)) + 0.001)


def _sash(borders: Borders, at: float, length: float = 0.26, accent: bool = False) -> Laid:
    """The knot and the two hanging ends of a tied belt."""
    for lean, long in ((0.10, length), (-0.16, 0.85 * length)):

        def end(p: Points, lean: float = lean, long: float = long) -> NDArray:
            off = p.x - 0.022 - lean * (at - p.y)
            return np.minimum.reduce([0.015 - np.abs(off), at + 0.012 - p.y, p.y - at + long, p.z - 0.01])

        yield Panel(end, lambda p: np.full_like(p.y, 0.011), accent=accent, even=4)
    yield Panel(
        lambda p: np.minimum(0.030 - np.hypot(p.x - 0.022, p.y - at), p.z - 0.01),
        lambda p: 0.010 + 0.016 * np.sqrt(np.clip(1 - (np.hypot(p.x - 0.022, p.y - at) / 0.030) ** 2, 0, 1)),
        accent=accent,
        even=4,
    )


def _knot(borders: Borders, at: float) -> Laid:
    """The bow of an obi on the back: a drum-shaped cushion."""

    def cushion(p: Points) -> NDArray:
        return np.minimum.reduce([0.105 - p.side, 0.085 - np.abs(p.y - at - 0.015), -0.02 - p.z])

    def stand(p: Points) -> NDArray:
        edge = np.clip(cushion(p) / 0.03, 0, 1)
        return np.asarray(0.012 + 0.045 * np.sqrt(1 - (1 - edge) ** 2))

    yield Panel(cushion, stand, accent=True, even=4)


def _apron(
    borders: Borders, top: float, half: float, bottom: float = -0.30, color: str = "white", accent: bool = True
) -> Laid:
    """An apron sewn on: a bib above the waist if ``top`` is higher, and wider below."""

    def front(p: Points) -> NDArray:
        skirt = np.minimum.reduce([0.085 - p.y, p.y - bottom, TRUNK * (1.05 - np.abs(p.turn)), p.z - 0.0])
        bib = np.minimum.reduce([top - p.y, p.y - 0.07, half - p.side, p.z - 0.01])
        return np.maximum(skirt, bib)

    yield Panel(front, lambda p: np.full_like(p.y, 0.004), accent=accent, color=color, even=1)


def _rows(borders: Borders, at: float, teeth: float = 0.02, depth: float = 0.10) -> Laid:
    """A row of fringe."""

    def strips(p: Points) -> NDArray:
        wave = np.abs((TRUNK * p.turn / teeth) % 1 - 0.5) * teeth
        return np.minimum.reduce([at - p.y, p.y - at + depth, wave - 0.0012, np.where(p.arm, -1.0, 1.0)])

    yield Panel(strips, lambda p: 0.002 + 0.010 * np.clip((at - p.y) / depth, 0, 1))


def _frill(borders: Borders, half: float, low: float, top: float = 0.46) -> Laid:
    """A gathered frill down the front, on both sides of its middle."""

    def strip(p: Points) -> NDArray:
        return np.minimum.reduce([half - p.side, p.y - low, top - p.y, p.z - 0.01])

    def stand(p: Points) -> NDArray:
        return np.asarray(0.002 + 0.012 * (p.side / half) * (1.0 + 0.8 * np.sin(p.y * 2 * np.pi / 0.03)))

    yield Panel(strip, stand, accent=True)


PANELS: dict[str, Callable[..., Laid]] = {
    "flounce": _flounce,
    "yoke": _yoke,
    "trim": _trim,
    "cuffs": _cuffs,
    "square": _square,
    "fringe": _fringe,
    "sash": _sash,
    "knot": _knot,
    "apron": _apron,
    "rows": _rows,
    "frill": _frill,
}
"""Forms of details that are panels."""
