"""A copy of an avatar in the shape that a preset asks for; the avatar itself is left as it is."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import compat, twist
from .contract import export_names, protocol
from .export_materials import flip_green, twin_materials, whiten, without_tints
from .export_presets import IN_PLACE, ROOT, Preset
from .export_twins import Copy, clear_up, give_name, marked, twin
from .importer.armature import NAMES, names_of
from .importer.face_keys import TAKE_FACE
from .importer.shape_keys import settle
from .layers import apply_masks, bake_tints, join_meshes

UPRIGHT = Matrix.Rotation(math.radians(90.0), 4, "X")
"""The copy's data lies on its back and its object stands it up; the exporter's own turn then leaves no rotation."""


@contextlib.contextmanager
def export_copy(
    context: bpy.types.Context,
    rig: bpy.types.Object,
    meshes: list[bpy.types.Object],
    preset: Preset,
    twist_bones: bool = False,
    joined: bool = True,
    takes: Sequence[bpy.types.Action] = (),
) -> Iterator[Copy]:
    """Make the copy in the scene for a while; names are given back afterwards.

    Args:
        context: Blender's, in Object Mode with nothing selected (`modes.object_mode`).
        rig: the avatar's armature object.
        meshes: of its meshes those that are wanted.
        preset: names, unit, end bones, and who carries the travel.
        twist_bones: give the copy twist bones where the avatar has none.
        joined: make one mesh of them.
        takes: of the avatar; none takes the one that it plays, if any.
    """
    current = rig.animation_data.action if rig.animation_data else None
    takes = list(takes) or ([current] if current is not None else [])
    if len(names_of(rig)) > len(NAMES):
        preset = preset.with_fingers()
    layer = context.view_layer
    collection = marked(bpy.data.collections.new("Export"))
    context.scene.collection.children.link(collection)
    try:
        copy = _duplicate(rig, meshes, collection, takes)
        if joined and len(copy.meshes) > 1:
            _join(context, copy)
        if preset.rig:
            give_name(copy.rig, preset.rig)
        if twist_bones and not twist.has_twist(copy.rig):
            layer.update()
            twist.add_twist(context, copy.rig, copy.meshes)
        for take, action in zip(takes, copy.actions):
            if twist.has_twist(copy.rig):
                compat.assign_action(copy.rig, action)
                twist.key_twist(copy.rig, take, action)
        _shape_bones(context, copy, preset)
        for action in copy.actions:
            compat.assign_action(copy.rig, action)
            _shape_action(copy, action, preset)
            _begin_at_zero(action)
        _move_faces(copy)
        if preset.green_down:
            flip_green(copy)
        if preset.tinted:
            whiten(copy)
        layer.update()
        yield copy
    finally:
        clear_up()


def _duplicate(
    rig: bpy.types.Object,
    meshes: list[bpy.types.Object],
    collection: bpy.types.Collection,
    takes: Sequence[bpy.types.Action],
) -> Copy:
    """Copy objects, data and actions."""
    other = twin(rig)
    other.data = twin(rig.data)
    other.parent, other.matrix_world = None, Matrix()  # at the origin and at its own size, wherever it stands
    other.animation_data_clear()
    collection.objects.link(other)
    twins = []
    for mesh in meshes:
        second = twin(mesh)
        second.data = twin(mesh.data)
        collection.objects.link(second)
        settle(second, protocol.FACE_SHAPES)
        bake_tints(second)
        without_tints(second)
        apply_masks(second)
        second.parent, second.matrix_parent_inverse = other, Matrix()
        second.matrix_basis = rig.matrix_world.inverted() @ mesh.matrix_world
        second.hide_viewport = second.hide_render = False
        second.hide_set(False)
        for modifier in second.modifiers:
            if modifier.type == "ARMATURE":
                modifier.object = other
        twins.append(second)
    made = Copy(other, twins, [twin(take) for take in takes])
    twin_materials(made, lambda material: export_names.plain(material.name) != material.name)
    return made


def lay_out(copy: Copy) -> None:
    """Give each take a track of its own, and what faces do in it one of the same name; nothing else plays.

    Before and after them the avatar is at rest.
    """
    _tracks(copy.rig, [(action.name, action) for action in copy.actions])
    for mesh in copy.meshes if copy.faces else ():
        if mesh.data.shape_keys is not None:
            _tracks(mesh.data.shape_keys, copy.faces)


def _tracks(owner: bpy.types.ID, moves: Sequence[tuple[str, bpy.types.Action]]) -> None:
    animation = owner.animation_data
    if animation is None:
        return
    animation.action = None
    for name, action in moves:
        track = animation.nla_tracks.new()
        track.name = name
        strip = track.strips.new(name, 0, action)
        strip.name, strip.extrapolation = name, "NOTHING"
        compat.assign_slot(strip, action)
        if action.frame_range[0] == action.frame_range[1]:
            strip.frame_end = strip.frame_start  # as near as Blender lets it be: a strip of one key is a frame long


def _join(context: bpy.types.Context, copy: Copy) -> None:
    """Make one mesh of the copy's."""
    first = copy.meshes[0]
    context.view_layer.update()
    join_meshes(context, copy.meshes)
    copy.meshes[:] = [first]


def _shape_bones(context: bpy.types.Context, copy: Copy, preset: Preset) -> None:
    """Lay the data on its back in the file's unit, rename the bones, add end bones and the root."""
    scale = Matrix.Scale(1.0 / preset.unit, 4)
    turn = UPRIGHT.inverted() @ scale
    for bone in copy.rig.pose.bones:
        for constraint in list(bone.constraints):
            bone.constraints.remove(constraint)
    copy.rig.data.transform(turn)
    copy.rig.matrix_world = copy.rig.matrix_world @ UPRIGHT
    for mesh in copy.meshes:
        mesh.data.transform(turn @ mesh.matrix_basis, shape_keys=True)
        mesh.matrix_basis = Matrix()
    for joint, name in preset.bone_names().items():
        if joint in copy.rig.data.bones:
            copy.rig.data.bones[joint].name = name
        for mesh in copy.meshes:
            group = mesh.vertex_groups.get(joint)
            if group is not None:
                group.name = name
    context.view_layer.objects.active = copy.rig
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        _add_bones(copy.rig.data.edit_bones, preset)
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")


def _add_bones(bones: bpy.types.ArmatureEditBones, preset: Preset) -> None:
    """Add the bones that joints do not have: ends of limbs, and the root on the floor."""
    for joint, name in preset.ends.items():
        last = bones[preset.names[joint]]
        end = bones.new(name)
        end.head, end.tail = last.tail, last.tail + 0.3 * (last.tail - last.head)
        end.parent, end.roll = last, last.roll
    if preset.motion == ROOT:
        root = bones.new(preset.root)
        root.head, root.tail = Vector(), Vector((0.0, 0.0, 0.1 / preset.unit))  # +z of the laid-down data is the front
        root.roll = 0.0
        bones[preset.names["pelvis"]].parent = root


def _shape_action(copy: Copy, action: bpy.types.Action, preset: Preset) -> None:
    """Rename the curves' bones, scale the locations, and share the travel out between hips and root."""
    curves = compat.action_fcurves(action)
    for curve in curves:
        for joint, name in preset.bone_names().items():
            curve.data_path = curve.data_path.replace(f'pose.bones["{joint}"]', f'pose.bones["{name}"]')
    hips = preset.names["pelvis"]
    path = f'pose.bones["{hips}"].location'
    tracks = sorted((c for c in curves if c.data_path == path), key=lambda curve: curve.array_index)
    if len(tracks) != 3:
        return
    frames, local = _keys(tracks)
    rest = np.array(copy.rig.data.bones[hips].matrix_local.to_3x3())
    moved = (local / preset.unit) @ rest.T  # in the laid-down frame, whose floor is x and z
    travel = moved * np.array([1.0, 0.0, 1.0])
    travel -= travel[:1]
    if preset.motion in (ROOT, IN_PLACE):
        moved = moved - travel
    _write(tracks, frames, moved @ rest)
    if preset.motion == ROOT:
        stand = np.array(copy.rig.data.bones[preset.root].matrix_local.to_3x3())
        added = compat.ActionCurves.of(copy.rig, action)
        data_path = f'pose.bones["{preset.root}"].location'
        _write([added.new(data_path, axis, preset.root) for axis in range(3)], frames, travel @ stand)


def _begin_at_zero(action: bpy.types.Action) -> None:
    """Move the keys so that the first lies at time 0: not every reader takes off what a take begins with."""
    first = round(action.frame_range[0])
    for curve in compat.action_fcurves(action):
        points = curve.keyframe_points
        for name in ("co", "handle_left", "handle_right"):
            values = np.empty(2 * len(points), np.float32)
            points.foreach_get(name, values)
            values[::2] -= first
            points.foreach_set(name, values)
        curve.update()


def _move_faces(copy: Copy) -> None:
    """Let the copies' face shapes play what belongs to the takes, from time 0 on."""
    for take in copy.actions:
        face = bpy.data.actions.get(str(take.get(TAKE_FACE, "")))
        if face is not None:
            moves = marked(face.copy())
            copy.faces.append((take.name, moves))
            _begin_at_zero(moves)
    for mesh in copy.meshes if copy.faces else ():
        if mesh.data.shape_keys is not None:
            compat.assign_action(mesh.data.shape_keys, copy.faces[0][1])


def _keys(tracks: list[bpy.types.FCurve]) -> tuple[np.ndarray, np.ndarray]:
    """Whole frames (T,) from the first to the last key, and the curves' values (T, 3) there."""
    low, high = (round(value) for value in tracks[0].range())
    frames = np.arange(low, high + 1)
    return frames, np.array([[curve.evaluate(frame) for curve in tracks] for frame in frames.tolist()])


def _write(tracks: list[bpy.types.FCurve], frames: np.ndarray, values: np.ndarray) -> None:
    """Give the curves one linear key a frame."""
    linear = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
    for axis, curve in enumerate(tracks):
        points = curve.keyframe_points
        points.clear()
        points.add(len(frames))
        points.foreach_set("co", np.stack((frames, values[:, axis]), 1).astype(np.float32).ravel())
        points.foreach_set("interpolation", np.full(len(frames), linear, np.int32))
        curve.update()
