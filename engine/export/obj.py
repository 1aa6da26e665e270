"""Wavefront OBJ: the game mesh at rest, with the material that names its textures."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from engine.export.scene import Scene
from engine.geometry.measures import vertex_normals
from engine.mesh.surface import Floats, Indices
from engine.protocol import AVATAR_MTL, AVATAR_OBJ, TEXTURES, write_atomically

MOVES = False


def write(scene: Scene, folder: Path) -> list[str]:
    """Write ``avatar.obj`` and ``avatar.mtl``, where there is a game mesh."""
    game = scene.game
    if game is None or game.uvs is None:
        return []
    write_obj(folder / AVATAR_OBJ, game.vertices, game.faces, game.uvs, game.colors)
    return [AVATAR_OBJ, AVATAR_MTL]


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
