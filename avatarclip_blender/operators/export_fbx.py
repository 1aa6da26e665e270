"""Export the selected avatar as FBX for a game engine."""

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper

from .. import export, ui
from ..export_presets import MOTIONS, PRESETS

PRESET_ITEMS = [(key, preset.label, preset.description) for key, preset in PRESETS.items()]
MOTION_ITEMS = [
    ("PRESET", "As the Preset", "What the preset's engine expects"),
    *((key, label, text) for key, (label, text) in MOTIONS.items()),
]
DETAIL_ITEMS = [
    ("GAME", "Game Mesh", "Few triangles with textures; the full mesh if there is no game mesh"),
    ("FULL", "Full Mesh", "All triangles, in vertex colors"),
]


class AVATARCLIP_OT_export_fbx(bpy.types.Operator, ExportHelper):
    """Write the selected avatar with its skeleton and motion for a game engine"""

    bl_idname = "avatarclip.export_fbx"
    bl_label = "Export Avatar as FBX"
    bl_options = {"REGISTER"}  # noqa: RUF012 (Blender's own convention)

    filename_ext = ".fbx"
    filter_glob: bpy.props.StringProperty(default="*.fbx", options={"HIDDEN"})

    preset: bpy.props.EnumProperty(name="For", items=PRESET_ITEMS, description="Bone names, unit and end bones")
    motion: bpy.props.EnumProperty(name="Motion", items=MOTION_ITEMS, description="Which bone carries the travel")
    detail: bpy.props.EnumProperty(name="Mesh", items=DETAIL_ITEMS, description="Which of the avatar's meshes")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if no rigged mesh is active."""
        possible = export.find_rig(context.active_object) is not None
        if not possible:
            cls.poll_message_set("Select an avatar, its armature or its mesh")
        return possible

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Propose the avatar's name, beside the saved file."""
        rig = export.find_rig(context.active_object)
        if rig is not None and not self.properties.is_property_set("filepath"):
            name = bpy.path.clean_name(rig.name.removesuffix(" Rig")) + self.filename_ext
            self.filepath = str(Path(bpy.data.filepath).with_name(name)) if bpy.data.filepath else name
        return ExportHelper.invoke(self, context, event)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the choices, and what the target is going to get."""
        layout, preset = self.layout, PRESETS[self.preset]
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in ("preset", "motion", "detail"):
            layout.prop(self, name)
        width = context.region.width
        ui.wrapped(layout, preset.description, width, "INFO")
        motion = preset.motion if self.motion == "PRESET" else self.motion
        ui.wrapped(layout, "{}: {}".format(*MOTIONS[motion]), width, "BLANK1")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Export it."""
        try:
            motion = "" if self.motion == "PRESET" else self.motion
            rig = export.find_rig(context.active_object)
            export.export_fbx(context, self.filepath, rig, self.preset, motion, self.detail)
        except export.ExportError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Exported {self.filepath}")
        return {"FINISHED"}


def draw_menu(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Add the entry to File > Export."""
    self.layout.operator(AVATARCLIP_OT_export_fbx.bl_idname, text="AvatarCLIP Avatar for Games (.fbx)")
