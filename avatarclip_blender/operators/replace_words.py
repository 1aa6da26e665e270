"""Replace words of a prompt by what they are read as."""

import re

import bpy

from .. import flow, properties


class AVATARCLIP_OT_replace_words(bpy.types.Operator):
    """Write the word as it is read"""

    bl_idname = "avatarclip.replace_words"
    bl_label = "Correct Prompt"
    bl_options = {"REGISTER", "UNDO"}

    part: bpy.props.EnumProperty(name="Prompt", items=[(part, flow.LABELS[part], "") for part in flow.PARTS])
    words: bpy.props.StringProperty(name="Words", description="What stands in the prompt")
    by: bpy.props.StringProperty(name="By", description="What shall stand there")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Replace them, whole words in any case."""
        settings = properties.of(context.scene)
        text = getattr(settings, self.part)
        changed = re.sub(rf"(?<!\w){re.escape(self.words)}(?!\w)", lambda _: self.by, text, flags=re.IGNORECASE)
        if not self.words or changed == text:
            self.report({"WARNING"}, f"The prompt has no {self.words!r}")
            return {"CANCELLED"}
        setattr(settings, self.part, changed)
        return {"FINISHED"}
