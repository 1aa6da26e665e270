"""Use Example: fill the three prompts in."""

import bpy

from .. import flow, properties
from ..contract import examples


class AVATARCLIP_OT_use_example(bpy.types.Operator):
    """Fill the three prompts in with this example"""

    bl_idname = "avatarclip.use_example"
    bl_label = "Use Example"
    bl_options = {"REGISTER", "UNDO"}

    title: bpy.props.EnumProperty(
        name="Example",
        options={"SKIP_SAVE"},
        items=[(title, title, prompts["appearance"]) for title, prompts in examples.examples().items()],
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fill them in."""
        for part in flow.PARTS:
            setattr(properties.of(context.scene), part, examples.examples()[self.title][part])
        return {"FINISHED"}


class AVATARCLIP_MT_examples(bpy.types.Menu):
    """Prompts to begin with"""

    bl_label = "Examples"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw an entry for each."""
        column = self.layout.column_flow(columns=3)
        for title in examples.examples():
            column.operator("avatarclip.use_example", text=title).title = title
