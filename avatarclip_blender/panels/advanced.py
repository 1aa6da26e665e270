"""The engine's main settings, below the quality that sets them."""

from __future__ import annotations

import bpy

from .. import properties, settings_table
from .base import AvatarPanel

_TITLES = {
    "shape": "Body",
    "appearance": "Appearance",
    "mesh": "Mesh",
    "rig": "Rig",
    "motion": "Motion",
    "export": "Files",
}


class AVATARCLIP_PT_advanced(AvatarPanel, bpy.types.Panel):
    """Settings that the quality stands for, one by one."""

    bl_label = "Advanced"
    bl_order = 2
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw device and conf file, then the settings by section."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = properties.of(context.scene)
        layout.prop(settings, "device")
        layout.prop(settings, "conf")
        if settings.advanced_of != settings.preset:
            text = f"Settings of {settings.preset.title()}"
            layout.operator("avatarclip.set_quality", text=text, icon="FILE_REFRESH").preset = settings.preset
            return
        column = None
        section = ""
        for setting in settings_table.main_settings():
            if column is None or setting.section != section:
                section = setting.section
                column = layout.column(align=True, heading="")
                column.label(text=_TITLES.get(section, section.title()))
            column.prop(settings.advanced, setting.attribute)


CLASSES = (AVATARCLIP_PT_advanced,)
