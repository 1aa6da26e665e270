"""The shell beneath the locks: the scalp in the hair's colour, so that no skin shows between them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.mesh.surface import compact
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import Head, hairline
from engine.wardrobe.head.locks import Tufts, unit
from engine.wardrobe.skin import quartered

EDGE = 0.0012
"""Metres by which the shell's border lies beneath the skin; where it comes through is the hairline."""
BANDS = (0.012, 0.006, 0.0035)
"""Metres from the hairline within which triangles are quartered once, twice, three times more."""


def _finer(values: NDArray, faces: NDArray) -> tuple[NDArray, NDArray]:
    """Points with values (V, C) and triangles, each triangle in four."""
    mix, split = quartered(faces, len(values))
    return mix @ values, split


def shell(
    head: Head, thick: float, rng: np.random.Generator, within: Callable[[NDArray], NDArray] | None = None
) -> Tufts:
    """The scalp lifted by ``thick`` metres, sunk into the skin along a softly irregular hairline.

    Args:
        head: whose.
        thick: metres off the skin, away from the hairline.
        rng: decides the irregularities.
        within: metres by which canonical places lie inside of a further border.
    """
    mannequin = head.mannequin

    def reach(canonical: NDArray) -> NDArray:
        above = hairline(canonical)
        return above if within is None else np.minimum(above, within(canonical))

    inside = (reach(mannequin.canonical)[mannequin.faces] > -0.010).any(1)
    values = np.hstack([mannequin.vertices, mannequin.normals, mannequin.canonical]).astype(np.float64)
    values, faces = _finer(*compact(values, mannequin.faces[inside]))
    found = []
    for level in range(len(BANDS)):  # finer and finer towards the hairline
        above = reach(values[:, 6:])[faces]
        near = (above < BANDS[level]).any(1) & (above > -BANDS[level]).any(1)
        found.append(compact(values, faces[(above >= BANDS[level]).all(1)]))
        values, faces = _finer(*compact(values, faces[near]))
    found.append(compact(values, faces[(reach(values[:, 6:])[faces] > -0.004).all(1)]))
    first = np.cumsum([0, *(len(part[0]) for part in found)])
    values = np.concatenate([part[0] for part in found])
    faces = np.concatenate([part[1] + start for part, start in zip(found, first)])
    canonical = values[:, 6:]
    turn = np.arctan2(canonical[:, 0], canonical[:, 2] - 0.03)
    phase = rng.uniform(0, 2 * np.pi, 3)
    ragged = sum(0.0007 * np.sin(f * turn + p + 2 * np.sin(9 * turn)) for f, p in zip((37, 71, 113), phase))
    above = reach(canonical) - np.abs(ragged)
    soft = max(0.006, 0.55 * thick)
    lift = -EDGE + (thick + EDGE) * smoothstep(above, -0.001, soft) * head.size
    if thick > 0.01:  # an uneven ball of hair
        x, y, z = canonical.T
        lift = lift * (1 + 0.10 * np.sin(140 * x + 2) * np.sin(130 * y) * np.sin(135 * z + 1))
    vertices = values[:, :3] + unit(values[:, 3:6]) * lift[:, None]
    fine = np.sin(211 * turn + 3 * np.sin(11 * turn)) + 0.8 * np.sin(97 * turn + 40 * canonical[:, 1])
    return Tufts(vertices, faces.astype(np.int32), 0.66 + 0.05 * fine)
