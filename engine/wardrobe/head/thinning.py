"""Where hair lets the skin's colour through: along its border and its parting, between ropes, and where it is cropped.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import Head, zones
from engine.wardrobe.head.styles import Style
from engine.wardrobe.layers import Layer
from engine.wardrobe.outfit import SKINS, Look
from engine.wardrobe.paint import blend

THINNER = 0.009
"""Metres above the hairline in which hair is thinner."""
PARTED = 0.0027
"""Canonical metres to either side of a parting in which the scalp shows."""
SCALP = 0.45
"""How much of the skin shows between ropes and plaits."""
FADED = 0.018
"""Metres of that where hair is cut short."""
SHORN, BETWEEN = 0.034, 0.50
"""The same at the sides and the nape; how much of the skin shows between hairs of a few millimetres."""


def soft_edged(layer: Layer, head: Head, look: Look, style: Style) -> Layer:
    """The hair's layer in a mixture of its colours and the skin's where skin shows between roots."""
    canonical = head.canonical(layer.vertices.astype(np.float64))
    cropped = style.grow == "stubble"
    share = (_between_cropped if cropped else _between_locks)(layer, head, canonical, style)
    shadow = 0.84 + 0.16 * smoothstep(style.above(canonical), 0.012, 0.0)  # none where hair ends
    shadow *= 1.0 if cropped else 0.86  # locks shine
    colors = blend(layer.colors, share, shadow[:, None] * np.array(SKINS[look.skin]))
    return replace(layer, colors=colors.astype(np.float32))


def _on_shell(layer: Layer) -> NDArray:
    """(V,) whether points are of a shell without strands."""
    found: NDArray = np.abs(layer.canonical[:, :2]).max(1) == 0
    return found


def _between_cropped(layer: Layer, head: Head, canonical: NDArray, style: Style) -> NDArray:
    """(V,) how much of the skin shows between hairs of a few millimetres: everywhere some, to the edges all."""
    share = np.zeros(len(canonical))
    own = np.flatnonzero(_on_shell(layer))
    least = BETWEEN * float(smoothstep(np.array(max(style.length)), 0.017, 0.005))
    beside = zones(canonical[own])[:, 2:].sum(1)
    x, y, z = canonical[own].T
    uneven = 0.0015 * np.sin(230 * x + 3 * np.sin(90 * y)) * np.sin(210 * y + 190 * z)
    above = style.above(canonical[own]) + uneven
    share[own] = least + (1.0 - least) * smoothstep(above, FADED + (SHORN - FADED) * beside, 0.0)
    return share


def _between_locks(layer: Layer, head: Head, canonical: NDArray, style: Style) -> NDArray:
    """(V,) how much of the skin shows along hairline and parting, and all over the scalp between ropes."""
    share = np.zeros(len(canonical))
    above = style.above(canonical)
    near = (above < THINNER) & (above > -0.01)
    if style.parted:
        line = (np.abs(canonical[:, 0] - style.parting) < PARTED) & (canonical[:, 1] > 0.735)
        near = np.logical_or(near, line)
    if style.ropes or style.shorn:
        near = np.logical_or(near, _on_shell(layer))
    own = np.flatnonzero(near)
    off = head.mannequin.caster.closest_point(layer.vertices[own].astype(np.float64), signed=False)[2]
    x, _, z = canonical[own].T
    turn = np.arctan2(x, z - 0.03)
    uneven = 0.0022 * np.sin(31 * turn) + 0.0012 * np.sin(67 * turn + 2 * np.sin(11 * turn))
    thin = smoothstep(above[own] + uneven, THINNER, 0.0)
    if style.parted:
        bare = smoothstep(np.abs(x - style.parting), PARTED, 0.3 * PARTED) * smoothstep(z, -0.04, -0.01)
        thin = np.maximum(thin, 0.75 * bare)
    least = np.full(len(own), SCALP if style.ropes else 0.0)
    if style.shorn:
        beside = smoothstep(zones(canonical[own])[:, 2:].sum(1), 0.3, 0.8)
        fading = smoothstep(above[own] + uneven, SHORN, 0.0)
        least = beside * (style.shorn + (1 - style.shorn) * fading)
    share[own] = (least + (0.97 - least) * thin) * smoothstep(off, 0.004, 0.001)
    return share
