"""Surfaces cut along curves: on the curve, whole, without slivers."""

import numpy as np
import pytest
import trimesh

from engine.wardrobe.cut import SNAP, cut_region, kept, split


def ball(rounds=3):
    sphere = trimesh.creation.icosphere(subdivisions=rounds)
    return np.asarray(sphere.vertices), np.asarray(sphere.faces, np.int32)


def border(faces):
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
    pairs, count = np.unique(pairs, axis=0, return_counts=True)
    return np.unique(pairs[count == 1])


def area(vertices, faces):
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)


@pytest.mark.parametrize("height", [-0.83, -0.2, 0.0, 0.013, 0.6])
def test_a_cap_of_a_sphere_has_its_border_on_the_plane_and_its_area(height):
    vertices, faces = ball(4)
    mix, part = cut_region(faces, vertices[:, 1] - height)
    points = mix @ vertices
    rim = points[border(part)]
    assert np.abs(rim[:, 1] - height).max() < 1e-9
    assert points[:, 1].min() > height - 1e-9
    assert area(points, part).sum() == pytest.approx(2 * np.pi * (1 - height), rel=0.01)
    assert np.allclose(mix.sum(1), 1) and len(np.unique(part)) == len(points)


def test_two_halves_meet_along_one_line_and_hold_a_sphere_together():
    vertices, faces = ball()
    curve = vertices[:, 1] + 0.3 * np.sin(3 * vertices[:, 0]) - 0.1
    halves = [cut_region(faces, sign * curve) for sign in (1, -1)]
    merged = trimesh.util.concatenate([trimesh.Trimesh(m @ vertices, f, process=False) for m, f in halves])
    merged.merge_vertices(digits_vertex=9)
    assert merged.is_watertight and merged.is_winding_consistent
    assert merged.volume == pytest.approx(trimesh.Trimesh(vertices, faces).volume, rel=0.005)


def test_there_are_no_slivers_along_the_line():
    vertices, faces = ball()
    mix, part = cut_region(faces, vertices @ [0.31, 0.9, 0.2] - 0.217)
    points = mix @ vertices
    spans = np.linalg.norm(points[part] - points[np.roll(part, 1, axis=1)], axis=2)
    assert spans.min() > 0.12 * np.linalg.norm(vertices[faces[:, 0]] - vertices[faces[:, 1]], axis=1).min()


def test_everything_and_nothing():
    vertices, faces = ball(1)
    mix, part = cut_region(faces, np.ones(len(vertices)))
    assert len(part) == len(faces) and np.allclose(mix @ vertices, vertices)
    mix, part = cut_region(faces, -np.ones(len(vertices)))
    assert mix.shape[0] == 0 and part.shape == (0, 3)


@pytest.mark.parametrize("snap", [0.0, SNAP, 0.45])
def test_split_keeps_the_surface_whole_and_its_halves_on_their_sides(snap):
    vertices, faces = ball()
    signed = vertices @ [0.31, 0.9, 0.2] - 0.217
    mix, made, positive = split(faces, signed, snap)
    points, value = mix @ vertices, mix @ signed
    assert np.allclose(mix.sum(1), 1)
    whole = trimesh.Trimesh(points, made, process=False)
    assert whole.is_watertight and whole.is_winding_consistent
    assert area(points, made).min() > 0
    assert (value[made[positive]] > -1e-9).all() and (value[made[~positive]] < 1e-9).all()
    assert 0 < positive.sum() < len(made)


def test_split_without_snapping_changes_no_area():
    vertices, faces = ball()
    signed = vertices @ [0.31, 0.9, 0.2] - 0.217
    mix, made, _ = split(faces, signed, 0.0)
    points = mix @ vertices
    assert np.array_equal(points[: len(vertices)], vertices)
    assert area(points, made).sum() == pytest.approx(area(vertices, faces).sum(), rel=1e-12)


def test_snapping_moves_vertices_near_the_curve_onto_it_and_no_others():
    vertices = np.array([[0.1, 0, 0], [-0.9, 0, 0], [-0.9, 1, 0], [0.1, 1, 0]])
    faces = np.array([[0, 3, 2], [0, 2, 1]], np.int32)
    mix, made, positive = split(faces, vertices[:, 0], 0.2)  # the right side is a tenth of an edge from the curve
    points = mix @ vertices
    assert np.allclose(points[[0, 3], 0], 0) and np.array_equal(points[[1, 2]], vertices[[1, 2]])
    assert len(points) == 4 and len(made) == 2 and not positive.any()
    mix, made, positive = split(faces, vertices[:, 0], 0.05)
    points = mix @ vertices
    assert np.array_equal(points[:4], vertices) and len(points) == 7
    assert area(points, made[positive]).sum() == pytest.approx(0.1)
    assert area(points, made[~positive]).sum() == pytest.approx(0.9)


def test_kept_drops_only_what_no_face_uses():
    vertices, faces = ball(1)
    mix, made, positive = split(faces, vertices[:, 1] - 0.1)
    smaller, renumbered = kept(mix, made[positive])
    assert smaller.shape[0] == len(np.unique(made[positive])) < mix.shape[0]
    assert np.array_equal((smaller @ vertices)[renumbered], (mix @ vertices)[made[positive]])
