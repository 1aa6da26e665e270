"""A copy of an avatar in the shape that a preset asks for; the avatar itself is left as it is."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import compat, twist
from .contract import protocol
from .export_presets import IN_PLACE, ROOT, Preset
from .importer.armature import NAMES, names_of
from .importer.face_keys import TAKE_FACE
from .importer.marks import EXPORT_COPY, LENT
from .importer.shape_keys import settle
from .layers import WHITE, apply_masks, bake_tints, join_meshes, tints_of

UPRIGHT = Matrix.Rotation(math.radians(90.0), 4, "X")
"""The copy's data lies on its back and its object stands it up; the exporter's own turn then leaves no rotation."""


@dataclass(frozen=True)
class Copy:
    """What is exported."""

    rig: bpy.types.Object
    meshes: list[bpy.types.Object]
    actions: list[bpy.types.Action]
    """The takes, from time 0 on; the armature plays one of them, or has a track for each of several."""
    faces: list[tuple[str, bpy.types.Action]] = field(default_factory=list)
    """Names of takes with what faces do in them."""


@contextlib.contextmanager
def export_copy(
    context: bpy.types.Context,
    rig: bpy.types.Object,
    meshes: list[bpy.types.Object],
    preset: Preset,
    motion: str,
    twist_bones: bool = False,
    joined: bool = True,
    takes: Sequence[bpy.types.Action] = (),
) -> Iterator[Copy]:
    """Make the copy in the scene for a while; names are given back afterwards.

    Args:
        context: Blender's, in Object Mode with nothing selected (`modes.object_mode`).
        rig: the avatar's armature object.
        meshes: of its meshes those that are wanted.
        preset: names, unit and end bones.
        motion: who carries the travel; a key of `export_presets.MOTIONS`.
        twist_bones: give the copy twist bones where the avatar has none.
        joined: make one mesh of them.
        takes: of the avatar; none takes the one that it plays, if any.
    """
    current = rig.animation_data.action if rig.animation_data else None
    takes = list(takes) or ([current] if current is not None else [])
    if len(names_of(rig)) > len(NAMES):
        preset = preset.with_fingers()
    layer = context.view_layer
    collection = _made(bpy.data.collections.new("Export"))
    context.scene.collection.children.link(collection)
    try:
        copy = _duplicate(rig, meshes, collection, takes)
        if joined and len(copy.meshes) > 1:
            _join(context, copy)
        if preset.rig:
            copy.rig.name = preset.rig
        if twist_bones and not twist.has_twist(copy.rig):
            layer.update()
            twist.add_twist(context, copy.rig, copy.meshes)
        for take, action in zip(takes, copy.actions):
            if twist.has_twist(copy.rig):
                compat.assign_action(copy.rig, action)
                twist.key_twist(copy.rig, take, action)
        _shape_bones(context, copy, preset, motion)
        for action in copy.actions:
            compat.assign_action(copy.rig, action)
            _shape_action(copy, action, preset, motion)
            _begin_at_zero(action)
        _move_faces(copy)
        if len(copy.actions) > 1:
            lay_out(copy)
        if preset.green_down:
            _flip_green(copy)
        layer.update()
        yield copy
    finally:
        clear_up()


def clear_up() -> None:
    """Remove what exports have made, and give back the names that they have borrowed.

    All of it is marked, so that a file which was saved in the middle of an export is as it was when it is opened.
    """
    stores = [getattr(bpy.data, name) for name in _KINDS]
    for store in stores:  # objects first: a mesh or armature that is removed takes its objects with it
        for item in [item for item in store if EXPORT_COPY in item]:
            store.remove(item)
    for item in [item for store in stores for item in store if LENT in item]:
        item.name = item[LENT]
        del item[LENT]


_KINDS = ("objects", "armatures", "meshes", "actions", "materials", "images", "collections")
"""The data-blocks that a copy has, by their names in `bpy.data`."""


def _made(datablock: bpy.types.ID) -> bpy.types.ID:
    """Mark what `clear_up` is to remove."""
    datablock[EXPORT_COPY] = True
    return datablock


def _twin(datablock: bpy.types.ID) -> bpy.types.ID:
    """Copy a data-block; the copy gets its name, which a file's exporter writes, and the original lends it."""
    name = datablock.name
    other = _made(datablock.copy())
    if datablock.library is None:  # one of another file may have the same name
        datablock[LENT] = name
        datablock.name = "Lent"
    other.name = name
    return other


def _duplicate(
    rig: bpy.types.Object,
    meshes: list[bpy.types.Object],
    collection: bpy.types.Collection,
    takes: Sequence[bpy.types.Action],
) -> Copy:
    """Copy objects, data and actions."""
    other = _twin(rig)
    other.data = _twin(rig.data)
    other.parent, other.matrix_world = None, Matrix()  # at the origin and at its own size, wherever it stands
    other.animation_data_clear()
    collection.objects.link(other)
    twins = []
    for mesh in meshes:
        second = _twin(mesh)
        second.data = _twin(mesh.data)
        collection.objects.link(second)
        settle(second, protocol.FACE_SHAPES)
        bake_tints(second)
        _without_tints(second)
        apply_masks(second)
        second.parent, second.matrix_parent_inverse = other, Matrix()
        second.matrix_basis = rig.matrix_world.inverted() @ mesh.matrix_world
        second.hide_viewport = second.hide_render = False
        second.hide_set(False)
        for modifier in second.modifiers:
            if modifier.type == "ARMATURE":
                modifier.object = other
        twins.append(second)
    return Copy(other, twins, [_twin(take) for take in takes])


def _without_tints(mesh: bpy.types.Object) -> None:
    """Give a copy materials that do not tint once more what was tinted for good."""
    tinted = [slot for slot, socket in tints_of(mesh).items() if tuple(socket.default_value) != WHITE]
    for slot in tinted:
        mesh.data.materials[slot] = _made(mesh.material_slots[slot].material.copy())
    for slot in tinted:
        tints_of(mesh)[slot].default_value = WHITE


def lay_out(copy: Copy) -> None:
    """Give each take a track of its own, and what faces do in it one of the same name; nothing else plays."""
    _tracks(copy.rig, [(action.name, action) for action in copy.actions])
    for mesh in copy.meshes if copy.faces else ():
        if mesh.data.shape_keys is not None:
            _tracks(mesh.data.shape_keys, copy.faces)


def _tracks(owner: bpy.types.ID, moves: Sequence[tuple[str, bpy.types.Action]]) -> None:
    animation = owner.animation_data
    animation.action = None
    for name, action in moves:
        track = animation.nla_tracks.new()
        track.name = name
        strip = track.strips.new(name, 0, action)
        strip.name = name
        compat.assign_slot(strip, action)


def _join(context: bpy.types.Context, copy: Copy) -> None:
    """Make one mesh of the copy's."""
    first = copy.meshes[0]
    context.view_layer.update()
    join_meshes(context, copy.meshes)
    copy.meshes[:] = [first]


def _shape_bones(context: bpy.types.Context, copy: Copy, preset: Preset, motion: str) -> None:
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
        _add_bones(copy.rig.data.edit_bones, preset, motion)
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")


def _add_bones(bones: bpy.types.ArmatureEditBones, preset: Preset, motion: str) -> None:
    """Add the bones that joints do not have: ends of limbs, and the root on the floor."""
    for joint, name in preset.ends.items():
        last = bones[preset.names[joint]]
        end = bones.new(name)
        end.head, end.tail = last.tail, last.tail + 0.3 * (last.tail - last.head)
        end.parent, end.roll = last, last.roll
    if motion == ROOT:
        root = bones.new(preset.root)
        root.head, root.tail = Vector(), Vector((0.0, 0.0, 0.1 / preset.unit))  # +z of the laid-down data is the front
        root.roll = 0.0
        bones[preset.names["pelvis"]].parent = root


def _shape_action(copy: Copy, action: bpy.types.Action, preset: Preset, motion: str) -> None:
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
    if motion in (ROOT, IN_PLACE):
        moved = moved - travel
    _write(tracks, frames, moved @ rest)
    if motion == ROOT:
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
            moves = _made(face.copy())
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


def split_orm(copy: Copy) -> None:
    """Give roughness and metalness pictures of their own: FBX takes only what is linked to the surface directly."""
    for tree in _own_trees(copy, "ORM"):
        surface = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
        if surface is None:
            continue
        for node in _pictures(tree, "ORM"):
            for channel, title in ((1, "Roughness"), (2, "Metallic")):
                pixels = _pixels(node.image)
                for other in range(3):
                    pixels[other::4] = pixels[channel::4].copy()
                alone = tree.nodes.new("ShaderNodeTexImage")
                alone.image, alone.label = _made(_picture(node.image, title, pixels)), title
                tree.links.new(alone.outputs["Color"], surface.inputs[title])


def _flip_green(copy: Copy) -> None:
    """Give the copies' materials a normal map whose green points down."""
    for tree in _own_trees(copy, "Normal"):
        for node in _pictures(tree, "Normal"):
            pixels = _pixels(node.image)
            pixels[1::4] = 1.0 - pixels[1::4]
            node.image = _made(_picture(node.image, "DirectX", pixels))


def _own_trees(copy: Copy, label: str) -> list[bpy.types.NodeTree]:
    """Trees of the copies' materials with the picture of a label; these materials become copies themselves."""
    twins: dict[bpy.types.Material, bpy.types.Material] = {}
    for mesh in copy.meshes:
        for slot in mesh.material_slots:
            material = slot.material
            if material is not None and material.node_tree is not None and _pictures(material.node_tree, label):
                twins[material] = twins.get(material) or _twin(material)
                slot.link, slot.material = "OBJECT", twins[material]
    return [twin.node_tree for twin in twins.values()]


def _pictures(tree: bpy.types.NodeTree, label: str) -> list[bpy.types.ShaderNode]:
    """Nodes with the picture of a label."""
    return [node for node in tree.nodes if node.type == "TEX_IMAGE" and node.label == label and node.image is not None]


def _pixels(image: bpy.types.Image) -> np.ndarray:
    """Its numbers, four a pixel."""
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    return pixels


def _picture(image: bpy.types.Image, title: str, pixels: np.ndarray) -> bpy.types.Image:
    """A packed picture of data, not colours, with the size of another and its name with a title."""
    other = bpy.data.images.new(f"{image.name} {title}", *image.size)
    other.colorspace_settings.name = "Non-Color"
    other.pixels.foreach_set(pixels)
    name = bpy.path.clean_name(other.name)
    other.filepath_raw, other.file_format = f"//{name}.png", "PNG"  # readers tell its kind by the ending
    other.pack()
    return other
