"""The growing surface in the viewport: one object of our own, updated in place while the engine sculpts."""

from __future__ import annotations

import zipfile
from pathlib import Path

import bpy
import numpy as np

from .importer.conversions import to_blender
from .importer.material import build_material
from .importer.mesh import COLOR_ATTRIBUTE, srgb_to_linear

NAME = "AvatarCLIP Preview"
MARK = "avatarclip_preview"
"""Custom property by which the object is found again, whatever undo has done meanwhile."""

_shown: tuple[Path, int] | None = None


def show(context: bpy.types.Context, path: Path | None, number: int) -> bool:
    """Show state ``number`` of the surface in a file; tell whether there was anything to do.

    Only the preview's own object is touched, and it can be neither selected nor rendered.
    """
    global _shown
    if path is None or (path, number) == _shown:
        return False
    _shown = (path, number)
    try:
        with np.load(path, allow_pickle=False) as stored:
            vertices, faces, colors = stored["vertices"], stored["faces"], stored["colors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return False  # being written just now; the next one will do
    points = to_blender(vertices).astype(np.float32)
    points[:, 2] -= points[:, 2].min()
    shown = _object(context)
    if len(shown.data.vertices) != len(points) or len(shown.data.polygons) != len(faces):
        _rebuild(shown.data, points, faces)
    shown.data.vertices.foreach_set("co", points.ravel())
    rgba = np.concatenate((srgb_to_linear(colors), np.ones((len(colors), 1))), axis=1).astype(np.float32)
    shown.data.color_attributes[COLOR_ATTRIBUTE].data.foreach_set("color", rgba.ravel())
    shown.data.update()
    return True


def remove() -> None:
    """Take the preview out of the file."""
    global _shown
    _shown = None
    for shown in [thing for thing in bpy.data.objects if thing.get(MARK)]:
        mesh = shown.data
        bpy.data.objects.remove(shown)
        if mesh is not None and not mesh.users:
            materials = list(mesh.materials)
            bpy.data.meshes.remove(mesh)
            for material in materials:
                if material is not None and not material.users:
                    bpy.data.materials.remove(material)


def _object(context: bpy.types.Context) -> bpy.types.Object:
    """The preview's object, made if it is not there or not in this scene."""
    for known in context.scene.objects:
        if known.get(MARK):
            return known
    mesh = bpy.data.meshes.new(NAME)
    shown = bpy.data.objects.new(NAME, mesh)
    shown[MARK] = True
    shown.hide_select = shown.hide_render = True
    mesh.materials.append(build_material(NAME, np.full((1, 3), 0.7)))
    context.scene.collection.objects.link(shown)
    return shown


def _rebuild(mesh: bpy.types.Mesh, points: np.ndarray, faces: np.ndarray) -> None:
    mesh.clear_geometry()
    mesh.vertices.add(len(points))
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(faces.ravel(), dtype=np.int32))
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    mesh.shade_smooth()
    mesh.color_attributes.new(COLOR_ATTRIBUTE, "FLOAT_COLOR", "POINT")
