"""Use Example: fill the three prompts in."""

import bpy

from .. import flow, properties
from ..examples import examples


class AVATARCLIP_OT_use_example(bpy.types.Operator):
    """Fill the three prompts in with this example"""

    bl_idname = "avatarclip.use_example"
    bl_label = "Use Example"
    bl_options = {"REGISTER", "UNDO"}

    title: bpy.props.EnumProperty(
        name="Example", options={"SKIP_SAVE"},
        items=[(one["title"], one["title"], one["appearance"]) for one in examples()],
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fill them in."""
        chosen = next(one for one in examples() if one["title"] == self.title)
        for part in flow.PARTS:
            setattr(properties.of(context.scene), part, chosen[part])
        return {"FINISHED"}


class AVATARCLIP_MT_examples(bpy.types.Menu):
    """Prompts to begin with"""

    bl_label = "Examples"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw an entry for each."""
        for one in examples():
            self.layout.operator("avatarclip.use_example", text=one["title"]).title = one["title"]
