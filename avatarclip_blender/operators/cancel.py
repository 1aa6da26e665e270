"""Cancel: stop the running engine within two seconds."""

import bpy

from .. import session
from .common import refuse


class AVATARCLIP_OT_cancel(bpy.types.Operator):
    """Stop the engine; what it has done so far stays in the job's folder"""

    bl_idname = "avatarclip.cancel"
    bl_label = "Cancel"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if no job runs."""
        return refuse(cls, "" if session.running() else "No avatar is being generated")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to stop; the timer notices when it has."""
        job = session.job()
        if job is not None:
            job.cancel()
        return {"FINISHED"}
