"""Faces of animals: a human face drawn out into a muzzle, without human ears, in markings of its own.

The skin itself moves, so that mouth, eyes and weights stay what they are: lips meet at the muzzle's end and open, teeth
and tongue go along. Places are canonical (`wardrobe.canonical`): eyes at y = 0.69, the nose's tip at (0, 0.650, 0.157),
lips at 0.619, the chin at 0.58.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.motifs import PATTERNS
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import COLORS

FACE = 0.138
"""Canonical z of the face beneath the nose."""
MIDDLE = 0.045
"""Canonical z of the skull's middle."""
LIPS = 0.6188
"""Canonical height of the line between the lips."""
CORNER = 0.024
"""Canonical distance of the mouth's corners from the middle."""
ACROSS, FINER = 0.13, 1.6
"""Metres of a pattern to a radian round the head, and to a metre of its height: faces have finer marks than trunks."""
MARKING = 0.75
"""How much of a face's own colour its darkest marking hides beside the pattern's own softness."""


@dataclass(frozen=True)
class Muzzle:
    """How a face is drawn out: the table ``face`` of a nose's record. Lengths are metres on the standard figure."""

    forward: float = 0.0
    """Metres by which nose and mouth come forward."""
    reach: float = 0.046
    """Half the muzzle's width where it begins, beside the nose."""
    top: float = 0.70
    """Height between the eyes where it begins."""
    wide: float = 1.0
    """The muzzle's width at its end against that of a human face."""
    high: float = 1.0
    """The muzzle's height about the mouth against that of a human face."""
    down: float = 0.0
    """Metres by which the muzzle's end sinks."""
    chin: float = 0.8
    """How far the chin comes along, of ``forward``."""
    nose: float = 0.3
    """How much of the human nose still stands out."""
    cheeks: float = 0.0
    """Metres by which fur makes the cheeks wider."""
    brow: float = 0.0
    """Metres by which the brow stands forward."""
    crown: float = 1.0
    """The height of the skull above the brow against a human one's."""
    skull: float = 1.0
    """The width and depth of the skull above the brow against a human one's."""
    ears: float = 0.0
    """How much of the human ears is left."""
    eyes: bool = True
    """Whether it has eyes like a human's; else its parts are its eyes."""
    iris: float = 1.0
    """The size of the irises."""
    slit: float = 1.0
    """The width of the pupils."""
    mouth: float = 0.0
    """Metres by which the line of the mouth runs on along the sides."""
    light: str = ""
    """The colour of muzzle, cheeks and throat."""
    around: str = ""
    """The colour round the eyes."""
    pattern: str = ""
    """A pattern on head and neck, of `cloth.motifs.PATTERNS`."""
    marks: str = "black"
    """The colour of the pattern."""
    features: Mapping[str, float] = field(default_factory=dict)
    """Amounts of the directions of the face space that go with it."""


def read_muzzle(table: Mapping[str, object]) -> Muzzle:
    """A record's table.

    Raises:
        ValueError: names the key and what is wrong.
    """
    for key, value in table.items():
        if key not in Muzzle.__dataclass_fields__:
            raise ValueError(f"face: {key!r} is no such key")
        if key in ("light", "around", "marks") and value not in COLORS:
            raise ValueError(f"face: {key}: {value!r} is no colour")
        if key == "pattern" and value not in PATTERNS:
            raise ValueError(f"face: {key}: {value!r} is no pattern")
    return Muzzle(**table)  # type: ignore[arg-type]


def drawn_out(mannequin: Mannequin, muzzle: Muzzle, scale: NDArray) -> Mannequin:
    """The body with the face that a muzzle makes of its own; ``scale`` (3,) is `Head.scale`."""
    on = np.flatnonzero(mannequin.canonical[:, 1] > 0.535)
    vertices = mannequin.vertices.copy()
    vertices[on] += (displacement(mannequin.canonical[on], muzzle) * scale).astype(np.float32)
    return replace(mannequin, vertices=vertices, drawn=True)


def share(places: NDArray, muzzle: Muzzle) -> NDArray:
    """(N,) how far canonical places (N, 3) come forward: 1 at the muzzle's end."""
    x, y, z = np.asarray(places, np.float64).T
    at = [0.553, 0.572, 0.590, 0.612, 0.655, 0.672, muzzle.top]
    tall = PchipInterpolator(at, [0, 0.62 * muzzle.chin, muzzle.chin, 0.97, 1.0, 0.66, 0.0])(np.clip(y, at[0], at[-1]))
    reach = np.interp(y, [0.645, 0.680], [muzzle.reach, 0.5 * muzzle.reach])
    across = smoothstep(np.abs(x), reach, 0.22 * reach)
    found: NDArray = tall * across * smoothstep(z, 0.035, 0.095)
    return found


def displacement(places: NDArray, muzzle: Muzzle) -> NDArray:
    """(N, 3) by which canonical places (N, 3) of a head move."""
    x, y, z = np.asarray(places, np.float64).T
    along = share(places, muzzle)
    moved = np.zeros((len(x), 3))
    tip = smoothstep(np.abs(x), 0.034, 0.016) * smoothstep(y, 0.628, 0.640) * smoothstep(y, muzzle.top, 0.675)
    moved[:, 2] += muzzle.forward * along - (1 - muzzle.nose) * np.clip(z - FACE, 0, None) * tip
    moved[:, 0] += x * (muzzle.wide - 1) * along
    moved[:, 1] += (y - 0.632) * (muzzle.high - 1) * along - muzzle.down * along
    side = smoothstep(np.abs(x), 0.025, 0.055) * np.exp(-(((y - 0.625) / 0.034) ** 2)) * smoothstep(z, 0.0, 0.05)
    moved[:, 0] += np.sign(x) * muzzle.cheeks * side * smoothstep(z, 0.125, 0.085)
    moved[:, 1] -= 0.4 * muzzle.cheeks * side
    ridge = np.exp(-(((y - 0.712) / 0.012) ** 2)) * smoothstep(np.abs(x), 0.06, 0.03) * smoothstep(z, 0.08, 0.11)
    moved[:, 2] += muzzle.brow * ridge
    above = np.clip(y - 0.715, 0, None)
    moved[:, 1] -= (1 - muzzle.crown) * above
    wider = (muzzle.skull - 1) * smoothstep(y, 0.683, 0.76)
    moved[:, 0] += wider * x
    moved[:, 2] += wider * (z - MIDDLE)
    return moved + _ears(np.stack([x, y, z], 1), 1 - muzzle.ears)


def _ears(places: NDArray, gone: float) -> NDArray:
    """(N, 3) what lays the outer ears into the head."""
    x, y, z = places.T
    head = 0.0715 - 0.5 * np.clip(0.655 - y, 0, 0.05)  # half the head's width beside them
    ear = smoothstep(np.hypot((y - 0.672) / 0.047, (z - 0.018) / 0.044), 1.15, 0.9)
    moved = np.zeros_like(places)
    out = np.abs(x) - head
    moved[:, 0] = -np.sign(x) * gone * ear * np.where(out > 0, 0.93 * out, 0.0)
    return moved


def painted(base: NDArray, p: Points, muzzle: Muzzle) -> NDArray:
    """Colours (N, 3) of a skin with the markings of a face; ``p`` are its canonical places."""
    found = base.copy()

    def over(amount: NDArray, color: NDArray) -> None:
        found[:] += np.clip(amount, 0, 1)[:, None] * (color - found)

    head = smoothstep(p.y, 0.535, 0.56)
    if muzzle.light:
        lower = smoothstep(p.y, 0.672, 0.655) * smoothstep(p.side, 0.070, 0.052) * smoothstep(p.z, 0.055, 0.085)
        throat = smoothstep(p.y, 0.60, 0.585) * smoothstep(p.y, 0.46, 0.50) * smoothstep(p.side, 0.062, 0.040)
        over(0.92 * np.maximum(lower * head, throat * smoothstep(p.z, 0.0, 0.03)), np.array(COLORS[muzzle.light]))
    if muzzle.pattern:
        marks = np.maximum.reduce([signed(p.turn * ACROSS, p.y * FINER) for signed, _ in PATTERNS[muzzle.pattern]])
        eyes = smoothstep(np.hypot((p.side - 0.031) / 0.024, (p.y - 0.689) / 0.014), 0.8, 1.2)
        off = smoothstep(share(np.stack([p.x, p.y, p.z], 1), muzzle), 0.55, 0.25) * eyes
        over(MARKING * smoothstep(marks, -0.0012, 0.0012) * head * off, np.array(COLORS[muzzle.marks]))
    if muzzle.around:
        eye = np.hypot((p.side - 0.034) / 0.024, (p.y - 0.684 + 0.30 * (p.side - 0.034)) / 0.023)
        over(smoothstep(eye, 1.12, 0.88) * smoothstep(p.z, 0.06, 0.09), np.array(COLORS[muzzle.around]))
    beyond = np.clip((p.side - CORNER + 0.004) / max(muzzle.mouth, 1e-6), 0, 1)
    line = np.exp(-(((p.y - LIPS - 0.004 * np.sin(np.pi * beyond)) / 0.0017) ** 2)) * (beyond < 1)
    over(0.9 * line * smoothstep(p.z, 0.075, 0.095) * bool(muzzle.mouth), found * 0.22)
    groove = np.exp(-((p.side / 0.0011) ** 2)) * smoothstep(p.y, 0.617, 0.621) * smoothstep(p.y, 0.646, 0.640)
    over(0.75 * groove * smoothstep(p.z, 0.12, 0.135) * bool(muzzle.mouth), found * 0.3)
    return found
