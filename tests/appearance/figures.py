"""Figures with known distances and colours."""

import numpy as np

from engine.appearance.base import BaseSurface, Skin
from engine.wardrobe.forms import ellipsoid


def spheres() -> BaseSurface:
    """Two overlapping spheres of radius 0.2 at x = -0.1 and 0.1, red and green."""
    vertices, faces, colors, parts = [], [], [], []
    for x, color in ((-0.1, (1, 0, 0)), (0.1, (0, 1, 0))):
        form = ellipsoid((x, 0, 0), (0.2, 0.2, 0.2))
        v, f = form.vertices, form.faces
        start, first = sum(map(len, vertices)), sum(map(len, faces))
        vertices.append(v.astype(np.float32))
        faces.append(f + start)
        colors.append(np.tile(np.array(color, np.float32), (len(v), 1)))
        parts.append((start, start + len(v), first, first + len(f)))
    weights = np.zeros((sum(map(len, vertices)), 24), np.float32)
    weights[:, 0] = 1
    skin = Skin(
        np.concatenate(vertices),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(colors),
        weights,
        vertices[0],
    )
    return BaseSurface(skin, np.array(parts), None)
