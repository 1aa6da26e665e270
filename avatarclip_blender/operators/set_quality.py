"""Quality: choose how much time to spend, and with it all the advanced settings."""

import bpy

from .. import properties
from ..contract import protocol


class AVATARCLIP_OT_set_quality(bpy.types.Operator):
    """Choose how much time to spend; brings the advanced settings to this quality's values"""

    bl_idname = "avatarclip.set_quality"
    bl_label = "Set Quality"
    bl_options = {"REGISTER", "UNDO"}

    preset: bpy.props.EnumProperty(
        name="Quality", items=[(name, name.title(), "") for name in protocol.PRESETS], options={"SKIP_SAVE"}
    )

    @classmethod
    def description(cls, context: bpy.types.Context, given: bpy.types.OperatorProperties) -> str:
        """Say what this quality is for."""
        return properties.DESCRIPTIONS.get(given.preset, cls.__doc__ or "")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set it."""
        properties.set_quality(properties.of(context.scene), self.preset)
        return {"FINISHED"}
