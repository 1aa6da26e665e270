"""Import from a file browser; also in File > Import."""

from pathlib import Path

import bpy
from bpy_extras.io_utils import ImportHelper

from ..contract import protocol
from .import_avatar import ImportOptions


class AVATARCLIP_OT_browse_avatar(ImportOptions, bpy.types.Operator, ImportHelper):
    """Add an avatar that was generated earlier"""

    bl_idname = "avatarclip.browse_avatar"
    bl_label = "Import Avatar…"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".npz"
    filter_glob: bpy.props.StringProperty(default=protocol.AVATAR_NPZ, options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Import the chosen file's folder."""
        return self.build(context, Path(self.filepath))


def draw_menu(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Add the entry to File > Import."""
    self.layout.operator(AVATARCLIP_OT_browse_avatar.bl_idname, text="AvatarCLIP Avatar (avatar.npz)")
