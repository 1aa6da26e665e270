"""Small helpers for drawing."""

from __future__ import annotations

from functools import lru_cache

import blf
import bpy

_MARGIN = 56
"""Pixels at scale 1 that the tabs and margins of a sidebar take of its width."""
_ICON = 20
"""Pixels at scale 1 of an icon before a label."""
_NARROW = 200
"""Pixels at scale 1 below which a panel's labels are stacked or shortened."""
_FONT = 0
"""The interface's own."""


def content_width(width: float) -> float:
    """Return how many pixels at scale 1 a panel has for its contents in a region ``width`` pixels wide."""
    return max(width / bpy.context.preferences.system.ui_scale - _MARGIN, 40.0)


def narrow(width: float) -> bool:
    """Tell whether a region ``width`` pixels wide is too narrow for the usual labels beside each other."""
    return content_width(width) < _NARROW


def fits(text: str, width: float) -> bool:
    """Tell whether a text fits into one line of a region ``width`` pixels wide."""
    return _measured(text, _points()) <= content_width(width)


def wrapped(layout: bpy.types.UILayout, text: str, width: float, icon: str = "NONE") -> None:
    """Draw a sentence as labels that fit into a region ``width`` pixels wide."""
    column = layout.column(align=True)
    column.scale_y = 0.8
    room = content_width(width) - (_ICON if icon != "NONE" else 0)
    for number, line in enumerate(lines(text, room, _points())):
        column.label(text=line, icon=icon if number == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


@lru_cache(1024)
def lines(text: str, room: float, points: float) -> tuple[str, ...]:
    """Break a text into lines no wider than ``room`` pixels at scale 1, between words where that can be."""
    found: list[str] = []
    for word in text.split():
        joined = f"{found[-1]} {word}" if found else word
        if found and _measured(joined, points) <= room:
            found[-1] = joined
            continue
        while _measured(word, points) > room and len(word) > 1:
            end = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or _measured(word[:end], points) <= room)
            found.append(word[:end])
            word = word[end:]
        found.append(word)
    return tuple(found)


def _points() -> float:
    """The size of the interface's font, at scale 1."""
    return float(bpy.context.preferences.ui_styles[0].widget.points)


def _measured(text: str, points: float) -> float:
    """The width of a text in the interface's font, pixels at scale 1."""
    blf.size(_FONT, points)
    return float(blf.dimensions(_FONT, text)[0])


def redraw() -> None:
    """Draw again what shows the state of a job: the 3D views' sidebars and the preferences."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "PREFERENCES"}:
                for region in area.regions:
                    if region.type in {"UI", "WINDOW"} and (area.type == "PREFERENCES" or region.type == "UI"):
                        region.tag_redraw()
