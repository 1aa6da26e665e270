"""The game mesh of layers: hems, shares, and textures that come from each layer's own surface."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from scipy.spatial import cKDTree

from engine.geometry.edges import is_closed, rim_edges, simple_loops
from engine.geometry.measures import vertex_normals
from engine.mesh import decimate, game
from engine.mesh.bake import sample
from engine.mesh.full import FullSurface, Spots, uncovered
from engine.mesh.game import GameMesh
from engine.mesh.stage import load, save
from engine.mesh.surface import Mesh
from engine.mesh.uv import split_seams, tangents
from engine.render.raycast import MeshRaycaster
from engine.settings import MeshConfig
from engine.wardrobe.layers import Joined, Layer, joined
from engine.wardrobe.materials import MATERIALS
from tests.mesh import dressed

CONF = MeshConfig(game_faces=6000, texture_size=512, occlusion_rays=8)
RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def full() -> Joined:
    return joined(dressed.layers())


@pytest.fixture(scope="module")
def light(full: Joined) -> GameMesh:
    return game.build(full, None, dressed.figure(), CONF)


def border(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Points (N, 3) every half millimetre along the borders of a surface."""
    ends = vertices[rim_edges(faces)]
    steps = np.ceil(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / 0.0005).astype(int) + 1
    return np.concatenate([np.linspace(a, b, n) for (a, b), n in zip(ends, steps)])


def spots(light: GameMesh, layer: int, count: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Faces (N,), barycentric weights (N, 3) and texture coordinates (N, 2) on a layer, away from its charts' rims."""
    faces = RNG.choice(np.flatnonzero(light.face_layers == layer), count)
    bary = 0.6 * RNG.dirichlet(np.ones(3), count) + 0.4 / 3
    return faces, bary, np.einsum("nk,nkc->nc", bary, light.uvs[faces])


def test_every_layer_is_there_and_what_is_covered_is_not(full: Joined, light: GameMesh) -> None:
    counts = np.bincount(light.face_layers, minlength=4)
    assert (counts > 100).all() and 0.9 * CONF.game_faces <= counts.sum() <= CONF.game_faces
    owner = np.full(len(light.vertices), -1)
    owner[light.faces] = light.face_layers[:, None]
    assert (owner[light.faces] == light.face_layers[:, None]).all()  # layers share no vertices
    assert (full.vertex_layers[light.source] == owner[:, None]).all()
    body = full.faces[full.face_layers == 0]
    hidden = body[full.covered[body].all(1)]
    chest = dressed.mannequin().vertices[hidden].mean(1)
    near = cKDTree(light.vertices[light.faces[light.face_layers == 0]].mean(1)).query(chest)[0]
    assert len(hidden) > 1000 and np.percentile(near, 20) > 0.02
    assert light.silhouette > 0.99 and light.psnr > 30.0


def test_open_borders_keep_their_course_within_two_millimetres(full: Joined, light: GameMesh) -> None:
    for layer in (1, 2):
        true = border(full.vertices, full.faces[full.face_layers == layer])
        found = border(light.vertices, light.faces[light.face_layers == layer])
        assert cKDTree(true).query(found)[0].max() < 0.002 and cKDTree(found).query(true)[0].max() < 0.002
        loops = [
            simple_loops(of[owners == layer])
            for of, owners in ((full.faces, full.face_layers), (light.faces, light.face_layers))
        ]
        assert len(loops[0]) == len(loops[1])  # and no holes were torn
        assert sum(map(len, loops[1])) < 0.7 * sum(map(len, loops[0]))


def test_a_wavy_hem_survives_strong_decimation() -> None:
    around, down = np.meshgrid(np.linspace(0, 2 * np.pi, 240, endpoint=False), np.linspace(0, 1, 60), indexing="ij")
    radius, length = 0.15 + 0.15 * down, 0.5 + 0.02 * np.sin(9 * around)
    points = np.stack((radius * np.cos(around), -length * down, radius * np.sin(around)), -1).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(240), np.arange(59), indexing="ij")
    a, b = (60 * i + j).ravel(), (60 * ((i + 1) % 240) + j).ravel()
    faces = np.concatenate((np.stack((a, b, b + 1), -1), np.stack((a, b + 1, a + 1), -1))).astype(np.int32)
    left, fewer = decimate.decimate(points, faces, 900, insist=True)
    assert len(fewer) < 1000 and len(simple_loops(fewer)) == 2
    true, found = border(points, faces), border(left, fewer)
    assert cKDTree(true).query(found)[0].max() < 0.002 and cKDTree(found).query(true)[0].max() < 0.002
    closed = trimesh.creation.icosphere(5)
    assert is_closed(decimate.decimate(np.asarray(closed.vertices), np.asarray(closed.faces), 600, insist=True)[1])


def test_shares_follow_form_and_spare_nobody() -> None:
    ball, plate = trimesh.creation.icosphere(5), trimesh.creation.box((1, 1, 0.01)).subdivide_to_size(0.02)
    bead = trimesh.creation.icosphere(3, 0.001)
    parts = [ball, plate, bead]
    first = np.cumsum([0, *(len(part.vertices) for part in parts)])
    vertices = np.concatenate([np.asarray(part.vertices) for part in parts])
    faces = np.concatenate([part.faces + start for part, start in zip(parts, first)])
    layers = np.repeat([0, 1, 2], [len(part.faces) for part in parts])
    found = decimate.shares(vertices, faces, layers, 3000)
    assert found.sum() <= 3000 and found[2] >= decimate.LEAST_OF_LAYER
    assert found[0] / len(ball.faces) > 3 * found[1] / len(plate.faces)  # the plate is flat
    np.testing.assert_array_equal(decimate.shares(vertices, faces, layers, 10**6), np.bincount(layers))


def test_texels_come_from_their_own_layer(full: Joined, light: GameMesh) -> None:
    for layer, name in enumerate(full.names):
        if name == "Body":
            continue
        palette = np.unique(full.colors[full.vertex_layers == layer], axis=0)
        faces, _, at = spots(light, layer)
        found = sample(light.textures.color, at)
        error = np.abs(found[:, None] - palette).max(-1).min(1)
        assert np.percentile(error, 99) < 0.02, name
        packed = sample(light.textures.orm, at)
        material = MATERIALS[full.materials[layer]]
        rough = 0.2 if name == "Helmet" else material.roughness
        wrong = np.abs(packed[:, 1:] - [rough, material.metallic]).max(1) > 0.01  # slivers thinner than a texel
        assert wrong.mean() < 0.01
        if name == "Helmet":  # gold outside and black within, though the sheets are two millimetres apart
            corners = light.vertices[light.faces[faces]]
            outward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            out = (outward * (corners[:, 0] - dressed.mannequin().joints[15])).sum(1) > 0
            assert (np.abs(found[out] - palette[1]).max(1) < 0.02).mean() > 0.99
            assert (np.abs(found[~out] - palette[0]).max(1) < 0.02).mean() > 0.99
            assert packed[~out, 0].mean() < 0.5 < 0.8 < packed[out, 0].mean()  # and the occlusion is in red


def test_paint_is_asked_with_pattern_coordinates_and_layers(full: Joined) -> None:
    asked: list[Spots] = []

    def paint(spots: Spots) -> np.ndarray:
        asked.append(spots)
        return np.repeat((spots.layers[:, None] / 4).astype(np.float32), 3, axis=1)

    made = game.build(full, paint, dressed.figure(), MeshConfig(game_faces=4000, texture_size=128, occlusion_rays=0))
    for layer in range(4):
        found = sample(made.textures.color, spots(made, layer)[2])
        assert np.median(np.abs(found - layer / 4)) < 0.01
    points, canonical = (
        np.concatenate([getattr(of, name)[of.layers == 0] for of in asked]) for name in ("points", "canonical")
    )
    near = cKDTree(dressed.mannequin().vertices).query(points)[1]
    assert len(points) and np.abs(dressed.mannequin().canonical[near] - canonical).max() < 0.05
    assert (sample(made.textures.orm, made.uvs.reshape(-1, 2))[:, 0] == 1.0).all()  # no rays, no occlusion


def test_relief_tilts_normals_as_its_heights_rise() -> None:
    """On a plate that lies in the pattern as it is, the normal is that of the height field."""
    plate = trimesh.creation.box((0.2, 0.2, 0.01)).subdivide_to_size(0.02)
    points = np.asarray(plate.vertices, np.float32)
    weights = np.eye(24, dtype=np.float32)[np.zeros(len(points), int)]

    layer = Layer("Plate", "denim", points, np.asarray(plate.faces, np.int32), 0 * points + 0.5, weights, points)
    surface = FullSurface(joined([layer]), None, 0)
    at = np.float32([[0.011, 0.002, 0.005], [0.0304, -0.0203, 0.005], [-0.05, 0.04, 0.005]])
    places = surface.at(0, at)
    fine, coarse = (surface.relief(0, places, np.full(3, size)) for size in (1e-4, 2e-3))
    np.testing.assert_allclose(coarse, np.tile([0.0, 0.0, 1.0], (3, 1)), atol=1e-5)  # finer than texels: left out
    step = 1e-6 * np.eye(3)[:2]
    heights = [MATERIALS["denim"].heights(at.astype(float) + shift) for shift in (step[0], -step[0], step[1], -step[1])]
    slope = np.stack(((heights[0] - heights[1]) / 2e-6, (heights[2] - heights[3]) / 2e-6, -np.ones(3)), -1)
    true = -slope / np.linalg.norm(slope, axis=1, keepdims=True)
    assert (fine * true).sum(1).min() > np.cos(0.12) > (coarse * true).sum(1).min()


def test_normals_are_those_of_the_layer_and_not_of_what_lies_beneath(full: Joined, light: GameMesh) -> None:
    source, faces, uvs = split_seams(light.faces, light.uvs)
    normals = vertex_normals(light.vertices, light.faces)[source]
    frame = tangents(light.vertices[source], normals, faces, uvs)
    own = full.faces[full.face_layers == 1]
    chosen, bary, at = spots(light, 1)
    mix = lambda values: np.einsum("nk,nkc->nc", bary, values[faces[chosen]])  # noqa: E731
    n, t = mix(normals), mix(frame)
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    local = 2.0 * sample(light.textures.normal, at) - 1.0
    world = local[:, :1] * t[:, :3] + local[:, 1:2] * np.sign(t[:, 3:]) * np.cross(n, t[:, :3]) + local[:, 2:] * n
    caster = MeshRaycaster(full.vertices, own)
    face, where, _ = caster.closest_point(mix(light.vertices[source]), signed=False)
    true = np.einsum("nk,nkc->nc", where, caster.normals[own[face]])
    cosine = (world * true).sum(1) / np.linalg.norm(world, axis=1) / np.linalg.norm(true, axis=1)
    assert np.median(cosine) > 0.995


def test_carried_values_are_those_of_the_full_mesh(full: Joined, light: GameMesh) -> None:
    np.testing.assert_allclose(light.share.sum(1), 1.0, atol=1e-5)
    assert np.percentile(np.linalg.norm(light.carried(full.vertices) - light.vertices, axis=1), 99) < 0.003
    np.testing.assert_allclose(light.carried(full.weights).sum(1), 1.0, atol=1e-4)


def test_layers_are_stored_and_read_back(full: Joined, light: GameMesh, tmp_path: Path) -> None:
    save(Mesh(full.vertices, full.faces, full.colors, light, full), tmp_path)
    again = load(tmp_path)
    assert again.layers is not None and again.game is not None
    assert again.layers.names == full.names and again.layers.materials == full.materials
    for name in ("face_layers", "weights", "canonical", "roughness", "covered"):
        np.testing.assert_array_equal(getattr(again.layers, name), getattr(full, name))
    np.testing.assert_array_equal(again.game.face_layers, light.face_layers)
    np.testing.assert_array_equal(again.game.textures.orm, light.textures.orm)


def test_a_figure_covered_all_over_is_still_shown() -> None:
    faces = np.int32([[0, 1, 2]])
    assert uncovered(faces, np.ones(3, bool)).all() and uncovered(faces, np.zeros(3, bool)).all()
    both = np.int32([[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(uncovered(both, np.arange(6) < 3), [False, True])


def test_thin_tubes_are_brought_to_their_number() -> None:
    """Straight strands, at which the library stops long before: the game mesh has its triangles all the same."""
    down, around = np.meshgrid(np.linspace(0, 0.3, 30), np.linspace(0, 2 * np.pi, 6, endpoint=False), indexing="ij")
    tube = np.stack((0.004 * np.cos(around), -down, 0.004 * np.sin(around)), -1).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(29), np.arange(6), indexing="ij")
    a, b = (6 * i + j).ravel(), (6 * i + (j + 1) % 6).ravel()
    faces = np.concatenate((np.stack((a, b, b + 6), -1), np.stack((a, b + 6, a + 6), -1)))
    points = np.concatenate([tube + np.array([0.02 * k, 0, 0]) for k in range(40)])
    strands = np.concatenate([faces + k * len(tube) for k in range(40)]).astype(np.int32)
    left, fewer = decimate.decimate(points, strands, 1200, insist=True)
    assert 0.9 * 1200 <= len(fewer) <= 1200 and len(simple_loops(fewer)) == 80
    assert cKDTree(border(points, strands)).query(border(left, fewer))[0].max() < 0.002
    assert np.abs(MeshRaycaster(points, strands).closest_point(left, signed=False)[2]).max() < 0.003
