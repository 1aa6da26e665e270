"""Divides an avatar's joined arrays into its layers. Numpy only, no bpy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .result import Avatar, Faces, Surface

BODY = "Body"


@dataclass(frozen=True)
class LayerSurface(Surface):
    """One layer's part of the joined arrays, in their frame."""

    name: str
    material: str  # of the engine's catalogue; empty for a result without layers
    deltas: np.ndarray | None  # (K,V,3) of the shape keys
    uvs: np.ndarray | None = None  # (F,3,2)
    finish: dict[str, np.ndarray] = field(default_factory=dict)  # (V,) each, by the names of the shader's inputs
    covered: np.ndarray | None = None  # (V,) bool
    face: Faces | None = None  # of its vertices


def split(avatar: Avatar) -> list[LayerSurface]:
    """Return the layers in their order, the body first; a result without layers is one. Empty layers are left out."""
    layers, deltas = avatar.layers, avatar.shapes.deltas if avatar.shapes is not None else None
    if layers is None:
        return [
            LayerSurface(
                avatar.vertices, avatar.faces, avatar.colors, avatar.weights, BODY, "", deltas, face=avatar.face
            )
        ]
    found = []
    for number, (name, material) in enumerate(zip(layers.names, layers.materials)):
        faces, own = layers.of_face == number, np.flatnonzero(layers.of_vertex == number)
        if not len(own):
            continue
        place = np.zeros(len(avatar.vertices), np.int32)
        place[own] = np.arange(len(own))
        found.append(
            LayerSurface(
                avatar.vertices[own],
                place[avatar.faces[faces]],
                avatar.colors[own],
                avatar.weights[own],
                name,
                material,
                deltas[:, own] if deltas is not None else None,
                layers.uvs[faces],
                {
                    "Roughness": layers.roughness[own],
                    "Metallic": layers.metallic[own],
                    "Alpha": layers.opacity[own],
                },
                layers.covered[own],
                faces_of(avatar.face, own, len(avatar.vertices)),
            )
        )
    return sorted(found, key=lambda layer: layer.name != BODY)  # stable: the others stay in their order


def faces_of(face: Faces | None, own: np.ndarray, vertices: int) -> Faces | None:
    """The face shapes of some of a mesh's vertices (N,), by their new numbers; None where there are none."""
    if face is None:
        return None
    place = np.full(vertices, -1, np.int32)
    place[own] = np.arange(len(own))
    row = place[face.row]
    kept = row >= 0
    return Faces(face.names, face.shape[kept], row[kept], face.delta[kept])
