"""Take a waiting job off the queue."""

from pathlib import Path

import bpy

from .. import session


class AVATARCLIP_OT_unqueue(bpy.types.Operator):
    """Take this avatar off the queue; its folder stays and can be resumed"""

    bl_idname = "avatarclip.unqueue"
    bl_label = "Remove from Queue"
    bl_options = {"REGISTER"}

    folder: bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it."""
        session.unqueue(Path(self.folder))
        return {"FINISHED"}
