"""Install Engine, its cancelling and its removal."""

from __future__ import annotations

import bpy

from .. import installer, preferences, session, ui
from ..locate import SetupError
from .common import poll_network, refuse

_DIALOG_WIDTH = 420
_TEXT_WIDTH = _DIALOG_WIDTH + 40  # a dialog has no tabs at its side


class AVATARCLIP_OT_install_engine(bpy.types.Operator):
    """Make the engine's own Python environment, or bring it up to date; in the background, after asking"""

    bl_idname = "avatarclip.install_engine"
    bl_label = "Install Engine"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse without permission to use the network, while one is under way, and while the engine works."""
        change = session.installation()
        under_way = change is not None and change.running
        busy = "The engine is at work; wait for it or cancel it" if session.running() else ""
        return poll_network(cls, "It is under way already" if under_way else busy)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Say what it takes and where it goes, and ask."""
        return context.window_manager.invoke_props_dialog(
            self, width=_DIALOG_WIDTH, title="Install the Engine", confirm_text="Install"
        )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the question."""
        kind, folder = preferences.engine_kind(context), preferences.engine_folder(context)
        labels = {"cpu": "the processor", "cuda": "an NVIDIA graphics card", "mps": "Apple's graphics (MPS)"}
        layout = self.layout
        ui.wrapped(
            layout,
            f"PyTorch for {labels[kind]} and the packages of the engine, from PyPI and pytorch.org, "
            "under their own free licenses",
            _TEXT_WIDTH,
            "IMPORT",
        )
        ui.wrapped(layout, installer.needed_text(kind, folder), _TEXT_WIDTH, "DISK_DRIVE")
        ui.wrapped(layout, str(folder), _TEXT_WIDTH, "FILE_FOLDER")
        ui.wrapped(
            layout,
            "Blender stays usable meanwhile. You can cancel, go on later, and remove it again",
            _TEXT_WIDTH,
            "INFO",
        )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start it."""
        folder, kind = preferences.engine_folder(context), preferences.engine_kind(context)
        problem = installer.path_problem(folder)
        free = installer.free_space(folder)
        if not problem and free is not None and free < installer.DISK_SPACE[kind] * 1e9:
            problem = f"There are only {free / 1e9:.1f} GB free for {folder}; choose another Engine Folder"
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        try:
            session.set_installation(installer.start(folder, kind, preferences.base_python(context)))
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class AVATARCLIP_OT_cancel_install(bpy.types.Operator):
    """Stop installing; what was done stays, and installing goes on from there"""

    bl_idname = "avatarclip.cancel_install"
    bl_label = "Cancel"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Stop it."""
        change = session.installation()
        if change is not None and change.running:
            change.cancel()
        return {"FINISHED"}


class AVATARCLIP_OT_remove_engine(bpy.types.Operator):
    """Delete the engine's Python environment; avatars are left alone"""

    bl_idname = "avatarclip.remove_engine"
    bl_label = "Remove Engine"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse while the engine works, and if there is none."""
        change = session.installation()
        busy = session.running() or (change is not None and change.running)
        absent = preferences.engine_state(context) == "absent"
        return refuse(cls, "The engine is at work" if busy else "There is no engine to remove" if absent else "")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask first."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start deleting."""
        try:
            session.set_installation(installer.remove(preferences.engine_folder(context)))
        except SetupError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}
