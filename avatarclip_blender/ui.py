"""Small helpers for drawing."""

from __future__ import annotations

import textwrap

import bpy


def wrapped(layout: bpy.types.UILayout, text: str, width: int, icon: str = "NONE") -> None:
    """Draw a sentence as labels that fit into a region ``width`` pixels wide."""
    # An average letter of the interface's font is a good third of its height; icon and margins take three more units.
    scale = bpy.context.preferences.system.ui_scale
    letters = max(int((width / scale - 60) / 6.2), 16)
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(textwrap.wrap(text, letters, break_long_words=True)):
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


def redraw() -> None:
    """Draw again what shows the state of a job: the 3D views' sidebars and the preferences."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "PREFERENCES"}:
                for region in area.regions:
                    if region.type in {"UI", "WINDOW"} and (area.type == "PREFERENCES" or region.type == "UI"):
                        region.tag_redraw()
