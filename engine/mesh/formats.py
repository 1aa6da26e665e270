"""Files that anyone can open: PLY with vertex colours, OBJ with textures, and GLB (see `engine.mesh.gltf`)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from engine.mesh.gltf import write_glb
from engine.mesh.surface import Floats, Indices
from engine.protocol import TEXTURES, write_atomically
from engine.render.raycast import vertex_normals

__all__ = ["write_glb", "write_obj", "write_ply"]


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


def write_obj(
    path: str | os.PathLike[str], vertices: Floats, faces: Indices, uvs: Floats, colors: Floats | None = None
) -> None:
    """Write a Wavefront OBJ with normals and texture coordinates, and beside it the .mtl that names the textures.

    Args:
        path: the .obj file; both files are written whole or not at all.
        vertices: (V, 3) metres.
        faces: (F, 3).
        uvs: (F, 3, 2) of the corners, v up.
        colors: (V, 3) sRGB 0-1, written behind the positions as most readers understand them.
    """
    path = Path(path)
    table, index = np.unique(uvs.reshape(-1, 2), axis=0, return_inverse=True)
    corner, texel = faces + 1, index.reshape(-1, 3) + 1
    points = vertices if colors is None else np.hstack((vertices, colors))
    text = [f"mtllib {path.stem}.mtl", "o Avatar"]
    text += ["v " + " ".join(f"{value:.6g}" for value in row) for row in points.tolist()]
    text += [f"vt {u:.6g} {v:.6g}" for u, v in table.tolist()]
    text += [f"vn {x:.4f} {y:.4f} {z:.4f}" for x, y, z in vertex_normals(vertices, faces).tolist()]
    text += ["usemtl Avatar", "s 1"]
    for (a, b, c), (i, j, k) in zip(corner.tolist(), texel.tolist()):
        text.append(f"f {a}/{i}/{a} {b}/{j}/{b} {c}/{k}/{c}")
    material = ["newmtl Avatar", "Kd 1 1 1", "Ks 0 0 0", "Pr 0.85", f"map_Kd {TEXTURES['color']}"]
    material += [f"norm {TEXTURES['normal']}", ""]
    write_atomically(path.with_suffix(".mtl"), "\n".join(material))
    write_atomically(path, "\n".join([*text, ""]))
