"""Fewer triangles: quadric edge collapse (Garland and Heckbert 1997) that keeps the mesh closed."""

from __future__ import annotations

import fast_simplification
import numpy as np
from numpy.typing import NDArray

from engine.mesh.surface import is_closed, largest_component

AGGRESSIONS = (5.0, 3.0, 7.0, 4.0, 2.0)
"""How boldly edges are collapsed; tried in this order."""
SLACK = 0.9
"""Share of the wanted triangles that a result must reach to be taken."""


def decimate(vertices: np.ndarray, faces: np.ndarray, max_faces: int) -> tuple[np.ndarray, NDArray[np.int32]]:
    """At most ``max_faces`` triangles of a closed mesh, kept closed; the mesh itself if no attempt keeps it so.

    Fast-simplification does not check that a collapse keeps the mesh a manifold; a result that is broken is thrown
    away, and another one is made.
    """
    for target in (max_faces, int(0.97 * max_faces)):
        for aggression in AGGRESSIONS:
            points, triangles = fast_simplification.simplify(
                vertices.astype(np.float32), faces.astype(np.int32), target_count=target, agg=aggression
            )
            points, triangles, _ = largest_component(points, triangles)
            if SLACK * target <= len(triangles) <= max_faces and is_closed(triangles):
                return points, triangles
    return vertices, faces.astype(np.int32)
