"""Small helpers for drawing."""

from __future__ import annotations

import textwrap

import bpy

_MARGIN = 56
"""Pixels at scale 1 that the tabs and margins of a sidebar take of its width."""

_NARROW = 200
"""Pixels at scale 1 below which a panel's labels are stacked or shortened."""


def content_width(width: float) -> float:
    """Return how many pixels at scale 1 a panel has for its contents in a region ``width`` pixels wide."""
    return max(width / bpy.context.preferences.system.ui_scale - _MARGIN, 40.0)


def narrow(width: float) -> bool:
    """Tell whether a region ``width`` pixels wide is too narrow for the usual labels beside each other."""
    return content_width(width) < _NARROW


def letters(width: float) -> int:
    """Return how many letters of the interface's font fit into one line of a region ``width`` pixels wide."""
    # An average letter is a good third of the font's height.
    return max(int((content_width(width) - 4) / 5.8), 16)


def wrapped(layout: bpy.types.UILayout, text: str, width: float, icon: str = "NONE") -> None:
    """Draw a sentence as labels that fit into a region ``width`` pixels wide."""
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(textwrap.wrap(text, letters(width), break_long_words=True)):
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


def redraw() -> None:
    """Draw again what shows the state of a job: the 3D views' sidebars and the preferences."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "PREFERENCES"}:
                for region in area.regions:
                    if region.type in {"UI", "WINDOW"} and (area.type == "PREFERENCES" or region.type == "UI"):
                        region.tag_redraw()
