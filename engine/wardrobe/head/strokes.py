"""Brows and lashes: short hairs that lie along the skin.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.forms import tube
from engine.wardrobe.head.eyes import has_eyes
from engine.wardrobe.head.frame import Head, unit
from engine.wardrobe.head.locks import LockForm, Tufts, hair_layer, locks, together
from engine.wardrobe.layers import Layer
from engine.wardrobe.outfit import HAIR_COLORS, NATURAL_HAIR, SKINS, Look

BROW = (0.0130, 0.0470)
"""Canonical distances from the middle between which a brow lies."""
BROW_HAIR, LASH = LockForm(0.7, 0.7, root=0.85, tip=1.1), LockForm(0.8, 0.8)
STROKES = 330
"""Hairs of a brow."""
CHILD = 0.25
"""How male children's brows are."""
DULL = 0.62
"""Roughness of brows: hairs so thin would glitter."""


def brow_height(side: NDArray, male: float) -> NDArray:
    """Canonical height of a brow's middle line at distances from the face's middle: an arch that falls outwards.

    ``male``, 0-1: men's lie lower and straighter.
    """
    t = np.clip((side - BROW[0]) / (BROW[1] - BROW[0]), 0, 1)
    arch = (0.0068 - 0.0018 * male) * np.sin(np.pi * np.clip(1.25 * t, 0, 1) ** 1.15 * 0.62)
    return 0.7060 - 0.0018 * male + arch - 0.0035 * smoothstep(t, 0.6, 1.0)


def brow_width(side: NDArray, male: float) -> NDArray:
    """Half the canonical width of a brow at distances from the face's middle; men's are wider."""
    t = np.clip((side - BROW[0]) / (BROW[1] - BROW[0]), 0, 1)
    return (0.0035 + 0.0016 * male) * np.interp(t, [0, 0.15, 0.55, 0.85, 1], [0.50, 0.90, 0.90, 0.50, 0.15])


def maleness(gender: float, age: float) -> float:
    """0-1, by which brows and lashes differ, of a gender from -1 to 1; children's, of `readout.expected_shape`'s
    ``age``, are in between."""
    own = float(smoothstep(np.array(gender), -0.5, 0.5))
    grown = float(smoothstep(np.array(age), -0.4, 0.0))
    return CHILD + grown * (own - CHILD)


def _laid(head: Head, start: NDArray, heading: NDArray, length: NDArray, lift: NDArray, steps: int = 5) -> NDArray:
    """Paths (N, steps, 3) from points on the skin along it, ``lift`` (N, steps) metres off it."""
    point, paths = start, [start]
    for k in range(1, steps):
        point = point + heading * (length / (steps - 1))[:, None]
        point = head.off_skin(point, lift[:, k], 0.8)[0]
        paths.append(point)
    return np.stack(paths, 1)


def brow_color(look: Look) -> NDArray:
    """(3,) of brows: the hair's, whose dye they do not share; bright hair has darker brows."""
    known = [name for name in (look.hair_color, look.beard_color) if name in NATURAL_HAIR]
    color = np.array(HAIR_COLORS[known[0] if known else "dark brown"])
    return color * (0.80 - 0.16 * smoothstep(color.mean(), 0.5, 0.95))


def brow_layer(look: Look, head: Head, rng: np.random.Generator, male: float = 0.5) -> Layer:
    """Both brows, of strokes that stand up at the inner end and lie down at the outer; ``male``: `maleness`."""
    parts = []
    raised, thick, tilt = rng.normal(0, 0.0007), rng.uniform(0.6, 1.1), rng.normal(0, 0.035)
    for sign in (1.0, -1.0):
        t = (np.arange(STROKES) + rng.uniform(-0.5, 0.5, STROKES)) / STROKES
        t = np.clip(t, 0, 1) ** 0.9
        side = BROW[0] + t * (BROW[1] - BROW[0]) * 0.9
        across = rng.uniform(-0.95, 0.75, STROKES)
        x = sign * side + rng.normal(0, 0.0004, STROKES)
        y = (
            brow_height(side, male)
            + across * thick * brow_width(side, male)
            + rng.normal(raised, 0.0004)
            + tilt * (side - 0.03)
        )
        start, normal = head.before(x, y)
        lean = np.interp(t, [0, 0.15, 0.5, 1], [0.95, 0.70, 0.20, -0.42]) - 0.45 * across * (t > 0.1)
        lean = lean + rng.normal(0, 0.09, STROKES)
        heading = unit(np.stack([sign * np.cos(lean), np.sin(lean), 0 * lean], 1))
        length = np.interp(t, [0, 0.3, 1], [0.0050, 0.0070, 0.0060]) * rng.uniform(0.75, 1.15, STROKES) * head.size
        lift = np.array([0, 0.0007, 0.0010, 0.0009, 0.0004]) * head.size * rng.uniform(0.7, 1.3, (STROKES, 1))
        paths = _laid(head, start - 0.0004 * normal, heading, length, lift)
        width = 0.00024 * head.size * rng.uniform(0.7, 1.2, STROKES)
        parts.append(locks(paths, np.repeat(normal[:, None], 5, 1), width, BROW_HAIR, rng))
    skin = np.array(SKINS[look.skin])  # shows between so few hairs
    made = hair_layer("Brows", together(*parts), 0.02 + 0.74 * brow_color(look) + 0.26 * 0.7 * skin, head)
    return replace(made, roughness=np.full(len(made.vertices), DULL, np.float32))


def lash_layer(head: Head, rng: np.random.Generator, male: float = 0.5) -> Layer | None:
    """The upper lids' lashes with the dark line that they grow from; None for bodies without labels of eyes.

    ``male`` (`maleness`): men's are shorter.
    """
    mannequin = head.mannequin
    if not has_eyes(mannequin):
        return None
    parts = []
    for side, sign in (("L", 1.0), ("R", -1.0)):
        border = mannequin.canonical[mannequin.labels[f"eye_cavity.{side}.border"]]
        across = np.abs(border[:, 0])
        inner, outer = border[across.argmin()], border[across.argmax()]
        line = np.interp(across, [abs(inner[0]), abs(outer[0])], [inner[1], outer[1]])
        upper = border[border[:, 1] >= line - 1e-5]
        upper = upper[np.argsort(np.abs(upper[:, 0]))]
        count = 34
        reach = np.linspace(abs(inner[0]) + 0.0012, abs(outer[0]) + 0.0002, count)
        x, y = sign * reach, np.interp(reach, np.abs(upper[:, 0]), upper[:, 1]) + 0.0003
        start, _ = head.before(x, y)
        t = np.linspace(0, 1, count)
        fan = sign * np.interp(t, [0, 0.4, 1], [-0.25, 0.1, 0.95])
        s = np.linspace(0, 1, 6)
        length = head.size * np.interp(t, [0, 0.2, 0.75, 1], [0.0022, 0.0040, 0.0056, 0.0048])
        length = length * rng.uniform(0.8, 1.1, count) * (1.05 - 0.35 * male)
        way = np.stack(
            [fan[:, None] * s, -0.10 * s + 0.62 * s**2 + 0 * fan[:, None], 0.85 * s - 0.15 * s**2 + 0 * fan[:, None]], 2
        )
        paths = start[:, None] + length[:, None, None] * way
        upward = np.tile(np.array([0, 1.0, 0.3]), (count, 6, 1))
        parts.append(locks(paths, upward, np.full(count, 0.00028 * head.size), LASH, rng))
        thick = 0.00042 * head.size * np.clip(np.sin(np.pi * np.clip(0.04 + t, 0, 0.97)), 0.2, 1) ** 0.5
        edge = tube(start + np.array([0, 0.0, 0.0001]), thick, 6)
        parts.append(Tufts.plain(edge.vertices, edge.faces, 0.9))
    return hair_layer("Lashes", together(*parts), np.array([0.045, 0.033, 0.03]), head)
