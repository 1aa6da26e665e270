"""What is done with the active avatar: Mark as Asset, IK controls, twist bones."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from .. import avatar, controls, layers, modes, removal, twist
from ..importer import takes
from .common import poll_avatar


class OnAvatar:
    """Refuses if no avatar is active, and does what `change` says with it; the operator adds `change`."""

    report: Callable[[set[str], str], None]
    change: Callable[[bpy.types.Context, bpy.types.Object], None]
    """Raises a ValueError with one sentence if that cannot be."""
    changes = True
    """Whether it changes bones or meshes, which those of a linked avatar cannot be."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if no avatar is active that can be changed."""
        return poll_avatar(cls, context, cls.changes)  # type: ignore[arg-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it, or say why not."""
        try:
            self.change(context, avatar.find_avatar(context.active_object))
        except ValueError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class AVATARCLIP_OT_mark_asset(OnAvatar, bpy.types.Operator):
    """Make the avatar an asset with a thumbnail, to be dragged from the Asset Browser into any scene"""

    bl_idname = "avatarclip.mark_asset"
    bl_label = "Mark as Asset"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Mark its collection."""
        collection = avatar.mark_asset(context, rig)
        self.report(
            {"INFO"}, f"{collection.name} is an asset now; save the file into an asset library to keep it at hand"
        )


class AVATARCLIP_OT_delete_avatar(OnAvatar, bpy.types.Operator):
    """Delete the avatar with its meshes, materials, textures and takes; what hangs on it stays"""

    bl_idname = "avatarclip.delete_avatar"
    bl_label = "Delete Avatar"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Delete it."""
        modes.leave_modes(context)
        name = rig.name.removesuffix(" Rig")
        removal.delete_avatar(rig)
        self.report({"INFO"}, f"Deleted {name}")


class AVATARCLIP_OT_show_view(OnAvatar, bpy.types.Operator):
    """Show the avatar's layers as they were chosen, all of them, or the game mesh in their place"""

    bl_idname = "avatarclip.show_view"
    bl_label = "Show"
    bl_options = {"REGISTER", "UNDO"}

    view: bpy.props.EnumProperty(
        name="View",
        options={"SKIP_SAVE"},
        items=[(key, label, text) for key, (label, text) in layers.VIEWS.items()],
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """Say what this very button shows."""
        return layers.VIEWS[properties.view][1]

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Show it."""
        layers.show_view(rig, self.view)


class AVATARCLIP_OT_show_game(OnAvatar, bpy.types.Operator):
    """Show the light mesh with textures in place of the layers, or the layers again"""

    bl_idname = "avatarclip.show_game"
    bl_label = "Show Game Mesh"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Turn it round."""
        layers.show_game(rig, not layers.game_is_shown(rig))


class AVATARCLIP_OT_add_controls(OnAvatar, bpy.types.Operator):
    """Add inverse kinematics for feet and hands; the motion stays as it is"""

    bl_idname = "avatarclip.add_controls"
    bl_label = "Add IK Controls"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Add them."""
        takes.make_own(rig)
        controls.add_controls(context, rig)


class AVATARCLIP_OT_bake_controls(OnAvatar, bpy.types.Operator):
    """Key what the controls do into the 24 bones, and take the controls away"""

    bl_idname = "avatarclip.bake_controls"
    bl_label = "Bake IK Controls"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Bake them."""
        controls.bake_controls(context, rig)


class AVATARCLIP_OT_switch_limb(OnAvatar, bpy.types.Operator):
    """Let this limb follow its control (IK) or its own bones (FK); the motion stays as it is"""

    bl_idname = "avatarclip.switch_limb"
    bl_label = "Switch IK and FK"
    bl_options = {"REGISTER", "UNDO"}

    limb: bpy.props.EnumProperty(
        name="Limb", items=[(limb.end, limb.title, "") for limb in controls.LIMBS], options={"SKIP_SAVE"}
    )

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Turn it round."""
        chosen = next(limb for limb in controls.LIMBS if limb.end == self.limb)
        controls.switch_limb(context, rig, chosen, not controls.is_ik(rig, chosen))


class AVATARCLIP_OT_add_twist(OnAvatar, bpy.types.Operator):
    """Add three bones to each forearm that follow the hand's turn, so that the forearm stays thick"""

    bl_idname = "avatarclip.add_twist"
    bl_label = "Add Twist Bones"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Add them."""
        twist.add_twist(context, rig, layers.bound_meshes(rig))


class AVATARCLIP_OT_remove_twist(OnAvatar, bpy.types.Operator):
    """Remove the forearms' twist bones and give their weights back"""

    bl_idname = "avatarclip.remove_twist"
    bl_label = "Remove Twist Bones"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Remove them."""
        twist.remove_twist(context, rig, layers.bound_meshes(rig))
