"""Reduce Keys and Loop: what is done with the active avatar's current take."""

from __future__ import annotations

import bpy

from .. import importer, preferences
from .avatar_verbs import OnAvatar


def _current(rig: bpy.types.Object) -> bpy.types.Action:
    """The take that an avatar plays.

    Raises:
        ValueError: if it plays none.
    """
    action = rig.animation_data.action if rig.animation_data else None
    if action is None:
        raise ValueError("This avatar plays no take; choose one first")
    return action


class AVATARCLIP_OT_reduce_keys(OnAvatar, bpy.types.Operator):
    """Give the current take as few keys as keep within 0.5° and 5 mm of it, as Bézier curves that are easy to edit"""

    bl_idname = "avatarclip.reduce_keys"
    bl_label = "Reduce Keys"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Reduce them."""
        before, now = importer.reduce_keys(rig, _current(rig))
        self.report({"INFO"}, f"{before:,} keys are {now:,} now")


class AVATARCLIP_OT_loop_take(OnAvatar, bpy.types.Operator):
    """Let the current take end as it begins and go on for ever, or let it end again"""

    bl_idname = "avatarclip.loop_take"
    bl_label = "Loop"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Turn it round."""
        action, render = _current(rig), context.scene.render
        if importer.is_looped(action):
            importer.unloop_take(rig, action)
        else:
            reduced = preferences.curve_options(context).reduced
            importer.loop_take(rig, action, render.fps / render.fps_base, reduced)
