"""Which point of the standard figure each vertex of another body corresponds to, by non-rigid registration.

After Amberg et al. 2007 in small: the body is brought near the standard figure bone by bone (its head by crown, nose,
depth and width), then drawn onto the surface by closest points that look the same way, with a displacement that is
smooth over the body's surface and stiff at first.

Its numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from engine.body import Body
from engine.geometry.edges import edge_matrix
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import row_means
from engine.protocol import JOINT_NAMES
from engine.render.raycast import MeshRaycaster

Floats = NDArray[np.float32]
HEAD = JOINT_NAMES.index("head")
STIFFNESS = (1000.0, 300.0, 100.0, 100.0)
"""Weight of the displacement's curvature in each round, against that of the distance to the surface."""
AGREEMENT = 0.5
"""Least cosine between the normals of a vertex and of its match."""
REACH = 0.06
"""Metres beyond which a match is not believed."""


def register(body: Body, standard: Body, standard_joints: NDArray) -> Floats:
    """(V, 3) the points of the standard figure's surface that a body's vertices correspond to.

    Args:
        body: any body in SMPL layout, in its own T-pose and origin.
        standard: the standard figure.
        standard_joints: (24, 3) its joints.
    """
    points = _near(body, standard, standard_joints).astype(np.float64)
    target = MeshRaycaster(standard.template, standard.faces)
    mean = row_means(edge_matrix(body.faces, len(points)).astype(np.float64))
    curvature = sparse.eye(len(points), format="csr") - mean
    curvature = (curvature.T @ curvature).tocsc()
    for stiffness in STIFFNESS:
        wanted, trust = _matches(points, body.faces, target, standard)
        system = (sparse.diags(trust + 1e-4) + stiffness * curvature).tocsc()
        points = points + scipy.sparse.linalg.splu(system).solve(trust[:, None] * (wanted - points))
    face, shares, _ = target.closest_point(points.astype(np.float32), signed=False)
    on_surface: Floats = np.einsum("vk,vkc->vc", shares, standard.template[standard.faces[face]]).astype(np.float32)
    return on_surface


def _near(body: Body, standard: Body, standard_joints: NDArray) -> Floats:
    """The body bone by bone at the standard figure's joints, its head fitted by its extents."""
    joints = body.rest_joints(np.zeros(body.num_betas))
    moved = body.template + body.weights @ (standard_joints - joints).astype(np.float32)
    share = body.weights[:, HEAD, None]
    source, target = _head(body), _head(standard)
    head = (body.template - source[0]) * (target[1] / source[1]) + target[0]
    # moved already holds the head's translation, weighted by its share
    near: Floats = moved + share * (head - (body.template + (standard_joints - joints)[HEAD]))
    return near.astype(np.float32)


def _head(body: Body) -> tuple[Floats, Floats]:
    """Nose tip (3,) and width, crown over nose, and depth (3,) of a head."""
    head = body.template[body.weights[:, HEAD] > 0.6]
    middle = head[np.abs(head[:, 0] - np.median(head[:, 0])) < 0.02]
    nose = middle[np.argmax(middle[:, 2])]
    size = np.array([np.ptp(head[:, 0]), head[:, 1].max() - nose[1], nose[2] - head[:, 2].min()], np.float32)
    return np.array([np.median(head[:, 0]), nose[1], nose[2]], np.float32), np.maximum(size, 0.02)


def _matches(
    points: NDArray, faces: NDArray, target: MeshRaycaster, standard: Body
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Closest points (V, 3) on the standard figure, and how far each is believed (V,) in 0..1."""
    face, shares, distance = target.closest_point(points.astype(np.float32), signed=False)
    corners = standard.faces[face]
    wanted = np.einsum("vk,vkc->vc", shares, standard.template[corners])
    normals = np.einsum("vk,vkc->vc", shares, target.normals[corners])
    cosine = (vertex_normals(points.astype(np.float32), faces) * normals).sum(1)
    trust = np.clip((cosine - AGREEMENT) / 0.3, 0, 1) * (distance < REACH)
    return wanted.astype(np.float64), trust.astype(np.float64)
