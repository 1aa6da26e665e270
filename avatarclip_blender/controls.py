"""Inverse kinematics for feet and hands, on top of the 24 bones and their motion, and baking back to the 24.

Adding the controls keys them so that the motion stays as it is; baking keys what they did to it into the 24 bones and
takes them away again, so that what is exported is always the deform skeleton alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import bpy
from mathutils import Matrix, Vector

from . import compat
from .modes import mode_of

COLLECTION = "IK Controls"
PREFIX = "ik_"
_POLE_DISTANCE = 0.35
"""Metres from knee or elbow to the bone that it points at."""
_BEND = 0.2
"""Radians that a limb is bent by before it is solved, so that there is no doubt which way."""


@dataclass(frozen=True)
class Limb:
    """Two bones that are solved, and what they reach for."""

    upper: str
    lower: str
    end: str
    """Foot or hand: its head is where the chain reaches to, and it keeps the control's orientation."""

    @property
    def side(self) -> float:
        """On which side of its Z axis, which faces front, the middle joint sticks out: knees 1, elbows -1."""
        return 1.0 if self.lower.endswith("knee") else -1.0

    @property
    def bones(self) -> tuple[str, str, str]:
        """All three."""
        return self.upper, self.lower, self.end

    @property
    def control(self) -> str:
        """Name of the bone to grab."""
        return PREFIX + self.end

    @property
    def pole(self) -> str:
        """Name of the bone that knee or elbow points at."""
        return PREFIX + self.lower

    @property
    def title(self) -> str:
        """What people call it: ``Left Arm``."""
        side, _, end = self.end.partition("_")
        return f"{side.title()} {'Leg' if end == 'ankle' else 'Arm'}"


LIMBS = tuple(
    Limb(f"{side}_{upper}", f"{side}_{lower}", f"{side}_{end}")
    for side in ("left", "right")
    for upper, lower, end in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
)


def has_controls(rig: bpy.types.Object) -> bool:
    """Tell whether an avatar's armature has the controls."""
    return COLLECTION in rig.data.collections


def add_controls(context: bpy.types.Context, rig: bpy.types.Object) -> None:
    """Add controls for feet and hands that follow the motion that is there; ``rig`` must be in the view layer.

    Raises:
        ValueError: if they are there already.
    """
    if has_controls(rig):
        raise ValueError("This avatar has controls already")
    with mode_of(context, rig, "EDIT"):
        _add_bones(rig)
    _arrange(rig)
    _bring_controls(context, rig, LIMBS)
    for limb in LIMBS:
        _constrain(rig, limb)
    _mute_solved(rig, True, LIMBS)


def is_ik(rig: bpy.types.Object, limb: Limb) -> bool:
    """Tell whether a limb follows its control, not its own bones' keys."""
    return any(c.name == COLLECTION and c.influence > 0.5 for c in rig.pose.bones[limb.lower].constraints)


def switch_limb(context: bpy.types.Context, rig: bpy.types.Object, limb: Limb, ik: bool) -> None:
    """Let a limb of an avatar with controls follow its control (IK), or the keys of its own bones (FK).

    The motion stays as it is either way: the keys are made of what the control did, and the control is brought to where
    the bones are.

    Raises:
        ValueError: if there are no controls.
    """
    if not has_controls(rig):
        raise ValueError("Press Add IK Controls first")
    if ik == is_ik(rig, limb):
        return
    if ik:
        _bring_controls(context, rig, (limb,))
        _mute_solved(rig, True, (limb,))
        _bend(rig, limb)
    else:
        frames, poses = _solved(context, rig, (limb,))
        _mute_solved(rig, False, (limb,))
    for name in (limb.lower, limb.end):
        for constraint in rig.pose.bones[name].constraints:
            if constraint.name == COLLECTION:
                constraint.influence = float(ik)
    if not ik:
        _key_solved(context, rig, (limb,), frames, poses)


def bake_controls(context: bpy.types.Context, rig: bpy.types.Object) -> None:
    """Key what the controls do into the 24 bones, over the action's range, and remove the controls.

    Raises:
        ValueError: if there are none.
    """
    if not has_controls(rig):
        raise ValueError("This avatar has no controls to bake")
    limbs = tuple(limb for limb in LIMBS if is_ik(rig, limb))  # the others have keys of their own
    frames, poses = _solved(context, rig, limbs)
    _remove(context, rig)
    _mute_solved(rig, False, LIMBS)
    _key_solved(context, rig, limbs, frames, poses)


def _solved(
    context: bpy.types.Context, rig: bpy.types.Object, limbs: Sequence[Limb]
) -> tuple[list[int | None], list[list[Matrix]]]:
    """The frames of the rig's action, and at each the rotations that the solver gives the limbs' bones."""
    names = [name for limb in limbs for name in limb.bones]
    poses = []
    with _frame_kept(context.scene):
        frames = list(_frames(context.scene, rig))
        for frame in frames:
            if frame is not None:
                context.scene.frame_set(frame)
            context.view_layer.update()
            poses.append([_local(rig, name) for name in names])
    return frames, poses


def _key_solved(
    context: bpy.types.Context,
    rig: bpy.types.Object,
    limbs: Sequence[Limb],
    frames: Sequence[int | None],
    poses: Sequence[Sequence[Matrix]],
) -> None:
    """Key what `_solved` has found."""
    names = [name for limb in limbs for name in limb.bones]
    for frame, pose in zip(frames, poses):
        for name, matrix in zip(names, pose):
            _key_rotation(rig.pose.bones[name], matrix, frame)
    context.scene.frame_set(context.scene.frame_current)


def _bring_controls(context: bpy.types.Context, rig: bpy.types.Object, limbs: Sequence[Limb]) -> None:
    """Key the limbs' controls to where the motion has their feet, hands, knees and elbows."""
    with _frame_kept(context.scene):
        for frame in _frames(context.scene, rig):
            if frame is not None:
                context.scene.frame_set(frame)
            _follow(rig, frame, context, limbs)


def _add_bones(rig: bpy.types.Object) -> None:
    bones = rig.data.edit_bones
    group = rig.data.collections.new(COLLECTION)
    for limb in LIMBS:
        model = bones[limb.end]
        control = bones.new(limb.control)
        control.head, control.tail, control.roll = model.head, model.tail, model.roll
        pole = bones.new(limb.pole)
        front = Vector((0.0, -limb.side, 0.0))
        pole.head = bones[limb.lower].head + _POLE_DISTANCE * front
        pole.tail = pole.head + 0.08 * front
        for bone in (control, pole):
            bone.use_deform = False
            group.assign(bone)


def _arrange(rig: bpy.types.Object) -> None:
    """Rotate by quaternions like the others, and show what is to be grabbed."""
    for limb in LIMBS:
        for name in (limb.control, limb.pole):
            bone = rig.pose.bones[name]
            bone.rotation_mode = "QUATERNION"
            rig.data.bones[name].color.palette = "THEME03"
        end, control = rig.pose.bones[limb.end], rig.pose.bones[limb.control]
        control.custom_shape = end.custom_shape
        control.use_custom_shape_bone_size = False
        control.custom_shape_wire_width = 1.5 * end.custom_shape_wire_width
        control.custom_shape_scale_xyz = end.custom_shape_scale_xyz * 1.5
        control.custom_shape_translation = end.custom_shape_translation


def _follow(rig: bpy.types.Object, frame: int | None, context: bpy.types.Context, limbs: Sequence[Limb]) -> None:
    """Put the controls where the motion has its feet, hands, knees and elbows at a frame, and key them there."""
    context.view_layer.update()
    for limb in limbs:
        upper, lower, end = (rig.pose.bones[name] for name in (limb.upper, limb.lower, limb.end))
        control, pole = rig.pose.bones[limb.control], rig.pose.bones[limb.pole]
        _place(rig, control, end.matrix)
        _place(rig, pole, Matrix.Translation(_pole_position(upper.head, lower.head, end.head, upper, limb)))
        if frame is not None:
            for bone in (control, pole):
                bone.keyframe_insert("location", frame=frame, group=bone.name)
            control.keyframe_insert("rotation_quaternion", frame=frame, group=control.name)


def _pole_position(hip: Vector, knee: Vector, ankle: Vector, upper: bpy.types.PoseBone, limb: Limb) -> Vector:
    """Beyond the knee (or elbow) on the side that it bends to; for a straight limb where its rest pose has it."""
    line = (ankle - hip).normalized()
    bend = (knee - hip) - (knee - hip).dot(line) * line
    if bend.length < 0.01 * (ankle - hip).length:
        bend = limb.side * (upper.matrix.to_3x3() @ Vector((0.0, 0.0, 1.0)))
        bend -= bend.dot(line) * line
    return knee + _POLE_DISTANCE * bend.normalized()


def _constrain(rig: bpy.types.Object, limb: Limb) -> None:
    """Let the solver reach for the control, from a limb that is bent a little the way it bends, about its X axis."""
    lower = rig.pose.bones[limb.lower]
    _bend(rig, limb)
    solver = lower.constraints.new("IK")
    solver.name = COLLECTION
    solver.target = solver.pole_target = rig
    solver.subtarget, solver.pole_subtarget = limb.control, limb.pole
    solver.chain_count = 2
    solver.pole_angle = _pole_angle(rig, limb, lower.matrix_basis)
    orientation = rig.pose.bones[limb.end].constraints.new("COPY_ROTATION")
    orientation.name = COLLECTION
    orientation.target, orientation.subtarget = rig, limb.control


def _bend(rig: bpy.types.Object, limb: Limb) -> None:
    """Give a limb the pose that the solver starts from."""
    rig.pose.bones[limb.upper].matrix_basis = Matrix()
    rig.pose.bones[limb.lower].matrix_basis = Matrix.Rotation(-limb.side * _BEND, 4, "X")


def _pole_angle(rig: bpy.types.Object, limb: Limb, bend: Matrix) -> float:
    """The angle from the upper bone's X axis to its Z axis at which the middle joint of the bent limb sticks out."""
    upper, lower = rig.data.bones[limb.upper], rig.data.bones[limb.lower]
    end = lower.matrix_local @ bend @ Vector((0.0, lower.length, 0.0))
    line = (end - upper.head_local).normalized()
    out = (lower.head_local - upper.head_local) - (lower.head_local - upper.head_local).dot(line) * line
    local = upper.matrix_local.to_3x3().inverted() @ out
    return math.atan2(local.z, local.x)


def _mute_solved(rig: bpy.types.Object, muted: bool, limbs: Sequence[Limb]) -> None:
    """Silence the keys of what the solver decides: it would start each frame from them instead of the bent limb."""
    action = rig.animation_data.action if rig.animation_data else None
    starts = tuple(f'pose.bones["{name}"]' for limb in limbs for name in (limb.upper, limb.lower))
    for curve in compat.action_fcurves(action) if action else ():
        if curve.data_path.startswith(starts):
            curve.mute = muted


def _remove(context: bpy.types.Context, rig: bpy.types.Object) -> None:
    for limb in LIMBS:
        for name in (limb.lower, limb.end):
            constraints = rig.pose.bones[name].constraints
            for constraint in [c for c in constraints if c.name.startswith(COLLECTION)]:
                constraints.remove(constraint)
    names = {name for limb in LIMBS for name in (limb.control, limb.pole)}
    if rig.animation_data and rig.animation_data.action:
        compat.remove_fcurves(rig.animation_data.action, tuple(f'pose.bones["{name}"]' for name in names))
    with mode_of(context, rig, "EDIT"):
        for name in names:
            rig.data.edit_bones.remove(rig.data.edit_bones[name])
    rig.data.collections.remove(rig.data.collections[COLLECTION])


def _local(rig: bpy.types.Object, name: str) -> Matrix:
    bone = rig.pose.bones[name]
    return rig.convert_space(pose_bone=bone, matrix=bone.matrix, from_space="POSE", to_space="LOCAL")


def _place(rig: bpy.types.Object, bone: bpy.types.PoseBone, matrix: Matrix) -> None:
    bone.matrix_basis = rig.convert_space(pose_bone=bone, matrix=matrix, from_space="POSE", to_space="LOCAL")


def _key_rotation(bone: bpy.types.PoseBone, matrix: Matrix, frame: int | None) -> None:
    """Set and key a bone's rotation the way it rotates, without a jump to the opposite quaternion."""
    turn = matrix.to_quaternion()
    if bone.rotation_mode == "QUATERNION":
        turn.make_compatible(bone.rotation_quaternion)
        bone.rotation_quaternion = turn
        path = "rotation_quaternion"
    else:
        bone.rotation_euler = turn.to_euler(bone.rotation_mode, bone.rotation_euler)
        path = "rotation_euler"
    if frame is not None:
        bone.keyframe_insert(path, frame=frame, group=bone.name)


def _frames(scene: bpy.types.Scene, rig: bpy.types.Object) -> Iterator[int | None]:
    """The frames of the rig's action; None, once, if it has none."""
    action = rig.animation_data.action if rig.animation_data else None
    if action is None:
        yield None
        return
    first, last = action.frame_range
    yield from range(math.floor(first), math.ceil(last) + 1)


class _frame_kept:
    """Go back to the scene's frame afterwards."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene, self._frame = scene, scene.frame_current

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._scene.frame_set(self._frame)
