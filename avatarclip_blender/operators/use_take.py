"""Use take: make one of an avatar's takes the current one."""

import bpy

from .. import importer
from ..avatar import find_avatar
from .common import poll_avatar


class AVATARCLIP_OT_use_take(bpy.types.Operator):
    """Let the active avatar perform another of its takes"""

    bl_idname = "avatarclip.use_take"
    bl_label = "Use Take"
    bl_options = {"REGISTER", "UNDO"}

    action: bpy.props.StringProperty(
        name="Take", options={"SKIP_SAVE"}, description="Name of the action; empty goes on to the next one"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse without an avatar."""
        return poll_avatar(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Assign it."""
        rig = find_avatar(context.active_object)
        assert rig is not None  # poll saw to it
        takes = importer.takes_of(rig)
        chosen = next((take for take in takes if take.name == self.action), None)
        if not self.action and takes:
            current = rig.animation_data.action if rig.animation_data else None
            chosen = takes[(takes.index(current) + 1) % len(takes) if current in takes else 0]
        if chosen is None:
            self.report({"ERROR"}, f"This avatar has no take named {self.action!r}; it has {len(takes)}")
            return {"CANCELLED"}
        importer.use_take(rig, chosen)
        if context.scene.use_preview_range:
            importer.play_range(context.scene, chosen)
        return {"FINISHED"}
