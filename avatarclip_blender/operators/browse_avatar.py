"""Import from a file browser, by drag and drop, or all avatars of a folder; also in File > Import."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ImportHelper

from ..contract import protocol
from .common import result_in
from .import_avatar import ImportOptions

STEP = 1.0
"""Metres from one avatar to the next when several are imported."""


class AVATARCLIP_OT_browse_avatar(ImportOptions, bpy.types.Operator, ImportHelper):
    """Add avatars that were generated earlier: a result's avatar.npz, an avatar's folder, or all avatars of a folder"""

    bl_idname = "avatarclip.browse_avatar"
    bl_label = "Import Avatar…"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".npz"
    filter_glob: bpy.props.StringProperty(default=protocol.AVATAR_NPZ, options={"HIDDEN"})
    directory: bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    files: bpy.props.CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for a file, but not for one that was dropped here."""
        if self.filepath or (self.directory and self.files):
            return self.execute(context)
        return ImportHelper.invoke(self, context, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Import what was chosen, side by side."""
        found = avatars_in(self._chosen())
        if not found:
            self.report({"ERROR"}, f"There is no finished avatar in {self.directory or self.filepath}")
            return {"CANCELLED"}
        for number, path in enumerate(found):
            if self.build(context, path, number * STEP) == {"CANCELLED"}:
                return {"CANCELLED"} if number == 0 else {"FINISHED"}
        if len(found) > 1:
            self.report({"INFO"}, f"Imported {len(found)} avatars")
        return {"FINISHED"}

    def _chosen(self) -> list[Path]:
        """The chosen files, or the folder if none was."""
        names = [entry.name for entry in self.files if entry.name]
        if self.directory and (names or not self.filepath):
            folder = Path(bpy.path.abspath(self.directory))
            return [folder / name for name in names] or [folder]
        return [Path(bpy.path.abspath(self.filepath))]


def avatars_in(chosen: list[Path]) -> list[Path]:
    """Return what can be imported of files and folders; of a folder of avatars' folders, all finished ones in it."""
    found: list[Path] = []
    for path in chosen:
        if path.is_dir() and result_in(path) is None and not (path / protocol.AVATAR_NPZ).is_file():
            found += sorted(folder for folder in path.iterdir() if folder.is_dir() and result_in(folder) is not None)
        else:
            found.append(path)
    return found


class AVATARCLIP_FH_avatar(bpy.types.FileHandler):
    """Takes an avatar.npz that is dropped into a 3D view"""

    bl_idname = "AVATARCLIP_FH_avatar"
    bl_label = "AvatarCLIP Avatar"
    bl_import_operator = "avatarclip.browse_avatar"
    bl_file_extensions = ".npz"

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        """Accept it in 3D views."""
        return context.area is not None and context.area.type == "VIEW_3D"


def draw_menu(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Add the entry to File > Import."""
    self.layout.operator(AVATARCLIP_OT_browse_avatar.bl_idname, text="AvatarCLIP Avatar (avatar.npz)")
