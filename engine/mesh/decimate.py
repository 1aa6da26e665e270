"""Fewer triangles: quadric edge collapse (Garland and Heckbert 1997) closed meshes stay closed, hems stay whole."""

from __future__ import annotations

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.geometry.edges import compact, edge_matrix, edges, is_closed, rim_vertices
from engine.mesh.mend import components, mended, simple
from engine.mesh.rims import thinned
from engine.mesh.surface import Indices, apart
from engine.render.raycast import MeshRaycaster

UNIT = 100.0
"""Of the library's thresholds, which are absolute, a metre: small steps, so that no part is emptied before another."""
AGGRESSIONS = (7.0, 5.0, 9.0, 3.0)
"""How boldly edges are collapsed; tried in this order. Set by hand."""
SLACK = 0.9
"""Share of the wanted triangles that a result must reach to be taken. Set by hand."""
LEAST_OF_LAYER, LEAST_OF_PIECE = 48, 10
"""Triangles that every layer keeps, and each loose piece of it. Set by hand."""
DETAIL = 1.0 / 3.0
"""How much a layer's detail counts against its visible area. Set by hand."""
RAYS = 128
"""Rays along each side of the square of those that look where layers are seen. Set by hand."""
DIRECTIONS = np.array([d for d in np.ndindex(3, 3, 3) if d != (1, 1, 1)], float) - 1.0
DIRECTIONS /= np.linalg.norm(DIRECTIONS, axis=1, keepdims=True)
"""(26, 3) from where they come."""


def decimate(
    vertices: np.ndarray, faces: np.ndarray, max_faces: int, insist: bool = False
) -> tuple[np.ndarray, NDArray[np.int32]]:
    """At most ``max_faces`` triangles of a mesh; what is closed stays closed, and open borders keep their course.

    Fast-simplification does not check that a collapse keeps the mesh a manifold: what it tears is mended, and where
    that cannot be done another attempt is made.

    Args:
        vertices: (V, 3) metres.
        faces: (F, 3).
        max_faces: wanted; open borders of many turns may need more.
        insist: take the attempt with the fewest tears, and bring it to that number, if none is whole and small enough;
            otherwise the mesh itself is given back then.
    """
    if len(faces) <= max_faces:
        return vertices, faces.astype(np.int32)
    rim = np.zeros((0, 3))
    points, triangles = np.asarray(vertices), faces.astype(np.int32)
    if not is_closed(faces):
        points, triangles = thinned(points, triangles)
        rim = points[rim_vertices(triangles)]
    best: tuple[int, np.ndarray, Indices] | None = None
    single = len(components(triangles)) == 1
    for aggression in AGGRESSIONS:
        found, torn = _attempt(points, triangles, max_faces, aggression, rim, single)
        if found is None:
            continue
        count = len(found[1])
        if torn == 0 and SLACK * max_faces <= count <= max_faces:
            return found
        fault = torn + max(0, count - max_faces) + (len(faces) if count < 0.5 * max_faces else 0)
        if best is None or fault < best[0]:
            best = (fault, *found)
        if insist and torn == 0 and count > max_faces:
            break  # the library has come to a stop; bolder or finer steps help little
    if insist and best is not None:
        return _shortened(best[1], best[2], max_faces, rim)
    return vertices, faces.astype(np.int32)


def _attempt(
    vertices: np.ndarray, faces: Indices, max_faces: int, aggression: float, rim: np.ndarray, single: bool
) -> tuple[tuple[np.ndarray, Indices] | None, int]:
    """One run of the library, mended, and the number of edges at which it is still torn."""
    points, triangles = fast_simplification.simplify(
        (UNIT * vertices).astype(np.float32), faces, target_count=max_faces, agg=aggression, preserve_border=True
    )
    points = np.asarray(points) / UNIT
    on_rim = np.zeros(len(points), bool)
    if len(rim):
        on_rim = cKDTree(rim).query(points)[0] < 1e-5
    return mended(points, triangles, on_rim, single)


def _shortened(vertices: np.ndarray, faces: Indices, max_faces: int, rim: np.ndarray) -> tuple[np.ndarray, Indices]:
    """The shortest edges collapsed until so few faces are left: for thin tubes, at which the library stops,
    as each step would turn a face over. Borders lose no vertex."""
    on_rim = np.zeros(len(vertices), bool)
    if len(rim):
        on_rim = cKDTree(rim).query(vertices)[0] < 1e-5
    points = np.hstack((vertices, on_rim[:, None]))
    for _ in range(60):
        if len(faces) <= max_faces:
            break
        pairs = edges(faces)
        pairs = pairs[points[pairs, 3].sum(1) < 1.5]
        order = np.argsort(np.linalg.norm(points[pairs[:, 0], :3] - points[pairs[:, 1], :3], axis=1))
        chosen = apart(pairs[order[: len(order) // 3 + 1]], edge_matrix(faces, len(points)))
        chosen = chosen[: (len(faces) - max_faces) // 2 + 1]
        if not len(chosen):
            break
        fixed = points[chosen[:, 1], 3] > 0.5
        keep, drop = np.where(fixed[:, None], chosen[:, ::-1], chosen).T
        free = points[keep, 3] < 0.5
        points[keep[free]] = 0.5 * (points[keep[free]] + points[drop[free]])
        target = np.arange(len(points))
        target[drop] = keep
        points, faces = compact(points, simple(target[faces], closed=False))
    return points[:, :3], faces


def shares(vertices: np.ndarray, faces: np.ndarray, face_layers: np.ndarray, max_faces: int) -> NDArray[np.int64]:
    """How many triangles (L,) each of several layers gets: by how much of it is seen, and by the detail of its form.

    All are simplified together to the wanted number; what is left of each tells its detail. None gets less than
    `LEAST_OF_LAYER` or than it has, nor, while there is enough, less than `LEAST_OF_PIECE` for each loose piece of it.

    Args:
        vertices: (V, 3) of all layers; what is enlarged here gets more.
        faces: (F, 3).
        face_layers: (F,) numbers from 0.
        max_faces: in all.
    """
    count = int(face_layers.max()) + 1
    has = np.bincount(face_layers, minlength=count)
    if len(faces) <= max_faces:
        return has
    points, triangles = fast_simplification.simplify(
        (UNIT * vertices).astype(np.float32), faces.astype(np.int32), target_count=max_faces, agg=AGGRESSIONS[0]
    )
    owner = np.full(len(vertices), -1)
    owner[faces] = face_layers[:, None]
    used = np.flatnonzero(owner >= 0)
    nearest = cKDTree(vertices[used]).query(np.asarray(points)[triangles].mean(1) / UNIT)[1]
    detail = np.bincount(owner[used][nearest], minlength=count).astype(float)
    wanted = np.bincount(face_layers[_seen(vertices, faces)], minlength=count) ** (1 - DETAIL) * detail**DETAIL
    pieces = [len(components(faces[face_layers == layer])) if has[layer] else 0 for layer in range(count)]
    affordable = min(1.0, 0.5 * max_faces / (LEAST_OF_LAYER + LEAST_OF_PIECE * sum(pieces)))
    least = np.maximum(LEAST_OF_LAYER, LEAST_OF_PIECE * np.array(pieces)) * affordable
    least = np.minimum(has, least.astype(np.int64))
    found, full = least.copy(), np.zeros(count, bool)
    for _ in range(count):  # what one layer cannot use goes to the others
        spare = max(max_faces - int(found[full].sum()) - int(least[~full].sum()), 0)
        part = wanted[~full] / max(float(wanted[~full].sum()), 1e-9)
        found[~full] = least[~full] + np.floor(spare * part).astype(np.int64)
        over = ~full & (found > has)
        found = np.minimum(found, has)
        full |= over
        if not over.any():
            break
    return found


def _seen(vertices: np.ndarray, faces: np.ndarray) -> NDArray[np.int32]:
    """The faces (N,) that parallel rays from `DIRECTIONS` hit, one a ray."""
    caster = MeshRaycaster(vertices, faces)
    middle, radius = 0.5 * (vertices.min(0) + vertices.max(0)), 0.5 * float(np.linalg.norm(np.ptp(vertices, axis=0)))
    line = np.linspace(-radius, radius, RAYS)
    u, v = (grid.ravel()[:, None] for grid in np.meshgrid(line, line))
    found = []
    for direction in DIRECTIONS:
        side = np.cross(direction, np.eye(3)[np.abs(direction).argmin()])
        side /= np.linalg.norm(side)
        origins = middle + u * side + v * np.cross(direction, side) - 2.0 * radius * direction
        face = caster.cast_rays(origins, np.broadcast_to(direction, origins.shape)).face
        found.append(face[face >= 0])
    return np.concatenate(found)
