"""Skinning weights from the coarse body onto a sculpted surface around it.

Where the sculpted surface lies close to the body and looks the same way, it takes the weights of the closest point of
the body's surface. Elsewhere (hair, skirts, the gap under an arm) the closest point means little, and the weights are
continued over the sculpted surface from where they are certain, as harmonic functions (Abdrashitov et al., Robust
Skin Weights Transfer via Weight Inpainting, SIGGRAPH Asia 2023).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from engine.geometry.edges import edge_matrix, pieces
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import laplacian, row_means
from engine.render.raycast import MeshRaycaster

Floats = NDArray[np.float32]
NEIGHBOURS = 24
"""Body vertices that compete where the closest point looks the wrong way. Set by hand."""
DETOUR = 0.03
"""Metres by which such a competitor may be farther away than the closest point. Set by hand."""
MAX_STEPS = 400
"""Most steps of diffusion, a bound on time. Set by hand."""


def transfer(
    vertices: np.ndarray,
    faces: np.ndarray,
    body_vertices: np.ndarray,
    body_faces: np.ndarray,
    body_weights: np.ndarray,
    reach: float,
    agreement: float,
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Weights of the closest surface point that looks the same way.

    Args:
        vertices: (V, 3) sculpted surface, in the body's pose.
        faces: (F, 3) of it.
        body_vertices: (B, 3).
        body_faces: (G, 3).
        body_weights: (B, J), rows sum to 1.
        reach: metres within which a match counts as certain.
        agreement: least cosine between the two normals of a match that counts as certain.

    Returns:
        Weights (V, J), rows sum to 1; which rows are certain (V,); distance (V,) in metres to the closest point.
    """
    raycaster = MeshRaycaster(body_vertices, body_faces)
    face, bary, distance = raycaster.closest_point(vertices, signed=False)
    corners = body_faces[face]  # (V, 3)
    weights = np.einsum("vk,vkj->vj", bary, body_weights[corners])
    normals = vertex_normals(vertices, faces)
    found = np.einsum("vk,vkc->vc", bary, raycaster.normals[corners])
    cosine = (normals * found).sum(1) / np.maximum(np.linalg.norm(found, axis=1), 1e-9)
    certain = (distance < reach) & (cosine > agreement)

    doubtful = np.flatnonzero(~certain)
    if len(doubtful):
        gaps, near = cKDTree(body_vertices).query(vertices[doubtful], k=min(NEIGHBOURS, len(body_vertices)))
        cosines = np.einsum("dc,dkc->dk", normals[doubtful], raycaster.normals[near])
        allowed = (cosines > agreement) & (gaps < np.minimum(distance[doubtful, None] + DETOUR, reach))
        best = np.argmin(np.where(allowed, gaps, np.inf), axis=1)
        better = allowed[np.arange(len(doubtful)), best]
        weights[doubtful[better]] = body_weights[near[better, best[better]]]
        certain[doubtful[better]] = True
    return weights.astype(np.float32), certain, distance


def inpaint(weights: np.ndarray, certain: np.ndarray, vertices: np.ndarray, faces: np.ndarray) -> Floats:
    """Continue certain rows over the surface: minimise the Dirichlet energy with the certain rows fixed.

    Args:
        weights: (V, J); only the certain rows are read, and the others of components without any certain row kept.
        certain: (V,).
        vertices: (V, 3).
        faces: (F, 3).
    """
    result = np.array(weights, np.float64)
    adjacency = edge_matrix(faces, len(vertices)).astype(np.float64).tocoo()
    # 1 / length keeps the solution independent of how densely a region is meshed.
    lengths = np.linalg.norm(vertices[adjacency.row] - vertices[adjacency.col], axis=1)
    adjacency.data = 1.0 / np.maximum(lengths.astype(np.float64), 1e-6)
    label = pieces(faces, len(vertices))
    anchored = np.isin(label, np.unique(label[certain]))
    unknown = np.flatnonzero(~certain & anchored)
    if not len(unknown):
        return result.astype(np.float32)
    known = np.flatnonzero(certain)
    energy = laplacian(adjacency.tocsr())[unknown]
    inner = energy[:, unknown].tocsr()
    right = -(energy[:, known] @ result[known])  # (U, J)
    touched = np.flatnonzero(np.abs(right).max(0) > 0.0)
    factors = splu(inner.tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    result[unknown] = 0.0
    result[np.ix_(unknown, touched)] = factors.solve(np.ascontiguousarray(right[:, touched]))
    return _normalise(result)


def smooth(weights: np.ndarray, vertices: np.ndarray, faces: np.ndarray, radius: np.ndarray) -> Floats:
    """`diffuse` for weights (V, J), whose rows sum to 1."""
    return _normalise(diffuse(weights, vertices, faces, radius))


def diffuse(values: np.ndarray, vertices: np.ndarray, faces: np.ndarray, radius: np.ndarray) -> Floats:
    """Diffuse values (V, C) over the surface by about ``radius`` (V,) metres, whatever the mesh's resolution.

    A step that moves half of a vertex's weight to its neighbours spreads it with a variance of half an edge length
    squared; variances add up. The diffusion is run to the largest radius, and each vertex keeps the moment at which
    its own was reached.
    """
    average = row_means(edge_matrix(faces, len(vertices)))
    sides = vertices[faces] - vertices[np.roll(faces, 1, axis=1)]
    squared = float(np.square(sides).sum(-1).mean())
    stops = np.minimum(np.ceil(radius**2 / (0.5 * squared)), MAX_STEPS).astype(int)  # (V,)
    result = np.asarray(values, np.float32).copy()
    current = result
    for step in range(1, int(stops.max(initial=0)) + 1):
        current = 0.5 * current + 0.5 * (average @ current)
        reached = stops == step
        result[reached] = current[reached]
    return result


def prune(weights: np.ndarray, influences: int) -> Floats:
    """Keep the strongest ``influences`` weights of each row (V, J) and scale rows to sum to 1."""
    if influences < weights.shape[1]:
        # What the first one left out weighs is taken off all, so that a joint fades out before it is dropped.
        order = np.partition(weights, weights.shape[1] - influences - 1, axis=1)
        threshold = order[:, weights.shape[1] - influences - 1]
        weights = np.maximum(weights - threshold[:, None], 0.0)
    return _normalise(np.asarray(weights))


def _normalise(weights: np.ndarray) -> Floats:
    """Rows (V, J) without negative entries, summing to 1."""
    positive = np.maximum(weights, 0.0)
    positive[positive < 1e-4] = 0.0
    return (positive / positive.sum(1, keepdims=True)).astype(np.float32)
