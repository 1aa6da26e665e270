"""Retarget take: carry a take of one avatar over to another."""

import bpy

from .. import importer, preferences
from ..avatar import find_avatar
from .common import poll_avatar, refuse


def _others(context: bpy.types.Context) -> list[bpy.types.Object]:
    """Return the selected avatars besides the active one, whether armature or mesh is selected."""
    active, found = find_avatar(context.active_object), []
    for candidate in map(find_avatar, context.selected_objects):
        if candidate is not None and candidate != active and candidate not in found:
            found.append(candidate)
    return found


class AVATARCLIP_OT_retarget_take(bpy.types.Operator):
    """Copy the take of the other selected avatar to the active one, fitted to its proportions"""

    bl_idname = "avatarclip.retarget_take"
    bl_label = "Retarget Take"
    bl_options = {"REGISTER", "UNDO"}

    action: bpy.props.StringProperty(
        name="Take",
        options={"SKIP_SAVE"},
        description="Name of the other avatar's action; empty takes its current one",
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse unless two avatars are selected, the target active."""
        if find_avatar(context.active_object) is None or len(_others(context)) != 1:
            return refuse(cls, "Select the avatar that has the take, then the one that shall get it")
        return poll_avatar(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Carry it over."""
        (source,) = _others(context)
        takes = importer.takes_of(source)
        current = source.animation_data.action if source.animation_data else None
        action = next((take for take in takes if take.name == self.action), None) if self.action else current
        if action is None:
            self.report({"ERROR"}, f"{source.name} has no such take; add one first")
            return {"CANCELLED"}
        target = find_avatar(context.active_object)
        assert target is not None  # poll saw to it
        made = importer.retarget_take(context.scene, source, action, target, preferences.curve_options(context))
        self.report({"INFO"}, f"Added {made.name} to {target.name}")
        return {"FINISHED"}
