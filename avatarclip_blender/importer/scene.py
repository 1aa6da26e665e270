"""Puts an avatar into the scene: one collection, and nothing else touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..modes import leave_modes
from . import armature, coverage, mesh
from .action import CurveOptions
from .bone_display import set_bone_display
from .conversions import to_blender
from .face_keys import add_face_keys
from .marks import GAME_MESH, HIDDEN, LAYER, LAYERS, PROPERTY
from .material import build_material, build_textured_material
from .names import tidy, without_home
from .rest_pose import in_rest_pose
from .result import Avatar, Surface, find_result, load_avatar, load_manifest, load_motion
from .shape_keys import add_shape_keys, follow_keys, remember_joints
from .split import LayerSurface, split
from .takes import write_take


@dataclass(frozen=True)
class ImportedAvatar:
    """What an import added to the scene."""

    collection: bpy.types.Collection
    rig: bpy.types.Object
    layers: tuple[bpy.types.Object, ...]
    """The meshes, a layer each, the body first; of a result without layers, the one mesh."""
    action: bpy.types.Action | None
    game: bpy.types.Object | None
    """The light mesh with textures, hidden until it is wanted; None if the engine made none."""

    @property
    def body(self) -> bpy.types.Object:
        """The first mesh."""
        return self.layers[0]


def import_avatar(
    context: bpy.types.Context,
    path: Path | str,
    *,
    name: str = "",
    match_scene_timing: bool = False,
    curves: CurveOptions | None = None,
) -> ImportedAvatar:
    """Build the avatar of a result folder in the scene, selected and active, its feet on the floor.

    Args:
        context: Blender's.
        path: a result folder, a job folder, or a file in a result folder.
        name: of the avatar; empty takes it from its appearance prompt.
        match_scene_timing: set the scene's frame rate and range to the motion's. Otherwise the motion is resampled to
            the scene's rate and begins at its first frame, and the range only grows if it is too short.
        curves: how the motion becomes curves; quaternions, one key a frame, by default.

    Raises:
        ResultError: if the result is missing or broken; the scene is untouched then.
    """
    folder = find_result(Path(path))
    avatar, motion, manifest = load_avatar(folder), load_motion(folder), load_manifest(folder)
    name = name or avatar_name(manifest)
    leave_modes(context)
    collection = bpy.data.collections.new(name)
    context.scene.collection.children.link(collection)
    rig, meshes, game = _build_objects(context, name, avatar, collection)
    action = None
    if motion is not None:
        if match_scene_timing:
            _set_frame_rate(context.scene, motion.fps)
        before = context.scene.frame_end
        action = write_take(context.scene, rig, motion, _prompts(manifest).get("motion", ""), curves or CurveOptions())
        last = round(action.frame_range[1])
        context.scene.frame_end = last if match_scene_timing else max(before, last)
    marked = (collection, rig, *meshes, *((game,) if game else ()))
    record_provenance(marked, {**manifest, "folder": str(folder)})
    return ImportedAvatar(collection, rig, tuple(meshes), action, game)


def avatar_name(manifest: dict[str, Any]) -> str:
    """Return a name for the avatar out of what it looks like: ``"a firefighter"`` → ``Firefighter``."""
    prompts = _prompts(manifest)
    text = (prompts.get("appearance") or prompts.get("shape") or "").strip()
    text = tidy(re.sub(r"^(an?|the)\s+", "", text, flags=re.IGNORECASE)[:40], 40)  # leaves room for ".001" and the like
    return text[:1].upper() + text[1:] or "Avatar"


def record_provenance(datablocks: tuple[bpy.types.ID, ...], manifest: dict[str, Any]) -> None:
    """Store prompts, seed, preset, settings and versions as custom properties, so that an avatar tells its origin."""
    values: dict[str, Any] = {f"{stage}_prompt": text for stage, text in _prompts(manifest).items()}
    for key, value in manifest.items():
        if isinstance(value, bool | int | float | str):
            # a custom property holds 32 bits; a larger number is kept as a text
            values[key] = str(value) if isinstance(value, int) and abs(value) > 2**31 - 1 else value
        elif key in ("settings", "overrides", "seeds", "versions", "licences", "licenses") and value:
            values[key] = json.dumps(value, ensure_ascii=False)
    light = manifest.get("game_mesh")
    if isinstance(light, dict) and {"triangles", "texture_size", "psnr_db"} <= light.keys():
        values["textures"] = f"{light['triangles']:,} triangles, {light['texture_size']} texels, {light['psnr_db']} dB"
    for datablock in datablocks:
        for key, value in values.items():
            datablock[(PROPERTY + key)[:63]] = without_home(value) if isinstance(value, str) else value


def _prompts(manifest: dict[str, Any]) -> dict[str, str]:
    prompts = manifest.get("prompts")
    return {str(key): str(text) for key, text in prompts.items()} if isinstance(prompts, dict) else {}


def _build_objects(
    context: bpy.types.Context, name: str, avatar: Avatar, collection: bpy.types.Collection
) -> tuple[bpy.types.Object, list[bpy.types.Object], bpy.types.Object | None]:
    """Build armature, a mesh for each layer and the game mesh, bound to each other; the game mesh is hidden."""
    resting, avatar = avatar.rest_pose, in_rest_pose(avatar)
    floor = np.array((0.0, 0.0, avatar.vertices[:, 1].min()))  # the lowest point, Blender's frame
    rig = armature.build_armature(context, f"{name} Rig", to_blender(avatar.joints) - floor, collection)
    if resting is not None:
        rig[armature.REST_POSE] = resting.ravel().tolist()
    if avatar.hands is not None and avatar.holds is not None:
        rig[armature.HANDS], rig[armature.HOLDS] = avatar.hands.ravel().tolist(), avatar.holds.tolist()
    surfaces = split(avatar)
    meshes = [_layer_mesh(name, surface, floor, rig, collection) for surface in surfaces]
    if avatar.layers is not None:
        coverage.add_masks(meshes, [surface.covered for surface in surfaces])
        rig[LAYERS] = "\n".join(mesh[LAYER] for mesh in meshes)
    hidden = _hidden_collection(name, collection)
    set_bone_display(rig, to_blender(avatar.vertices) - floor, avatar.weights, hidden)
    game = None
    if avatar.game is not None:
        light = avatar.game
        game = _bound_mesh(f"{name} Game", light, floor, rig, hidden, light.uvs)
        game.data.materials.append(build_textured_material(f"{name} Game", light.colors, light.textures))
        game[GAME_MESH] = True
    if avatar.shapes is not None:
        remember_joints(rig, avatar.shapes.joints)
        if game is not None and avatar.shapes.game is not None:
            add_shape_keys(game, avatar.shapes.game)
    if game is not None:
        if avatar.game_face is not None:
            add_face_keys(game, avatar.game_face, everything=False)
        _follow(game, meshes[0])
    return rig, meshes, game


def _hidden_collection(name: str, collection: bpy.types.Collection) -> bpy.types.Collection:
    """A collection within the avatar's that is not seen, here or wherever the avatar is appended, linked or instanced.

    What an object's eye hides is remembered by the view layer, and so forgotten in another file.
    """
    hidden = bpy.data.collections.new(f"{name} Hidden")
    hidden.hide_viewport = hidden.hide_render = True
    hidden[HIDDEN] = True
    collection.children.link(hidden)
    return hidden


def _layer_mesh(
    name: str, surface: LayerSurface, floor: np.ndarray, rig: bpy.types.Object, collection: bpy.types.Collection
) -> bpy.types.Object:
    """Build a layer's mesh with its material and shape keys, which follow those of the rig's first mesh."""
    first = next((child for child in rig.children if child.type == "MESH"), None)
    title = surface.name if surface.material else f"{name} {surface.name}"
    built = _bound_mesh(title, surface, floor, rig, collection, surface.uvs, surface.finish)
    built.data.materials.append(
        build_material(f"{name} {surface.name}", surface.colors, surface.material, surface.finish)
    )
    built[LAYER] = surface.name
    built.add_rest_position_attribute = bool(surface.material)  # what the relief is laid out by
    if surface.deltas is not None:
        add_shape_keys(built, surface.deltas)
    if surface.face is not None and (first is None or len(surface.face.row)):
        add_face_keys(built, surface.face, everything=first is None)
    if first is not None:
        _follow(built, first)
    built.select_set(True)
    return built


def _follow(built: bpy.types.Object, leader: bpy.types.Object) -> None:
    """Let a mesh's keys follow the leader's, if both have any."""
    if built.data.shape_keys is not None and leader.data.shape_keys is not None:
        follow_keys(built, leader)


def _bound_mesh(
    name: str,
    surface: Surface,
    floor: np.ndarray,
    rig: bpy.types.Object,
    collection: bpy.types.Collection,
    uvs: np.ndarray | None = None,
    values: Mapping[str, np.ndarray] | None = None,
) -> bpy.types.Object:
    """Build a mesh object that the armature deforms."""
    turned = Surface(to_blender(surface.vertices) - floor, surface.faces, surface.colors, surface.weights)
    built = mesh.build_mesh(name, turned, armature.names_of(rig), uvs, values)
    collection.objects.link(built)
    built.parent = rig
    modifier = built.modifiers.new("Armature", "ARMATURE")
    modifier.object = rig
    return built


def _set_frame_rate(scene: bpy.types.Scene, fps: float) -> None:
    """Set a frame rate, whole or not (29.97 is 30 / 1.001)."""
    scene.render.fps = max(round(fps), 1)
    scene.render.fps_base = scene.render.fps / fps
