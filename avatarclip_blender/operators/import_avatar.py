"""Import: build the avatar in the scene, as one step of undo."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bpy
from mathutils import Vector

from .. import importer, preferences, preferences_page
from .common import finished_result


class ImportOptions:
    """The options of importing and the building, for the two operators that do it."""

    report: Callable[[set[str], str], None]
    properties: bpy.types.OperatorProperties

    match_scene_timing: bpy.props.BoolProperty(
        name="Match Scene Timing",
        default=False,
        description="Set the scene's frame rate and end to those of the motion; otherwise the motion is fitted to "
        "the scene's frame rate",
    )
    keys: bpy.props.EnumProperty(
        name="Keys",
        items=preferences_page.KEYS,
        options={"SKIP_SAVE"},
        description="How many keys the motion gets; the preferences say what is usual",
    )
    play_take: bpy.props.BoolProperty(
        name="Play the Take",
        default=True,
        description="Set the preview range, which is what is played, to the motion; renders keep the scene's range",
    )
    at_cursor: bpy.props.BoolProperty(
        name="At 3D Cursor",
        default=True,
        description="Put the avatar where the 3D cursor is, else at the origin",
    )
    show_colors: bpy.props.BoolProperty(
        name="Show Colors",
        default=True,
        description="Let this 3D view show color attributes in solid shading",
    )

    def build(self, context: bpy.types.Context, path: Path, aside: float = 0.0) -> set[str]:
        """Build the avatar of a result, so many metres aside, and return what an operator returns."""
        try:
            options = preferences.curve_options(context)
            if self.properties.is_property_set("keys"):
                options = replace(options, reduced=self.keys == "REDUCED")
            else:
                self.keys = "REDUCED" if options.reduced else "DENSE"
            avatar = importer.import_avatar(context, path, match_scene_timing=self.match_scene_timing, curves=options)
        except importer.ResultError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        place = context.scene.cursor.location if self.at_cursor else Vector()
        avatar.rig.location = place + Vector((aside, 0.0, 0.0))
        if self.play_take and avatar.action is not None:
            importer.play_range(context.scene, avatar.action)
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
        name="Folder",
        subtype="DIR_PATH",
        options={"SKIP_SAVE", "HIDDEN"},
        description="Folder of the result; empty takes the last avatar that was generated",
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Build it."""
        path = Path(bpy.path.abspath(self.directory)) if self.directory else finished_result(context)
        if path is None:
            self.report({"ERROR"}, "There is no finished avatar yet; press Generate first")
            return {"CANCELLED"}
        return self.build(context, path)
