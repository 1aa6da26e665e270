"""Builds the action: quaternion curves of 24 bones and the pelvis's location, one key a frame."""

from __future__ import annotations

import bpy
import numpy as np

from .. import compat
from ..contract import protocol
from . import rotations
from .armature import NAMES, rest_rotations
from .result import Motion

_LINEAR = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value


def build_action(name: str, rig: bpy.types.Object, motion: Motion, fps: float, start: int) -> bpy.types.Action:
    """Build the action and assign it to the armature object.

    Args:
        name: of the action.
        rig: the armature object, as `build_armature` makes it.
        motion: SMPL poses, relative to the rest pose of ``rig``.
        fps: of the scene; the motion is resampled to it, so that keys lie on whole frames and the speed stays.
        start: frame of the first pose.
    """
    basis, locations = bone_channels(motion, rest_rotations(rig))
    basis, locations = rotations.resample(basis, locations, motion.fps, fps)
    basis = rotations.without_flips(basis)
    action = bpy.data.actions.new(name)
    curves = compat.ActionCurves(rig, action)
    frames = np.arange(start, start + len(basis), dtype=np.float32)
    root = NAMES[protocol.PARENTS.index(-1)]
    for axis in range(3):
        curve = curves.new(f'pose.bones["{root}"].location', axis, root)
        _write_keys(curve, frames, locations[:, axis])
    for index, bone in enumerate(NAMES):
        rig.pose.bones[bone].rotation_mode = "QUATERNION"
        for axis in range(4):
            curve = curves.new(f'pose.bones["{bone}"].rotation_quaternion', axis, bone)
            _write_keys(curve, frames, basis[:, index, axis])
    return action


def bone_channels(motion: Motion, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn SMPL's poses into what Blender's bones are keyed with.

    SMPL's joints all rest in the world's orientation, whereas a bone rests in the orientation B of its own direction
    and roll. A pose bone's matrix is parent · (B_parent⁻¹ B) · basis; for its orientation to be G·B with SMPL's
    G = G_parent·R, the basis must be B⁻¹ R B.

    Args:
        motion: in SMPL's frame.
        rest: (24,3,3) orientations B in Blender's frame.

    Returns:
        Rotations (T,24,4) and the root's location (T,3), both in the bones' own axes.
    """
    turn = rotations.axis_angle_to_quaternion(rotations.to_blender(motion.poses))  # (T,24,4): R, Blender's frame
    bone = rotations.matrix_to_quaternion(rest)[None]  # (1,24,4): B
    basis = rotations.multiply(rotations.multiply(rotations.conjugate(bone), turn), bone)
    locations = rotations.to_blender(motion.trans) @ rest[protocol.PARENTS.index(-1)]  # B⁻¹ t, as a row
    return basis, locations


def _write_keys(curve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray) -> None:
    points = curve.keyframe_points
    points.add(len(frames))
    points.foreach_set("co", np.stack((frames, values), axis=1).astype(np.float32).ravel())
    points.foreach_set("interpolation", np.full(len(frames), _LINEAR, dtype=np.int32))
    curve.update()
