"""What of each layer lies for good beneath those outside of it, and so need not be shown.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.geometry.edges import edges, rim_edges
from engine.geometry.measures import edge_lengths, face_normals, vertex_normals
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
THROUGH, BESIDE_EDGES = 0.004, 0.03
"""Metres by which cloth comes through other cloth in creases, and from where on beside that one's edges it does not."""
SAME_PLACE = 0.05
"""Metres on the standard figure within which a layer and what lies over it are at the same place of the body."""
COLLARS = 0.46
"""Height on the standard figure above which collars lie on collars."""
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
        found[index] = replace(layer, covered=hidden | _through(layer, outside))
    return found


def _through(layer: Layer, outside: Sequence[Layer]) -> NDArray[np.bool_]:
    """(V,) the vertices of faces with which a layer comes through creases of what lies over it, away from its edges.

    What lies against another layer from outside, as an arm against the trunk, is elsewhere on the standard figure;
    collars lie on what is worn over their garment.
    """
    out = np.zeros(len(layer.vertices), bool)
    for other in outside:
        face, shares, _ = MeshRaycaster(other.vertices, other.faces).closest_point(layer.vertices, signed=False)
        corners = other.faces[face]
        off = layer.vertices - np.einsum("nk,nkc->nc", shares, other.vertices[corners])
        above = (off * face_normals(other.vertices, other.faces)[face]).sum(1)
        apart = np.linalg.norm(layer.canonical - other.canonical[corners[:, 0]], axis=1)
        below = layer.canonical[:, 1] < COLLARS
        near = np.flatnonzero(below & (above > 0) & (np.linalg.norm(off, axis=1) < THROUGH) & (apart < SAME_PLACE))
        rim = np.unique(rim_edges(other.faces))
        if len(near) == 0 or len(rim) == 0:
            continue
        away, _ = cKDTree(other.vertices[rim]).query(layer.vertices[near], distance_upper_bound=BESIDE_EDGES)
        out[near[np.isinf(away)]] = True
    touched: NDArray[np.bool_] = np.zeros_like(out)
    touched[layer.faces[out[layer.faces].any(1)]] = True
    return touched


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
