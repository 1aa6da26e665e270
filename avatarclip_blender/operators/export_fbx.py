"""Export the selected avatar as FBX for a game engine."""

import bpy

from .. import export, ui
from ..export_presets import MOTIONS, PRESETS
from .exporting import MOTION_ITEMS, ExportAvatar

PRESET_ITEMS = [(key, preset.label, preset.description) for key, preset in PRESETS.items()]
AS_THE_PRESET = ("PRESET", "As the Preset", "What the preset's engine expects")


class AVATARCLIP_OT_export_fbx(ExportAvatar, bpy.types.Operator):
    """Write the selected avatar with its skeleton and motion for a game engine"""

    bl_idname = "avatarclip.export_fbx"
    bl_label = "Export Avatar as FBX"
    bl_options = {"REGISTER", "PRESET"}
    still_faces = True

    filename_ext = ".fbx"
    filter_glob: bpy.props.StringProperty(default="*.fbx", options={"HIDDEN"})

    preset: bpy.props.EnumProperty(name="For", items=PRESET_ITEMS, description="Bone names, unit and end bones")
    motion: bpy.props.EnumProperty(
        name="Motion", items=[AS_THE_PRESET, *MOTION_ITEMS], description="Which bone carries the travel"
    )
    twist_bones: bpy.props.BoolProperty(
        name="Twist Bones",
        description="Three more bones in each forearm, which keep it thick when the hand turns",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the choices, and what the target is going to get."""
        layout, preset = self.layout, PRESETS[self.preset]
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in ("preset", "motion", "detail", "all_takes", "twist_bones"):
            layout.prop(self, name)
        width = context.region.width
        ui.wrapped(layout, preset.description, width, "INFO")
        motion = preset.motion if self.motion == "PRESET" else self.motion
        ui.wrapped(layout, "{}: {}".format(*MOTIONS[motion]), width, "BLANK1")

    def write(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Write the file."""
        motion = "" if self.motion == "PRESET" else self.motion
        export.export_fbx(
            context, self.filepath, rig, self.preset, motion, self.detail, self.twist_bones, self.all_takes
        )


def draw_menu(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Add the entry to File > Export."""
    self.layout.operator(AVATARCLIP_OT_export_fbx.bl_idname, text="AvatarCLIP Avatar for Games (.fbx)")
