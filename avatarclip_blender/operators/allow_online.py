"""Allow Online Access: Blender's own preference, set after asking."""

import bpy

from .common import refuse


class AVATARCLIP_OT_allow_online(bpy.types.Operator):
    """Set Blender's preference System > Network > Allow Online Access, so that the engine can be downloaded"""

    bl_idname = "avatarclip.allow_online"
    bl_label = "Allow Online Access"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse where it is allowed, or where the command line decides."""
        if bpy.app.online_access_override:
            return refuse(cls, "Blender's command line decides that; start it without --offline-mode")
        return refuse(cls, "It is allowed already" if bpy.app.online_access else "")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask first."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set it."""
        context.preferences.system.use_online_access = True
        return {"FINISHED"}
