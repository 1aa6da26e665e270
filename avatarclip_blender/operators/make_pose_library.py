"""Make pose library: the candidate poses of a result as pose assets."""

import bpy

from .. import importer
from .common import active_avatar, chosen_result, poll_avatar


class AVATARCLIP_OT_make_pose_library(bpy.types.Operator):
    """Make pose assets of the candidate poses of the last motion, for the active avatar"""

    bl_idname = "avatarclip.make_pose_library"
    bl_label = "Make Pose Library"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own convention)

    directory: bpy.props.StringProperty(
        name="Folder", subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"},
        description="Folder of the result; empty takes the last one that was generated",
    )  # fmt: skip

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse without an avatar."""
        return poll_avatar(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make them."""
        path = chosen_result(context, self.directory)
        if path is None:
            self.report({"ERROR"}, "There is no finished motion yet; press Generate first")
            return {"CANCELLED"}
        try:
            made = importer.make_pose_library(context, active_avatar(context), path)
        except importer.ResultError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Made {len(made)} pose assets; the Asset Browser shows them under Current File")
        return {"FINISHED"}
