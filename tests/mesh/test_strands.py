"""Locks left out of the game mesh: the shell stays, the rest is thinned evenly."""

from __future__ import annotations

import numpy as np

from engine.mesh.strands import STAYS, fewer_pieces


def test_pieces_go_and_the_largest_stays() -> None:
    strip = np.array([(0.0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)])
    locks = np.concatenate([strip + np.array([3.0 * k, 0, 0]) for k in range(100)])
    pairs = np.concatenate([np.array([(0, 1, 2), (1, 3, 2)]) + 4 * k for k in range(100)])
    shell = np.array([(-9.0, 0, 0), *[(-9 + np.cos(a), np.sin(a), 0.0) for a in np.linspace(0, 6, 60)]])
    fan = np.array([(0, k, k + 1) for k in range(1, 60)]) + len(locks)
    points, faces = np.concatenate([locks, shell]), np.concatenate([pairs, fan]).astype(np.int32)
    left, triangles = fewer_pieces(points, faces, 159)
    assert 150 < len(triangles) <= 159
    assert (left[:, 0] < -5).sum() == len(shell), "the shell is whole"
    middle = left[left[:, 0] > -5, 0].mean()
    assert 100 < middle < 200, "locks go everywhere"
    assert len(fewer_pieces(points, faces, 10)[1]) <= STAYS * len(faces) + 2
    assert fewer_pieces(points, faces, 1000)[1] is faces
