"""Check Set-up: ask the engine's doctor, in the background."""

import bpy

from .. import preferences, session
from ..locate import SetupError


class AVATARCLIP_OT_check_setup(bpy.types.Operator):
    """Start the engine's doctor and show what it finds"""

    bl_idname = "avatarclip.check_setup"
    bl_label = "Check Set-up"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start the check; the preferences show its result."""
        try:
            session.start_setup_check(preferences.engine_command(context))
        except SetupError as error:
            session.fail_setup_check(str(error))
        return {"FINISHED"}
