"""Every difference between Blender 4.2 and 5.2 that the add-on meets, and nowhere else.

Gated by `bpy.app.version`, not by what happens to exist: 4.3 carries experimental variants of later features.
"""

from __future__ import annotations

from typing import Any

import bpy

SLOT_NAME = "Slot"
"""Name of the slot in every action: the one that Blender's BVH importer uses, so that takes can be swapped."""

HAS_SLOTS = bpy.app.version >= (4, 4, 0)
NODES_ALWAYS_ON = bpy.app.version >= (5, 0, 0)
"""`Material.use_nodes` is always true, and deprecated, since 5.0."""
CPP_FBX_IMPORTER = bpy.app.version >= (4, 5, 0)


class ActionCurves:
    """Adds F-curves, sorted into groups, to a new action that is already assigned to its object."""

    def __init__(self, datablock: bpy.types.ID, action: bpy.types.Action) -> None:
        """Assign ``action`` to ``datablock`` and make ready the place where its F-curves go."""
        animation = datablock.animation_data or datablock.animation_data_create()
        animation.action = action
        self._owner: Any = action
        if HAS_SLOTS:
            slot = action.slots.new(id_type=datablock.id_type, name=SLOT_NAME)
            animation.action_slot = slot
            strip = action.layers.new("Layer").strips.new(type="KEYFRAME")
            self._owner = strip.channelbag(slot, ensure=True)

    @classmethod
    def of(cls, datablock: bpy.types.ID, action: bpy.types.Action) -> ActionCurves:
        """The curves of an action that has some already, for a data-block."""
        curves = cls.__new__(cls)
        curves._owner = action
        if HAS_SLOTS:
            curves._owner = action.layers[0].strips[0].channelbag(datablock.animation_data.action_slot, ensure=True)
        return curves

    def new(self, data_path: str, index: int, group: str) -> bpy.types.FCurve:
        """Add one F-curve."""
        curve = self._owner.fcurves.new(data_path, index=index)
        curve.group = self._owner.groups.get(group) or self._owner.groups.new(group)
        return curve


def assign_action(datablock: bpy.types.ID, action: bpy.types.Action) -> None:
    """Let an object play an action, through the action's first slot where there are slots."""
    animation = datablock.animation_data or datablock.animation_data_create()
    animation.action = action
    if HAS_SLOTS and action.slots:
        animation.action_slot = action.slots[0]


def assign_slot(strip: bpy.types.NlaStrip, action: bpy.types.Action) -> None:
    """Let a strip play the first slot of its action, where there are slots."""
    if HAS_SLOTS and action.slots:
        strip.action_slot = action.slots[0]


def action_fcurves(action: bpy.types.Action) -> list[bpy.types.FCurve]:
    """Return all F-curves of an action, whatever its version's way of storing them."""
    if not HAS_SLOTS:
        return list(action.fcurves)
    return [
        curve for layer in action.layers for strip in layer.strips for bag in strip.channelbags for curve in bag.fcurves
    ]


def remove_fcurves(action: bpy.types.Action, starts: tuple[str, ...]) -> None:
    """Remove the F-curves whose data path starts with one of these texts, and groups that are left empty."""
    owners: list[Any] = [action]
    if HAS_SLOTS:
        owners = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    for owner in owners:
        for curve in [curve for curve in owner.fcurves if curve.data_path.startswith(starts)]:
            owner.fcurves.remove(curve)
        for group in [group for group in owner.groups if not len(group.channels)]:
            owner.groups.remove(group)


def empty_node_tree(material: bpy.types.Material) -> bpy.types.NodeTree:
    """Return the node tree of a material, switched on and without nodes."""
    if not NODES_ALWAYS_ON:
        material.use_nodes = True
    material.node_tree.nodes.clear()
    return material.node_tree


def import_fbx(filepath: str) -> None:
    """Import an FBX file with Blender's newest importer."""
    if CPP_FBX_IMPORTER:
        bpy.ops.wm.fbx_import(filepath=filepath)
    else:
        bpy.ops.import_scene.fbx(filepath=filepath)
