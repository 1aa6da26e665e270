"""Announce: tell in the status bar how a job ended; called by the timer, which cannot report itself."""

import bpy


class AVATARCLIP_OT_announce(bpy.types.Operator):
    """Tell how a job ended"""

    bl_idname = "avatarclip.announce"
    bl_label = "Avatar"
    bl_options = {"INTERNAL"}

    message: bpy.props.StringProperty(options={"SKIP_SAVE"})
    failed: bpy.props.BoolProperty(options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Report it."""
        self.report({"WARNING"} if self.failed else {"INFO"}, self.message)
        return {"FINISHED"}
