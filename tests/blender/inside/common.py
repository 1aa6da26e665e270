"""What the scripts share: the add-on from the sources, the result's arrays, and a few questions to Blender."""

import sys
from pathlib import Path

import bpy
import numpy as np

ARGUMENTS = sys.argv[1:]
ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))


def arrays(result):
    """Return the arrays of a result's two files, as float64 where they are floats."""
    merged = {}
    for name in ("avatar", "motion"):
        path = Path(result) / f"{name}.npz"
        if path.is_file():
            with np.load(path) as archive:
                merged.update({key: archive[key] for key in archive.files})
    return {key: value.astype(float) if value.dtype.kind == "f" else value for key, value in merged.items()}


def to_blender(points):
    """Turn SMPL's frame into Blender's by the matrix, not by the add-on's function."""
    return points @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]).T


def coordinates(vertices):
    """Return the coordinates of mesh vertices, (V,3)."""
    flat = np.empty(3 * len(vertices), dtype=np.float32)
    vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3).astype(float)


def evaluated(mesh_object):
    """Return the vertices of an object with its modifiers, in the world."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    shown = mesh_object.evaluated_get(depsgraph)
    local = coordinates(shown.to_mesh().vertices)
    shown.to_mesh_clear()
    world = np.array(mesh_object.matrix_world)
    return local @ world[:3, :3].T + world[:3, 3]


def empty():
    """Start from an empty file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
