"""A garment of one avatar on another: a copy of the layer, moved from the one's joints to the other's."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from mathutils.kdtree import KDTree

from . import twist
from .avatar import collection_of
from .contract import protocol, skinning
from .importer import armature, coverage, shape_keys
from .importer.marks import LAYER
from .layers import layers_of, remove_masks, update_masks

_CLEAR = 0.003
"""Metres that cloth keeps from the skin of a body that it was not made for."""
_NEIGHBORS = 4
_SMOOTHING = 0.025
"""Metres over which the change of neighbouring places is evened out."""


def wear_layer(mesh: bpy.types.Object, target: bpy.types.Object) -> bpy.types.Object:
    """Put a copy of a layer on another avatar.

    Where both have the same joints at rest nothing is moved. Otherwise, if both bodies are of the same triangles, it is
    brought into the other's rest pose and goes with the skin beneath it from the one body to the other. If they are
    not, every vertex goes with its bones, from their places in the one rest pose to those in the other's. Then what is
    still inside the other's body comes out of it.

    Args:
        mesh: the layer.
        target: the other avatar's armature object.

    Raises:
        ValueError: if the layer is that avatar's already.
    """
    source = mesh.find_armature()
    if source is None or source == target:
        raise ValueError("Select a layer of another avatar, then the avatar that shall wear it")
    bodies = [next(iter(layers_of(rig)), None) for rig in (source, target)]
    leader = shape_keys.leading_mesh(target)
    copy = _copy(mesh, target)
    twist.merge_weights(copy)
    _follow(copy, leader)
    if len(armature.names_of(target)) == len(armature.NAMES):
        merge_fingers(copy)
    _fit(copy, source, target, *bodies)
    if twist.has_twist(target):
        twist.split_weights(target, copy)
    _cover(mesh, copy, source, target)
    update_masks(layers_of(target))
    return copy


def hand_of(finger: str) -> str:
    """Return the hand's joint that carries a finger where there are no finger bones."""
    return f"{finger.partition('_')[0]}_hand"


def merge_fingers(mesh: bpy.types.Object) -> None:
    """Give fingers' weights to the hands, and remove their groups."""
    groups = mesh.vertex_groups
    fingers = {group.index: hand_of(group.name) for group in groups if group.name in protocol.FINGER_NAMES}
    moved: dict[tuple[str, int], float] = {}
    for vertex in mesh.data.vertices:
        for influence in vertex.groups:
            if influence.group in fingers:
                place = (fingers[influence.group], vertex.index)
                moved[place] = moved.get(place, 0.0) + influence.weight
    for (hand, vertex_index), weight in moved.items():
        group = groups.get(hand) or groups.new(name=hand)
        group.add([vertex_index], weight, "ADD")
    for group in [group for group in groups if group.name in protocol.FINGER_NAMES]:
        groups.remove(group)


def _copy(mesh: bpy.types.Object, target: bpy.types.Object) -> bpy.types.Object:
    """Copy a layer with its materials, bound to the other armature, under a name that is new there."""
    names = {layer[LAYER] for layer in layers_of(target)}
    name, number = mesh[LAYER], 2
    while name in names:
        name, number = f"{mesh[LAYER]} {number}", number + 1
    copy = mesh.copy()
    copy.data = mesh.data.copy()
    copy.name = copy.data.name = name
    copy[LAYER] = name
    for slot, material in enumerate(copy.data.materials):
        copy.data.materials[slot] = material.copy() if material is not None else None
    (collection_of(target) or target.users_collection[0]).objects.link(copy)
    remove_masks(copy)
    copy.parent = target
    copy.hide_render = copy.hide_viewport = False
    for modifier in copy.modifiers:
        if modifier.type == "ARMATURE":
            modifier.object = target
    return copy


def _follow(copy: bpy.types.Object, leader: bpy.types.Object | None) -> None:
    """Let a copy's shape keys follow those of its new avatar, if that has any."""
    if copy.data.shape_keys is None:
        return
    if leader is None:
        shape_keys.settle(copy)
    else:
        copy.data.shape_keys.animation_data_clear()
        shape_keys.follow_keys(copy, leader)


def _fit(
    copy: bpy.types.Object,
    source: bpy.types.Object,
    target: bpy.types.Object,
    own_body: bpy.types.Object | None,
    body: bpy.types.Object | None,
) -> None:
    """Move a copy to the other's joints and skin."""
    unshaped = all(shape_keys.JOINTS in rig for rig in (source, target)) and copy.data.shape_keys is not None
    count = min(len(armature.names_of(rig)) for rig in (source, target))  # fingers count where both have some
    joints = [(shape_keys.unshaped_joints(rig) if unshaped else _heads(rig))[:count] for rig in (source, target)]
    turns = [armature.world_rotations(armature.rest_pose_of(rig))[:count] for rig in (source, target)]
    if np.abs(joints[0] - joints[1]).max() < 1e-5 and np.abs(turns[0] - turns[1]).max() < 1e-5:
        return
    before = _points(copy.data.vertices)
    turned = turns[1] @ turns[0].transpose(0, 2, 1)
    if own_body is None or body is None or not _alike(own_body, body):
        after = blended(before, _weights(copy, count), turned, *joints)
    else:
        posed = _posed_joints(joints[0], turned)
        skin = _points(own_body.data.vertices)
        change = _points(body.data.vertices) - blended(skin, _weights(own_body, count), turned, joints[0], posed)
        after = blended(before, _weights(copy, count), turned, joints[0], posed)
        after += _smoothed(copy, _beneath(before, skin, change))
    if body is not None:
        after = _outside(after, body)
    _move(copy, after - before)


def blended(
    points: np.ndarray, weights: np.ndarray, turns: np.ndarray, before: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """Points (V,3) that go with their bones: turned by turns (24,3,3) about joints that move from before to after."""
    return skinning.skin(points, weights, skinning.rigid(turns, before, after)[None])[0]


def _posed_joints(joints: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Joints (24,3) of the same bones, turned by turns (24,3,3) in the world."""
    local = skinning.local_rotations(turns[None], armature.PARENTS)
    return skinning.forward_kinematics(local, joints, armature.PARENTS)[0][0]


def _beneath(points: np.ndarray, skin: np.ndarray, values: np.ndarray) -> np.ndarray:
    """For points (N,3) the mean of values (V,3) at the few vertices of skin (V,3) that are nearest."""
    tree = KDTree(len(skin))
    for number, place in enumerate(skin.tolist()):
        tree.insert(place, number)
    tree.balance()
    near = [[number for _, number, _ in tree.find_n(point, _NEIGHBORS)] for point in points.tolist()]
    return np.asarray(values[np.array(near)].mean(axis=1))


def _smoothed(mesh: bpy.types.Object, values: np.ndarray) -> np.ndarray:
    """Values (V,3) of a mesh's vertices, averaged along its edges as often as its triangles' size wants it."""
    ends = np.empty(2 * len(mesh.data.edges), np.int32)
    mesh.data.edges.foreach_get("vertices", ends)
    one, other = np.concatenate((ends.reshape(-1, 2), ends.reshape(-1, 2)[:, ::-1])).T
    count = np.bincount(one, minlength=len(values))[:, None] + 1.0
    points = _points(mesh.data.vertices)
    length = float(np.linalg.norm(points[one] - points[other], axis=1).mean())
    for _ in range(min(round((_SMOOTHING / length) ** 2), 60)):
        around = [np.bincount(one, values[other, axis], len(values)) for axis in range(3)]
        values = (values + np.stack(around, axis=1)) / count
    return values


def _alike(first: bpy.types.Object, second: bpy.types.Object) -> bool:
    """Tell whether two meshes have the same number of vertices and corners: layers that differ in shape alone."""
    sizes = [(len(mesh.data.vertices), len(mesh.data.loops)) for mesh in (first, second)]
    return sizes[0] == sizes[1]


def _move(mesh: bpy.types.Object, change: np.ndarray) -> None:
    """Move a mesh's vertices, and its shape keys with them."""
    keys = mesh.data.shape_keys.key_blocks if mesh.data.shape_keys is not None else ()
    for points in (mesh.data.vertices, *(key.data for key in keys)):
        points.foreach_set("co", (_points(points) + change).astype(np.float32).ravel())
    mesh.data.update()


def _outside(points: np.ndarray, body: bpy.types.Object) -> np.ndarray:
    """Points (V,3), those beneath a body's skin a little above it."""
    corners = [tuple(polygon.vertices) for polygon in body.data.polygons]
    tree = BVHTree.FromPolygons(_points(body.data.vertices).tolist(), corners)
    found = points.copy()
    for row, point in enumerate(points.tolist()):
        place, normal, _, _ = tree.find_nearest(point)
        if place is not None and (Vector(point) - place).dot(normal) < _CLEAR:
            found[row] = place + _CLEAR * normal
    return found


def _cover(mesh: bpy.types.Object, copy: bpy.types.Object, source: bpy.types.Object, target: bpy.types.Object) -> None:
    """Hide beneath the copy what the layer hides on its own avatar, of the layers that both have."""
    theirs = {layer[LAYER]: layer for layer in layers_of(target)}
    name = coverage.mask_name(mesh[LAYER])
    for layer in layers_of(source):
        other, group = theirs.get(layer[LAYER]), layer.vertex_groups.get(name)
        if group is None or other is None or other == copy:
            continue
        if _alike(layer, other):
            hidden = [vertex.index for vertex in layer.data.vertices if group.index in {g.group for g in vertex.groups}]
            coverage.add_mask(other, copy[LAYER], np.array(hidden, np.int64))


def _heads(rig: bpy.types.Object) -> np.ndarray:
    return np.array([list(rig.data.bones[name].head_local) for name in armature.names_of(rig)])


def _points(items: bpy.types.bpy_prop_collection) -> np.ndarray:
    """Coordinates (V,3) of vertices or of a shape key's points."""
    flat = np.empty(3 * len(items), np.float32)
    items.foreach_get("co", flat)
    return flat.reshape(-1, 3).astype(np.float64)


def _weights(mesh: bpy.types.Object, count: int) -> np.ndarray:
    """Skinning weights (V,J) of the first ``count`` joints, rows sum to 1; of 24, hands have those of their fingers."""
    columns = {}
    for group in mesh.vertex_groups:
        if group.name in armature.INDEX:
            joint = armature.INDEX[group.name]
            columns[group.index] = joint if joint < count else armature.INDEX[hand_of(group.name)]
    weights = np.zeros((len(mesh.data.vertices), count))
    for row, vertex in enumerate(mesh.data.vertices):
        for influence in vertex.groups:
            if influence.group in columns:
                weights[row, columns[influence.group]] += influence.weight
    return weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)
