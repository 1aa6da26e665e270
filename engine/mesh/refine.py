"""Split triangles where a field's colour or form bends between their corners, and nowhere else.

Vertex colours are only as sharp as the mesh is fine. Marching cubes is fine everywhere or nowhere; splitting the edges
that cross an eyelid or a hem gives those a quarter of the cell's size for a fraction of the triangles.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.geometry.edges import edges
from engine.geometry.measures import vertex_normals
from engine.mesh.surface import Floats, Indices

COLOR_STEP = 0.05
"""Difference in sRGB between an edge's middle and the mean of its ends from which the edge is split. Set by hand."""
BEND = 0.94
"""Cosine between the normals of an edge's ends below which its middle is looked at. Set by hand."""
FORM_STEP = 0.03
"""Distance of an edge's middle from the surface, in edge lengths, from which the edge is split. Set by hand."""
Ask = Callable[[np.ndarray], Floats]


def refine(
    vertices: Floats, faces: Indices, sdf: Ask, color: Ask, rounds: int, shortest: float
) -> tuple[Floats, Indices, Floats]:
    """Split edges and put their middles on the surface.

    Args:
        vertices: (V, 3) metres.
        faces: (F, 3) of a closed mesh; it stays closed.
        sdf: signed distance (N,) at points (N, 3).
        color: sRGB (N, 3) at points (N, 3).
        rounds: how often an edge may be halved.
        shortest: metres; shorter edges are left.

    Returns:
        Vertices, faces, and the vertices' colours (V, 3).
    """
    colors = color(vertices)
    for _ in range(rounds):
        pairs = edges(faces)
        normals = vertex_normals(vertices, faces)
        first, second = pairs.T
        spans = np.linalg.norm(vertices[first] - vertices[second], axis=1)
        differs = np.abs(colors[first] - colors[second]).max(1) > COLOR_STEP
        bends = (normals[first] * normals[second]).sum(1) < BEND
        looked_at = np.flatnonzero((differs | bends) & (spans > shortest))
        if not len(looked_at):
            break
        first, second, spans = first[looked_at], second[looked_at], spans[looked_at]
        middles = 0.5 * (vertices[first] + vertices[second])
        normal = normals[first] + normals[second]
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
        gap = sdf(middles)
        # A step towards the surface; a short one, so that triangles do not fold over where normals are poor.
        middles = middles - np.clip(gap, -0.2 * spans, 0.2 * spans)[:, None] * normal
        painted = color(middles)
        jump = np.abs(painted - 0.5 * (colors[first] + colors[second])).max(1)
        chosen = (jump > COLOR_STEP) | (np.abs(gap) > FORM_STEP * spans)
        created = np.full(len(pairs), -1)
        created[looked_at[chosen]] = len(vertices) + np.arange(int(chosen.sum()))
        vertices = np.concatenate((vertices, middles[chosen])).astype(np.float32)
        colors = np.concatenate((colors, painted[chosen]))
        faces = split(vertices, faces, pairs, created)
    return vertices, faces, colors


def split(vertices: np.ndarray, faces: np.ndarray, pairs: np.ndarray, created: np.ndarray) -> Indices:
    """Replace faces whose edges have a new vertex in the middle.

    Args:
        vertices: (V, 3), the new ones included.
        faces: (F, 3).
        pairs: (E, 2) all edges of the faces as `edges` gives them.
        created: (E,) the new vertex of each edge, or -1.
    """
    base = len(vertices)
    keys = pairs[:, 0].astype(np.int64) * base + pairs[:, 1]
    corners = np.sort(np.stack((faces, np.roll(faces, -1, axis=1)), -1), axis=-1).astype(np.int64)  # (F, 3, 2)
    middle = created[np.searchsorted(keys, corners[..., 0] * base + corners[..., 1])]  # (F, 3) on edges ab, bc, ca
    has = middle >= 0
    count = has.sum(1)
    parts = [faces[count == 0]]

    a, b, c = faces[count == 3].T
    ab, bc, ca = middle[count == 3].T
    parts += [np.stack(triple, -1) for triple in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]

    turned, halves = _turn(faces[count == 1], middle[count == 1], has[count == 1].argmax(1))
    a, b, c = turned.T
    ab = halves[:, 0]
    parts += [np.stack(triple, -1) for triple in ((a, ab, c), (ab, b, c))]

    lacking = (~has[count == 2]).argmax(1)  # turned so that ca is the edge without a new vertex
    turned, halves = _turn(faces[count == 2], middle[count == 2], (lacking + 1) % 3)
    a, b, c = turned.T
    ab, bc, _ = halves.T
    parts.append(np.stack((ab, b, bc), -1))
    straight = np.linalg.norm(vertices[a] - vertices[bc], axis=1) < np.linalg.norm(vertices[ab] - vertices[c], axis=1)
    for keep, triples in ((straight, ((a, ab, bc), (a, bc, c))), (~straight, ((a, ab, c), (ab, bc, c)))):
        parts += [np.stack(triple, -1)[keep] for triple in triples]
    return np.concatenate(parts).astype(np.int32)


def _turn(faces: np.ndarray, middle: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn each face (F, 3), and its edges' new vertices, so that corner ``start`` (F,) comes first."""
    order = (start[:, None] + np.arange(3)) % 3
    return np.take_along_axis(faces, order, axis=1), np.take_along_axis(middle, order, axis=1)
