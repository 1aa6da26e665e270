"""Several motions for one avatar: add, choose, and carry over to another avatar."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from .. import compat, controls
from ..contract import protocol
from . import conversions
from .action import CurveOptions, build_action, motion_of
from .armature import INDEX, NAMES, names_of, rest_frames
from .face_keys import sampled_face, use_face, write_face
from .names import tidy
from .result import Motion, ResultError, find_result, load_avatar, load_manifest, load_motion

OWNER = "avatarclip_take_of"
"""Custom property of an action: whose take it is, by `IDENTITY`."""
IDENTITY = "avatarclip_id"
"""Custom property of an armature object, for its takes to name it by."""
_HIP, _KNEE, _ANKLE = (NAMES.index(f"left_{part}") for part in ("hip", "knee", "ankle"))


def is_avatar(thing: bpy.types.Object | None) -> bool:
    """Tell whether an object is an avatar's armature."""
    return thing is not None and thing.type == "ARMATURE" and all(name in thing.data.bones for name in NAMES)


def identity_of(rig: bpy.types.Object) -> str:
    """Return what an avatar's takes know it by; empty if it never had one."""
    return str(rig.get(IDENTITY, ""))


def takes_of(rig: bpy.types.Object) -> list[bpy.types.Action]:
    """Return an avatar's takes by name, the current action among them."""
    identity = identity_of(rig)
    current = rig.animation_data.action if rig.animation_data else None
    return [action for action in bpy.data.actions if action == current or (identity and action.get(OWNER) == identity)]


def keep_as_take(rig: bpy.types.Object, action: bpy.types.Action, prompt: str) -> None:
    """Mark an action as the avatar's take, so that it is stored in the file though another one is current."""
    if IDENTITY not in rig:
        rig[IDENTITY] = uuid.uuid4().hex
    action[OWNER] = rig[IDENTITY]
    action["avatarclip_motion_prompt"] = prompt
    action.use_fake_user = True


def take_name(rig: bpy.types.Object, prompt: str) -> str:
    """Return a name for a take out of avatar and prompt, within the 63 bytes of Blender's names."""
    return tidy(f"{rig.name.removesuffix(' Rig')} {prompt}", 60)


def options_for(rig: bpy.types.Object, options: CurveOptions) -> CurveOptions:
    """Return the options with the rotation mode that the avatar's bones already have, since its takes share it."""
    if not takes_of(rig):
        return options
    euler = rig.pose.bones[NAMES[0]].rotation_mode != "QUATERNION"
    return CurveOptions(euler, options.reduced, options.in_place)


def add_take(
    context: bpy.types.Context, rig: bpy.types.Object, path: Path | str, options: CurveOptions | None = None
) -> bpy.types.Action:
    """Add the motion of a result to an avatar as another take, which becomes the current one.

    Args:
        context: Blender's.
        rig: the avatar's armature object.
        path: a result folder, a job folder, or a file in a result folder; another avatar's motion is scaled by the
        legs.
        options: how the curves are made; the rotation mode is the avatar's.

    Raises:
        ResultError: if there is no motion, or it is broken.
    """
    folder = find_result(Path(path))
    motion = load_motion(folder)
    if motion is None:
        raise ResultError(f"There is no motion in {folder}; generate one first")
    scale = leg_length(rig) / _leg(conversions.to_blender(load_avatar(folder).joints))
    prompts = load_manifest(folder).get("prompts")
    prompt = str(prompts.get("motion", "")) if isinstance(prompts, dict) else ""
    motion = replace(motion, trans=motion.trans * scale)
    return write_take(context.scene, rig, motion, prompt, options or CurveOptions())


def write_take(
    scene: bpy.types.Scene, rig: bpy.types.Object, motion: Motion, prompt: str, options: CurveOptions
) -> bpy.types.Action:
    """Build a take at the scene's frame rate; the scene's range grows if it is too short."""
    make_own(rig)
    bake_any(rig)
    for take in takes_of(rig):  # an action that was made before there were takes is kept as well
        keep_as_take(rig, take, str(take.get("avatarclip_motion_prompt", "")))
    fps = scene.render.fps / scene.render.fps_base
    action = build_action(take_name(rig, prompt), rig, motion, fps, scene.frame_start, options_for(rig, options))
    keep_as_take(rig, action, prompt)
    write_face(rig, action, motion, fps, scene.frame_start)
    scene.frame_end = max(scene.frame_end, round(action.frame_range[1]))
    return action


def play_range(scene: bpy.types.Scene, action: bpy.types.Action) -> None:
    """Let playback be that of a take; what is rendered keeps its range."""
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = (round(frame) for frame in action.frame_range)


def use_take(rig: bpy.types.Object, action: bpy.types.Action) -> None:
    """Make a take the current one; bones that it doesn't move go to rest."""
    action = _own(rig).get(action, action)
    bake_any(rig)
    for bone in rig.pose.bones:
        bone.matrix_basis.identity()
    compat.assign_action(rig, action)
    use_face(rig, action)


def bake_any(rig: bpy.types.Object) -> None:
    """Bake the IK controls of an avatar, if it has any: they belong to the take that is current."""
    if controls.has_controls(rig):
        controls.bake_controls(bpy.context, rig)


def make_own(rig: bpy.types.Object) -> None:
    """Give a duplicate of an avatar takes of its own; the first that was there keeps the old ones.

    A duplicate that Blender makes shares its actions with the original, and every edit of them.
    """
    _own(rig)


def _own(rig: bpy.types.Object) -> dict[bpy.types.Action, bpy.types.Action]:
    """`make_own`, which copy stands for which take."""
    identity = identity_of(rig)
    alike = [thing for thing in bpy.data.objects if identity and identity_of(thing) == identity]
    if len(alike) < 2 or rig == min(alike, key=lambda thing: thing.session_uid):
        return {}
    current, shared = rig.animation_data.action if rig.animation_data else None, takes_of(rig)
    copies = {}
    # Blender may have copied the current take, as its preferences say; a copy has no fake user
    original = None
    if current is not None and not current.use_fake_user:
        original = bpy.data.actions.get(current.name.rpartition(".")[0])
    if original in shared:
        copies[original] = current
        shared.remove(current)
    rig[IDENTITY] = uuid.uuid4().hex
    for take in shared:
        copies[take] = copies.get(take) or take.copy()
        keep_as_take(rig, copies[take], str(take.get("avatarclip_motion_prompt", "")))
    if current in copies:
        compat.assign_action(rig, copies[current])
    return copies


def retarget_take(
    scene: bpy.types.Scene,
    source: bpy.types.Object,
    action: bpy.types.Action,
    target: bpy.types.Object,
    options: CurveOptions | None = None,
) -> bpy.types.Action:
    """Carry a take over to another avatar; the path is scaled by the lengths of the legs.

    Args:
        scene: whose frame rate counts.
        source: the avatar whose take it is.
        action: one of its takes, edited or not.
        target: the avatar that gets a take of its own.
        options: how its curves are made.
    """
    fps = scene.render.fps / scene.render.fps_base
    bake_any(source)
    basis, locations = sampled(source, action)
    motion = motion_of(basis, locations, *rest_frames(source), fps)
    face, names = sampled_face(action)
    scaled = Motion(motion.poses, motion.trans * (leg_length(target) / leg_length(source)), fps, face, names)
    prompt = str(action.get("avatarclip_motion_prompt", "")) or action.name
    return write_take(scene, target, scaled, prompt, options or CurveOptions())


def sampled(rig: bpy.types.Object, action: bpy.types.Action) -> tuple[np.ndarray, np.ndarray]:
    """Read an action at whole frames: rotations (T,J,4) of the avatar's own bones and the root's location (T,3)."""
    names = names_of(rig)
    first, last = (round(frame) for frame in action.frame_range)
    count = last - first + 1
    basis, locations = np.zeros((count, len(names), 4)), np.zeros((count, 3))
    basis[..., 0] = 1
    angles = np.zeros((count, len(names), 3))
    for curve in compat.action_fcurves(action):
        bone, _, name = curve.data_path.removeprefix('pose.bones["').partition('"].')
        if bone not in names or name not in ("location", "rotation_quaternion", "rotation_euler"):
            continue
        values = [curve.evaluate(first + frame) for frame in range(count)]
        if name == "rotation_quaternion":
            basis[:, INDEX[bone], curve.array_index] = values
        elif name == "rotation_euler":
            angles[:, INDEX[bone], curve.array_index] = values
        elif bone == NAMES[protocol.PARENTS.index(-1)]:
            locations[:, curve.array_index] = values
    basis /= np.maximum(np.linalg.norm(basis, axis=-1, keepdims=True), 1e-9)
    euler = np.abs(angles).max((0, 2)) > 0
    basis[:, euler] = conversions.euler_to_quaternion(angles[:, euler])
    return basis, locations


def leg_length(rig: bpy.types.Object) -> float:
    """Return hip to ankle along the bones at rest, metres."""
    return _leg(np.array([rig.data.bones[name].head_local for name in NAMES], dtype=np.float64))


def _leg(joints: np.ndarray) -> float:
    return float(np.linalg.norm(joints[_KNEE] - joints[_HIP]) + np.linalg.norm(joints[_ANKLE] - joints[_KNEE]))
