"""Twist bones for the forearms, on top of the 24 bones: added, taken away again, and keyed for an export.

They hang on the elbow's bone and turn by drivers with a part of the hand's turn. What they carry is taken from the
elbow's vertex group, so that taking them away gives it back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import bmesh
import bpy
import numpy as np

from . import compat
from .importer import takes
from .importer.armature import NAMES
from .importer.mesh import MAX_INFLUENCES
from .importer.twist_weights import COUNT, fraction, spread, station, twist_angles, twist_name
from .modes import mode_of

COLLECTION = "Twist Bones"
SIDES = ("left", "right")
ALL = tuple(twist_name(side, number) for side in SIDES for number in range(1, COUNT + 1))


def has_twist(rig: bpy.types.Object) -> bool:
    """Tell whether an armature has the twist bones."""
    return COLLECTION in rig.data.collections


def add_twist(context: bpy.types.Context, rig: bpy.types.Object, meshes: Sequence[bpy.types.Object]) -> None:
    """Add twist bones to both forearms and give them their part of the meshes' weights.

    Raises:
        ValueError: if they are there already.
    """
    if has_twist(rig):
        raise ValueError("This avatar has twist bones already")
    with mode_of(context, rig, "EDIT"):
        group = rig.data.collections.new(COLLECTION)
        for side in SIDES:
            _add_bones(rig.data.edit_bones, group, side)
    group.is_visible = False  # nothing to grab
    for side in SIDES:
        for number in range(1, COUNT + 1):
            _drive(rig, side, number)
    for mesh in meshes:
        split_weights(rig, mesh)


def remove_twist(context: bpy.types.Context, rig: bpy.types.Object, meshes: Sequence[bpy.types.Object]) -> None:
    """Take the twist bones away and give their weights back to the elbows.

    Raises:
        ValueError: if there are none.
    """
    if not has_twist(rig):
        raise ValueError("This avatar has no twist bones to remove")
    for mesh in meshes:
        merge_weights(mesh)
    for name in ALL:
        rig.driver_remove(f'pose.bones["{name}"].rotation_euler', 1)
    with mode_of(context, rig, "EDIT"):
        for name in ALL:
            rig.data.edit_bones.remove(rig.data.edit_bones[name])
    rig.data.collections.remove(rig.data.collections[COLLECTION])


def key_twist(rig: bpy.types.Object, source: bpy.types.Action, target: bpy.types.Action) -> None:
    """Write the twist bones' turns as keys, one a frame, for readers without drivers.

    Args:
        rig: the armature object that plays ``target``.
        source: the 24 bones' motion.
        target: the action that gets the curves; it may be the same.
    """
    basis, _ = takes.sampled(rig, source)
    start = round(source.frame_range[0])
    frames = np.arange(start, start + len(basis), dtype=np.float32)
    curves = compat.ActionCurves.of(rig, target)
    for side in SIDES:
        angles = twist_angles(basis[:, NAMES.index(f"{side}_wrist")])
        for number in range(1, COUNT + 1):
            name, half = twist_name(side, number), 0.5 * fraction(number) * angles
            rig.pose.bones[name].rotation_mode = "QUATERNION"
            values = np.stack((np.cos(half), 0 * half, np.sin(half), 0 * half), axis=1)
            for axis in range(4):
                curve = curves.new(f'pose.bones["{name}"].rotation_quaternion', axis, name)
                curve.keyframe_points.add(len(frames))
                curve.keyframe_points.foreach_set("co", np.stack((frames, values[:, axis]), 1).astype("f4").ravel())
                curve.update()


def _add_bones(bones: bpy.types.ArmatureEditBones, group: bpy.types.BoneCollection, side: str) -> None:
    elbow = bones[f"{side}_elbow"]
    along = elbow.tail - elbow.head
    for number in range(1, COUNT + 1):
        bone = bones.new(twist_name(side, number))
        bone.head = elbow.head + station(number) * along
        bone.tail = bone.head + 0.2 * along
        bone.parent, bone.roll = elbow, elbow.roll
        group.assign(bone)


def _drive(rig: bpy.types.Object, side: str, number: int) -> None:
    """Let a twist bone turn with a part of the hand's turn about its own axis."""
    bone = rig.pose.bones[twist_name(side, number)]
    bone.rotation_mode = "XYZ"
    driver = bone.driver_add("rotation_euler", 1).driver
    driver.type = "SCRIPTED"
    variable = driver.variables.new()
    variable.name, variable.type = "turn", "TRANSFORMS"
    target = variable.targets[0]
    target.id, target.bone_target = rig, f"{side}_wrist"
    target.transform_type, target.transform_space, target.rotation_mode = "ROT_Y", "LOCAL_SPACE", "SWING_TWIST_Y"
    driver.expression = f"turn * {fraction(number)}"  # simple enough to need no permission to run Python


def split_weights(rig: bpy.types.Object, mesh: bpy.types.Object) -> None:
    """Share the weights of the elbows' bones out among them and the twist bones, four influences a vertex at most."""
    groups = mesh.vertex_groups
    for side in SIDES:
        elbow = groups.get(f"{side}_elbow")
        if elbow is None:
            continue
        numbers = [elbow.index, *(groups.new(name=twist_name(side, k)).index for k in range(1, COUNT + 1))]
        bones = {group.index for group in groups if group.name in rig.data.bones}
        first, share = spread(_stations(rig, mesh, side))
        work, layer = _opened(mesh)
        for vertex, bone, rest in zip(work.verts, first.tolist(), share.tolist()):
            influences = vertex[layer]
            if numbers[0] not in influences or (bone == 0 and rest == 0.0):
                continue
            weight = influences[numbers[0]]
            del influences[numbers[0]]
            if sum(number in bones for number in influences.keys()) + 2 > MAX_INFLUENCES:
                rest = float(rest > 0.5)
            for number, value in ((numbers[bone], weight * (1.0 - rest)), (numbers[bone + 1], weight * rest)):
                if value > 0.0:
                    influences[number] = value
        work.to_mesh(mesh.data)
        work.free()


def merge_weights(mesh: bpy.types.Object) -> None:
    """Give the twist bones' weights back to the elbows' bones, and remove their groups."""
    groups = mesh.vertex_groups
    for side in SIDES:
        elbow = groups.get(f"{side}_elbow")
        twists = [groups[name] for name in ALL if name.startswith(side) and name in groups]
        if elbow is None or not twists:
            continue
        numbers = [group.index for group in twists]
        work, layer = _opened(mesh)
        for vertex in work.verts:
            influences = vertex[layer]
            back = 0.0
            for number in numbers:
                if number in influences:
                    back += influences[number]
                    del influences[number]
            if back:
                influences[elbow.index] = back + influences.get(elbow.index, 0.0)
        work.to_mesh(mesh.data)
        work.free()
        for group in twists:
            groups.remove(group)


def _stations(rig: bpy.types.Object, mesh: bpy.types.Object, side: str) -> np.ndarray:
    """Where along the forearm, from elbow 0 to wrist 1, the vertices (V,) are at rest."""
    points = np.empty(3 * len(mesh.data.vertices), np.float32)
    mesh.data.vertices.foreach_get("co", points)
    to_rig = np.array(rig.matrix_world.inverted() @ mesh.matrix_world)
    points = points.reshape(-1, 3) @ to_rig[:3, :3].T + to_rig[:3, 3]
    bone = rig.data.bones[f"{side}_elbow"]
    head, tail = np.array(bone.head_local), np.array(bone.tail_local)
    axis = tail - head
    return np.asarray((points - head) @ axis / math.fsum(axis**2))


def _opened(mesh: bpy.types.Object) -> tuple[bmesh.types.BMesh, bmesh.types.BMLayerItem]:
    """The mesh as a bmesh, and its weights."""
    work = bmesh.new()
    work.from_mesh(mesh.data)
    return work, work.verts.layers.deform.verify()
