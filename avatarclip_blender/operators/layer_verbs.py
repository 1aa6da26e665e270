"""What is done with the layers of the active avatar: show, remove, put on another avatar, join."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from .. import avatar, layers, modes, wear
from .avatar_verbs import OnAvatar
from .common import poll_avatar, refuse


class OnLayer(OnAvatar):
    """An operator on one layer of the active avatar; it adds `change_layer`."""

    change_layer: Callable[[bpy.types.Context, bpy.types.Object], None]

    layer: bpy.props.StringProperty(
        name="Layer", options={"SKIP_SAVE"}, description="Name of the layer's object; empty takes the active object"
    )

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Find the layer and change it."""
        wanted = self.layer or context.active_object.name
        mesh = next((mesh for mesh in layers.layers_of(rig) if mesh.name == wanted), None)
        if mesh is None:
            raise ValueError(f"This avatar has no layer {wanted}")
        self.change_layer(context, mesh)


class AVATARCLIP_OT_show_layer(OnLayer, bpy.types.Operator):
    """Show or hide this layer; the skin that it covers is seen when it is hidden"""

    bl_idname = "avatarclip.show_layer"
    bl_label = "Show or Hide Layer"
    bl_options = {"REGISTER", "UNDO"}

    def change_layer(self, context: bpy.types.Context, mesh: bpy.types.Object) -> None:
        """Turn it round."""
        layers.show_layer(mesh, not layers.is_shown(mesh))


class AVATARCLIP_OT_remove_layer(OnLayer, bpy.types.Operator):
    """Remove this layer from the avatar; what it covers is seen again"""

    bl_idname = "avatarclip.remove_layer"
    bl_label = "Remove Layer"
    bl_options = {"REGISTER", "UNDO"}

    def change_layer(self, context: bpy.types.Context, mesh: bpy.types.Object) -> None:
        """Remove it."""
        layers.remove_layer(context, mesh)


class AVATARCLIP_OT_join_layers(OnAvatar, bpy.types.Operator):
    """Make one mesh of the layers that are shown, with all their materials; what they cover is deleted"""

    bl_idname = "avatarclip.join_layers"
    bl_label = "Join Layers"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Join them."""
        with modes.object_mode(context):
            layers.join_layers(context, rig)


class AVATARCLIP_OT_wear_layer(bpy.types.Operator):
    """Put copies of the selected layers of another avatar on the active one, fitted to its joints"""

    bl_idname = "avatarclip.wear_layer"
    bl_label = "Put On Selected"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse unless another avatar's layer is selected."""
        if not _others_layers(context):
            return refuse(cls, "Select a garment of another avatar, then the avatar that shall wear it")
        return poll_avatar(cls, context, changes=True)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Copy and bind them."""
        rig = avatar.find_avatar(context.active_object)
        assert rig is not None  # poll saw to it
        chosen = _others_layers(context)
        with modes.object_mode(context):
            names = [wear.wear_layer(mesh, rig).name for mesh in chosen]
        self.report({"INFO"}, f"Put {', '.join(names)} on {rig.name.removesuffix(' Rig')}")
        return {"FINISHED"}


def _others_layers(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected layers of avatars other than the active one."""
    rig = avatar.find_avatar(context.active_object)
    if rig is None:
        return []
    owners = ((mesh, avatar.find_avatar(mesh)) for mesh in context.selected_objects if mesh.type == "MESH")
    return [mesh for mesh, owner in owners if owner not in (None, rig) and mesh in layers.layers_of(owner)]
