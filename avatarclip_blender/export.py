"""Writes an avatar as FBX the way game engines want it, and as USD."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bpy

from . import export_copy, export_twins
from .avatar import find_avatar
from .controls import has_controls
from .export_copy import lay_out
from .export_materials import split_orm, without_colors
from .export_presets import MOTIONS, PRESETS, TRAVEL, Preset
from .export_twins import Copy
from .importer.face_keys import TAKE_FACE
from .importer.marks import GAME_MESH, LENT
from .importer.mesh import COLOR_ATTRIBUTE
from .importer.takes import takes_of
from .layers import bound_meshes, game_mesh_of, is_as_imported, is_shown, layers_of, seen_layers
from .modes import object_mode

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
    # End bones come from the preset, under the names that it wants.
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
    "path_mode": "COPY",
    "embed_textures": True,
}
"""Arguments of Blender's exporter; each was tried by exporting, importing again and parsing the file."""
USD_OPTIONS = {
    "selected_objects_only": True,
    "root_prim_path": "/Avatar",
    # The copy's data has y up already; the turns of root and object cancel each other.
    "convert_orientation": True,
    "export_global_forward_selection": "NEGATIVE_Z",
    "export_global_up_selection": "Y",
    "evaluation_mode": "RENDER",
    "export_animation": True,
    "export_armatures": True,
    "only_deform_bones": True,
    "export_shapekeys": True,
    "export_uvmaps": True,
    "export_mesh_colors": True,
    "export_materials": True,
    "generate_preview_surface": True,
    "export_custom_properties": False,
    "convert_world_material": False,
}
"""Arguments of Blender's USD exporter, the same in all its versions."""


class ExportError(RuntimeError):
    """An export that failed; the message is one sentence for the user."""


def find_rig(active: bpy.types.Object | None) -> bpy.types.Object | None:
    """Return the avatar that ``active`` is or belongs to, if a mesh is bound to it."""
    rig = find_avatar(active)
    return rig if rig is not None and bound_meshes(rig) else None


def wanted_meshes(rig: bpy.types.Object, detail: str) -> list[bpy.types.Object]:
    """Return the avatar's meshes that ``detail`` names: GAME, or FULL, of whose layers those that are shown.

    The game mesh shows the avatar as it was made. Where layers were hidden, removed, added or tinted since, or where
    there is none, the layers are taken.
    """
    meshes = bound_meshes(rig)
    light = [mesh for mesh in meshes if mesh.get(GAME_MESH)]
    if light and detail == "GAME" and is_as_imported(rig):
        return light
    full = layers_of(rig) or [mesh for mesh in meshes if mesh not in light]
    return seen_layers(rig) or [mesh for mesh in full if is_shown(mesh)] or full


def left_out(rig: bpy.types.Object, detail: str, all_takes: bool = False, still_faces: bool = False) -> list[str]:
    """Return sentences on what an export of an avatar does not hold though it may be expected to.

    Args:
        rig: the avatar's armature object.
        detail: which mesh.
        all_takes: whether all its takes are written.
        still_faces: whether the format has no place for what faces do in several takes.
    """
    notes = []
    meshes = wanted_meshes(rig, detail)
    if detail == "GAME" and not any(mesh.get(GAME_MESH) for mesh in meshes):
        why = "hidden, tinted or changed layers are not in it" if game_mesh_of(rig) else "there is none"
        triangles = sum(len(mesh.data.loops) - 2 * len(mesh.data.polygons) for mesh in meshes)
        notes.append(f"Not the game mesh ({why}) but the layers, joined, with {triangles:,} triangles")
    animation = rig.animation_data
    strips = [strip for track in animation.nla_tracks for strip in track.strips] if animation else []
    if strips:
        notes.append(f"Strips of the Nonlinear Animation are not written: {', '.join(strip.name for strip in strips)}")
    if all_takes and still_faces and len([take for take in takes_of(rig) if TAKE_FACE in take]) > 1:
        notes.append("With several takes in one FBX the face is still; GLB files hold what it does in each")
    carried = [child.name for child in rig.children if child.parent_type == "BONE"]
    if carried:
        notes.append(f"Objects parented to bones are not written: {', '.join(carried)}")
    return notes


def export_fbx(
    context: bpy.types.Context,
    filepath: str | Path,
    rig: bpy.types.Object,
    preset: str = "SMPL",
    motion: str = "",
    detail: str = "GAME",
    twist_bones: bool = False,
    all_takes: bool = False,
) -> None:
    """Write an avatar and its action, if it has one, as binary FBX; whole or not at all. The scene stays as it is.

    Args:
        context: Blender's.
        filepath: of the file to write.
        rig: the armature object.
        preset: a key of `export_presets.PRESETS`.
        motion: a key of `export_presets.MOTIONS`; empty takes the preset's.
        detail: GAME for one mesh, the light one with textures if there is one, else the layers that are shown,
            joined; or FULL for these layers as they are.
        twist_bones: write twist bones for the forearms; an avatar that has them is written with them anyway.
        all_takes: write all its takes as clips by their names, not only the one that it plays.

    Raises:
        ExportError: if the file cannot be written, or Blender's FBX exporter is switched off.
    """
    if preset not in PRESETS or motion not in ("", *MOTIONS):
        raise ExportError(f"There is no preset {preset} with the motion {motion or 'of its own'}")
    if "fbx" not in dir(bpy.ops.export_scene):
        raise ExportError("Enable the add-on “FBX format” in the preferences, which does the writing")
    form = PRESETS[preset]
    form = replace(form, motion=motion or form.motion)
    with (
        whole(Path(filepath), "FBX") as partial,
        object_mode(context),
        copied(context, rig, detail, form, twist_bones, all_takes) as copy,
    ):
        split_orm(copy)
        without_colors(copy)
        # Nodes stand as the avatar does before its takes: at rest, which readers take from there.
        lay_out(copy)
        context.scene.frame_set(-1)
        override = {"selected_objects": [copy.rig, *copy.meshes], "active_object": copy.rig, "object": copy.rig}
        several = len(copy.actions) > 1
        options = FBX_OPTIONS | {"bake_anim": bool(copy.actions), "bake_anim_use_nla_strips": several}
        with context.temp_override(**override):
            bpy.ops.export_scene.fbx(filepath=str(partial), check_existing=False, **options)
        _leave_folder_out(partial)


def _leave_folder_out(file: Path) -> None:
    """Turn the absolute paths of a file's own pictures, which its exporter writes, into relative ones of the same
    length: it may be given to others, and the folder is a temporary one."""
    folder = f"{file.parent}{os.sep}".encode()
    relative = ("." + os.sep).encode() * (len(folder) // 2) + os.sep.encode() * (len(folder) % 2)
    file.write_bytes(file.read_bytes().replace(folder, relative))


def export_usd(
    context: bpy.types.Context, filepath: str | Path, rig: bpy.types.Object, motion: str = TRAVEL, detail: str = "GAME"
) -> None:
    """Write an avatar and its action, if it has one, as USD: a .usdz, which holds its textures; metres, +y up.

    Args:
        context: Blender's.
        filepath: of the .usdz file to write, whole or not at all. The scene stays as it is.
        rig: the armature object.
        motion: a key of `export_presets.MOTIONS`.
        detail: GAME for one mesh, the light one with textures if there is one, else the layers that are shown,
            joined; or FULL for these layers as they are.

    Raises:
        ExportError: if the file cannot be written, or this Blender has no USD exporter.
    """
    target = Path(filepath)
    if target.suffix.lower() != ".usdz":
        raise ExportError(f"Give the file the ending .usdz instead of {target.suffix or 'none'}")
    if motion not in MOTIONS:
        raise ExportError(f"There is no motion {motion}")
    if "usd_export" not in dir(bpy.ops.wm):
        raise ExportError("This Blender was built without USD; take one from blender.org")
    with (
        whole(target, "USD") as partial,
        object_mode(context),
        copied(context, rig, detail, replace(PRESETS["SMPL"], motion=motion)) as copy,
    ):
        for item in (copy.rig, *copy.meshes):
            item.select_set(True)
        _show_colors(copy)
        bpy.ops.wm.usd_export(filepath=str(partial), check_existing=False, **USD_OPTIONS)


def _show_colors(copy: Copy) -> None:
    """Let USD's viewers show the vertices' colours: those named displayColor, of a mesh without a material."""
    for mesh in copy.meshes:
        colors = mesh.data.color_attributes.get(COLOR_ATTRIBUTE)
        if colors is not None:
            colors.name = "displayColor"
            if not any(_has_texture(material) for material in mesh.data.materials):
                mesh.data.materials.clear()


def _has_texture(material: bpy.types.Material | None) -> bool:
    tree = material.node_tree if material is not None else None
    return tree is not None and any(node.type == "TEX_IMAGE" for node in tree.nodes)


@contextlib.contextmanager
def whole(target: Path, kind: str) -> Iterator[Path]:
    """A path whose file takes the place of ``target`` in the end; what goes wrong becomes one sentence."""
    try:
        # In the target's folder: a place that cannot be written is found out before any work.
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=target.parent) as folder:
            partial = Path(folder) / target.name
            yield partial
            os.replace(partial, target)
    except OSError as error:
        raise ExportError(f"{target} could not be written ({error.strerror or error})") from None
    except RuntimeError as error:
        if isinstance(error, ExportError):
            raise
        reason = next((line for line in reversed(str(error).splitlines()) if line.strip()), "no reason given")
        raise ExportError(f"Blender's {kind} exporter failed: {reason.strip()[:200]}") from None


@contextlib.contextmanager
def copied(
    context: bpy.types.Context,
    rig: bpy.types.Object,
    detail: str,
    form: Preset,
    twist_bones: bool = False,
    all_takes: bool = False,
) -> Iterator[Copy]:
    """The wanted copy of an avatar, in a scene that has its take's name, range and unit."""
    if has_controls(rig):
        raise ExportError(f"Press Bake IK Controls first: what they do to {rig.name} is not in its bones' keys yet")
    meshes, joined, chosen = wanted_meshes(rig, detail), detail == "GAME", takes_of(rig) if all_takes else []
    with (
        export_copy.export_copy(context, rig, meshes, form, twist_bones, joined, chosen) as copy,
        _scene_for(context.scene, copy.actions, form.unit),
    ):
        yield copy


@contextlib.contextmanager
def _scene_for(scene: bpy.types.Scene, actions: list[bpy.types.Action], unit: float) -> Iterator[None]:
    """Let the scene have the name and range of an action, or the range of all, and the file's unit, for a while.

    The exporter names the take after the scene, bakes what its range holds, and reads the unit from it.
    """
    units = scene.unit_settings
    scene[LENT] = json.dumps(
        (scene.name, scene.frame_start, scene.frame_end, scene.frame_current, units.system, units.scale_length)
    )
    units.system, units.scale_length = "METRIC", unit
    if actions:
        scene.name = actions[0].name
        scene.frame_start, scene.frame_end = 0, max(round(action.frame_range[1]) for action in actions)
    try:
        yield
    finally:
        scene.frame_set(_give_back(scene))


def _give_back(scene: bpy.types.Scene) -> int:
    """Give a scene back what an export had set differently; returns the frame that it was at."""
    units = scene.unit_settings
    scene.name, scene.frame_start, scene.frame_end, frame, units.system, units.scale_length = json.loads(scene[LENT])
    del scene[LENT]
    return int(frame)


def clear_up() -> None:
    """Let a file that was saved in the middle of an export, when Blender crashed, be as it was before."""
    export_twins.clear_up()
    for scene in bpy.data.scenes:
        if LENT in scene:
            _give_back(scene)
