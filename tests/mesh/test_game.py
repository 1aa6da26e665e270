"""The game mesh: layout, baked textures and what they stand for, on surfaces that are known."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import torch
import trimesh

from engine.body import load_body, stand_pose
from engine.errors import EngineError
from engine.geometry.edges import compact, is_closed
from engine.geometry.measures import vertex_normals
from engine.mesh import decimate, stage
from engine.mesh.bake import sample
from engine.mesh.chart_regions import PARTS, SkinnedBody, as_on, connected, regions
from engine.mesh.extract import color_of
from engine.mesh.flatten import _covered, _cross, flatten
from engine.mesh.game import GameMesh, enlarged
from engine.mesh.mend import mended
from engine.mesh.stage import load, run, save
from engine.mesh.surface import Mesh
from engine.mesh.uv import split_seams, tangents
from engine.render.raycast import MeshRaycaster
from engine.report import Silent
from engine.settings import MeshConfig

BODY = load_body()
BETAS = np.zeros(BODY.num_betas)
POSED, JOINTS = (array[0] for array in BODY.pose(BETAS, stand_pose()[None]))
NECK = float(JOINTS[15, 1])
CONF = MeshConfig(resolution=160, game_faces=6000, texture_size=512, occlusion_rays=12)


class Painted:
    """The body with stripes that are finer than the game mesh's triangles."""

    device = "cpu"
    bounds = np.stack((POSED.min(0) - 0.05, POSED.max(0) + 0.05))
    caster = MeshRaycaster(POSED, BODY.faces)

    def sdf(self, points: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self.caster.closest_point(points.numpy())[2] - 0.004)

    def color(self, points: torch.Tensor) -> torch.Tensor:
        wave = 0.5 + 0.4 * torch.sin(120.0 * points[:, 1])
        return torch.stack((wave, 1.0 - wave, torch.full_like(wave, 0.3)), -1)


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return run(Painted(), BODY, BETAS, CONF, Silent())


@pytest.fixture(scope="module")
def light(mesh: Mesh) -> GameMesh:
    assert mesh.game is not None
    return mesh.game


def test_it_is_closed_small_and_keeps_silhouette_and_head(mesh: Mesh, light: GameMesh) -> None:
    assert is_closed(light.faces) and 0.85 * CONF.game_faces <= len(light.faces) <= CONF.game_faces
    assert light.silhouette > 0.99
    head = lambda m: float((m.vertices[m.faces][:, :, 1].mean(1) > NECK).mean())  # noqa: E731
    assert head(light) > 1.5 * head(mesh)  # the face gets more than its share of the triangles
    points = mesh.vertices[mesh.vertices[:, 1] > NECK]
    off = np.abs(MeshRaycaster(light.vertices, light.faces).closest_point(points, signed=False)[2])
    assert np.percentile(off, 99) < 0.002


def test_charts_do_not_overlap_and_lie_in_the_square(light: GameMesh) -> None:
    assert light.uvs.shape == (*light.faces.shape, 2) and light.uvs.min() >= 0 and light.uvs.max() <= 1
    a, b, c = light.uvs.transpose(1, 0, 2).astype(float)
    cross = lambda p, q: p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0]  # noqa: E731
    area = 0.5 * np.abs(cross(b - a, c - a))
    assert 0.5 < area.sum() <= 1.0
    rng = np.random.default_rng(0)
    spots = np.einsum("nk,nkc->nc", rng.dirichlet(np.ones(3), 500), light.uvs[rng.integers(0, len(area), 500)])
    d = [cross(q - p, spots[:, None] - p) for p, q in ((a, b), (b, c), (c, a))]
    within = ((np.stack(d) > 1e-7).all(0) | (np.stack(d) < -1e-7).all(0)).sum(1)
    assert (within <= 1).mean() > 0.999


def test_the_texture_is_the_field_and_not_the_vertices(mesh: Mesh, light: GameMesh) -> None:
    rng = np.random.default_rng(1)
    faces = rng.integers(0, len(light.faces), 4000)
    bary = rng.dirichlet(np.ones(3), len(faces)).astype(np.float32)
    points = np.einsum("nk,nkc->nc", bary, light.vertices[light.faces[faces]])
    found = sample(light.textures.color, np.einsum("nk,nkc->nc", bary, light.uvs[faces]))
    true = Painted().color(torch.from_numpy(points)).numpy()
    smeared = np.einsum("nk,nkc->nc", bary, light.colors[light.faces[faces]])
    error, worse = (np.sqrt(((values - true) ** 2).mean()) for values in (found, smeared))
    assert error < 0.06 and error < 0.5 * worse
    assert light.psnr > 24.0
    assert light.textures.color.shape == (512, 512, 3) and light.textures.color.min() > 0  # no texel is left black


def test_normals_and_occlusion_are_those_of_the_full_surface(mesh: Mesh, light: GameMesh) -> None:
    source, faces, uvs = split_seams(light.faces, light.uvs)
    normals = vertex_normals(light.vertices, light.faces)[source]
    frame = tangents(light.vertices[source], normals, faces, uvs)
    assert np.abs((frame[:, :3] * normals).sum(1)).max() < 1e-5
    rng = np.random.default_rng(2)
    chosen = rng.integers(0, len(faces), 4000)
    bary = rng.dirichlet(np.ones(3), len(chosen)).astype(np.float32)
    mix = lambda values: np.einsum("nk,nkc->nc", bary, values[faces[chosen]])  # noqa: E731
    n, t = mix(normals), mix(frame)
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    b = np.sign(t[:, 3:]) * np.cross(n, t[:, :3])
    local = 2.0 * sample(light.textures.normal, mix(uvs)) - 1.0
    world = local[:, :1] * t[:, :3] + local[:, 1:2] * b + local[:, 2:] * n
    world /= np.linalg.norm(world, axis=1, keepdims=True)
    caster = MeshRaycaster(mesh.vertices, mesh.faces)
    face, where, _ = caster.closest_point(mix(light.vertices[source]), signed=False)
    true = np.einsum("nk,nkc->nc", where, caster.normals[mesh.faces[face]])
    true /= np.linalg.norm(true, axis=1, keepdims=True)
    assert np.median((world * true).sum(1)) > 0.999
    assert ((world * true).sum(1)).mean() > ((n * true).sum(1)).mean()  # better than without the map
    openness = sample(light.textures.orm, mix(uvs))[:, 0]
    crotch = np.linalg.norm(mix(light.vertices[source]) - JOINTS[[1, 2]].mean(0) + [0, 0.08, 0], axis=1) < 0.05
    chest = np.linalg.norm(mix(light.vertices[source]) - JOINTS[9] - [0, 0, 0.12], axis=1) < 0.1
    assert openness[chest].mean() > openness[crotch].mean() + 0.2


def test_head_and_hands_count_more_and_the_rest_stays() -> None:
    large = enlarged(POSED, BODY.weights, JOINTS)
    area = lambda points, chosen: trimesh.Trimesh(points, BODY.faces[chosen], process=False).area  # noqa: E731
    middle = POSED[BODY.faces].mean(1)
    head, hand = middle[:, 1] > NECK, (BODY.weights[:, [20, 22]].sum(1) > 0.99)[BODY.faces].all(1)
    assert area(large, head) == pytest.approx(9.0 * area(POSED, head), rel=0.01)
    assert area(large, hand) > 2.5 * area(POSED, hand)
    still = (POSED[:, 1] < NECK - 0.1) & (BODY.weights[:, 20:].sum(1) == 0.0)
    np.testing.assert_allclose(large[still], POSED[still], atol=1e-5)


def test_storing_and_reading_back(mesh: Mesh, light: GameMesh, tmp_path: Path) -> None:
    save(mesh, tmp_path)
    again = load(tmp_path)
    assert again.game is not None
    np.testing.assert_array_equal(again.game.uvs, light.uvs)
    np.testing.assert_array_equal(again.game.textures.normal, light.textures.normal)
    assert again.game.psnr == pytest.approx(light.psnr)


def test_no_game_mesh_when_none_is_wanted() -> None:
    assert run(None, BODY, BETAS, MeshConfig(game_faces=0), Silent()).game is None


def test_decimation_goes_on_until_the_mesh_is_closed_or_takes_the_least_torn() -> None:
    ball = trimesh.creation.icosphere(4)
    points, whole = decimate.UNIT * np.asarray(ball.vertices), np.asarray(ball.faces, np.int32)
    torn = whole[ball.triangles_center[:, 2] > 0]
    simplify = mock.Mock(side_effect=[(points, torn), (points, whole)])
    more = np.concatenate((whole, whole))
    with mock.patch.object(decimate, "fast_simplification", SimpleNamespace(simplify=simplify)):
        _, faces = decimate.decimate(np.asarray(ball.vertices), more, len(whole))
    assert is_closed(faces) and simplify.call_count == 2
    for insist, count in ((False, len(more)), (True, len(torn))):
        simplify = mock.Mock(return_value=(points, torn))
        with mock.patch.object(decimate, "fast_simplification", SimpleNamespace(simplify=simplify)):
            _, faces = decimate.decimate(np.asarray(ball.vertices), more, len(whole), insist)
        assert len(faces) == count


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"texture_size": 100000}, "texture_size"),
        ({"game_faces": 3}, "game_faces"),
        ({"resolution": 4}, "resolution"),
        ({"occlusion_rays": -1}, "occlusion_rays"),
    ],
)
def test_settings_that_cannot_work_are_one_sentence_before_any_work(changes: dict[str, int], words: str) -> None:
    with pytest.raises(EngineError, match=words) as caught:
        run(Painted(), BODY, BETAS, MeshConfig(**changes), Silent())
    assert caught.value.code == "bad_config" and caught.value.hint


def test_a_texture_larger_than_memory_is_one_sentence() -> None:
    small = mock.patch.object(stage.device, "memory", lambda: (8 << 30, 1 << 30))
    with small, pytest.raises(EngineError, match="GB of memory") as caught:
        run(Painted(), BODY, BETAS, MeshConfig(texture_size=8192), Silent())
    assert caught.value.code == "out_of_memory" and "texture_size" in caught.value.hint


@pytest.mark.parametrize("spoil", [[1.0, 1.0, 0.0], [0.01, 0.01, 0.01], [np.nan, 1.0, 1.0]])
def test_a_body_without_volume_is_one_sentence(spoil: list[float]) -> None:
    body = mock.Mock(wraps=BODY, faces=BODY.faces)
    body.pose = lambda betas, poses: tuple(part * np.float32(spoil) for part in BODY.pose(betas, poses))
    with pytest.raises(EngineError, match="no volume") as caught:
        run(None, body, BETAS, CONF, Silent())
    assert caught.value.code == "bad_weights" and caught.value.hint


def test_an_empty_mesh_cannot_be_mended_and_no_points_have_no_colours() -> None:
    assert mended(np.zeros((3, 3)), np.zeros((1, 3), np.int32)) == (None, 0)
    assert color_of(Painted())(np.zeros((0, 3), np.float32)).shape == (0, 3)


def test_regions_keep_the_face_whole_and_the_sides_apart() -> None:
    figure = SkinnedBody(POSED, BODY.faces, BODY.weights, JOINTS)
    region = regions(BODY.faces, *as_on(figure, POSED), figure)
    middle = POSED[BODY.faces].mean(1)
    assert 2 * len(PARTS) - 4 <= region.max() + 1 <= 2 * len(PARTS) + 4
    assert connected(region, BODY.faces).max() == region.max()  # none is in two pieces
    irises = np.concatenate([BODY.labels[f"iris.{side}"] for side in "LR"])
    face = region[np.isin(BODY.faces, irises).any(1)]
    assert len(np.unique(face)) == 1
    assert (middle[region == face[0], 2] > POSED[POSED[:, 1] > NECK, 2].min()).all()
    hand = np.isin(BODY.faces, np.flatnonzero(BODY.weights[:, 22] > 0.9)).all(1)
    assert hand.any() and (middle[np.isin(region, np.unique(region[hand])), 0] > 0).all()


def test_a_bowl_is_laid_flat_and_what_covers_others_is_told() -> None:
    ball = trimesh.creation.icosphere(3)
    points, faces = compact(np.asarray(ball.vertices), np.asarray(ball.faces)[ball.triangles_center[:, 2] > 0.3])
    plane, bad = flatten(points, faces)
    assert not bad.any()
    flat, bent = plane[faces].astype(float), points[faces]
    areas = 0.5 * _cross(flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0])
    true = 0.5 * np.linalg.norm(np.cross(bent[:, 1] - bent[:, 0], bent[:, 2] - bent[:, 0]), axis=1)
    assert (areas > 0).all() and 0.8 < areas.sum() / true.sum() < 1.2 and (areas / true).std() < 0.25
    assert flatten(np.asarray(ball.vertices), np.asarray(ball.faces, np.int32))[1].all()  # what is closed stays round
    tent = np.float64([[0, 0], [1, 0], [0, 1], [0.1, 0.1], [1.1, 0.1], [0.1, 1.1], [3, 3], [4, 3], [3, 4]])
    np.testing.assert_array_equal(_covered(tent, np.arange(9, dtype=np.int32).reshape(3, 3)), [True, True, False])
