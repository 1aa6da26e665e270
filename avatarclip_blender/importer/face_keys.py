"""Face shapes as shape keys: the body leads, eyes, teeth, beard and the game mesh follow; and their action."""

from __future__ import annotations

import bpy
import numpy as np

from .. import compat
from ..contract import protocol
from .conversions import to_blender
from .result import Faces, Motion
from .shape_keys import leading_mesh

TAKE_FACE = "avatarclip_face_action"
"""Custom property of a take: the action of the face's keys that belongs to it."""
_LINEAR = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
_STRAIGHT = 1e-4
"""Frames whose values are nearer than that to the middle of their neighbours' need no key."""


def add_face_keys(mesh: bpy.types.Object, face: Faces, everything: bool) -> None:
    """Add the face's keys to a mesh.

    Args:
        mesh: the object.
        face: of its vertices.
        everything: also the keys that do not move it, so that other meshes can follow them.
    """
    rest = np.empty(3 * len(mesh.data.vertices), np.float32)
    mesh.data.vertices.foreach_get("co", rest)
    if mesh.data.shape_keys is None:
        mesh.shape_key_add(name="Basis", from_mix=False)
    moved = to_blender(face.delta).astype(np.float32)
    starts = np.searchsorted(face.shape, np.arange(len(face.names) + 1))
    for name, start, end in zip(face.names, starts, starts[1:]):
        if start == end and not everything:
            continue
        key = mesh.shape_key_add(name=name, from_mix=False)
        key.value, key.slider_max = 0.0, 1.0  # Blender 5.0 adds keys with the value 1
        key.slider_min = 0.0 if name in protocol.FACE_SHAPES else -1.0
        points = rest.reshape(-1, 3).copy()
        points[face.row[start:end]] += moved[start:end]
        key.points.foreach_set("co", points.ravel())


def face_keys(rig: bpy.types.Object) -> list[bpy.types.ShapeKey]:
    """Return the keys of an avatar's face that all its meshes follow; none if it has none."""
    mesh = leading_mesh(rig)
    return [] if mesh is None else [key for key in mesh.data.shape_keys.key_blocks if key.name in protocol.FACE_SHAPES]


def write_face(rig: bpy.types.Object, take: bpy.types.Action, motion: Motion, fps: float, start: int) -> None:
    """Key what the face does in a take, as an action of the leading mesh's keys, and let them play it.

    Args:
        rig: the avatar's armature object.
        take: its action.
        motion: whose face is written; without one the keys rest.
        fps: of the scene.
        start: frame of the first row.
    """
    keys = {key.name for key in face_keys(rig)}
    leading = leading_mesh(rig)
    if motion.face is None or not keys or leading is None:
        use_face(rig, take)
        return
    datablock = leading.data.shape_keys
    action = bpy.data.actions.new(f"{take.name[:56]} Face")
    action.use_fake_user = True
    curves = compat.ActionCurves(datablock, action)
    last = (len(motion.face) - 1) / motion.fps
    frames = np.arange(int(np.floor(last * fps + 1e-6)) + 1)
    times = np.arange(len(motion.face)) / motion.fps
    for name, column in zip(motion.face_names, motion.face.T):
        if name in keys and column.any():
            values = np.interp(frames / fps, times, column)
            bends = np.abs(np.diff(values, 2)) > _STRAIGHT if len(values) > 2 else np.zeros(0, bool)
            rows = np.flatnonzero(np.concatenate(([True], bends, [True])[: 3 if len(values) > 1 else 1]))
            points = curves.new(f'key_blocks["{name}"].value', 0, "Face").keyframe_points
            points.add(len(rows))
            points.foreach_set("co", np.stack((rows + start, values[rows]), 1).astype(np.float32).ravel())
            points.foreach_set("interpolation", np.full(len(rows), _LINEAR, np.int32))
    take[TAKE_FACE] = action.name
    use_face(rig, take)


def use_face(rig: bpy.types.Object, take: bpy.types.Action) -> None:
    """Let the face's keys play what belongs to a take; those that it does not move go to rest."""
    keys = face_keys(rig)
    if not keys:
        return
    for key in keys:
        key.value = 0.0
    datablock = keys[0].id_data
    action = bpy.data.actions.get(str(take.get(TAKE_FACE, "")))
    if action is not None:
        compat.assign_action(datablock, action)
    elif datablock.animation_data is not None:
        datablock.animation_data.action = None


def sampled_face(take: bpy.types.Action) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Read what the face does at a take's whole frames, (T,K) 0-1, and the K names; None if it does nothing."""
    action = bpy.data.actions.get(str(take.get(TAKE_FACE, "")))
    if action is None:
        return None, ()
    first, last = (round(frame) for frame in take.frame_range)
    found = {
        curve.data_path.split('"')[1]: [curve.evaluate(frame) for frame in range(first, last + 1)]
        for curve in compat.action_fcurves(action)
        if curve.data_path.startswith("key_blocks[")
    }
    return (np.array(list(found.values())).T, tuple(found)) if found else (None, ())
