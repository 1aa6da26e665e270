"""Open Avatar: take up an avatar of the Avatars Folder again, finished or half-way."""

from pathlib import Path

import bpy

from .. import session
from .common import request_of


class AVATARCLIP_OT_open_avatar(bpy.types.Operator):
    """Work on this avatar again: import it, resume it, or make parts of it anew"""

    bl_idname = "avatarclip.open_avatar"
    bl_label = "Open Avatar"
    bl_options = {"REGISTER"}

    folder: bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make it the scene's avatar, and follow the engine if one is at work in it."""
        folder = Path(self.folder)
        if request_of(folder) is None:
            self.report({"ERROR"}, f"{folder} holds no avatar that can be read")
            return {"CANCELLED"}
        session.set_folder(context.scene, folder)
        session.attach(folder)
        return {"FINISHED"}
