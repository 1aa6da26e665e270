"""Export the selected avatar as GLB."""

import bpy

from ..export_glb import export_glb
from .export_fbx import PRESET_ITEMS
from .exporting import MOTION_ITEMS, ExportAvatar


class AVATARCLIP_OT_export_glb(ExportAvatar, bpy.types.Operator):
    """Write the selected avatar as it is now, with its skeleton, takes and textures, as one glTF file"""

    bl_idname = "avatarclip.export_glb"
    bl_label = "Export Avatar as GLB"
    bl_options = {"REGISTER", "PRESET"}

    filename_ext = ".glb"
    filter_glob: bpy.props.StringProperty(default="*.glb", options={"HIDDEN"})

    preset: bpy.props.EnumProperty(name="Bone Names", items=PRESET_ITEMS, description="How the bones are called")
    motion: bpy.props.EnumProperty(name="Motion", items=MOTION_ITEMS, description="Which bone carries the travel")

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the choices."""
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        for name in ("preset", "motion", "detail", "all_takes"):
            self.layout.prop(self, name)

    def write(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Write the file."""
        export_glb(context, self.filepath, rig, self.preset, self.motion, self.detail, self.all_takes)


def draw_menu(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Add the entry to File > Export."""
    self.layout.operator(AVATARCLIP_OT_export_glb.bl_idname, text="AvatarCLIP Avatar (.glb)")
