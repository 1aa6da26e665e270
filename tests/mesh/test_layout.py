"""Texture coordinates of full layers: at fixed places, without overlaps, along the cloth."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
import trimesh

from engine.body import load_body
from engine.mesh.flatten import level
from engine.mesh.layout import SHARE, layer_uvs
from engine.mesh.pattern import pattern
from engine.wardrobe.layers import Layer, Mannequin
from tests.mesh import dressed

LAYERS = {layer.name: layer for layer in dressed.layers()}


def area(uvs: np.ndarray) -> np.ndarray:
    a, b = (uvs[:, k].astype(float) - uvs[:, 0] for k in (1, 2))
    return 0.5 * (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def covering(uvs: np.ndarray, spots: np.ndarray) -> np.ndarray:
    """How many triangles (F, 3, 2) lie over each spot (N, 2)."""
    cross = lambda p, q: p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0]  # noqa: E731
    found = np.zeros(len(spots), int)
    for block in np.array_split(uvs.astype(float), len(uvs) // 2000 + 1):
        a, b, c = block.transpose(1, 0, 2)
        d = np.stack([cross(q - p, spots[:, None] - p) for p, q in ((a, b), (b, c), (c, a))])
        found += ((d > 1e-9).all(0) | (d < -1e-9).all(0)).sum(1)
    return found


@pytest.fixture(scope="module")
def uvs() -> dict[str, np.ndarray]:
    return {name: layer_uvs(layer) for name, layer in LAYERS.items()}


@pytest.mark.parametrize("name", LAYERS)
def test_they_lie_in_the_square_without_overlaps(uvs: dict[str, np.ndarray], name: str) -> None:
    found = uvs[name]
    assert found.shape == (len(LAYERS[name].faces), 3, 2) and found.min() >= 0.0 and found.max() <= 1.0
    rng = np.random.default_rng(0)
    size = np.abs(area(found))
    faces = rng.choice(len(found), 300, p=size / size.sum())
    spots = np.einsum("nk,nkc->nc", rng.dirichlet(np.ones(3), 300), found[faces].astype(float))
    assert (covering(found, spots) <= 1).mean() > 0.98
    assert np.average(area(found) > 0, weights=size) > 0.995  # none mirrored, so that writing can be read


def test_stripes_are_level_on_shirt_and_trousers(uvs: dict[str, np.ndarray]) -> None:
    """Away from the shoulders v rises with the height, u does not."""
    for name, low, high in (("Shirt", 0.02, 0.3), ("Trousers", -0.75, -0.2)):
        layer, found = LAYERS[name], uvs[name]
        corners = layer.canonical[layer.faces]
        middle = corners.mean(1)
        rows = (middle[:, 1] > low) & (middle[:, 1] < high) & (np.abs(middle[:, 0]) < 0.17)
        rows &= found.mean(1)[:, 0] < SHARE
        sides = np.stack((found[:, 1] - found[:, 0], found[:, 2] - found[:, 0]), 1)[rows].astype(float)
        rise = (corners[:, 1:, 1] - corners[:, :1, 1])[rows].astype(float)
        slope = np.linalg.solve(sides, rise[..., None])[..., 0]  # metres of height a unit of u and of v
        angle = np.degrees(np.arctan2(slope[:, 0], slope[:, 1]))
        weight = np.abs(area(found))[rows]
        assert np.average(np.abs(angle), weights=weight) < 4.0, name
        steep = np.average(slope[:, 1], weights=weight) * SHARE * pattern().unit
        assert 0.8 < steep < 1.1, name  # and a metre is a metre everywhere


def test_the_same_place_of_the_body_has_the_same_coordinates_on_every_body() -> None:
    body = load_body()
    betas = np.random.default_rng(2).normal(0, 1.0, body.num_betas)
    other = Mannequin.of(body, betas)
    skin = LAYERS["Body"]
    changed = replace(skin, vertices=other.vertices, canonical=other.canonical)
    first, second = layer_uvs(skin), layer_uvs(changed)
    assert (np.abs(first - second).max((1, 2)) < 1e-5).mean() > 0.9


def test_a_skirt_is_unrolled_and_a_box_has_six_sides() -> None:
    around, down = np.meshgrid(np.linspace(0, 2 * np.pi, 60, endpoint=False), np.linspace(0, 0.7, 20), indexing="ij")
    radius = (0.2 + 0.3 * down) * (1 + 0.1 * np.sin(14 * around))
    points = np.stack((radius * np.sin(around), -down, radius * np.cos(around)), -1).reshape(-1, 3).astype(np.float32)
    i, j = np.meshgrid(np.arange(60), np.arange(19), indexing="ij")
    a, b = (20 * i + j).ravel(), (20 * ((i + 1) % 60) + j).ravel()
    faces = np.concatenate((np.stack((a, a + 1, b), -1), np.stack((b, a + 1, b + 1), -1))).astype(np.int32)
    weights = np.eye(24, dtype=np.float32)[np.zeros(len(points), int)]
    far = points + np.float32([0, 5, 0])
    skirt = layer_uvs(Layer("Skirt", "silk", points, faces, 0 * points, weights, far))
    assert (area(skirt) > 0).all() or (area(skirt) < 0).all()
    line = skirt.reshape(-1, 2)[np.abs(points[faces].reshape(-1, 3)[:, 1] + 0.7 * 10 / 19) < 1e-5]
    assert np.ptp(line[:, 1]) < 1e-4 and np.ptp(line[:, 0]) > 0.5  # a level ring is a level line round the skirt
    box = trimesh.creation.box((0.1, 0.2, 0.3)).subdivide_to_size(0.05)
    corners = np.asarray(box.vertices, np.float32)
    weights = np.eye(24, dtype=np.float32)[np.zeros(len(corners), int)]
    made = layer_uvs(Layer("Box", "wood", corners, np.asarray(box.faces, np.int32), corners, weights, corners + 5))
    rng = np.random.default_rng(1)
    spots = np.einsum("nk,nkc->nc", rng.dirichlet(np.ones(3), len(made)), made.astype(float))
    assert (covering(made, spots) == 1).all()
    ratio = np.abs(area(made)) / box.area_faces
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)


def test_without_xatlas_all_layers_are_laid_out_as_boxes() -> None:
    with mock.patch.object(importlib.util, "find_spec", lambda name: None):
        found = layer_uvs(LAYERS["Shirt"])
    assert (np.abs(area(found)) > 0).mean() > 0.99


def test_level_turns_and_does_not_stretch_what_is_flat() -> None:
    grid = trimesh.creation.box((1.0, 0.6, 0.1)).subdivide_to_size(0.1)
    top = np.asarray(grid.faces)[grid.triangles_center[:, 2] > 0.0499]
    used, faces = np.unique(top, return_inverse=True)
    points = np.asarray(grid.vertices)[used]
    plane, bad = level(points, faces.reshape(-1, 3).astype(np.int32), 3.0 * points[:, 0])
    assert not bad.any()
    np.testing.assert_allclose(np.ptp(plane, axis=0), [0.6, 1.0], atol=1e-5)
    np.testing.assert_allclose(plane[:, 1] - plane[0, 1], points[:, 0] - points[0, 0], atol=1e-5)
