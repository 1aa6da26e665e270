"""What of each layer lies for good beneath those outside of it, and so need not be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.render.raycast import GBuffer, MeshRaycaster, vertex_normals
from engine.wardrobe.layers import Floats, Layer, joined

UNCOVERED = frozenset({"hair", "eye", "mouth", "teeth"})
"""Materials of what neither covers others nor is covered."""
HIDDEN = 0.05
"""Metres beneath another layer within which skin and cloth are covered."""
WIDE, ABOVE_HEM = 0.30, 0.18
"""The same beneath what hangs wide, as skirts do, and how far above its lowest place that holds."""
OPEN_ROUNDS = 3
"""How many rings of faces beside what is seen stay, so that hems may move a little."""
SHELL, SLANT, AROUND = 0.3, 1.05, 8
"""What has a thickness, as shoes do, shows its inner wall: its outer wall is looked for, by the least cosine of the two
normals; and all of so many rays, so many radians off the normal, must end at it, for shells have openings."""


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
        for _ in range(OPEN_ROUNDS):
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
    hidden = within & ((hits.depth < HIDDEN) | hung)
    return hidden | _in_shell(caster, hits, layer.vertices, normals)


def _in_shell(caster: MeshRaycaster, hits: GBuffer, vertices: Floats, normals: Floats) -> NDArray[np.bool_]:
    """(V,) which vertices lie in something thick that is closed around them."""
    found = np.zeros(len(vertices), bool)
    near = np.flatnonzero(hits.mask & (hits.depth < HIDDEN) & ((hits.normal * normals).sum(1) <= 0))
    start = vertices[near] + HIDDEN * normals[near]
    outer = caster.cast_rays(start, -normals[near])
    near = near[outer.mask & (outer.depth < HIDDEN) & ((outer.normal * normals[near]).sum(1) > SHELL)]
    normal = normals[near]
    side = np.cross(normal, np.eye(3, dtype=np.float32)[np.abs(normal).argmin(1)])
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    other, closed = np.cross(normal, side), np.ones(len(near), bool)
    for turn in np.arange(AROUND) * 2 * np.pi / AROUND:
        slanted = np.cos(SLANT) * normal + np.sin(SLANT) * (np.cos(turn) * side + np.sin(turn) * other)
        ray = caster.cast_rays(vertices[near], slanted.astype(np.float32))
        closed &= ray.mask & (ray.depth < 2 * HIDDEN)
    found[near[closed]] = True
    return found
