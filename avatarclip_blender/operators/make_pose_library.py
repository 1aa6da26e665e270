"""Make pose library: the candidate poses of a result as pose assets."""

from pathlib import Path

import bpy

from .. import importer
from .from_result import FromResult


class AVATARCLIP_OT_make_pose_library(FromResult, bpy.types.Operator):
    """Make pose assets of the candidate poses of the last motion, for the active avatar"""

    bl_idname = "avatarclip.make_pose_library"
    bl_label = "Make Pose Library"
    bl_options = {"REGISTER", "UNDO"}

    def use(self, context: bpy.types.Context, rig: bpy.types.Object, path: Path) -> str:
        """Make them."""
        made = importer.make_pose_library(context, rig, path)
        return f"Made {len(made)} pose assets; the Asset Browser shows them under Current File"
