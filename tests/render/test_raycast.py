"""Ray casting against closed forms (sphere, box) and against trimesh's independent implementation."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
import trimesh
import warp as wp

from engine.render.camera import Camera
from engine.render.raycast import MeshRaycaster, query_device

SPHERE = trimesh.creation.icosphere(subdivisions=5, radius=0.5)  # 20,480 triangles


def test_picture_of_a_sphere_has_the_closed_forms_depth_normal_and_area() -> None:
    camera = Camera(np.array([0.2, 0.1, 2.0]), np.zeros(3), fov_degrees=40.0, width=160, height=120)
    hits = MeshRaycaster(SPHERE.vertices, SPHERE.faces).cast(camera)
    origins, directions = camera.rays()
    along = -(origins * directions).sum(1)
    discriminant = along**2 - ((origins**2).sum(1) - 0.25)
    expected = discriminant.reshape(120, 160) > 0
    assert (hits.mask != expected).mean() < 0.002
    both = hits.mask & (discriminant.reshape(120, 160) > 1e-2)
    depth = (along - np.sqrt(np.maximum(discriminant, 0))).reshape(120, 160)
    np.testing.assert_allclose(hits.depth[both], depth[both], atol=1e-3)
    assert np.isinf(hits.depth[~hits.mask]).all()
    points = (origins + directions * hits.depth.reshape(-1, 1)).reshape(120, 160, 3)
    np.testing.assert_allclose(hits.normal[both], points[both] / 0.5, atol=5e-3)
    np.testing.assert_allclose(hits.interpolate(SPHERE.faces, SPHERE.vertices)[both], points[both], atol=1e-4)


def test_picture_is_not_mirrored_and_its_first_row_is_the_top() -> None:
    box = trimesh.creation.box((0.2, 0.2, 0.2))
    left_and_high = box.vertices + np.array([0.5, 0.5, 0.0])  # a body's left (+x) is on the right of its portrait
    for azimuth, columns in ((0.0, slice(32, 64)), (180.0, slice(0, 32))):
        mask = MeshRaycaster(left_and_high, box.faces).cast(Camera.orbit(np.zeros(3), 2.5, azimuth, size=64)).mask
        assert mask.sum() > 20 and mask[:32, columns].sum() == mask.sum()


def test_projection_inverts_the_rays() -> None:
    camera = Camera.orbit(np.array([0.1, 0.9, 0.0]), 2.0, 33.0, 20.0, size=(90, 60))
    origins, directions = camera.rays()
    pixels, depth = camera.project(origins + 1.7 * directions)
    rows, columns = np.divmod(np.arange(90 * 60), 90)
    np.testing.assert_allclose(pixels, np.stack((columns, rows), -1) + 0.5, atol=1e-3)
    assert (depth > 0).all()


def test_closest_points_agree_with_trimesh_and_the_sign_is_negative_inside() -> None:
    capsule = trimesh.creation.capsule(height=0.6, radius=0.2, count=[24, 24])
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (400, 3))
    face, bary, distance = MeshRaycaster(capsule.vertices, capsule.faces).closest_point(points)
    nearest = np.einsum("nk,nkc->nc", bary, capsule.vertices[capsule.faces[face]])
    expected, length, _ = trimesh.proximity.closest_point_naive(capsule, points)
    np.testing.assert_allclose(np.linalg.norm(points - nearest, axis=1), length, atol=1e-5)
    np.testing.assert_allclose(np.abs(distance), length, atol=1e-5)
    np.testing.assert_allclose(nearest, expected, atol=1e-3)
    axis = np.zeros_like(points)
    axis[:, 2] = np.clip(points[:, 2], -0.3, 0.3)
    closed_form = np.linalg.norm(points - axis, axis=1) - 0.2
    assert (closed_form < 0).any()
    np.testing.assert_allclose(distance, closed_form, atol=3e-3)  # the facets lie inside the round capsule


def test_sign_is_right_where_two_shells_overlap() -> None:
    shells = [trimesh.creation.icosphere(3, 0.3).apply_translation((x, 0, 0)) for x in (-0.2, 0.2)]
    both = trimesh.util.concatenate(shells)
    points = np.random.default_rng(1).uniform(-0.6, 0.6, (500, 3))
    margin = np.min([np.abs(np.linalg.norm(points - s.vertices.mean(0), axis=1) - 0.3) for s in shells], axis=0) > 0.01
    inside = np.any([np.linalg.norm(points - s.vertices.mean(0), axis=1) < 0.3 for s in shells], axis=0)
    distance = MeshRaycaster(both.vertices, both.faces).closest_point(points)[2]
    assert ((distance < 0) == inside)[margin].all()


def test_refit_gives_what_a_new_mesh_gives() -> None:
    raycaster = MeshRaycaster(SPHERE.vertices, SPHERE.faces)
    raycaster.closest_point(np.zeros((1, 3)))
    moved = SPHERE.vertices * (1.0, 1.4, 0.7) + 0.1
    raycaster.refit(moved)
    fresh = MeshRaycaster(moved, SPHERE.faces)
    camera = Camera.orbit(np.zeros(3), 2.0, 20.0, size=64)
    np.testing.assert_allclose(raycaster.cast(camera).depth, fresh.cast(camera).depth, atol=1e-5)
    np.testing.assert_allclose(raycaster.cast(camera).normal, fresh.cast(camera).normal, atol=1e-3)
    points = np.random.default_rng(2).normal(0, 0.5, (100, 3))
    np.testing.assert_allclose(raycaster.closest_point(points)[2], fresh.closest_point(points)[2], atol=1e-6)


def test_queries_run_on_the_gpu_only_if_warp_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for found, expected in ((True, ["cuda", "cuda:1", "cpu"]), (False, ["cpu"] * 3)):
        monkeypatch.setattr(wp, "is_cuda_available", lambda found=found: found)
        assert [query_device(name) for name in ("cuda", torch.device("cuda:1"), "cpu")] == expected


def test_standard_output_stays_empty() -> None:
    code = (
        "import engine.render.raycast as r, trimesh; s = trimesh.creation.box(); r.MeshRaycaster(s.vertices, s.faces)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == ""
