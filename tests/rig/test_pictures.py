"""What layers are made of reaches the pictures."""

from __future__ import annotations

import numpy as np
import trimesh

from engine.rig.pictures import surface_of
from engine.wardrobe.layers import Layer, joined


def ball(name: str, material: str, radius: float) -> Layer:
    """A closed layer of one material."""
    mesh = trimesh.creation.icosphere(1, radius)
    vertices = np.asarray(mesh.vertices, np.float32)
    weights = np.zeros((len(vertices), 24), np.float32)
    weights[:, 0] = 1.0
    return Layer(
        name, material, vertices, np.asarray(mesh.faces, np.int32), np.full_like(vertices, 0.5), weights, vertices
    )


def test_surface_has_each_layers_material() -> None:
    layers = (ball("Body", "skin", 0.5), ball("Armour", "metal", 0.6))
    surface = surface_of(joined(layers))
    first, second = slice(0, len(layers[0].vertices)), slice(len(layers[0].vertices), None)
    assert surface.softness is not None and surface.metallic is not None and surface.face_layers is not None
    assert surface.softness[first].all() and not surface.softness[second].any()
    assert not surface.metallic[first].any() and surface.metallic[second].all()
    assert [material.name for material in surface.materials] == ["skin", "metal"]
    assert np.bincount(surface.face_layers).tolist() == [len(layer.faces) for layer in layers]
