"""Import: build the avatar in the scene, as one step of undo."""

from collections.abc import Callable
from pathlib import Path

import bpy

from .. import importer, preferences
from .common import finished_result


class ImportOptions:
    """The options of importing and the building, for the two operators that do it."""

    report: Callable[[set[str], str], None]

    match_scene_timing: bpy.props.BoolProperty(
        name="Match Scene Timing", default=False,
        description="Set the scene's frame rate and end to those of the motion; otherwise the motion is fitted to "
        "the scene's frame rate",
    )  # fmt: skip
    show_colors: bpy.props.BoolProperty(
        name="Show Colors", default=True,
        description="Let this 3D view show color attributes in solid shading",
    )  # fmt: skip

    def build(self, context: bpy.types.Context, path: Path) -> set[str]:
        """Build the avatar of a result and return what an operator returns."""
        try:
            options = preferences.curve_options(context)
            avatar = importer.import_avatar(context, path, match_scene_timing=self.match_scene_timing, curves=options)
        except importer.ResultError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if self.show_colors and context.space_data is not None and context.space_data.type == "VIEW_3D":
            context.space_data.shading.color_type = "VERTEX"
        self.report({"INFO"}, f"Imported {avatar.collection.name}")
        return {"FINISHED"}


class AVATARCLIP_OT_import_avatar(ImportOptions, bpy.types.Operator):
    """Add the avatar to the scene: mesh with colors, armature and action, in a collection of their own"""

    bl_idname = "avatarclip.import_avatar"
    bl_label = "Import Avatar"
    bl_options = {"REGISTER", "UNDO"}

    directory: bpy.props.StringProperty(
        name="Folder", subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"},
        description="Folder of the result; empty takes the last avatar that was generated",
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Build it."""
        path = Path(bpy.path.abspath(self.directory)) if self.directory else finished_result(context)
        if path is None:
            self.report({"ERROR"}, "There is no finished avatar yet; press Generate first")
            return {"CANCELLED"}
        return self.build(context, path)
