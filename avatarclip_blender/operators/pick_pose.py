"""Choose candidate poses, and make the motion through them."""

import bpy

from .. import flow, properties
from ..locate import SetupError
from .common import last_folder, launch, refuse, request_of


def picked(settings: bpy.types.PropertyGroup) -> list[int]:
    """Return the numbers of the chosen poses, in the order in which they were chosen."""
    return [int(number) for number in settings.picked.split()]


class AVATARCLIP_OT_pick_pose(bpy.types.Operator):
    """Choose this pose for the motion, or drop it again; the motion goes through them in the order chosen"""

    bl_idname = "avatarclip.pick_pose"
    bl_label = "Pick Pose"
    bl_options = {"REGISTER", "UNDO"}

    number: bpy.props.IntProperty(name="Number", min=1, options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it at the end, or take it out."""
        settings = properties.of(context.scene)
        chosen = picked(settings)
        chosen = [n for n in chosen if n != self.number] if self.number in chosen else [*chosen, self.number]
        settings.picked = " ".join(map(str, chosen))
        return {"FINISHED"}


class AVATARCLIP_OT_use_poses(bpy.types.Operator):
    """Make the motion anew, through the chosen poses in their order"""

    bl_idname = "avatarclip.use_poses"
    bl_label = "Generate from Poses"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if nothing was chosen."""
        possible = bool(picked(properties.of(context.scene))) and request_of(last_folder(context)) is not None
        return refuse(cls, "" if possible else "Choose one or more of the poses first")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start it."""
        base = request_of(last_folder(context))
        if base is None:
            return {"CANCELLED"}
        try:
            launch(context, flow.request_pick(base, picked(properties.of(context.scene))))
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
