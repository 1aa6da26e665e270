"""Extraction against closed forms: spheres, unions of capsules, a torus."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import trimesh

from engine.body import load_body
from engine.errors import EngineError
from engine.mesh.extract import extract, from_body
from engine.mesh.surface import Mesh
from engine.render.raycast import MeshRaycaster
from engine.report import Silent
from engine.settings import MeshConfig

Sdf = Callable[[torch.Tensor], torch.Tensor]


class Analytic:
    """A field with a known surface, whose colour is its position in the box."""

    device = "cpu"

    def __init__(self, sdf: Sdf, bounds: list[list[float]]) -> None:
        self._sdf, self.bounds, self.asked = sdf, np.array(bounds), 0

    def sdf(self, points: torch.Tensor) -> torch.Tensor:
        self.asked += len(points)
        return self._sdf(points)

    def color(self, points: torch.Tensor) -> torch.Tensor:
        low, high = torch.tensor(self.bounds, dtype=torch.float32)
        return (points - low) / (high - low)


def ball(center: tuple[float, float, float], radius: float) -> Sdf:
    return lambda p: (p - torch.tensor(center)).norm(dim=1) - radius


def capsule(a: tuple[float, float, float], b: tuple[float, float, float], radius: float) -> Sdf:
    start, axis = torch.tensor(a), torch.tensor(b) - torch.tensor(a)

    def sdf(points: torch.Tensor) -> torch.Tensor:
        share = ((points - start) @ axis / axis.square().sum()).clamp(0, 1)
        return (points - start - share[:, None] * axis).norm(dim=1) - radius

    return sdf


def union(*parts: Sdf) -> Sdf:
    return lambda p: torch.stack([part(p) for part in parts]).amin(0)


def checked(mesh: Mesh) -> trimesh.Trimesh:
    """Trimesh's own opinion of the mesh."""
    shape = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert shape.is_watertight and shape.is_winding_consistent and shape.volume > 0
    assert len(np.unique(mesh.faces)) == len(mesh.vertices)
    assert mesh.vertices.dtype == mesh.colors.dtype == np.float32 and mesh.faces.dtype == np.int32
    return shape


def test_sphere_has_the_closed_forms_area_volume_and_position() -> None:
    field = Analytic(ball((0.1, 0.9, -0.05), 0.4), [[-0.5, 0.3, -0.6], [0.7, 1.5, 0.5]])
    mesh = extract(field, MeshConfig(resolution=96), Silent())
    shape = checked(mesh)
    assert shape.volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=2e-3)
    assert shape.area == pytest.approx(4 * np.pi * 0.4**2, rel=2e-3)
    cell = 1.2 / 96
    distance = field._sdf(torch.from_numpy(mesh.vertices)).numpy()
    assert np.abs(distance).max() < 0.05 * cell
    low, high = field.bounds
    np.testing.assert_allclose(mesh.colors, (mesh.vertices - low) / (high - low), atol=1e-5)


def test_only_the_band_near_the_surface_is_evaluated() -> None:
    asked = []
    for resolution in (64, 128, 256):
        field = Analytic(ball((0, 0, 0), 0.4), [[-1, -1, -1], [1, 1, 1]])
        extract(field, MeshConfig(resolution=resolution), Silent())
        asked.append(field.asked / resolution**3)
    assert asked[2] < 0.06 and asked[2] < 0.6 * asked[1] < 0.6 * asked[0]  # goes with the area


def test_touching_thighs_give_one_closed_surface() -> None:
    legs = union(
        capsule((0.09, 0.1, 0), (0.09, 0.8, 0), 0.09),
        capsule((-0.09, 0.1, 0), (-0.09, 0.8, 0), 0.09),  # along a line the two just touch
        capsule((-0.15, 0.9, 0), (0.15, 0.9, 0), 0.12),
    )
    for shift in (0.0, 0.003, 0.0061):
        field = Analytic(lambda p, s=shift: legs(p - s), [[-0.4, 0, -0.2], [0.4, 1.1, 0.2]])  # type: ignore[misc]
        checked(extract(field, MeshConfig(resolution=100), Silent()))


def test_a_hole_through_the_surface_is_kept() -> None:
    def torus(p: torch.Tensor) -> torch.Tensor:
        return torch.stack((p[:, [0, 2]].norm(dim=1) - 0.3, p[:, 1])).norm(dim=0) - 0.1

    shape = checked(
        extract(Analytic(torus, [[-0.5, -0.2, -0.5], [0.5, 0.2, 0.5]]), MeshConfig(resolution=64), Silent())
    )
    assert shape.euler_number == 0
    assert shape.volume == pytest.approx(2 * np.pi**2 * 0.3 * 0.1**2, rel=0.01)


def test_floaters_and_cavities_are_dropped_with_a_warning() -> None:
    hollow = lambda p: torch.maximum(ball((0, 0, 0), 0.4)(p), -ball((0, 0, 0), 0.3)(p))  # noqa: E731
    field = Analytic(union(hollow, ball((0.8, 0, 0), 0.1)), [[-0.5, -0.5, -0.5], [1, 0.5, 0.5]])
    report = Silent()
    shape = checked(extract(field, MeshConfig(resolution=64), report))
    assert shape.volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.01)
    assert len(report.warnings) == 1 and "%" in report.warnings[0]
    assert [step for step, _, _ in report.steps] == [1, 2, 3, 4]


@pytest.mark.parametrize("slope", [0.3, 1.0, 4.0])
def test_a_field_that_is_no_true_distance_still_gives_a_closed_surface(slope: float) -> None:
    waves = lambda p: ball((0, 0, 0), 0.4)(p) + 0.02 * torch.sin(60 * p).prod(1)  # noqa: E731
    field = Analytic(lambda p: slope * waves(p), [[-0.6] * 3, [0.6] * 3])
    shape = checked(extract(field, MeshConfig(resolution=80), Silent()))
    assert shape.volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.05)


def test_noise_gives_a_closed_surface() -> None:
    def noisy(p: torch.Tensor) -> torch.Tensor:
        hashed = torch.sin(p @ torch.tensor([1270.1, 3110.7, 740.7])) * 43758.5453
        return ball((0, 0, 0), 0.4)(p) + 0.04 * (hashed - hashed.floor() - 0.5)

    checked(extract(Analytic(noisy, [[-0.6] * 3, [0.6] * 3]), MeshConfig(resolution=48), Silent()))


def test_a_surface_that_leaves_the_box_is_closed_at_its_wall() -> None:
    field = Analytic(ball((0, 0, 0), 0.7), [[-0.5] * 3, [0.5] * 3])
    shape = checked(extract(field, MeshConfig(resolution=32), Silent()))
    assert shape.volume > 0.9


@pytest.mark.parametrize("value", [1.0, -1.0, float("nan")])
def test_a_field_without_surface_is_one_sentence(value: float) -> None:
    field = Analytic(lambda p: torch.full((len(p),), value), [[-1] * 3, [1] * 3])
    if value < 0:  # all inside: the box's wall is the surface
        checked(extract(field, MeshConfig(resolution=16), Silent()))
        return
    with pytest.raises(EngineError, match="no surface"):
        extract(field, MeshConfig(resolution=16), Silent())


def test_refinement_sharpens_a_colour_border_and_keeps_the_surface_closed() -> None:
    field = Analytic(ball((0, 0, 0), 0.4), [[-0.5] * 3, [0.5] * 3])
    field.color = lambda p: torch.stack([(p[:, 1] > 0.1 * torch.sin(9 * p[:, 0])).float()] * 3, -1)  # type: ignore
    blur, count = [], []
    for rounds in (0, 1, 2):
        mesh = extract(field, MeshConfig(resolution=40, refine=rounds), Silent())
        shape = checked(mesh)
        across = np.ptp(mesh.colors[mesh.faces, 0], axis=1) > 0.5
        blur.append(shape.area_faces[across].sum())
        count.append(len(mesh.faces))
        assert np.abs(field._sdf(torch.from_numpy(mesh.vertices)).numpy()).max() < 0.1 / 40
    assert blur[2] < 0.65 * blur[1] < 0.45 * blur[0]
    assert count[2] < 3 * count[0]


def test_refinement_follows_a_form_finer_than_the_grid() -> None:
    ridge = lambda p: ball((0, 0, 0), 0.4)(p) - 0.03 * torch.exp(-((p[:, 1] / 0.02) ** 2))  # noqa: E731
    field = Analytic(ridge, [[-0.5] * 3, [0.5] * 3])
    samples = np.random.default_rng(0).normal(size=(4000, 3))
    samples[:, 1] *= 0.05
    samples /= np.linalg.norm(samples, axis=1, keepdims=True)
    on_ridge = samples * (0.4 + 0.03 * np.exp(-((0.4 * samples[:, 1:2] / 0.02) ** 2)))
    error = []
    for rounds in (0, 2):
        mesh = checked(extract(field, MeshConfig(resolution=32, refine=rounds), Silent()))
        error.append(np.abs(MeshRaycaster(mesh.vertices, mesh.faces).closest_point(on_ridge)[2]).mean())
    assert error[1] < 0.5 * error[0]


def test_decimation_reaches_its_count_and_stays_on_the_surface() -> None:
    field = Analytic(union(ball((0, 0, 0), 0.4), capsule((0, 0, 0), (0.7, 0, 0), 0.1)), [[-0.5] * 3, [0.9, 0.5, 0.5]])
    mesh = extract(field, MeshConfig(resolution=128, max_faces=4000), Silent())
    checked(mesh)
    assert 3000 < len(mesh.faces) <= 4000
    assert np.abs(field._sdf(torch.from_numpy(mesh.vertices)).numpy()).max() < 4e-3
    low, high = field.bounds
    np.testing.assert_allclose(mesh.colors, np.clip((mesh.vertices - low) / (high - low), 0, 1), atol=1e-5)


def test_the_coarse_body_is_grey_and_closed() -> None:
    body = load_body()
    mesh = from_body(body, np.zeros(body.num_betas))
    assert mesh.colors.shape == mesh.vertices.shape == body.template.shape and np.ptp(mesh.colors) == 0
    assert trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).is_watertight
