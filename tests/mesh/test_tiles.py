"""The stored tiles against the same grid as one whole volume."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from skimage.measure import marching_cubes

from engine.geometry.edges import is_closed
from engine.mesh.extract import _ask, _evaluate, _triangulate, extract
from engine.mesh.tiles import SNAP, STEEPEST
from engine.report import Silent
from engine.settings import MeshConfig
from tests.mesh.test_extract import Analytic, Sdf, ball, capsule, union

FIGURE = union(
    ball((0, 0.5, 0), 0.13),
    capsule((0, 0.3, 0), (0, -0.1, 0), 0.15),
    capsule((0, 0.2, 0), (0.6, 0.21, 0.03), 0.05),
    capsule((0, 0.2, 0), (-0.6, 0.21, 0.03), 0.05),
    capsule((0.07, 0, 0), (0.1, -0.6, 0), 0.07),
    capsule((-0.07, 0, 0), (-0.1, -0.6, 0), 0.07),
)
BOX = [[-0.7, -0.7, -0.2], [0.7, 0.7, 0.2]]


def whole(field: Analytic, resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """Marching cubes on every node of the grid at once."""
    grid = _evaluate(field, resolution)
    size = (np.array(grid.tiles.number.shape) - 1) * 16 + 1
    nodes = np.stack(np.meshgrid(*(np.arange(n) for n in size), indexing="ij"), -1).reshape(-1, 3)
    values = np.clip(_ask(field.sdf, field, grid.origin + grid.cell * nodes) / grid.cell, -STEEPEST, STEEPEST)
    values = np.where(values < 0, np.minimum(values, -SNAP), np.maximum(values, SNAP)).reshape(size)
    for axis in range(3):
        np.moveaxis(values, axis, 0)[[0, -1]] = STEEPEST
    vertices, faces, _, _ = marching_cubes(values, 0.0, gradient_direction="ascent")
    return grid.origin + grid.cell * vertices, faces


def bumpy(points: torch.Tensor) -> torch.Tensor:
    """Ambiguous cells on and between the tiles' walls."""
    return ball((0, 0, 0), 0.5)(points) + 0.05 * torch.sin(70 * points).prod(1)


@pytest.mark.parametrize(
    ("sdf", "box"), [(FIGURE, BOX), (bumpy, [[-0.6] * 3, [0.6] * 3]), (ball((0, 0, 0), 0.7), [[-0.5] * 3, [0.5] * 3])]
)
def test_the_surface_is_that_of_the_whole_volume(sdf: Sdf, box: list[list[float]]) -> None:
    field = Analytic(sdf, box)
    vertices, faces = _triangulate(_evaluate(field, 64))
    true, true_faces = whole(field, 64)
    assert is_closed(faces) and len(vertices) == len(true) and len(faces) == len(true_faces)
    distance, match = cKDTree(true).query(vertices)
    assert distance.max() < 1e-6 and len(np.unique(match)) == len(true)
    canonical = lambda f: np.unique(np.sort(f, axis=1), axis=0)  # noqa: E731
    np.testing.assert_array_equal(canonical(match[faces]), canonical(true_faces))


def test_memory_goes_with_the_area() -> None:
    peaks = []
    for resolution in (96, 192):
        field = Analytic(FIGURE, [[-1.4] * 3, [1.4] * 3])
        tracemalloc.start()
        grid = _evaluate(field, resolution)
        faces = _triangulate(grid)[1]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(faces) > 1000
    assert peaks[1] < 6 * peaks[0]  # the volume grows eightfold


def test_a_jump_in_the_field_is_closed() -> None:
    field = Analytic(lambda p: 1000.0 * (ball((0, 0, 0), 0.4)(p) > 0) - 500.0, [[-0.6] * 3, [0.6] * 3])
    mesh = extract(field, MeshConfig(resolution=48, refine=0), Silent())
    assert is_closed(mesh.faces)
