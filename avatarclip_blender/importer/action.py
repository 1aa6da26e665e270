"""Builds actions: rotation curves of an avatar's own bones and the pelvis's location, dense or with few keys."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from .. import compat
from ..contract import protocol, rotations
from . import conversions, keys
from .armature import HANDS, HOLDS, NAMES, names_of, rest_frames, rest_rotations
from .result import Motion

ROOT = NAMES[protocol.PARENTS.index(-1)]
_INTERPOLATIONS = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items
_HANDLES = bpy.types.Keyframe.bl_rna.properties["handle_left_type"].enum_items


@dataclass(frozen=True)
class CurveOptions:
    """How a motion becomes curves; the add-on's preferences hold the user's choice."""

    euler: bool = False
    """Euler XYZ angles instead of quaternions."""
    reduced: bool = False
    """As few keys as keep within 0.5 degrees and 5 mm, instead of one a frame."""
    in_place: bool = False
    """Leave out the travel over the floor."""


def build_action(
    name: str, rig: bpy.types.Object, motion: Motion, fps: float, start: int, options: CurveOptions | None = None
) -> bpy.types.Action:
    """Build the action and assign it to the armature object.

    Args:
        name: of the action.
        rig: the armature object, as `build_armature` makes it.
        motion: SMPL poses, relative to the rest pose of ``rig``.
        fps: of the scene; the motion is resampled to it, so that keys lie on whole frames and the speed stays.
        start: frame of the first pose.
        options: quaternions, one key a frame, with travel by default.
    """
    options, motion = options or CurveOptions(), for_bones_of(rig, motion)
    basis, locations = bone_channels(motion, *rest_frames(rig))
    basis, locations = conversions.resample(basis, locations, motion.fps, fps)
    if options.in_place:
        pelvis = rest_rotations(rig)[names_of(rig).index(ROOT)]
        locations = keys.in_place(locations @ pelvis.T, fps) @ pelvis
    action = bpy.data.actions.new(name)
    write_channels(compat.ActionCurves(rig, action), rig, basis, locations, start, options)
    return action


def write_channels(
    curves: compat.ActionCurves,
    rig: bpy.types.Object,
    basis: np.ndarray,
    locations: np.ndarray,
    start: int,
    options: CurveOptions,
) -> None:
    """Write a motion's curves into an action that has none of these yet.

    Args:
        curves: of the action.
        rig: the armature object, whose bones get the rotation mode that the curves have.
        basis: rotations (T,J,4) of its own bones.
        locations: (T,3) of the root.
        start: frame of the first row.
        options: Euler or quaternions, few keys or all.
    """
    names, rest, basis = names_of(rig), rest_rotations(rig), rotations.without_flips(basis)
    channels = [basis[:, bone] for bone in range(len(names))]
    if options.euler:
        channels = [conversions.euler_without_flips(values) for values in channels]
    everything = np.arange(len(basis))
    kept, path = [everything] * len(names), everything
    if options.reduced:
        heads = np.array([rig.data.bones[bone].head_local for bone in names], dtype=np.float64)
        kept, path = keys.reduce(channels, locations, rest, heads)
    property_name = "rotation_euler" if options.euler else "rotation_quaternion"
    _write_curves(curves, ROOT, "location", locations, path, start, options.reduced)
    for bone, values, rows in zip(names, channels, kept):
        rig.pose.bones[bone].rotation_mode = "XYZ" if options.euler else "QUATERNION"
        _write_curves(curves, bone, property_name, values, rows, start, options.reduced)


def for_bones_of(rig: bpy.types.Object, motion: Motion) -> Motion:
    """Return a motion with poses of all of a rig's bones.

    Fingers of which it says nothing are as they usually are on this avatar, and hands that hold something hold it.
    """
    count, body = len(names_of(rig)), len(NAMES)
    poses = motion.poses[:, :count]
    if count == body:
        return Motion(poses, motion.trans, motion.fps)
    usual = np.array(rig.get(HANDS, np.zeros(3 * (count - body))), np.float64).reshape(2, -1, 3)
    fingers = np.broadcast_to(usual, (len(poses), *usual.shape)).copy()
    if poses.shape[1] == count:
        free = ~np.array(rig.get(HOLDS, (False, False)), bool)
        fingers[:, free] = poses[:, body:].reshape(len(poses), 2, -1, 3)[:, free]
    poses = np.concatenate((poses[:, :body], fingers.reshape(len(poses), -1, 3)), axis=1)
    return Motion(poses, motion.trans, motion.fps)


def bone_channels(motion: Motion, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn SMPL's poses into what Blender's bones are keyed with.

    SMPL's joints all rest in the world's orientation, whereas a bone rests in the orientation B of its own direction
    and roll. A pose bone's matrix is parent · (B_parent⁻¹ B) · basis; for its orientation to be G·B with SMPL's
    G = G_parent·R, the basis must be B⁻¹ R B; where the rest pose isn't the T-pose, see `armature.rest_frames`.

    Args:
        motion: in SMPL's frame.
        left, right: (J,3,3) of `armature.rest_frames`; both are B in the T-pose.

    Returns:
        Rotations (T,J,4) and the root's location (T,3), both in the bones' own axes.
    """
    turn = rotations.axis_angle_to_quaternion(conversions.to_blender(motion.poses))  # (T,J,4): R, Blender's frame
    before, after = (rotations.matrix_to_quaternion(frame)[None] for frame in (left, right))  # (1,J,4)
    basis = rotations.multiply(rotations.multiply(rotations.conjugate(before), turn), after)
    locations = conversions.to_blender(motion.trans) @ left[protocol.PARENTS.index(-1)]  # B⁻¹ t, as a row
    return basis, locations


def motion_of(basis: np.ndarray, locations: np.ndarray, left: np.ndarray, right: np.ndarray, fps: float) -> Motion:
    """The reverse of `bone_channels`: SMPL's poses of bones' rotations (T,J,4) and the root's location (T,3)."""
    before, after = (rotations.matrix_to_quaternion(frame)[None] for frame in (left, right))
    turn = rotations.multiply(rotations.multiply(before, basis), rotations.conjugate(after))
    poses = conversions.from_blender(rotations.quaternion_to_axis_angle(turn))
    trans = conversions.from_blender(locations @ left[protocol.PARENTS.index(-1)].T)
    return Motion(poses, trans, fps)


def _write_curves(
    curves: compat.ActionCurves,
    bone: str,
    property_name: str,
    values: np.ndarray,
    rows: np.ndarray,
    start: int,
    smooth: bool,
) -> None:
    """Write one property of a bone: the rows of values (T,C) that are keys."""
    tangents = keys.slopes(values)[rows]
    for axis in range(values.shape[1]):
        curve = curves.new(f'pose.bones["{bone}"].{property_name}', axis, bone)
        _write_keys(curve, (rows + start).astype(np.float32), values[rows, axis], tangents[:, axis] if smooth else None)


def _write_keys(curve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray, tangents: np.ndarray | None) -> None:
    """Write keys: straight between them, or with handles that give the curve the slopes ``tangents`` (a frame)."""
    points = curve.keyframe_points
    points.add(len(frames))
    points.foreach_set("co", np.stack((frames, values), axis=1).astype(np.float32).ravel())
    kind = "LINEAR" if tangents is None else "BEZIER"
    points.foreach_set("interpolation", np.full(len(frames), _INTERPOLATIONS[kind].value, dtype=np.int32))
    if tangents is not None:
        aligned = np.full(len(frames), _HANDLES["ALIGNED"].value, dtype=np.int32)
        gaps = np.diff(frames) / 3 if len(frames) > 1 else np.ones(1)
        for side, reach in (("left", -np.concatenate((gaps[:1], gaps))), ("right", np.concatenate((gaps, gaps[-1:])))):
            reach = reach[: len(frames)]
            points.foreach_set(f"handle_{side}_type", aligned)
            handle = np.stack((frames + reach, values + tangents * reach), axis=1)
            points.foreach_set(f"handle_{side}", handle.astype(np.float32).ravel())
    curve.update()
