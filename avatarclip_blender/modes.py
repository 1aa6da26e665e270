"""Going into one of Blender's modes and back."""

from __future__ import annotations

import bpy


class mode_of:
    """Be in a mode with one object for a while, then back in the mode of before."""

    def __init__(self, context: bpy.types.Context, rig: bpy.types.Object, mode: str) -> None:
        self._context, self._rig, self._mode = context, rig, mode
        self._before = rig.mode

    def __enter__(self) -> None:
        if self._context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        for other in list(self._context.view_layer.objects.selected):
            other.select_set(False)
        self._rig.select_set(True)
        self._context.view_layer.objects.active = self._rig
        bpy.ops.object.mode_set(mode=self._mode)

    def __exit__(self, *_: object) -> None:
        bpy.ops.object.mode_set(mode="OBJECT")
        if self._before == "POSE":
            bpy.ops.object.mode_set(mode="POSE")
