"""The active avatar: where it comes from, its controls, its motions, and the ways out."""

from __future__ import annotations

import bpy

from .. import avatar, controls, layers, twist, ui
from ..contract import protocol
from ..importer import edit_take as takes_edit
from ..importer import face_keys, shape_keys, takes
from ..importer.coverage import layer_name
from ..operators.fit_rig import misfit
from .base import AvatarPanel

_MISFIT = 0.004
"""Metres from which on bones are said to be no longer at the body's joints."""
_SHOWN = (
    ("shape_prompt", "Body"),
    ("appearance_prompt", "Appearance"),
    ("motion_prompt", "Motion"),
    ("seed", "Seed"),
    ("preset", "Quality"),
    ("textures", "Game mesh"),
    ("engine_version", "Engine"),
    ("created", "Made"),
)


class AVATARCLIP_PT_avatar(AvatarPanel, bpy.types.Panel):
    """What can be done with the active avatar."""

    bl_label = "Active Avatar"
    bl_order = 0

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show only with an avatar active."""
        return avatar.find_avatar(context.active_object) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the verbs."""
        layout = self.layout
        rig = avatar.find_avatar(context.active_object)
        if layers.game_mesh_of(rig) is not None and layers.layers_of(rig):
            row, seen = layout.row(align=True), layers.view_of(rig)
            for view, (label, _) in layers.VIEWS.items():
                row.operator("avatarclip.show_view", text=label, depress=view == seen).view = view
        column = layout.column(align=True)
        column.operator("avatarclip.recall_prompts", icon="LOOP_BACK")
        column.operator("avatarclip.mark_asset", icon="ASSET_MANAGER")
        if controls.has_controls(rig):
            draw_limbs(column, rig)
            column.operator("avatarclip.bake_controls", icon="CON_KINEMATIC")
        else:
            column.operator("avatarclip.add_controls", icon="CON_KINEMATIC")
        verb = "remove_twist" if twist.has_twist(rig) else "add_twist"
        column.operator(f"avatarclip.{verb}", icon="CON_ROTLIKE")
        column.operator("avatarclip.export_fbx", text="Export as FBX…", icon="EXPORT")
        column.operator("avatarclip.export_glb", text="Export as GLB…", icon="EXPORT")
        column.operator("avatarclip.export_usd", text="Export as USD…", icon="EXPORT")
        column.operator("avatarclip.delete_avatar", icon="TRASH")


def draw_limbs(layout: bpy.types.UILayout, rig: bpy.types.Object) -> None:
    """Draw a button for each limb that says how it is moved."""
    grid = layout.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
    for limb in controls.LIMBS:
        ik = controls.is_ik(rig, limb)
        text = f"{limb.title} {'IK' if ik else 'FK'}"
        grid.operator("avatarclip.switch_limb", text=text, depress=ik).limb = limb.end


class AVATARCLIP_PT_takes(AvatarPanel, bpy.types.Panel):
    """The active avatar's motions."""

    bl_label = "Motions"
    bl_parent_id = "AVATARCLIP_PT_avatar"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the takes, the current one marked, and what adds to them."""
        rig = avatar.find_avatar(context.active_object)
        if rig is None:
            return
        current = rig.animation_data.action if rig.animation_data else None
        column = self.layout.column(align=True)
        for action in takes.takes_of(rig):
            drawn = column.operator(
                "avatarclip.use_take", text=_short(action, rig), icon="ACTION", depress=action == current
            )
            drawn.action = action.name
        if current is not None:
            row = self.layout.row(align=True)
            row.operator("avatarclip.reduce_keys", icon="IPO_BEZIER")
            row.operator("avatarclip.loop_take", icon="LOOP_FORWARDS", depress=takes_edit.is_looped(current))
        column = self.layout.column(align=True)
        column.operator("avatarclip.add_take", icon="ADD")
        column.operator("avatarclip.retarget_take", icon="COPYDOWN")
        column.operator("avatarclip.make_pose_library", icon="POSE_HLT")


def _short(action: bpy.types.Action, rig: bpy.types.Object) -> str:
    """Return a take's name without the avatar's, which stands above; its end is what tells takes apart."""
    return action.name.removeprefix(rig.name).removeprefix(rig.name.removesuffix(" Rig")).strip() or action.name


class AVATARCLIP_PT_layers(AvatarPanel, bpy.types.Panel):
    """What the active avatar is made of."""

    bl_label = "Layers"
    bl_parent_id = "AVATARCLIP_PT_avatar"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show only for an avatar with layers."""
        rig = avatar.find_avatar(context.active_object)
        return rig is not None and bool(layers.layers_of(rig))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw a row for each layer, the outermost above, and what is done with several."""
        rig = avatar.find_avatar(context.active_object)
        column = self.layout.column(align=True)
        for mesh in reversed(layers.layers_of(rig)):
            row = column.row(align=True)
            shown = layers.is_shown(mesh)
            eye = "HIDE_OFF" if shown else "HIDE_ON"
            row.operator("avatarclip.show_layer", text="", icon=eye, emboss=False).layer = mesh.name
            name = row.row()
            name.active = shown
            name.label(text=layer_name(mesh))
            tints = row.row(align=True)
            tints.ui_units_x = 1.5
            for socket in layers.tints_of(mesh).values():
                tints.prop(socket, "default_value", text="")
            row.operator("avatarclip.remove_layer", text="", icon="X", emboss=False).layer = mesh.name
        column = self.layout.column(align=True)
        column.operator("avatarclip.wear_layer", icon="MOD_CLOTH")
        column.operator("avatarclip.join_layers", icon="SNAP_VOLUME")


class AVATARCLIP_PT_body_shape(AvatarPanel, bpy.types.Panel):
    """The active avatar's body, taller or heavier."""

    bl_label = "Body Shape"
    bl_parent_id = "AVATARCLIP_PT_avatar"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show only for an avatar that has shape keys."""
        rig = avatar.find_avatar(context.active_object)
        return rig is not None and shape_keys.shaped_mesh(rig) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the keys, and what brings the bones after them."""
        mesh = shape_keys.shaped_mesh(avatar.find_avatar(context.active_object))
        if mesh is None:
            return
        column = self.layout.column(align=True)
        ends = column.row()
        ends.active = False
        for text, side in (("-1", "LEFT"), ("0", "CENTER"), ("1", "RIGHT")):
            place = ends.row()
            place.alignment = side
            place.label(text=text)
        for key in mesh.data.shape_keys.key_blocks[1:]:
            if key.name not in protocol.FACE_SHAPES:
                column.prop(key, "value", text=key.name, slider=True)
        if misfit(mesh.find_armature()) > _MISFIT:
            ui.wrapped(
                self.layout, "The bones no longer fit the body: press Fit Rig to Shape", context.region.width, "ERROR"
            )
        self.layout.operator("avatarclip.fit_rig", icon="BONE_DATA")


class AVATARCLIP_PT_face(AvatarPanel, bpy.types.Panel):
    """The face shapes of the active avatar."""

    bl_label = "Face"
    bl_parent_id = "AVATARCLIP_PT_avatar"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show only for an avatar whose face moves."""
        rig = avatar.find_avatar(context.active_object)
        return rig is not None and bool(face_keys.face_keys(rig))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the keys."""
        column = self.layout.column(align=True)
        for key in face_keys.face_keys(avatar.find_avatar(context.active_object)):
            column.prop(key, "value", text=key.name, slider=True)


class AVATARCLIP_PT_origin(AvatarPanel, bpy.types.Panel):
    """Where the active avatar comes from."""

    bl_label = "Origin"
    bl_parent_id = "AVATARCLIP_PT_avatar"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw prompts, seed, settings, version and licences."""
        rig = avatar.find_avatar(context.active_object)
        origin = avatar.provenance(rig)
        column = self.layout.column(align=True)
        for key, label in _SHOWN:
            if key in origin:
                ui.wrapped(column, f"{label}: {_readable(key, str(origin[key]))}", context.region.width)
        if origin.get(protocol.OUTPUT_LICENCE):
            column.separator()
            ui.wrapped(column, origin[protocol.OUTPUT_LICENCE], context.region.width, "CHECKMARK")
        names = avatar.licences(rig)
        if names:
            ui.wrapped(column, f"Licenses of its parts: {', '.join(names)}", context.region.width)


def _readable(key: str, text: str) -> str:
    """Return a value as people write it: a quality with a capital, a time without its letters."""
    if key == "preset":
        return text.title()
    return f"{text[:10]} {text[11:16]} UTC" if key == "created" and text.endswith("Z") else text


CLASSES = (
    AVATARCLIP_PT_avatar,
    AVATARCLIP_PT_layers,
    AVATARCLIP_PT_takes,
    AVATARCLIP_PT_body_shape,
    AVATARCLIP_PT_face,
    AVATARCLIP_PT_origin,
)
