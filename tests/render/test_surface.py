"""Relief: slopes of known heights on known surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from engine.render.camera import Camera
from engine.render.raycast import GBuffer, MeshRaycaster
from engine.render.surface import Embossed, Surface
from engine.wardrobe.materials import MATERIALS

VERTICES = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
"""A square that faces +z."""


@dataclass(frozen=True)
class Waves:
    """Sine waves along the first pattern coordinate."""

    scale: float = 0.2
    depth: float = 0.02
    fibres: float = 0.0

    def heights(self, points: np.ndarray) -> np.ndarray:
        return 0.5 * self.depth * np.sin(2 * np.pi * points[:, 0] / self.scale)


def surface(material: object, stretch: float = 1.0, layer: int = 0) -> Surface:
    """The square of one material, its pattern that much smaller than itself."""
    return Surface(canonical=VERTICES / stretch, face_layers=np.full(2, layer, np.int32), materials=(material,))


def hits() -> tuple[GBuffer, np.ndarray]:
    """Rays on the square, and where they hit (N, 3)."""
    camera = Camera(np.array([0.1, 0.0, 3.0]), np.array([0.1, 0.0, 0.0]), fov_degrees=20.0, width=41, height=40)
    rays = camera.rays()
    found = MeshRaycaster(VERTICES, FACES).cast_rays(*rays)
    assert found.mask.all()
    return found, rays[0] + found.depth[:, None] * rays[1]


@pytest.mark.parametrize("stretch", [1.0, 2.0])
def test_normals_tilt_by_the_slope_of_the_heights(stretch: float) -> None:
    found, points = hits()
    material = Waves()
    small = np.full(len(points), 1e-4, np.float32)
    tilted, unseen = Embossed(surface(material, stretch), VERTICES, FACES).tilt(found, found.normal, small)
    phase = 2 * np.pi * points[:, 0] / stretch / material.scale
    slope = np.pi * material.depth / material.scale / stretch * np.cos(phase)
    expected = np.stack((-slope, np.zeros_like(slope), np.ones_like(slope)), -1)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(tilted, expected, atol=0.05)  # differences are taken over a 24th of the period
    assert np.abs(tilted[:, 0]).max() > 0.1 and not unseen.any()


def test_a_relief_finer_than_the_pixels_is_not_seen_but_makes_rougher() -> None:
    found, points = hits()
    large = np.full(len(points), 0.2, np.float32)
    tilted, unseen = Embossed(surface(Waves()), VERTICES, FACES).tilt(found, found.normal, large)
    np.testing.assert_array_equal(tilted, found.normal)
    angles = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    np.testing.assert_allclose(unseen, ((np.pi * 0.02 / 0.2 * np.cos(angles)) ** 2).mean(), rtol=1e-4)


def test_fibres_mirror_round_themselves_and_are_darker_in_their_hollows() -> None:
    found, points = hits()
    rays = points - np.array([0.1, 0.0, 3.0])
    rays = (rays / np.linalg.norm(rays, axis=1, keepdims=True)).astype(np.float32)
    small, large = np.full(len(points), 1e-4, np.float32), np.full(len(points), 0.2, np.float32)
    embossed = Embossed(surface(Waves(fibres=1.0)), VERTICES, FACES)  # fibres run along y
    glossy, bright = embossed.combed(found, found.normal, rays, small)
    towards = -rays * [1.0, 0.0, 1.0]
    np.testing.assert_allclose(glossy, towards / np.linalg.norm(towards, axis=1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(bright, 1 + 0.5 * np.sin(2 * np.pi * points[:, 0] / 0.2), atol=1e-3)
    assert (embossed.combed(found, found.normal, rays, large)[1] == 1.0).all()
    plain, even = Embossed(surface(Waves()), VERTICES, FACES).combed(found, found.normal, rays, small)
    np.testing.assert_allclose(plain, found.normal, atol=1e-6)
    assert (even == 1.0).all()


def test_smooth_materials_other_layers_and_no_materials_change_nothing() -> None:
    found, points = hits()
    small = np.full(len(points), 1e-4, np.float32)
    assert MATERIALS["silk"].relief == "none"
    for made in (surface(MATERIALS["silk"]), surface(Waves(), layer=1), Surface(), Surface(canonical=VERTICES)):
        tilted, unseen = Embossed(made, VERTICES, FACES).tilt(found, found.normal, small)
        np.testing.assert_array_equal(tilted, found.normal)
        assert not unseen.any()


def test_every_material_of_the_catalogue_keeps_unit_normals_on_the_seen_side() -> None:
    found, points = hits()
    small = np.full(len(points), 3e-4, np.float32)
    for material in MATERIALS.values():
        tilted, _ = Embossed(surface(material), VERTICES, FACES).tilt(found, found.normal, small)
        np.testing.assert_allclose(np.linalg.norm(tilted, axis=1), 1.0, atol=1e-5)
        assert (tilted[:, 2] > 0.3).all()
