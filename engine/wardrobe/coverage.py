"""What of each layer lies for good beneath those outside of it, and so need not be shown.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.geometry.edges import edges
from engine.geometry.measures import edge_lengths, vertex_normals
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.layers import Layer, joined

UNCOVERED = frozenset({"hair", "eye", "mouth", "teeth"})
"""Materials of what neither covers others nor is covered."""
HIDDEN = 0.05
"""Metres beneath another layer within which skin and cloth are covered."""
WIDE, ABOVE_HEM = 0.30, 0.18
"""Metres beneath what hangs wide, as skirts do, within which skin and cloth are covered, and how far above its hem."""
KEPT = 0.045
"""Metres beside what is seen within which faces stay, so that hems may move a little and no fold lets one through."""
KEPT_ROUNDS = 4, 10
"""Rings of faces beside what is seen that stay at least and at most."""


def covered(layers: list[Layer]) -> list[Layer]:
    """The layers with what of each lies for good beneath those outside of it marked."""
    found = list(layers)
    for index, layer in enumerate(layers[:-1]):
        outside = [
            other for other in layers[index + 1 :] if other.material not in UNCOVERED and other.opacity.min() == 1.0
        ]
        if layer.material in UNCOVERED or not outside:
            continue
        hidden = _beneath(layer, outside)
        span = float(np.median(edge_lengths(layer.vertices, edges(layer.faces))))
        for _ in range(int(np.clip(KEPT / max(span, 1e-6), *KEPT_ROUNDS))):
            open_faces = ~hidden[layer.faces].all(1)
            hidden[layer.faces[open_faces]] = False
        found[index] = replace(layer, covered=hidden)
    return found


def _beneath(layer: Layer, outside: Sequence[Layer]) -> NDArray[np.bool_]:
    """(V,) which vertices of a layer lie beneath others."""
    above = joined(outside)
    caster, normals = MeshRaycaster(above.vertices, above.faces), vertex_normals(layer.vertices, layer.faces)
    hits = caster.cast_rays(layer.vertices - 0.002 * normals, normals)
    within = hits.mask & ((hits.normal * normals).sum(1) > 0)  # at a lining, not at a sleeve
    low = np.full(len(outside), np.inf)
    np.minimum.at(low, above.vertex_layers, above.vertices[:, 1])
    lowest = low[above.face_layers[np.maximum(hits.face, 0)]]
    hung = (hits.depth < WIDE) & (layer.vertices[:, 1] > lowest + ABOVE_HEM)
    hidden: NDArray[np.bool_] = within & ((hits.depth < HIDDEN) | hung)
    return hidden
