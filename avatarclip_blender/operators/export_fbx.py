"""Export the selected avatar as FBX for a game engine."""

import bpy
from bpy_extras.io_utils import ExportHelper

from .. import export


class AVATARCLIP_OT_export_fbx(bpy.types.Operator, ExportHelper):
    """Write the selected avatar with its skeleton and motion for a game engine"""

    bl_idname = "avatarclip.export_fbx"
    bl_label = "Export Avatar as FBX…"
    bl_options = {"REGISTER"}  # noqa: RUF012 (Blender's own convention)

    filename_ext = ".fbx"
    filter_glob: bpy.props.StringProperty(default="*.fbx", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if no rigged mesh is active."""
        possible = export.find_rig(context.active_object) is not None
        if not possible:
            cls.poll_message_set("Select an avatar, its armature or its mesh")
        return possible

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Export it."""
        try:
            export.export_fbx(context, self.filepath, export.find_rig(context.active_object))
        except export.ExportError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Exported {self.filepath}")
        return {"FINISHED"}
