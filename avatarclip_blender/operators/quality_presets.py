"""Quality presets of one's own: the quality and the advanced settings, saved as Blender saves presets."""

from __future__ import annotations

import bpy
from bl_operators.presets import AddPresetBase

from .. import settings_table

SUBFOLDER = "avatarclip/quality"


class AVATARCLIP_MT_quality_presets(bpy.types.Menu):
    """Saved quality settings"""

    bl_label = "Quality Presets"
    preset_subdir = SUBFOLDER
    preset_operator = "script.execute_preset"
    draw = bpy.types.Menu.draw_preset


class AVATARCLIP_OT_save_preset(AddPresetBase, bpy.types.Operator):
    """Save the quality and the advanced settings under a name, or remove the preset of that name"""

    bl_idname = "avatarclip.save_preset"
    bl_label = "Save Quality Preset"
    preset_menu = "AVATARCLIP_MT_quality_presets"
    preset_subdir = SUBFOLDER
    preset_defines = ("settings = bpy.context.scene.avatarclip",)
    preset_values = (
        "settings.preset",
        "settings.advanced_of",
        *(f"settings.advanced.{setting.attribute}" for setting in settings_table.main_settings()),
        "settings.conf",
    )
