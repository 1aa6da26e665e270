"""One chart from one piece of surface: laid flat with as little stretch as possible.

Starts conformally with a free boundary (Lévy et al. 2002, in the form of Desbrun et al. 2002: the Dirichlet energy less
the area) and goes on as rigidly as possible (Liu et al. 2008, "A Local/Global Approach to Mesh Parameterization").
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu, spsolve

from engine.geometry.edges import rim_edges
from engine.geometry.operators import cotangent_links, cotangents, laplacian
from engine.mesh.surface import Floats, Indices
from engine.render.raycast import MeshRaycaster

ROUNDS, FEW = 50, 10
"""Steps towards rigidity, and those of pieces with less than `SMALL` faces. Set by hand."""
SMALL = 150
"""Faces, see `FEW`. Set by hand."""
LEAST, MOST = 0.05, 10.0
"""Bounds of an edge's weight: slivers shall neither tear nor rule. Set by hand."""
OPPOSITE = [((corner + 1) % 3, (corner + 2) % 3) for corner in range(3)]
"""The ends of the edges opposite to a triangle's corners."""
PLACES = np.array([[1.0, 1.0, 1.0], [8.0, 1.0, 1.0], [1.0, 8.0, 1.0], [1.0, 1.0, 8.0]])
PLACES /= PLACES.sum(1, keepdims=True)
"""Where in a triangle (barycentric) others are looked for."""
Doubles = NDArray[np.float64]


def flatten(vertices: np.ndarray, faces: Indices, start: np.ndarray | None = None) -> tuple[Floats, NDArray[np.bool_]]:
    """Lay a piece of surface flat.

    Args:
        vertices: (V, 3) of one connected piece, each used by a face.
        faces: (F, 3).
        start: (V, 2) from which to go on towards rigidity; None for the conformal one.

    Returns:
        Plane coordinates (V, 2) in the vertices' units, counter-clockwise as the faces are; and which faces (F,) came
        to lie upside down or upon others: all of a piece without a boundary.
    """
    rim = rim_edges(faces)
    if not len(rim):
        return np.zeros((len(vertices), 2), np.float32), np.ones(len(faces), bool)
    laid = _laid(vertices.astype(np.float64), faces)
    weights = np.clip(cotangents(laid), LEAST, MOST)
    begun = _conformal(vertices, faces, rim, weights) if start is None else start.astype(np.float64)
    plane = _rigid(begun, faces, laid, weights)
    flat = plane[faces]
    if not np.isfinite(flat).all():
        return np.zeros((len(vertices), 2), np.float32), np.ones(len(faces), bool)
    return plane.astype(np.float32), folded(plane, faces)


def folded(plane: np.ndarray, faces: Indices) -> NDArray[np.bool_]:
    """Which faces (F,) of a piece laid flat (V, 2) lie upside down or upon others."""
    flat = plane[faces].astype(np.float64)
    flipped = _cross(flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]) <= 0.0
    return flipped | _covered(plane, faces)


def _laid(vertices: Doubles, faces: Indices) -> Doubles:
    """Each triangle in a plane of its own: (F, 3, 2), its first corner at 0, its first edge along x."""
    a, b = (vertices[faces[:, k]] - vertices[faces[:, 0]] for k in (1, 2))
    length = np.maximum(np.linalg.norm(a, axis=1), 1e-12)
    along = (a * b).sum(1) / length
    height = np.linalg.norm(np.cross(a, b), axis=1) / length
    zero = np.zeros_like(length)
    return np.stack((np.stack((zero, zero), -1), np.stack((length, zero), -1), np.stack((along, height), -1)), 1)


def _conformal(vertices: np.ndarray, faces: Indices, rim: NDArray[np.int64], weights: Doubles) -> Doubles:
    """The flattest conformal map (V, 2) that keeps the distance of the two ends of the boundary."""
    count = len(vertices)
    start, end = rim.T
    quarter = np.full(len(start), 0.25)
    area = sparse.coo_matrix(
        (np.concatenate((quarter, -quarter)), (np.concatenate((start, end)), np.concatenate((end, start)))),
        shape=(count, count),
    )
    stretch = 0.5 * laplacian(cotangent_links(faces, weights, count))
    energy = sparse.bmat([[stretch, -area], [area, stretch]]).tocsr()
    far = np.linalg.norm(vertices[start] - vertices[start].mean(0), axis=1).argmax()
    one = start[far]
    other = start[np.linalg.norm(vertices[start] - vertices[one], axis=1).argmax()]
    fixed = np.array([one, other, one + count, other + count])
    values = np.array([0.0, np.linalg.norm(vertices[one] - vertices[other]), 0.0, 0.0])
    free = np.setdiff1d(np.arange(2 * count), fixed)
    plane = np.zeros(2 * count)
    plane[fixed] = values
    plane[free] = spsolve(energy[free][:, free].tocsc(), -energy[free][:, fixed] @ values)
    return plane.reshape(2, count).T


def _rigid(plane: Doubles, faces: Indices, laid: Doubles, weights: Doubles) -> Doubles:
    """Turn each triangle of its own as it lies, then put the vertices where the turned ones agree best; repeat."""
    solver = _solver(faces, weights)
    for _ in range(ROUNDS if len(faces) >= SMALL else FEW):
        flat, turns = plane[faces], np.zeros((len(faces), 2))
        for corner, (i, j) in enumerate(OPPOSITE):
            true, now = laid[:, i] - laid[:, j], flat[:, i] - flat[:, j]
            turns += weights[:, corner, None] * np.stack(((true * now).sum(1), _cross(true, now)), -1)
        plane = np.asarray(solver.solve(_edges(faces, laid, weights, turns, plane)))
    return plane


def level(vertices: np.ndarray, faces: Indices, along: np.ndarray) -> tuple[Floats, NDArray[np.bool_]]:
    """Lay a piece flat so that a quantity rises upwards everywhere, with as little stretch as that allows.

    Each triangle is turned until the quantity's gradient points up, and the vertices are put where the turned ones
    agree best: one step of `_rigid`, whose turns are given.

    Args:
        vertices: (V, 3) of one connected piece.
        faces: (F, 3).
        along: (V,) the quantity; metres along a limb.

    Returns:
        What `flatten` returns.
    """
    laid = _laid(vertices.astype(np.float64), faces)
    weights = np.clip(cotangents(laid), LEAST, MOST)
    values = along[faces].astype(np.float64)
    first, second = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
    x, (u, v) = laid[:, 1, 0], laid[:, 2].T
    gradient = np.stack((first / x, (second - first * u / x) / np.maximum(v, 1e-12)), -1)
    turns = gradient[:, ::-1]  # (cos, sin) of the angle from the gradient to straight up
    plane = np.asarray(_solver(faces, weights).solve(_edges(faces, laid, weights, turns, np.zeros((len(vertices), 2)))))
    return plane.astype(np.float32), folded(plane, faces)


def _solver(faces: Indices, weights: Doubles) -> Any:
    """Of the vertices' places from the edges they shall have; the first vertex stays."""
    system = laplacian(cotangent_links(faces, weights, int(faces.max()) + 1)).tolil()
    system[0, 0] += 1.0
    return splu(system.tocsc())


def _edges(faces: Indices, laid: Doubles, weights: Doubles, turns: Doubles, plane: Doubles) -> Doubles:
    """The right side (V, 2) for `_solver`: each triangle's edges, turned by the direction of its ``turns`` (F, 2)."""
    cosine, sine = (turns / np.maximum(np.linalg.norm(turns, axis=1, keepdims=True), 1e-12)).T
    target = np.zeros_like(plane)
    for corner, (i, j) in enumerate(OPPOSITE):
        x, y = (laid[:, i] - laid[:, j]).T
        edge = 0.5 * weights[:, corner, None] * np.stack((cosine * x - sine * y, sine * x + cosine * y), -1)
        np.add.at(target, faces[:, i], edge)
        np.add.at(target, faces[:, j], -edge)
    target[0] += plane[0]
    return target


def _covered(plane: Doubles, faces: Indices) -> NDArray[np.bool_]:
    """Which triangles (F,) have others, with no corner in common, over or under them."""
    corners = (plane[faces] - plane.min(0)) / float(np.ptp(plane, axis=0).max())  # (F, 3, 2)
    # Each at a height of its own, looked at from above and from below.
    height = np.repeat(np.linspace(0.0, 1.0, len(faces))[:, None, None], 3, axis=1)
    raised = np.concatenate((corners, height), -1).reshape(-1, 3)
    caster = MeshRaycaster(raised, np.arange(len(raised), dtype=np.int32).reshape(-1, 3))
    found = np.zeros(len(faces), bool)
    spots = np.einsum("pk,nkc->pnc", PLACES, corners).reshape(-1, 2)
    own = np.tile(np.arange(len(faces)), len(PLACES))
    for start, down in ((2.0, -1.0), (-1.0, 1.0)):
        origins = np.concatenate((spots, np.full((len(spots), 1), start)), 1)
        seen = caster.cast_rays(origins, np.tile([[0.0, 0.0, down]], (len(spots), 1))).face
        apart = (seen >= 0) & ~(faces[seen][:, :, None] == faces[own][:, None, :]).any((1, 2))
        found[own[apart]] = True
        found[seen[apart]] = True
    return found


def _cross(a: Doubles, b: Doubles) -> Doubles:
    """Of plane vectors (..., 2)."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
