"""Writes an avatar as FBX the way game engines want it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import bpy

FBX_OPTIONS = {
    "use_selection": True,
    "object_types": {"ARMATURE", "MESH"},
    "global_scale": 1.0,
    # The file's unit becomes the metre: objects keep scale 1 instead of the 100 that engines then show.
    "apply_unit_scale": True,
    "apply_scale_options": "FBX_SCALE_UNITS",
    "axis_forward": "-Z",
    "axis_up": "Y",
    # Turns the data instead of the objects, and is known to break armatures.
    "bake_space_transform": False,
    "use_mesh_modifiers": True,
    "mesh_smooth_type": "OFF",
    "colors_type": "SRGB",
    "prioritize_active_color": True,
    "use_custom_props": False,
    # The 24 joints and no end bones.
    "add_leaf_bones": False,
    "use_armature_deform_only": True,
    "primary_bone_axis": "Y",
    "secondary_bone_axis": "X",
    # One take that holds the scene's range, with every frame.
    "bake_anim": True,
    "bake_anim_use_all_bones": True,
    "bake_anim_use_nla_strips": False,
    "bake_anim_use_all_actions": False,
    "bake_anim_force_startend_keying": True,
    "bake_anim_step": 1.0,
    "bake_anim_simplify_factor": 0.0,
    "path_mode": "AUTO",
    "embed_textures": False,
}
"""Arguments of Blender's exporter; each was tried by exporting, importing again and parsing the file."""


class ExportError(RuntimeError):
    """An export that failed; the message is one sentence for the user."""


def find_rig(active: bpy.types.Object | None) -> bpy.types.Object | None:
    """Return the armature that ``active`` is or belongs to, if a mesh is bound to it."""
    rig = active
    if active is not None and active.type == "MESH":
        rig = active.find_armature()
    return rig if rig is not None and rig.type == "ARMATURE" and bound_meshes(rig) else None


def bound_meshes(rig: bpy.types.Object) -> list[bpy.types.Object]:
    """Return the meshes that an armature deforms."""
    return [child for child in rig.children_recursive if child.type == "MESH" and child.find_armature() == rig]


def export_fbx(context: bpy.types.Context, filepath: str | Path, rig: bpy.types.Object) -> None:
    """Write an armature with its meshes and its action, if it has one, as binary FBX; whole or not at all.

    Args:
        context: Blender's.
        filepath: of the file to write.
        rig: the armature object.

    Raises:
        ExportError: if the file cannot be written, or Blender's FBX exporter is switched off.
    """
    target = Path(filepath)
    partial = target.with_name(f".{target.stem}.partial.fbx")
    objects = [rig, *bound_meshes(rig)]
    action = rig.animation_data.action if rig.animation_data else None
    options = FBX_OPTIONS | {"bake_anim": action is not None}
    if "fbx" not in dir(bpy.ops.export_scene):
        raise ExportError("Enable the add-on “FBX format” in the preferences, which does the writing")
    try:
        partial.touch()  # a place that cannot be written is found out here rather than deep inside the exporter
        with _timeline_of(context.scene, action), _object_mode(context):
            override = {"selected_objects": objects, "active_object": rig, "object": rig}
            with context.temp_override(**override):
                bpy.ops.export_scene.fbx(filepath=str(partial), check_existing=False, **options)
        os.replace(partial, target)
    except OSError as error:
        raise ExportError(f"{target} could not be written ({error.strerror or error})") from None
    except RuntimeError as error:
        reason = next((line for line in reversed(str(error).splitlines()) if line.strip()), "no reason given")
        raise ExportError(f"Blender's FBX exporter failed: {reason.strip()[:200]}") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def _timeline_of(scene: bpy.types.Scene, action: bpy.types.Action | None) -> Iterator[None]:
    """Let the scene's range be that of an action for a while: the exporter bakes what the range holds."""
    before = scene.frame_start, scene.frame_end, scene.frame_current
    if action is not None:
        first, last = action.frame_range
        scene.frame_start, scene.frame_end = round(first), max(round(last), round(first))
    try:
        yield
    finally:
        scene.frame_start, scene.frame_end = before[:2]
        scene.frame_set(before[2])


@contextlib.contextmanager
def _object_mode(context: bpy.types.Context) -> Iterator[None]:
    """Be in Object Mode for a while; the exporter refuses others."""
    mode = context.mode
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    try:
        yield
    finally:
        if mode == "POSE":
            bpy.ops.object.mode_set(mode="POSE")
