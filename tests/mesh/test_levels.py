"""Levels of detail over the same vertices: fewer triangles, whole surfaces, charts and borders kept."""

from __future__ import annotations

import numpy as np
import trimesh

from engine.geometry.edges import is_closed
from engine.mesh.levels import levels


def chart(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Front and back half as two charts that share no coordinate."""
    corners = points[faces]
    back = corners[..., 2].mean(1) < 0
    return np.stack((corners[..., 0] + 10.0 * back[:, None], corners[..., 1]), -1).astype(np.float32)


def test_a_sphere_stays_a_closed_sphere_with_its_charts() -> None:
    ball = trimesh.creation.icosphere(4)
    points, faces = np.asarray(ball.vertices), np.asarray(ball.faces)
    uvs = chart(points, faces)
    made = levels(points, faces, uvs, (1500, 400))
    assert [len(level.faces) for level in made] == [1500, 400]
    for level, even in zip(made, (trimesh.creation.icosphere(3), trimesh.creation.icosphere(2))):
        assert is_closed(level.faces)
        solid = trimesh.Trimesh(points, level.faces, process=False)
        # as full as the evenest solid of a few triangles less, 1280 and 320, whose corners lie on the ball too
        assert 0.99 * even.volume < solid.volume <= ball.volume + 1e-9
        assert (solid.face_normals * solid.triangles_center).sum(1).min() > 0.9  # none is turned over
        # a corner's coordinate is still that of its vertex, in the chart of the triangle that it comes from
        flat = points[level.faces][..., :2] + np.stack(
            (10.0 * (uvs[level.of][:, :1, 0] > 5), [[0]] * len(level.of)), -1
        )
        np.testing.assert_allclose(level.uvs, flat, atol=1e-6)


def test_a_sheet_keeps_its_outline_and_what_is_flat_costs_nothing() -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 1, 21))
    points = np.stack((x.ravel(), y.ravel(), np.zeros(441)), 1)
    cell = (np.arange(20)[:, None] * 21 + np.arange(20)).ravel()
    faces = np.concatenate((np.stack((cell, cell + 1, cell + 22), 1), np.stack((cell, cell + 22, cell + 21), 1)))
    (level,) = levels(points, faces, points[faces][..., :2].astype(np.float32), (40,))
    assert len(level.faces) <= 40
    flat = trimesh.Trimesh(points, level.faces, process=False)
    assert abs(flat.area - 1.0) < 1e-9 and (flat.face_normals[:, 2] > 0.99).all()
