"""What the operators share that write the active avatar into a file."""

from collections.abc import Callable
from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper

from .. import export
from ..export_presets import MOTIONS
from .common import refuse

MOTION_ITEMS = [(key, label, text) for key, (label, text) in MOTIONS.items()]
DETAIL_ITEMS = [
    ("GAME", "Game Mesh", "One mesh: few triangles with textures, or the layers joined"),
    ("FULL", "Full Mesh", "The layers that are shown, each a mesh, with all triangles in vertex colors"),
]


class ExportAvatar(ExportHelper):
    """Poll, file name and report; the operator adds `write`."""

    report: Callable[[set[str], str], None]
    write: Callable[[bpy.types.Context, bpy.types.Object], None]

    detail: bpy.props.EnumProperty(name="Mesh", items=DETAIL_ITEMS, description="Which of the avatar's meshes")

    all_takes: bpy.props.BoolProperty(
        name="All Takes",
        description="Write all takes as clips of their names; otherwise the one that is played",
    )
    still_faces = False
    """Whether the format has no place for what faces do in several takes."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if no rigged mesh is active."""
        found = export.find_rig(context.active_object) is not None
        return refuse(cls, "" if found else "Select an avatar, its armature or its mesh")  # type: ignore[arg-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Propose the avatar's name, beside the saved file."""
        rig = export.find_rig(context.active_object)
        if rig is not None and not self.properties.is_property_set("filepath"):
            name = bpy.path.clean_name(rig.name.removesuffix(" Rig")) + self.filename_ext
            self.filepath = str(Path(bpy.data.filepath).with_name(name)) if bpy.data.filepath else name
        return ExportHelper.invoke(self, context, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Export it."""
        rig = export.find_rig(context.active_object)
        notes = export.left_out(rig, self.detail, self.all_takes, self.still_faces)
        try:
            self.write(context, rig)
        except export.ExportError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Exported {self.filepath}")
        for note in notes:
            self.report({"WARNING"}, note)
        return {"FINISHED"}
