"""Going into one of Blender's modes and back, with mode, selection and active object as they were."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import bpy


@contextlib.contextmanager
def object_mode(context: bpy.types.Context) -> Iterator[None]:
    """Be in Object Mode with nothing selected for a while; objects that are gone by the end are passed over."""
    objects = context.view_layer.objects
    mode, active, selected = context.mode, objects.active, list(objects.selected)
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    _select(context, ())
    try:
        yield
    finally:
        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        there = set(context.view_layer.objects)
        _select(context, [item for item in selected if item in there])
        objects.active = active if active in there else None
        if mode == "POSE" and objects.active is not None and objects.active.type == "ARMATURE":
            bpy.ops.object.mode_set(mode="POSE")


@contextlib.contextmanager
def mode_of(context: bpy.types.Context, rig: bpy.types.Object, mode: str) -> Iterator[None]:
    """Be in a mode with one object for a while."""
    with object_mode(context):
        _select(context, (rig,))
        context.view_layer.objects.active = rig
        bpy.ops.object.mode_set(mode=mode)
        yield


def leave_modes(context: bpy.types.Context) -> None:
    """Go to Object Mode for good and deselect everything, as Blender's own importers do."""
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    _select(context, ())


def _select(context: bpy.types.Context, things: object) -> None:
    wanted = list(things)  # type: ignore[call-overload]
    for item in list(context.view_layer.objects.selected):
        item.select_set(False)
    for item in wanted:
        item.select_set(True)
