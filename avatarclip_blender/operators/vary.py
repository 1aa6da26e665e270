"""Vary: another seed, and with it another result for the same words."""

import random

import bpy

from .. import flow, properties


class AVATARCLIP_OT_vary(bpy.types.Operator):
    """Pick another seed, for another result from the same words"""

    bl_idname = "avatarclip.vary"
    bl_label = "Vary"
    bl_options = {"REGISTER", "UNDO"}

    part: bpy.props.EnumProperty(
        name="Part", items=[(name, label, "") for name, label in flow.LABELS.items()], options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set the seed."""
        setattr(properties.of(context.scene), f"{self.part}_seed", random.randrange(10_000))
        return {"FINISHED"}
