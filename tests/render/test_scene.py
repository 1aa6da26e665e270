"""Shadows, mirrors and both sides of sheets: closed forms and sums over many directions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from engine.render.camera import Camera
from engine.render.occlusion import Arriving, Places, shares, trace
from engine.render.raycast import MeshRaycaster
from engine.render.scene import Scene, _mirror_share, _rolled_off, shaded
from engine.render.shade import to_srgb
from engine.render.studio import Box, Illumination, Studio
from engine.render.surface import Surface

from .test_studio import EVEN

COLORED = replace(EVEN, zenith=(0.1, 0.2, 0.4), horizon=(0.3, 0.3, 0.3), backdrop=(0.3, 0.3, 0.3))
SIDE = 8


def plane(x: float = 0.0) -> Places:
    """A floor of 8 x 8 pixels, one millimetre each, that faces up at height 0, at this x."""
    rows, columns = (grid.ravel().astype(np.float32) for grid in np.mgrid[:SIDE, :SIDE])
    points = np.stack((1e-3 * columns, np.zeros(SIDE * SIDE), 1e-3 * rows), -1).astype(np.float32)
    points[:, 0] += x
    up = np.zeros_like(points)
    up[:, 1] = 1.0
    pixels, flat = np.stack((rows, columns), -1) + 0.5, np.zeros(len(up), np.float32)
    return Places(pixels, points, up, up, flat + 1e-3, up, flat)


def arriving(mesh: trimesh.Trimesh, studio: Studio, at: Places) -> Arriving:
    """What reaches them past a mesh."""
    caster = MeshRaycaster(mesh.vertices, mesh.faces)
    return shares(trace(caster, Illumination(studio), at), at, at, (SIDE, SIDE), caster)


def test_half_of_an_even_sky_is_hidden_in_a_corner() -> None:
    wall = trimesh.creation.box((0.02, 40.0, 40.0)).apply_translation((0.03, 0.0, 0.0))
    found = arriving(wall, EVEN, plane())
    assert found.ambient[27] == pytest.approx(0.5, abs=0.04)  # in the middle, where neighbours are on all sides
    assert found.ambient.std() < 0.06  # one pixel alone would be far off
    np.testing.assert_array_equal(found.mirrored, 1.0)  # straight up is free
    away = arriving(trimesh.creation.box((0.1, 0.1, 0.1)).apply_translation((0, -50, 0)), EVEN, plane())
    np.testing.assert_array_equal(away.ambient, 1.0)


def test_the_key_light_throws_a_shadow_with_a_half_lit_edge() -> None:
    studio = replace(EVEN, key=Box((0.0, 1.0, 0.001), (3.0,) * 3, 0.2, 0.2))
    roof = trimesh.creation.box((10.0, 0.02, 10.0)).apply_translation((5.0, 1.0, 0.0))  # over x > 0
    assert arriving(roof, studio, plane(-0.5)).key == pytest.approx(1.0)
    assert arriving(roof, studio, plane(0.5)).key == pytest.approx(0.0)
    assert arriving(roof, studio, plane(-0.004)).key.mean() == pytest.approx(0.5, abs=0.1)


def test_a_metallic_white_ball_mirrors_the_sky_at_its_top() -> None:
    ball = trimesh.creation.icosphere(5, 0.5)
    count = len(ball.vertices)
    surface = Surface(np.zeros(count, np.float32), np.ones(count, np.float32))
    scene = Scene(ball.vertices, ball.faces, np.ones((count, 3)), surface=surface, studio=COLORED)
    camera = Camera.orbit(np.zeros(3), 4.0, 0.0, 90.0, 20.0, 33)
    picture = scene.photograph(camera)
    np.testing.assert_allclose(picture[16, 16] / 255.0, to_srgb(np.array(COLORED.zenith)), atol=0.02)
    rough = replace(surface, metallic=None, roughness=None)
    matt = Scene(ball.vertices, ball.faces, np.ones((count, 3)), surface=rough, studio=COLORED)
    assert matt.photograph(camera)[16, 16, 0] > picture[16, 16, 0] + 20  # lit by the brighter horizon too


def test_metals_mirror_in_their_own_color_and_paint_does_not() -> None:
    light = Illumination(EVEN)
    normal = np.array([[0.0, 0.0, 1.0]], np.float32)
    free = Arriving(*(np.ones(1, np.float32),) * 3)
    for roughness in (0.0, 0.3):
        gold = np.array([[1.0, 0.7, 0.3, roughness, 1.0, 0.0, 0.0]], np.float32)
        color = shaded(light, gold, normal, np.zeros(1, np.float32), -normal, free)[0]
        assert color[1] / color[0] == pytest.approx(0.7, abs=0.05)  # deeper where it bounces more than once
        assert color[2] / color[0] == pytest.approx(0.3, abs=0.05)
    white = np.array([[1.0, 1.0, 1.0, 0.2, 0.0, 0.0, 0.0]], np.float32)
    color = shaded(light, white, normal, np.zeros(1, np.float32), -normal, free)[0]
    np.testing.assert_allclose(color, 0.5, atol=0.02)  # what it does not mirror, it scatters


@pytest.mark.parametrize("roughness", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("cosine", [0.3, 0.7, 1.0])
def test_the_mirrored_share_is_the_integral_of_ggx(roughness: float, cosine: float) -> None:
    alpha, rng = roughness**2, np.random.default_rng(0)
    first, second = rng.random((2, 200_000))
    height = np.sqrt((1 - first) / (1 + (alpha**2 - 1) * first))  # half vectors as GGX has them
    radius = np.sqrt(1 - height**2)
    half = np.stack((radius * np.cos(2 * np.pi * second), radius * np.sin(2 * np.pi * second), height), -1)
    view = np.array([np.sqrt(1 - cosine**2), 0.0, cosine])
    towards = 2 * (half @ view)[:, None] * half - view
    lit = towards[:, 2] > 0
    k = alpha / 2
    smith = (cosine / (cosine * (1 - k) + k)) * (towards[:, 2] / (towards[:, 2] * (1 - k) + k))
    weight = np.where(lit, smith * (half @ view) / (height * cosine), 0.0)
    fresnel = (1 - np.clip(half @ view, 0, 1)) ** 5
    expected = (weight * (0.04 + 0.96 * fresnel)).mean()
    found = _mirror_share(np.array([[0.04, 1.0]]), np.full((1, 1), roughness), np.full((1, 1), cosine))[0]
    assert found[0] == pytest.approx(expected, abs=0.03)
    assert found[1] == pytest.approx(1.0)  # nothing is lost on white metal


def test_both_sides_of_a_sheet_are_lit_alike() -> None:
    sheet = trimesh.creation.box((0.6, 0.6, 0.6)).subdivide()
    front = np.asarray(sheet.faces)[(sheet.triangles_center[:, 2] > 0.29)]
    colors = np.full((len(sheet.vertices), 3), 0.7)
    camera = Camera.orbit(np.array([0.0, 0.0, 0.3]), 3.0, 10.0, 5.0, 20.0, (48, 48))
    seen, behind = (
        Scene(sheet.vertices, faces, colors, floor=-2.0).photograph(camera).astype(int)
        for faces in (front, front[:, ::-1])
    )
    assert np.abs(seen - behind).max() <= 2
    assert seen[24, 24].min() > 150


def test_light_goes_on_beneath_skin_redder_than_it_came() -> None:
    light, free = Illumination(Studio()), Arriving(*(np.ones(1, np.float32),) * 3)
    ahead, across, _ = light.studio.key.axes()[[2, 0, 1]]
    for angle, redder in ((0.0, False), (85.0, True)):
        normal = (np.cos(np.radians(angle)) * ahead + np.sin(np.radians(angle)) * across)[None].astype(np.float32)
        hard, soft = (
            shaded(
                light,
                np.array([[0.5, 0.5, 0.5, 1.0, 0.0, softness, 0.0]], np.float32),
                normal,
                np.zeros(1),
                -normal,
                free,
            )
            for softness in (0.0, 1.0)
        )
        gain = (soft / hard)[0]
        assert (
            (gain[0] > 1.05 and gain[0] > gain[1] > gain[2] > 1.0) if redder else gain == pytest.approx(1.0, abs=1e-3)
        )


def test_light_passes_between_hairs_into_shade() -> None:
    light, normal = Illumination(EVEN), np.array([[0.0, 0.0, 1.0]], np.float32)
    free, shade = (Arriving(*(np.full(1, share, np.float32),) * 3) for share in (1.0, 0.0))
    left = []
    for scatter in (0.0, 0.4):
        made = np.array([[0.5, 0.5, 0.5, 1.0, 0.0, 0.0, scatter]], np.float32)
        dark, lit = (shaded(light, made, normal, np.zeros(1), -normal, given)[0, 0] for given in (shade, free))
        left.append(dark / lit)
    assert left[0] < 0.05 and 0.4 < left[1] < 0.8


def test_white_and_black_keep_their_steps() -> None:
    steps = _rolled_off(np.linspace(0.0, 2.0, 200, dtype=np.float32)[:, None])
    assert (np.diff(steps[:, 0]) > 0).all() and steps.max() < 1.0
    np.testing.assert_allclose(steps[:50, 0], np.linspace(0.0, 2.0, 200)[:50], atol=1e-6)


def test_empty_view_is_the_backdrop() -> None:
    ball = trimesh.creation.icosphere(2, 0.1)
    scene = Scene(ball.vertices, ball.faces, np.ones((len(ball.vertices), 3)))
    picture = scene.photograph(Camera.orbit(np.array([50.0, 0.0, 0.0]), 3.0, 0.0, 4.0, 22.0, (20, 30)))
    assert (np.ptp(picture.reshape(-1, 3).astype(int), axis=1) == 0).all() and picture.min() > 100


def test_what_is_behind_a_sheer_sheet_is_mixed_in_by_its_opacity_and_unshadowed() -> None:
    square = np.float32([[-1, 0, 0], [1, 0, 0], [1, 2, 0], [-1, 2, 0]])
    vertices = np.concatenate([square, square + np.float32([0, 0, 0.05])])
    faces = np.int32([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    colors = np.repeat(np.float32([[0.9, 0.1, 0.1], [0.1, 0.1, 0.9]]), 4, axis=0)
    camera = Camera.orbit(np.array([0.0, 1.0, 0.0]), 4.0, 0.0, 0.0, 10.0, (6, 6))

    def seen(opacity: float) -> np.ndarray:
        surface = Surface(opacity=np.repeat(np.float32([1.0, opacity]), 4))
        return Scene(vertices, faces, colors, surface=surface)._covered(camera, 1)[3, 3]

    behind, before = seen(0.0), seen(1.0)
    assert behind[0] > 5 * behind[2] and before[2] > 5 * before[0]
    np.testing.assert_allclose(seen(0.25), 0.25 * before + 0.75 * behind, atol=0.02)
    bare = Scene(vertices[:4], faces[:2], colors[:4])._covered(camera, 1)[3, 3]
    np.testing.assert_allclose(behind, bare, atol=0.02)
