"""Generate: start the engine on a new job."""

import bpy

from .. import preferences, properties, session
from ..contract import protocol
from ..locate import SetupError


class AVATARCLIP_OT_generate(bpy.types.Operator):
    """Start making an avatar from the three prompts; Blender stays usable meanwhile"""

    bl_idname = "avatarclip.generate"
    bl_label = "Generate"
    bl_options = {"REGISTER"}  # noqa: RUF012 (Blender's own convention)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse while a job runs, or with a prompt that the engine would refuse."""
        problem = (
            "An avatar is being generated" if session.running() else properties.problem(properties.of(context.scene))
        )
        if problem:
            cls.poll_message_set(problem)
        return not problem

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the request and start the engine."""
        settings = properties.of(context.scene)
        request = protocol.Request(prompts=properties.prompts(settings), seed=settings.seed, preset=settings.preset)
        try:
            python = preferences.engine_command(context)
            folder = session.create(preferences.output_folder(context), request)
            session.start(folder, python)
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        settings.job_folder = str(folder)
        return {"FINISHED"}
