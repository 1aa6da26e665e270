"""The buttons that mend: which one goes with which error, and how they are drawn."""

from __future__ import annotations

import bpy

BUTTONS: dict[str, tuple[str, str, str]] = {
    "install": ("avatarclip.install_engine", "Install Engine", "IMPORT"),
    "reinstall": ("avatarclip.open_preferences", "Reinstall Add-on", "PREFERENCES"),
    "lower": ("avatarclip.retry", "Lower Quality", "TRIA_DOWN"),
    "cpu": ("avatarclip.retry", "Use Processor", "MEMORY"),
    "free": ("avatarclip.free_memory", "Free Memory", "TRASH"),
    "models": ("avatarclip.open_preferences", "Choose Files", "FILEBROWSER"),
    "folder": ("avatarclip.pick_folder", "Pick Folder", "FILE_FOLDER"),
    "check": ("avatarclip.check_setup", "Check Set-up", "VIEWZOOM"),
}
"""Name to operator, label and icon."""

FOR_CODE: dict[str, tuple[str, ...]] = {
    "no_engine": ("install",),
    "out_of_memory": ("lower", "cpu", "free"),
    "killed": ("lower", "free"),
    "disk_full": ("folder",),
    "not_writable": ("folder",),
    "environment": ("install", "check"),
    "bad_weights": ("models",),
}
"""Buttons by the codes of the engine's errors and of `SetupError`; other codes have none."""


def mends(code: str | None, device: str = "") -> tuple[str, ...]:
    """Return the names of the buttons for an error.

    Args:
        code: of the error.
        device: that the engine computed on; the processor is only offered to those who were on another.
    """
    names = FOR_CODE.get(code or "", ())
    return tuple(name for name in names if name != "cpu" or (device and not device.startswith("cpu")))


def draw_button(layout: bpy.types.UILayout, name: str) -> None:
    """Draw the button of that name; nothing for an unknown or empty one."""
    if name not in BUTTONS:
        return
    operator, text, icon = BUTTONS[name]
    drawn = layout.operator(operator, text=text, icon=icon)
    if operator == "avatarclip.retry":
        drawn.way = name
