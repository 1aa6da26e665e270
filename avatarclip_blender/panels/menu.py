"""Object > Avatar: the panel's verbs for the keyboard, and so for Blender's menu search (F3)."""

from __future__ import annotations

import bpy

_VERBS = (
    (
        ("avatarclip.generate", "Generate Avatar", "OUTLINER_OB_ARMATURE"),
        ("avatarclip.pause", "Pause or Go On", "PAUSE"),
        ("avatarclip.cancel", "Cancel Avatar", "CANCEL"),
        ("avatarclip.resume", "Resume Avatar", "FILE_REFRESH"),
    ),
    (
        ("avatarclip.import_avatar", "Import Last Avatar", "IMPORT"),
        ("avatarclip.browse_avatar", "", "FILE_FOLDER"),
        ("avatarclip.recall_prompts", "", "LOOP_BACK"),
        ("avatarclip.mark_asset", "", "ASSET_MANAGER"),
        ("avatarclip.delete_avatar", "", "TRASH"),
    ),
    (
        ("avatarclip.add_controls", "", "CON_KINEMATIC"),
        ("avatarclip.bake_controls", "", "CON_KINEMATIC"),
        ("avatarclip.add_take", "", "ADD"),
        ("avatarclip.use_take", "Next Take", "ACTION"),
        ("avatarclip.reduce_keys", "", "IPO_BEZIER"),
        ("avatarclip.loop_take", "Loop Take", "LOOP_FORWARDS"),
        ("avatarclip.retarget_take", "", "COPYDOWN"),
        ("avatarclip.make_pose_library", "", "POSE_HLT"),
    ),
    (
        ("avatarclip.wear_layer", "Put On Selected Layers", "MOD_CLOTH"),
        ("avatarclip.join_layers", "", "SNAP_VOLUME"),
        ("avatarclip.show_game", "", "MESH_ICOSPHERE"),
    ),
    (
        ("avatarclip.export_fbx", "Export Avatar as FBX…", "EXPORT"),
        ("avatarclip.export_glb", "Export Avatar as GLB…", "EXPORT"),
        ("avatarclip.export_usd", "Export Avatar as USD…", "EXPORT"),
    ),
)
"""Operator, label where its own says too little outside the panel, and icon; by group."""


class AVATARCLIP_MT_avatar(bpy.types.Menu):
    """Generate avatars, and work with the active one"""

    bl_label = "Avatar"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the verbs."""
        for number, group in enumerate(_VERBS):
            if number:
                self.layout.separator()
            for operator, text, icon in group:
                if text:
                    self.layout.operator(operator, text=text, icon=icon)
                else:
                    self.layout.operator(operator, icon=icon)


def draw_entry(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Add the menu to Object."""
    self.layout.separator()
    self.layout.menu(AVATARCLIP_MT_avatar.__name__)


CLASSES = (AVATARCLIP_MT_avatar,)
