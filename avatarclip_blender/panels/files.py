"""Avatars on the disk: the last ones, and the way in from any folder."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import library, preferences
from ..operators.common import last_folder
from .base import AvatarPanel

_ICONS = {"finished": "CHECKMARK", "half-way": "PAUSE", "at work": "PLAY", "waiting": "TIME"}


class AVATARCLIP_PT_files(AvatarPanel, bpy.types.Panel):
    """Avatars from the disk."""

    bl_label = "Recent Avatars"
    bl_order = 3
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the last avatars and Import."""
        column = self.layout.column(align=True)
        current: Path | None = last_folder(context)
        for entry in library.recent(preferences.output_folder(context)):
            row = column.row(align=True)
            row.operator(
                "avatarclip.open_avatar", text=entry.title, icon=_ICONS[entry.state], depress=entry.folder == current
            ).folder = str(entry.folder)
        self.layout.operator("avatarclip.browse_avatar", icon="IMPORT")


CLASSES = (AVATARCLIP_PT_files,)
