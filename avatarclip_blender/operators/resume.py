"""Resume: run the last job's folder again; the engine goes on where it stopped."""

import bpy

from .. import preferences, properties, session
from ..locate import SetupError
from .common import refuse, resumable_folder


class AVATARCLIP_OT_resume(bpy.types.Operator):
    """Go on with the last avatar from where it stopped, with its own prompts"""

    bl_idname = "avatarclip.resume"
    bl_label = "Resume"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if there is nothing that stopped half-way."""
        return refuse(cls, "" if resumable_folder(context) is not None else "No avatar was left half-way")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start the engine on the same folder."""
        folder = resumable_folder(context)
        if folder is None:
            return {"CANCELLED"}
        try:
            settings = properties.of(context.scene)
            session.start(folder, preferences.engine_command(context), settings.device)
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
