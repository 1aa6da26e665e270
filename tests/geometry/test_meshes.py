"""Edges, borders, measures, operators and finer triangles against trimesh and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import trimesh
from scipy.spatial import Delaunay

from engine.geometry import differentiable, edges, measures, operators, subdivide

BALL = trimesh.creation.icosphere(subdivisions=3, radius=0.5)
CUP = trimesh.Trimesh(BALL.vertices, BALL.faces[BALL.triangles_center[:, 2] < 0.2], process=False)
RNG = np.random.default_rng(5)


@pytest.mark.parametrize("mesh", [BALL, CUP], ids=["closed", "open"])
def test_edges_and_measures_agree_with_trimesh(mesh: trimesh.Trimesh) -> None:
    faces = np.asarray(mesh.faces, np.int32)
    wanted = np.unique(np.sort(mesh.edges_unique, 1), axis=0)
    np.testing.assert_array_equal(edges.edges(faces), wanted)
    links = edges.edge_matrix(faces, len(mesh.vertices))
    np.testing.assert_array_equal(np.stack(np.nonzero(np.triu(links.toarray())), 1), wanted)
    pairs = np.sort(np.stack(edges.adjacent_faces(faces), 1), 1)
    assert {*map(tuple, pairs.tolist())} == {*map(tuple, np.sort(mesh.face_adjacency, 1).tolist())}
    opposite = np.sort(edges.opposite_corners(faces), 1)
    assert {*map(tuple, opposite.tolist())} == {*map(tuple, np.sort(mesh.face_adjacency_unshared, 1).tolist())}
    assert edges.is_closed(faces) == mesh.is_watertight
    np.testing.assert_allclose(measures.face_areas(mesh.vertices, faces), mesh.area_faces, rtol=1e-9)
    np.testing.assert_allclose(measures.face_normals(mesh.vertices, faces), mesh.face_normals, atol=1e-9)
    lengths = measures.edge_lengths(mesh.vertices, edges.edges(faces))
    assert lengths.sum() == pytest.approx(mesh.edges_unique_length.sum())
    if mesh.is_watertight:
        assert measures.volume(mesh.vertices, faces) == pytest.approx(mesh.volume)
        assert measures.volume(mesh.vertices, faces[:, ::-1]) == pytest.approx(-mesh.volume)


def test_lengths_along_paths() -> None:
    path = np.array([[0, 0, 0], [3, 4, 0], [3, 4, 12], [3, 4, 12]], float)
    assert measures.arc_lengths(path).tolist() == [0, 5, 17, 17]
    assert measures.arc_lengths(np.stack([path, 2 * path])[..., :2]).tolist() == [[0, 5, 5, 5], [0, 10, 10, 10]]


def test_parts_and_unused_vertices() -> None:
    two = trimesh.util.concatenate([BALL, CUP])
    label = edges.pieces(two.faces, len(two.vertices) + 1)
    used = label[np.unique(two.faces)]
    assert len(np.unique(used)) == 2 and label[-1] not in used  # a vertex without edges is a part of its own
    assert (label[: len(BALL.vertices)] == label[0]).all()
    points, faces = edges.compact(two.vertices, two.faces[-5:])
    assert len(points) == len(np.unique(two.faces[-5:]))
    np.testing.assert_array_equal(points[faces], two.vertices[two.faces[-5:]])
    assert edges.distinct(np.array([[0, 1, 2], [0, 0, 2], [1, 2, 1], [3, 2, 2]])).tolist() == [
        True,
        False,
        False,
        False,
    ]


def test_borders_that_meet_in_a_vertex_are_no_simple_loops() -> None:
    bowtie = np.array([[0, 1, 2], [2, 3, 4], [5, 6, 7]])
    assert [sorted(loop) for loop in edges.simple_loops(bowtie)] == [[5, 6, 7]]
    assert set(np.concatenate(edges.loops(bowtie)).tolist()) == set(range(8))
    (rim,) = edges.simple_loops(CUP.faces)
    assert set(rim) == set(edges.rim_vertices(CUP.faces)) and len(rim) == len(edges.rim_edges(CUP.faces))


def test_loops_follow_the_faces_round_every_border():
    mesh = trimesh.creation.cylinder(0.1, 0.4, sections=32)
    caps = np.abs(mesh.face_normals[:, 2]) > 0.5
    faces = mesh.faces[~caps].astype(np.int32)
    found = edges.loops(faces)
    sides = {tuple(side) for face in faces for side in (face[[0, 1]], face[[1, 2]], face[[2, 0]])}
    assert sorted(map(len, found)) == [32, 32]
    for loop in found:
        assert np.ptp(mesh.vertices[loop, 2]) < 1e-9
        assert all(pair in sides for pair in zip(loop.tolist(), np.roll(loop, -1).tolist()))
    assert edges.loops(BALL.faces.astype(np.int32)) == []


def test_normals_point_outwards() -> None:
    sphere = trimesh.creation.icosphere(subdivisions=5, radius=0.5)
    normals = measures.vertex_normals(sphere.vertices, sphere.faces)
    np.testing.assert_allclose(normals, sphere.vertices / 0.5, atol=4e-3)
    twin = differentiable.vertex_normals(torch.from_numpy(sphere.vertices)[None], torch.from_numpy(sphere.faces))[0]
    np.testing.assert_allclose(twin.numpy(), normals, atol=1e-6)


def test_an_average_takes_the_neighbours_and_on_a_border_those_along_it() -> None:
    faces = np.asarray(CUP.faces, np.int32)
    count = len(CUP.vertices)
    mean = operators.averaging(faces, count)
    np.testing.assert_allclose(mean.sum(1), 1.0, atol=1e-6)
    (rim,) = edges.simple_loops(faces)
    values = RNG.normal(size=(count, 3))
    np.testing.assert_allclose(
        (mean @ values)[rim], (np.roll(values[rim], 1, 0) + np.roll(values[rim], -1, 0)) / 2, atol=1e-6
    )
    inner = np.setdiff1d(np.unique(faces), rim)[7]
    np.testing.assert_allclose((mean @ values)[inner], values[CUP.vertex_neighbors[inner]].mean(0), atol=1e-6)
    lonely = np.setdiff1d(np.arange(count), faces)
    np.testing.assert_allclose((mean @ values)[lonely], values[lonely])


def test_cotangents_make_the_laplacian_of_a_plane_exact() -> None:
    points = np.c_[RNG.uniform(0, 1, (60, 2)), np.zeros(60)]
    faces = Delaunay(points[:, :2]).simplices
    angles = trimesh.Trimesh(points, faces, process=False).face_angles
    np.testing.assert_allclose(operators.cotangents(points[faces]), 1 / np.tan(angles), rtol=1e-6, atol=1e-9)
    links = operators.cotangent_links(faces, operators.cotangents(points[faces][..., :2]), len(points))
    energy = operators.laplacian(links)
    linear = points[:, :2] @ [0.7, -0.3]
    inner = np.setdiff1d(np.arange(60), edges.rim_vertices(faces))
    np.testing.assert_allclose((energy @ linear)[inner], 0.0, atol=1e-9)  # linear functions are harmonic
    area = measures.face_areas(points, faces).sum()
    assert linear @ (energy @ linear) == pytest.approx((0.7**2 + 0.3**2) * area)  # the integral of the squared slope


def test_finer_triangles_lie_on_the_coarse_ones():
    coarse = trimesh.creation.icosphere(subdivisions=1)
    vertices, faces = np.asarray(coarse.vertices), np.asarray(coarse.faces, np.int32)
    mix, fine = subdivide.quartered(faces, len(vertices))
    points = mix @ vertices
    assert len(fine) == 4 * len(faces)
    assert np.allclose(points[: len(vertices)], vertices)
    both = [coarse, trimesh.Trimesh(points, fine, process=False)]
    assert both[1].is_watertight and both[0].volume == pytest.approx(both[1].volume, rel=1e-9)
