"""Fewer triangles: quadric edge collapse (Garland and Heckbert 1997) that keeps the mesh closed."""

from __future__ import annotations

import fast_simplification
import numpy as np
from numpy.typing import NDArray

from engine.mesh.mend import mended

AGGRESSIONS = (5.0, 3.0, 7.0, 4.0, 2.0)
"""How boldly edges are collapsed; tried in this order."""
SLACK = 0.9
"""Share of the wanted triangles that a result must reach to be taken."""


def decimate(vertices: np.ndarray, faces: np.ndarray, max_faces: int) -> tuple[np.ndarray, NDArray[np.int32]]:
    """At most ``max_faces`` triangles of a closed mesh, kept closed; the mesh itself if no attempt keeps it so.

    Fast-simplification does not check that a collapse keeps the mesh a manifold: what it tears is mended, and where
    that cannot be done another attempt is made.
    """
    for aggression in AGGRESSIONS:
        points, triangles = fast_simplification.simplify(
            vertices.astype(np.float32), faces.astype(np.int32), target_count=max_faces, agg=aggression
        )
        whole = mended(points, triangles)
        if whole is not None and SLACK * max_faces <= len(whole[1]) <= max_faces:
            return whole
    return vertices, faces.astype(np.int32)
