"""What is done with the active avatar: Mark as Asset, IK controls, twist bones."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from .. import avatar, controls, export, twist


class OnAvatar:
    """Refuses if no avatar is active."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if no avatar is active."""
        possible = avatar.find_avatar(context.active_object) is not None
        if not possible:
            cls.poll_message_set("Select an avatar, its armature or its mesh")  # type: ignore[attr-defined]
        return possible


class AVATARCLIP_OT_mark_asset(OnAvatar, bpy.types.Operator):
    """Make the avatar an asset with a thumbnail, to be dragged from the Asset Browser into any scene"""

    bl_idname = "avatarclip.mark_asset"
    bl_label = "Mark as Asset"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own convention)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Mark its collection."""
        try:
            collection = avatar.mark_asset(context, avatar.find_avatar(context.active_object))
        except ValueError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report(
            {"INFO"}, f"{collection.name} is an asset now; save the file into an asset library to keep it at hand"
        )
        return {"FINISHED"}


class AVATARCLIP_OT_add_controls(OnAvatar, bpy.types.Operator):
    """Add inverse kinematics for feet and hands; the motion stays as it is"""

    bl_idname = "avatarclip.add_controls"
    bl_label = "Add IK Controls"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own convention)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add them."""
        try:
            controls.add_controls(context, avatar.find_avatar(context.active_object))
        except ValueError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class AVATARCLIP_OT_bake_controls(OnAvatar, bpy.types.Operator):
    """Key what the controls do into the 24 bones, and take the controls away"""

    bl_idname = "avatarclip.bake_controls"
    bl_label = "Bake IK Controls"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own convention)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Bake them."""
        try:
            controls.bake_controls(context, avatar.find_avatar(context.active_object))
        except ValueError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class AVATARCLIP_OT_add_twist(OnAvatar, bpy.types.Operator):
    """Add three bones to each forearm that follow the hand's turn, so that the forearm stays thick"""

    bl_idname = "avatarclip.add_twist"
    bl_label = "Add Twist Bones"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own convention)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add them."""
        return change_twist(self, context, twist.add_twist)


class AVATARCLIP_OT_remove_twist(OnAvatar, bpy.types.Operator):
    """Remove the forearms' twist bones and give their weights back"""

    bl_idname = "avatarclip.remove_twist"
    bl_label = "Remove Twist Bones"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own convention)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove them."""
        return change_twist(self, context, twist.remove_twist)


def change_twist(operator: bpy.types.Operator, context: bpy.types.Context, change: Callable[..., None]) -> set[str]:
    """Add or remove the active avatar's twist bones, and return what an operator returns."""
    rig = avatar.find_avatar(context.active_object)
    try:
        change(context, rig, export.bound_meshes(rig))
    except ValueError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    return {"FINISHED"}
