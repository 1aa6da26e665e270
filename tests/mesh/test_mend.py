"""What an edge collapse tears is closed again, and what cannot be is refused."""

import numpy as np
import pytest
import trimesh

from engine.geometry.edges import is_closed, rim_edges, rim_vertices
from engine.geometry.measures import volume
from engine.mesh.mend import mended

BALL = trimesh.creation.icosphere(subdivisions=3)


@pytest.mark.parametrize("missing", [[0], [5, 300, 900], [0, 1, 2, 3]])
def test_holes_are_filled(missing):
    torn = np.delete(BALL.faces, missing, axis=0)
    (points, faces), left = mended(BALL.vertices, torn)
    assert left == 0
    assert is_closed(faces)
    assert volume(points, faces) == pytest.approx(BALL.volume, rel=0.02)


def test_a_fin_on_an_edge_is_cut_off():
    points = np.concatenate([BALL.vertices, [[0, 0, 2.0]]])
    a, b, _ = BALL.faces[7]
    torn = np.concatenate([BALL.faces, [[a, b, len(points) - 1]]])
    (points, faces), _ = mended(points, torn)
    assert is_closed(faces)
    assert np.linalg.norm(points[faces.ravel()], axis=1).max() < 1.01


def test_doubled_and_degenerate_faces_go():
    torn = np.concatenate([BALL.faces, BALL.faces[:3], [[4, 4, 9]]])
    (_, faces), _ = mended(BALL.vertices, torn)
    assert is_closed(faces) and len(faces) == len(BALL.faces)


def test_half_a_ball_stays_open():
    centers = BALL.vertices[BALL.faces].mean(1)
    half = BALL.faces[centers[:, 2] > 0]
    (_, faces), torn = mended(BALL.vertices, half)
    assert len(faces) == len(half) and torn == len(rim_edges(half))


def test_a_hole_beside_a_border_is_filled_and_the_border_is_not():
    centers = BALL.vertices[BALL.faces].mean(1)
    half = BALL.faces[centers[:, 2] > 0]
    rim = np.isin(np.arange(len(BALL.vertices)), rim_vertices(half))
    inner = np.flatnonzero(~rim[half].any(1))[0]
    (_, faces), torn = mended(BALL.vertices, np.delete(half, inner, axis=0), rim)
    assert torn == 0 and len(faces) == len(half)
