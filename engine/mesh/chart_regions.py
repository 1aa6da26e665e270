"""Where a light mesh is cut into charts: between the parts of the body, and between each part's front and back.

So the face is one piece, and seams run where an artist looks for them: along the flanks and round wrists and ankles.
The open body itself has no texture coordinates, and a body's layout would smear over hair and skirts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from engine.geometry.edges import adjacent_faces, edge_matrix
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import row_means
from engine.mesh.surface import Floats, Indices
from engine.protocol import JOINT_NAMES

PARTS = {
    "head": ("neck", "head"),
    "torso": ("pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar"),
    **{
        f"{side} {part}": tuple(f"{side}_{joint}" for joint in joints)
        for side in ("left", "right")
        for part, joints in (
            ("leg", ("hip", "knee")),
            ("foot", ("ankle", "foot")),
            ("arm", ("shoulder", "elbow")),
            ("hand", ("wrist", "hand")),
        )
    },
}
"""Joints that move each part of the body."""
SMOOTHING = 10
"""How often neighbours' mean is mixed in, so that seams run straight. Set by hand."""
LEAST = 0.003
"""Share of all triangles below which a region goes to its neighbour. Set by hand."""
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class SkinnedBody:
    """The skinned surface under the sculpted one, which tells the parts of the body apart."""

    vertices: Floats
    """(B, 3) in the stand pose."""
    faces: Indices
    """(F, 3)."""
    weights: Floats
    """(B, 24)."""
    joints: Floats
    """(24, 3) in that pose."""


def regions(faces: Indices, weights: Floats, normals: Floats, figure: SkinnedBody) -> Numbers:
    """A number for each face (F,) of the connected region of part and side that it lies in.

    Args:
        faces: (F, 3).
        weights: (V, 24) skinning weights, which tell the part.
        normals: (V, 3), which tell the side.
        figure: whose hands tell where the backs of hands look.
    """
    shares = _smoothed(_shares(weights), faces)
    part = np.asarray(shares[faces].sum(1).argmax(1), np.int64)
    front = (_smoothed(normals, faces)[faces].sum(1) * _fronts(figure)[part]).sum(1) > 0.0
    return _tidied(2 * part + front, faces)


def as_on(figure: SkinnedBody, vertices: Floats) -> tuple[Floats, Floats]:
    """Weights (V, 24) and evened out normals (V, 3) of the figure's vertices that are nearest to others (V, 3)."""
    nearest = cKDTree(figure.vertices).query(vertices)[1]
    normals = _smoothed(vertex_normals(figure.vertices, figure.faces), figure.faces)
    return figure.weights[nearest], normals[nearest]


def _shares(weights: Floats) -> Floats:
    """How much (V, P) vertices with weights (V, 24) belong to each of `PARTS`."""
    member = np.zeros((len(JOINT_NAMES), len(PARTS)), np.float32)
    for number, joints in enumerate(PARTS.values()):
        member[[JOINT_NAMES.index(joint) for joint in joints], number] = 1.0
    return np.asarray(weights @ member, np.float32)


def _fronts(figure: SkinnedBody) -> Floats:
    """Where (P, 3) the upper of a part's two sides looks: forwards; up for feet; where a hand's back looks."""
    middle = np.stack(
        [
            figure.vertices[share > 0.5].mean(0) if (share > 0.5).any() else np.zeros(3)
            for share in _shares(figure.weights).T
        ]
    )
    names, found = list(PARTS), np.tile(np.array([0.0, 0.0, 1.0], np.float32), (len(PARTS), 1))
    for number, name in enumerate(names):
        if name.endswith("foot"):
            found[number] = (0.0, 1.0, 0.0)
        elif name.endswith("hand"):
            along = middle[number] - middle[names.index(name.replace("hand", "arm"))]
            across = np.array([-along[1], along[0], 0.0])
            found[number] = across * np.sign(across[1]) if across[1] else (0.0, 1.0, 0.0)
    return found


def _smoothed(values: np.ndarray, faces: Indices) -> Floats:
    """Values (V, C) evened out along the edges."""
    values = np.asarray(values, np.float32)
    mean = row_means(edge_matrix(faces, len(values)))
    for _ in range(SMOOTHING):
        values = 0.5 * values + 0.5 * (mean @ values)
    return np.asarray(values, np.float32)


def connected(labels: Numbers, faces: Indices) -> Numbers:
    """Labels (F,) of faces made distinct for regions that do not touch: numbers from 0 (F,)."""
    first, second = adjacent_faces(faces)
    same = labels[first] == labels[second]
    links = sparse.coo_matrix((np.ones(int(same.sum())), (first[same], second[same])), shape=(len(faces),) * 2)
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


def _tidied(labels: Numbers, faces: Indices) -> Numbers:
    """Connected regions, the small ones given to the neighbour with the longest common border."""
    first, second = adjacent_faces(faces)
    for _ in range(6):
        region = connected(labels, faces)
        small = np.bincount(region)[region] < LEAST * len(faces)
        border = labels[first] != labels[second]
        a, b = first[border], second[border]
        votes = sparse.coo_matrix(
            (np.ones(2 * len(a)), (np.concatenate((region[a], region[b])), np.concatenate((labels[b], labels[a])))),
            shape=(int(region.max()) + 1, int(labels.max()) + 1),
        ).toarray()
        if not (small & (votes.sum(1) > 0)[region]).any():
            break
        labels = np.where(small & (votes.sum(1) > 0)[region], votes.argmax(1)[region], labels)
    return connected(labels, faces)
