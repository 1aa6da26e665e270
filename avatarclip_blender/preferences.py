"""Preferences: where the engine's Python is, where avatars go, and whether it all works."""

from pathlib import Path

import bpy

from . import locate, session, ui
from .contract import ENGINE_ROOT
from .setup_check import ADVICE


class AVATARCLIP_AP_preferences(bpy.types.AddonPreferences):
    """Shown in Edit > Preferences > Add-ons > AvatarCLIP."""

    bl_idname = __package__

    engine_python: bpy.props.StringProperty(
        name="Engine Python", subtype="FILE_PATH",
        description="Python of the environment that the engine is installed in; empty looks for AVATARCLIP_PYTHON "
        "and for “.venv” beside the add-on's sources",
    )  # fmt: skip
    output_folder: bpy.props.StringProperty(
        name="Avatars Folder", subtype="DIR_PATH", default=str(locate.default_output_folder()),
        description="Each avatar gets a folder of its own in here; removing the add-on leaves it alone",
    )  # fmt: skip

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the two paths, the button, and what it found."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "engine_python")
        layout.prop(self, "output_folder")
        check = session.setup_check()
        row = layout.row()
        row.enabled = check is None or check.done
        row.operator("avatarclip.check_setup", text="Check Set-up" if row.enabled else "Checking…", icon="VIEWZOOM")
        if check is not None and check.done:
            icon = "CHECKMARK" if check.passed else "ERROR"
            ui.wrapped(layout, check.summary, context.region.width, icon)
            for line in check.lines:
                if line.startswith(ADVICE):
                    ui.wrapped(layout, line.removeprefix(ADVICE), context.region.width, "DOT")
            column = layout.column(align=True)
            column.scale_y = 0.8
            for line in check.lines:
                if not line.startswith(ADVICE):
                    column.label(text=line)


def _stored(context: bpy.types.Context) -> AVATARCLIP_AP_preferences | None:
    addon = context.preferences.addons.get(__package__)
    return addon.preferences if addon else None


def engine_command(context: bpy.types.Context) -> list[str]:
    """Return the command of the engine's Python.

    Raises:
        SetupError: if there is none.
    """
    stored = _stored(context)
    text = stored.engine_python if stored else ""
    return locate.engine_command(bpy.path.abspath(text) if text.startswith("//") else text, ENGINE_ROOT)


def output_folder(context: bpy.types.Context) -> Path:
    """Return the folder that new avatars go to."""
    stored = _stored(context)
    text = stored.output_folder.strip() if stored else ""
    return Path(bpy.path.abspath(text)).expanduser() if text else locate.default_output_folder()


CLASSES = (AVATARCLIP_AP_preferences,)
