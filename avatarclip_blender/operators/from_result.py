"""What the operators share that bring something of a result to the active avatar."""

from collections.abc import Callable
from pathlib import Path

import bpy

from .. import importer
from ..avatar import find_avatar
from .common import finished_result, poll_avatar


class FromResult:
    """Brings something of a result to the active avatar; the operator adds `use`."""

    report: Callable[[set[str], str], None]
    use: Callable[[bpy.types.Context, bpy.types.Object, Path], str]
    """Use the result folder for the avatar's armature; returns what to tell."""

    directory: bpy.props.StringProperty(
        name="Folder",
        subtype="DIR_PATH",
        options={"SKIP_SAVE", "HIDDEN"},
        description="Folder of the result; empty takes the last one that was generated",
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse without an avatar."""
        return poll_avatar(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Use the chosen folder, or the last job's result."""
        path = Path(bpy.path.abspath(self.directory)) if self.directory else finished_result(context)
        if path is None:
            self.report({"ERROR"}, "There is no finished motion yet; press Generate first")
            return {"CANCELLED"}
        try:
            told = self.use(context, find_avatar(context.active_object), path)
        except importer.ResultError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, told)
        return {"FINISHED"}
