"""What layers are made of reaches the pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import trimesh

from engine.rig.avatar import Avatar, layered, uncover
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


def avatar_of(*layers: Layer) -> Avatar:
    """An avatar of layers that does not move."""
    whole = joined(layers)
    joints, parents = np.zeros((24, 3), np.float32), np.full(24, -1, np.int32)
    return Avatar(whole.vertices, whole.faces, whole.colors, whole.weights, joints, parents, **layered(whole))


def test_surface_has_each_layers_material() -> None:
    layers = (ball("Body", "skin", 0.5), ball("Armour", "metal", 0.6))
    surface = surface_of(avatar_of(*layers))
    first, second = slice(0, len(layers[0].vertices)), slice(len(layers[0].vertices), None)
    assert surface.softness is not None and surface.metallic is not None and surface.face_layers is not None
    assert surface.softness[first].all() and not surface.softness[second].any()
    assert not surface.metallic[first].any() and surface.metallic[second].all()
    assert [material.name for material in surface.materials] == ["skin", "metal"]
    assert np.bincount(surface.face_layers).tolist() == [len(layer.faces) for layer in layers]
    assert len(surface.roughness) == len(surface.metallic) == sum(len(layer.vertices) for layer in layers)


def test_surface_follows_what_is_left_when_covered_faces_are_gone() -> None:
    body, armour = ball("Body", "skin", 0.5), ball("Armour", "metal", 0.6)
    avatar = uncover(avatar_of(replace(body, covered=body.vertices[:, 1] < 0), armour))
    surface = surface_of(avatar)
    assert surface is not None and surface.softness is not None and surface.face_layers is not None
    assert (
        len(armour.vertices) < len(surface.softness) == len(avatar.vertices) < len(body.vertices) + len(armour.vertices)
    )
    assert surface.softness.sum() == len(avatar.vertices) - len(armour.vertices)
    assert (surface.face_layers == 1).sum() == len(armour.faces)


def test_a_solid_avatar_is_matt() -> None:
    layer = ball("Body", "skin", 0.5)
    joints, parents = np.zeros((24, 3), np.float32), np.full(24, -1, np.int32)
    assert surface_of(Avatar(layer.vertices, layer.faces, layer.colors, layer.weights, joints, parents)) is None
