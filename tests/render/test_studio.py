"""The studio's light against closed forms and against sums over many directions."""

from __future__ import annotations

import numpy as np
import pytest

from engine.render.shade import sphere_directions
from engine.render.studio import Box, Illumination, Studio

EVEN = Studio(
    zenith=(0.5,) * 3,
    horizon=(0.5,) * 3,
    backdrop=(0.5,) * 3,
    floor=(0.5,) * 3,
    nadir=(0.5,) * 3,
    boxes=(),
    key=Box((0.0, 1.0, 0.2), (0.0,) * 3, 0.3, 0.3),
)
"""As bright in every direction, and no key light."""


def normals(count: int = 50) -> np.ndarray:
    """(count, 3) random unit vectors."""
    found = np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_an_even_studio_lights_every_surface_alike() -> None:
    light = Illumination(EVEN)
    np.testing.assert_allclose(light.ambient(normals()), 0.5, atol=0.01)  # pi * 0.5 / pi
    assert not light.key(normals()).any()
    np.testing.assert_allclose(EVEN.radiance(normals(), np.linspace(0, 1, 50, dtype=np.float32)), 0.5, atol=1e-6)


def test_a_box_lights_what_faces_it_by_the_area_of_its_projection() -> None:
    box = Box((0.3, 0.5, 0.8), (2.0, 1.0, 0.5), 0.3, 0.4)
    directions = sphere_directions(200_000)
    cosine = np.maximum(directions @ box.axes()[2], 0.0)
    summed = (box.coverage(directions, 0.01) * cosine).mean() * 4.0  # of 4 pi, over pi
    assert summed == pytest.approx(4 * 0.3 * 0.4 / np.pi, rel=0.01)
    np.testing.assert_allclose(box.irradiance, summed * np.array([2.0, 1.0, 0.5]), rtol=0.01)
    facing = box.light(np.stack((box.axes()[2], -box.axes()[2], box.axes()[0])))
    np.testing.assert_allclose(facing[0], box.irradiance, rtol=1e-5)
    assert not facing[1].any() and 0 < facing[2, 0] < 0.15 * facing[0, 0]  # half of it is above the horizon


def test_blur_spreads_a_box_and_keeps_its_light() -> None:
    box = Box((0.0, 0.2, 1.0), (1.0, 1.0, 1.0), 0.25, 0.25)
    directions = sphere_directions(50_000)
    cosine = np.abs(directions @ box.axes()[2])
    sharp, blurred = ((box.coverage(directions, blur) * cosine).mean() for blur in (0.01, 0.2))
    assert blurred == pytest.approx(sharp, rel=0.05)
    centre = box.axes()[2:3]
    assert box.coverage(centre, 0.01) == pytest.approx(1.0) and box.coverage(centre, 0.4)[0] < 0.5


def test_the_studio_turns_as_a_whole() -> None:
    angle = np.radians(90.0)  # a camera at the avatar's left, +x
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    assert turn @ np.array([0.0, 0.0, 1.0]) == pytest.approx([1.0, 0.0, 0.0])
    around, studio = normals(), Studio()
    np.testing.assert_allclose(studio.turned(90.0).radiance(around @ turn.T), studio.radiance(around), atol=1e-4)
    own, turned = Illumination(studio), Illumination(studio.turned(90.0))
    np.testing.assert_allclose(turned.key(around @ turn.T), own.key(around), atol=1e-4)
    np.testing.assert_allclose(turned.ambient(around @ turn.T), own.ambient(around), atol=0.02)


def test_harmonics_hold_the_ambient_light() -> None:
    studio, around = Studio(), normals(20)
    directions = sphere_directions(20_000)
    radiance = studio.radiance(directions, 0.05, key=False)
    exact = 4.0 / len(directions) * np.maximum(around @ directions.T, 0.0) @ radiance
    np.testing.assert_allclose(Illumination(studio).ambient(around), exact, atol=0.06)


def test_shadow_rays_of_all_slots_together_cover_the_sphere_and_the_key_light() -> None:
    light = Illumination(Studio())
    for slot in light.directions:
        assert np.abs(slot.mean(0)).max() < 0.2
    np.testing.assert_allclose(light.directions.reshape(-1, 3).mean(0), 0.0, atol=0.01)
    key = light.studio.key
    assert (key.coverage(light.key_directions.reshape(-1, 3), 0.01) > 0.4).all()
    centre = light.key_directions.reshape(-1, 3).mean(0)
    assert centre / np.linalg.norm(centre) == pytest.approx(key.axes()[2], abs=0.04)
