"""The shell beneath the locks: the scalp in the hair's colour, so that no skin shows between them.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import compact
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import Head, beside_ears, hairline, unit
from engine.wardrobe.head.locks import Tufts
from engine.wardrobe.head.split import split_long

EDGE = 0.0012
"""Metres by which the shell's border lies beneath the skin; where it comes through is the hairline."""
ON_EARS = -0.0012
"""Metres by which the shell may reach onto ears, which are too thin to hide more of it."""
SOFT = 0.0045
"""Metres from the hairline over which the shell rises."""
FINEST = 0.0018
"""Metres of the longest edge along the hairline."""


def shell(
    head: Head,
    thick: float | Callable[[NDArray], NDArray],
    rng: np.random.Generator,
    within: Callable[[NDArray], NDArray] | None = None,
    line: Callable[[NDArray], NDArray] = hairline,
    soft: float = SOFT,
    parting: float | None = None,
) -> Tufts:
    """The scalp lifted by ``thick`` metres, sunk into the skin along a softly irregular hairline.

    Args:
        head: whose.
        thick: metres off the skin, away from the hairline, everywhere or by canonical places.
        rng: decides the irregularities.
        within: metres by which canonical places lie inside of a further border.
        line: metres by which they lie inside of the hairline.
        soft: metres from there over which it rises at least.
        parting: canonical distance from the middle of a line along which it is finer too.
    """
    mannequin = head.mannequin
    bushy = not callable(thick) and thick > 0.01

    def reach(canonical: NDArray) -> NDArray:
        above = line(canonical)
        return above if within is None else np.minimum(above, within(canonical))

    def longest(canonical: NDArray) -> NDArray:
        edge = np.abs(reach(canonical))
        if parting is not None:
            edge = np.minimum(edge, np.abs(canonical[:, 0] - parting) + 0.1 * (canonical[:, 1] < 0.735))
        return np.where(edge < 0.006, FINEST, np.where(edge < 0.014, 3 * FINEST, 6 * FINEST))

    inside = (reach(mannequin.canonical)[mannequin.faces] > -0.010).any(1)
    values = np.hstack([mannequin.vertices, mannequin.normals, mannequin.canonical]).astype(np.float64)
    values, faces = compact(values, mannequin.faces[inside])
    mix, faces = split_long(values[:, 6:], faces, longest, 1 if bushy else 5)
    values = mix @ values
    kept = (reach(values[:, 6:]) > -0.004) & (beside_ears(values[:, 6:]) > ON_EARS)
    values, faces = compact(values, faces[kept[faces].all(1)])
    canonical = values[:, 6:]
    turn = np.arctan2(canonical[:, 0], canonical[:, 2] - 0.03)
    phase = rng.uniform(0, 2 * np.pi, 3)
    ragged = sum(0.0005 * np.sin(f * turn + p + 2 * np.sin(9 * turn)) for f, p in zip((37, 71, 113), phase))
    above = reach(canonical) - np.abs(ragged)
    depth = thick(canonical) if callable(thick) else np.full(len(canonical), thick)
    over = np.maximum(soft, 0.55 * depth)
    lift = -EDGE + (depth + EDGE) * smoothstep((above + 0.001) / (over + 0.001), 0.0, 1.0) * head.size
    if bushy:  # an uneven ball of hair
        x, y, z = canonical.T
        lift = lift * (1 + 0.10 * np.sin(140 * x + 2) * np.sin(130 * y) * np.sin(135 * z + 1))
    vertices = values[:, :3] + unit(values[:, 3:6]) * lift[:, None]
    strands = np.stack([0.09 * np.abs(turn), canonical[:, 1]], 1)
    return Tufts(vertices, faces.astype(np.int32), _tones(canonical, turn, parting), strands)


def _tones(canonical: NDArray, turn: NDArray, parting: float | None) -> NDArray:
    """(N,) brightness of the shell at places, ``turn`` (N,) round the head, lighter along a parting."""
    fine = np.sin(211 * turn + 3 * np.sin(11 * turn)) + 0.8 * np.sin(97 * turn + 40 * canonical[:, 1])
    tones: NDArray = 0.70 + 0.08 * fine
    if parting is not None:  # nothing lies over it there
        tones = tones + 0.25 * np.exp(-(((canonical[:, 0] - parting) / 0.012) ** 2)) * (canonical[:, 1] > 0.735)
    return tones
