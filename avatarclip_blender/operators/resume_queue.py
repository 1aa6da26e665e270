"""Resume queue: the avatars that waited when Blender was closed get their turn."""

import bpy

from .. import library, preferences, session, waiting
from ..locate import SetupError
from .common import refuse


class AVATARCLIP_OT_resume_queue(bpy.types.Operator):
    """Generate the avatars that still waited for their turn when Blender was closed"""

    bl_idname = "avatarclip.resume_queue"
    bl_label = "Resume Queue"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if none wait, and while there is a queue at work."""
        possible = not session.running() and bool(library.left_waiting(preferences.output_folder(context)))
        return refuse(cls, "" if possible else "No avatars of an earlier session wait, or the engine is at work")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Line them up in their order and start the first."""
        try:
            python = preferences.engine_command(context)
            for folder in library.left_waiting(preferences.output_folder(context)):
                device, base = waiting.recall(folder) or ("auto", None)
                session.enqueue(folder, python, device, base)
                session.set_folder(context.scene, folder)
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
