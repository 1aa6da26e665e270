"""Writes an avatar as it stands in the scene, edits included, as glTF: mesh, skeleton, takes and textures in a .glb."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
from mathutils import Matrix

from .export import ExportError, copied, whole
from .export_copy import lay_out
from .export_materials import without_colors
from .export_presets import MOTIONS, PRESETS, TRAVEL
from .modes import object_mode

OPTIONS = {
    "export_format": "GLB",
    "use_selection": True,
    # The copy's data has y up and faces +z already.
    "export_yup": False,
    "export_apply": False,
    "export_def_bones": True,
    "export_skins": True,
    "export_morph": True,
    "export_animations": True,
    "export_animation_mode": "NLA_TRACKS",  # by which clips have their names
    "export_force_sampling": True,
    "export_frame_range": False,
    "export_optimize_animation_size": True,
    "export_vertex_color": "ACTIVE",
    "export_extras": False,
    "export_cameras": False,
    "export_lights": False,
}
"""Arguments of Blender's glTF exporter."""


def export_glb(
    context: bpy.types.Context,
    filepath: str | Path,
    rig: bpy.types.Object,
    preset: str = "SMPL",
    motion: str = TRAVEL,
    detail: str = "GAME",
    all_takes: bool = False,
) -> None:
    """Write an avatar as .glb, metres, +y up, facing +z; whole or not at all. The scene stays as it is.

    Args:
        context: Blender's.
        filepath: of the .glb file to write.
        rig: the armature object.
        preset: a key of `export_presets.PRESETS`, for the bones' names.
        motion: a key of `export_presets.MOTIONS`.
        detail: GAME for one mesh, the light one with textures if there is one, else the layers that are shown,
            joined; or FULL for these layers as they are.
        all_takes: write all its takes by their names, not only the one that it plays.

    Raises:
        ExportError: if the file cannot be written, or Blender's glTF exporter is switched off.
    """
    target = Path(filepath)
    if target.suffix.lower() != ".glb":
        raise ExportError(f"Give the file the ending .glb instead of {target.suffix or 'none'}")
    if preset not in PRESETS or motion not in MOTIONS:
        raise ExportError(f"There is no preset {preset} with the motion {motion}")
    if "gltf" not in dir(bpy.ops.export_scene):
        raise ExportError("Enable the add-on “glTF 2.0 format” in the preferences, which does the writing")
    form = replace(PRESETS[preset], unit=1.0, rig=None, green_down=False)
    with (
        whole(target, "glTF") as partial,
        object_mode(context),
        copied(context, rig, detail, replace(form, motion=motion), all_takes=all_takes) as copy,
    ):
        copy.rig.matrix_world = Matrix()
        for item in (copy.rig, *copy.meshes):
            item.select_set(True)
        context.view_layer.objects.active = copy.rig
        lay_out(copy)
        without_colors(copy)
        bpy.ops.export_scene.gltf(filepath=str(partial), check_existing=False, **OPTIONS)
