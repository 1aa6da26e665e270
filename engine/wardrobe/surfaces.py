"""How layers take light, by the records of their materials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.render.surface import Floats, Surface
from engine.wardrobe.materials import MATERIALS


def surface_of(
    names: Sequence[str],
    vertex_layers: NDArray,
    face_layers: NDArray,
    *,
    roughness: Floats | None = None,
    metallic: Floats | None = None,
    opacity: Floats | None = None,
    canonical: Floats | None = None,
) -> Surface:
    """How a mesh of layers takes light.

    Args:
        names: the layers' materials (L,).
        vertex_layers: (V,) which layer a vertex is of.
        face_layers: (F,) which layer a face is of.
        roughness, metallic, opacity: (V,) 0-1, see `Surface`.
        canonical: (V, 3) pattern coordinates in metres.
    """
    made = [MATERIALS[name] for name in names]
    soft, scatter = np.array([[material.softness, material.scatter] for material in made], np.float32).T
    return Surface(
        roughness,
        metallic,
        opacity,
        soft[vertex_layers],
        scatter[vertex_layers],
        canonical,
        np.asarray(face_layers, np.int32),
        made,
    )
