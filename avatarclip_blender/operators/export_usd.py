"""Export the selected avatar as USD."""

import bpy

from .. import export
from .exporting import MOTION_ITEMS, ExportAvatar


class AVATARCLIP_OT_export_usd(ExportAvatar, bpy.types.Operator):
    """Write the selected avatar with its skeleton, motion and textures as one USD package"""

    bl_idname = "avatarclip.export_usd"
    bl_label = "Export Avatar as USD"
    bl_options = {"REGISTER", "PRESET"}

    filename_ext = ".usdz"
    filter_glob: bpy.props.StringProperty(default="*.usdz", options={"HIDDEN"})

    motion: bpy.props.EnumProperty(name="Motion", items=MOTION_ITEMS, description="Which bone carries the travel")

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the choices."""
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        for name in ("motion", "detail"):
            self.layout.prop(self, name)

    def write(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Write the file."""
        export.export_usd(context, self.filepath, rig, self.motion, self.detail)


def draw_menu(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Add the entry to File > Export."""
    self.layout.operator(AVATARCLIP_OT_export_usd.bl_idname, text="AvatarCLIP Avatar (.usdz)")
