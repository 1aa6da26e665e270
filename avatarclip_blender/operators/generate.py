"""Generate All and Generate of one part: start the engine on a new job, or queue it."""

from typing import Any

import bpy

from .. import flow, properties
from ..locate import SetupError
from .common import is_made, launch, refuse, wanted_request


class AVATARCLIP_OT_generate(bpy.types.Operator):
    """Start making an avatar from the three prompts; Blender stays usable meanwhile"""

    bl_idname = "avatarclip.generate"
    bl_label = "Generate All"
    bl_options = {"REGISTER"}

    part: bpy.props.EnumProperty(
        name="Part",
        default="ALL",
        options={"SKIP_SAVE"},
        items=[("ALL", "All", "Body, appearance and motion")]
        + [(name, label, f"Only the {label.lower()}; the rest stays as it is") for name, label in flow.LABELS.items()],
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """Say what this very button makes."""
        if properties.part == "ALL":
            return "Make all that is new or changed; Blender stays usable meanwhile"
        if properties.part == "shape":
            return "Make the body alone, in grey; looks and motion are made for it afterwards"
        return f"Make the {flow.LABELS[properties.part].lower()} anew and leave the rest as it is"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse a prompt that the engine would refuse."""
        return refuse(cls, properties.problem(properties.of(context.scene)))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the request and start the engine, or let it wait for its turn."""
        settings = properties.of(context.scene)
        settings.picked = ""
        request = wanted_request(context, "" if self.part == "ALL" else self.part)
        if is_made(context, request):
            self.report({"WARNING"}, "Nothing has changed since; Vary, beside the seed, gives another result")
            return {"CANCELLED"}
        try:
            launch(context, request)
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
