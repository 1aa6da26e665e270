"""PLY: the avatar at rest as one mesh in its vertices' colours."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from engine.export.scene import Scene
from engine.geometry.measures import vertex_normals
from engine.mesh.surface import Floats, Indices
from engine.protocol import AVATAR_PLY, write_atomically

MOVES = False


def write(scene: Scene, folder: Path) -> list[str]:
    """Write ``avatar.ply``."""
    avatar = scene.avatar
    write_ply(folder / AVATAR_PLY, avatar.vertices, avatar.faces, avatar.colors)
    return [AVATAR_PLY]


def write_ply(path: str | os.PathLike[str], vertices: Floats, faces: Indices, colors: Floats) -> None:
    """Write a binary little-endian PLY with positions, normals and 8-bit sRGB colours.

    Args:
        path: the file, written whole or not at all.
        vertices: (V, 3) metres.
        faces: (F, 3).
        colors: (V, 3) sRGB 0-1.
    """
    kinds = [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")]
    kinds += [(name, "u1") for name in ("red", "green", "blue")]
    points = np.empty(len(vertices), kinds)
    bytes_ = (np.clip(colors, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    values = np.hstack((vertices, vertex_normals(vertices, faces), bytes_))
    for column, (name, _) in enumerate(kinds):
        points[name] = values[:, column]
    triangles = np.empty(len(faces), [("count", "u1"), ("corners", "<i4", (3,))])
    triangles["count"], triangles["corners"] = 3, faces
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(vertices)}"]
    header += [f"property {'uchar' if kind == 'u1' else 'float'} {name}" for name, kind in kinds]
    header += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    write_atomically(path, "\n".join(header).encode("ascii") + points.tobytes() + triangles.tobytes())
