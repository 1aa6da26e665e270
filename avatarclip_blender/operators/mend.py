"""The verbs behind the buttons that mend: Retry another way, Free Memory, Pick Folder, Open Preferences."""

import dataclasses

import bpy

from .. import preferences, properties, session
from ..contract import protocol
from ..locate import SetupError
from .common import last_folder, launch, refuse, request_of


class AVATARCLIP_OT_retry(bpy.types.Operator):
    """Run the last avatar again in a way that asks less of this machine"""

    bl_idname = "avatarclip.retry"
    bl_label = "Retry"
    bl_options = {"REGISTER"}

    way: bpy.props.EnumProperty(
        name="Way",
        options={"SKIP_SAVE"},
        items=[
            ("lower", "Lower Quality", "With the next lower quality, or smaller pictures below the lowest"),
            ("cpu", "Use Processor", "On the processor: slower, but with main memory"),
        ],
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse while the engine works, and if nothing was begun."""
        possible = not session.running() and request_of(last_folder(context)) is not None
        return refuse(cls, "" if possible else "There is no avatar to try again")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the panel's settings, so that it shows what is done, and start."""
        settings, request = properties.of(context.scene), request_of(last_folder(context))
        if request is None:
            return {"CANCELLED"}
        if self.way == "cpu":
            settings.device = "cpu"
        else:
            request = lowered(request)
            if request.preset in protocol.PRESETS:
                properties.set_quality(settings, request.preset)
        try:
            launch(context, request)
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


def lowered(request: protocol.Request) -> protocol.Request:
    """Return a request that needs less memory: the next lower preset, below the lowest half the resolutions."""
    order = protocol.PRESETS
    place = order.index(request.preset) if request.preset in order else 0
    if place > 0:
        kept = {
            key: value for key, value in request.overrides.items() if key.split(".")[0] in ("body", "clip", "motion")
        }
        return dataclasses.replace(request, preset=order[place - 1], overrides=kept)
    smaller = {"appearance.size": 64, "appearance.shell.grid": 64, "mesh.resolution": 160}
    return dataclasses.replace(request, overrides={**request.overrides, **smaller})


class AVATARCLIP_OT_free_memory(bpy.types.Operator):
    """Drop what this file no longer uses, and Blender's undo steps, from memory"""

    bl_idname = "avatarclip.free_memory"
    bl_label = "Free Memory"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Purge unused data-blocks; the undo history goes with the number of its steps."""
        removed = bpy.data.orphans_purge(do_local_ids=True, do_linked_ids=True, do_recursive=True)
        edit = context.preferences.edit
        steps, edit.undo_steps = edit.undo_steps, 2
        bpy.ops.ed.undo_push(message="Free Memory")
        edit.undo_steps = steps
        self.report({"INFO"}, f"Dropped {removed} unused data-blocks and the older undo steps; now press Resume")
        return {"FINISHED"}


class AVATARCLIP_OT_pick_folder(bpy.types.Operator):
    """Choose where avatars go from now on"""

    bl_idname = "avatarclip.pick_folder"
    bl_label = "Pick Folder"
    bl_options = {"REGISTER"}

    directory: bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Open a file browser on the folder of now."""
        self.directory = str(preferences.output_folder(context))
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Keep it in the preferences."""
        preferences.set_output_folder(context, self.directory)
        self.report({"INFO"}, f"Avatars go to {self.directory}")
        return {"FINISHED"}


class AVATARCLIP_OT_open_preferences(bpy.types.Operator):
    """Open this add-on's preferences"""

    bl_idname = "avatarclip.open_preferences"
    bl_label = "Open Preferences"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Show them."""
        bpy.ops.screen.userpref_show()
        context.preferences.active_section = "ADDONS"
        bpy.ops.preferences.addon_show(module=preferences.__package__)
        return {"FINISHED"}
