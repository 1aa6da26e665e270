"""Add take: the motion of a result as another action of the active avatar."""

import bpy

from .. import importer, preferences
from .common import active_avatar, chosen_result, poll_avatar


class AVATARCLIP_OT_add_take(bpy.types.Operator):
    """Add the last generated motion to the active avatar as another take; the ones it has stay"""

    bl_idname = "avatarclip.add_take"
    bl_label = "Add Take"
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
        """Add it."""
        path = chosen_result(context, self.directory)
        if path is None:
            self.report({"ERROR"}, "There is no finished motion yet; press Generate first")
            return {"CANCELLED"}
        try:
            action = importer.add_take(context, active_avatar(context), path, preferences.curve_options(context))
        except importer.ResultError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Added {action.name}")
        return {"FINISHED"}
