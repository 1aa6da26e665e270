"""A small figure in layers: the bare body, a shirt and trousers with open borders, a helmet with a lining."""

from __future__ import annotations

from functools import cache

import numpy as np
import trimesh

from engine.body import load_body
from engine.geometry.edges import compact
from engine.mesh.chart_regions import SkinnedBody
from engine.wardrobe.layers import BODY, Layer, Mannequin

HEM, NECKLINE = 0.0, 0.14
"""Of the shirt: canonical height of its hem, and distance of its neckline from the pit of the neck, metres."""
SLEEVE = 0.33
"""Canonical length of its sleeves from the middle."""


@cache
def mannequin() -> Mannequin:
    body = load_body()
    return Mannequin.of(body, np.zeros(body.num_betas))


@cache
def figure() -> SkinnedBody:
    bare = mannequin()
    return SkinnedBody(bare.vertices, bare.faces, bare.weights, bare.joints)


def finer(array: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each triangle in four."""
    points, triangles = trimesh.remesh.subdivide(array, faces)
    return np.asarray(points, np.float32), np.asarray(triangles, np.int32)


def piece(name: str, material: str, inside: np.ndarray, ease: float, color: tuple[float, float, float]) -> Layer:
    """The body's triangles whose corners are all ``inside`` (V,), each in four, pushed out by ``ease`` metres."""
    bare = mannequin()
    columns = np.hstack((bare.vertices + ease * bare.normals, bare.weights, bare.canonical))
    columns, faces = finer(*compact(columns, bare.faces[inside[bare.faces].all(1)]))
    vertices, weights, canonical = np.split(columns, [3, 27], axis=1)
    return Layer(name, material, vertices, faces, np.tile(np.float32(color), (len(vertices), 1)), weights, canonical)


@cache
def layers(fine: bool = False) -> tuple[Layer, ...]:
    """Innermost first; the body is covered beneath shirt and trousers except near their borders."""
    bare = mannequin()
    x, y, z = bare.canonical.T
    pit = np.sqrt(x**2 + (y - 0.545) ** 2 + (z - 0.03) ** 2)
    shirt = (pit > NECKLINE) & (y > HEM) & (y < 0.6) & (np.abs(x) < SLEEVE)
    trousers = (y < 0.05) & (y > -0.8)
    deep = (pit > NECKLINE + 0.03) & (y > -0.77) & (y < 0.6) & (np.abs(x) < SLEEVE - 0.03)
    skin = np.float32([0.85, 0.62, 0.5]) * (0.9 + 0.1 * np.sin(60.0 * bare.canonical))
    body = Layer(
        BODY, "skin", bare.vertices, bare.faces, skin.astype(np.float32), bare.weights, bare.canonical, covered=deep
    )
    made = [
        body,
        piece("Trousers", "denim", trousers, 0.008, (0.15, 0.2, 0.42)),
        piece("Shirt", "cotton", shirt, 0.016, (0.75, 0.1, 0.12)),
        helmet(),
    ]
    return tuple(made)


def helmet() -> Layer:
    """A shell of metal, gold outside and black within, on the head."""
    bare = mannequin()
    middle = bare.joints[15] + np.float32([0, 0.1, 0.02])
    outside = trimesh.creation.icosphere(subdivisions=5, radius=0.16)
    points, faces = np.asarray(outside.vertices), np.asarray(outside.faces)
    kept = points[faces][:, :, 1].min(1) > 0.02
    points, faces = compact(points, faces[kept])
    both = np.concatenate((points, 0.985 * points)).astype(np.float32)
    triangles = np.concatenate((faces, faces[:, ::-1] + len(points))).astype(np.int32)
    colors = np.repeat(np.float32([[0.9, 0.7, 0.2], [0.03, 0.03, 0.03]]), len(points), axis=0)
    weights = np.zeros((len(both), 24), np.float32)
    weights[:, 15] = 1.0
    return Layer(
        "Helmet",
        "metal",
        both + middle,
        triangles,
        colors,
        weights,
        both + np.float32([0, 0.7, 0]),
        roughness=np.full(len(both), 0.2, np.float32),
    )
