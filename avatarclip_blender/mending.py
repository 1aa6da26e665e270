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

_FOR_CODE: dict[str, tuple[str, ...]] = {
    "out_of_memory": ("lower", "cpu", "free"),
    "killed": ("lower", "free"),
    "disk_full": ("folder",),
    "not_writable": ("folder",),
    "environment": ("install", "check"),
    "bad_weights": ("models",),
    "bad_config": (),
}


def mends(code: str | None, hint: str = "", device: str = "") -> tuple[str, ...]:
    """Return the names of the buttons for an error.

    Args:
        code: the engine's error code.
        hint: what the engine or the add-on advises.
        device: that the engine computed on; the processor is only offered to those who were on another.
    """
    names = _FOR_CODE.get(code or "", ())
    if code == "internal" and "memory" in hint:
        names = _FOR_CODE["killed"]
    elif code == "internal" and "Python" in hint:
        names = _FOR_CODE["environment"]
    return tuple(name for name in names if name != "cpu" or (device and not device.startswith("cpu")))


def mend_of_problem(text: str) -> str:
    """Return the name of the button for a job that could not be started."""
    if "Avatars Folder" in text or "Cannot write" in text:
        return "folder"
    return "install" if "Python" in text or "engine" in text.lower() else ""


def draw_button(layout: bpy.types.UILayout, name: str) -> None:
    """Draw the button of that name; nothing for an unknown or empty one."""
    if name not in BUTTONS:
        return
    operator, text, icon = BUTTONS[name]
    drawn = layout.operator(operator, text=text, icon=icon)
    if operator == "avatarclip.retry":
        drawn.way = name
