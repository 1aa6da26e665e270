"""Add take: the motion of a result as another action of the active avatar."""

from pathlib import Path

import bpy

from .. import importer, preferences
from .from_result import FromResult


class AVATARCLIP_OT_add_take(FromResult, bpy.types.Operator):
    """Add the last generated motion to the active avatar as another take; the ones it has stay"""

    bl_idname = "avatarclip.add_take"
    bl_label = "Add Take"
    bl_options = {"REGISTER", "UNDO"}

    def use(self, context: bpy.types.Context, rig: bpy.types.Object, path: Path) -> str:
        """Add it."""
        return f"Added {importer.add_take(context, rig, path, preferences.curve_options(context)).name}"
