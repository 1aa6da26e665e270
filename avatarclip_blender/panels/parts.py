"""Body, Appearance, Motion: each with its prompt, its seed, its own Generate and its result."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import flow, pictures, properties, reading, session, ui
from ..contract import protocol
from ..operators.common import request_of, shown_folder
from .base import AvatarPanel

_SHARE = 0.3
"""Of the panel's width, for the picture beside the buttons."""
_LARGEST = 6.0
"""Height of the picture in rows of buttons, at most."""
_MOST = 12
"""Lines of what is understood that are shown."""
_ROW = 20
"""Pixels of a row at scale 1."""


class PartPanel(AvatarPanel):
    """One part of an avatar."""

    part: str
    layout: bpy.types.UILayout

    def draw(self, context: bpy.types.Context) -> None:
        """Draw prompt, the whole of it if it is long, thumbnail, seed and Generate."""
        layout, settings, part = self.layout, properties.of(context.scene), self.part
        layout.prop(settings, part, text="", placeholder=protocol.DEFAULT_PROMPTS[part] or "From the appearance")
        text, width = getattr(settings, part), context.region.width
        if len(text) > ui.letters(width):
            whole = layout.column()
            whole.active = False
            ui.wrapped(whole, text, width)
        draw_reading(layout, part, text, width)
        folder = shown_folder(context)
        icon = pictures.icon(thumbnail(folder, part))
        row = layout
        if icon:
            row = layout.split(factor=_SHARE)
            row.template_icon(icon_value=icon, scale=min(ui.content_width(width) * _SHARE / _ROW, _LARGEST))
        column = row.column(align=True)
        line = column.row(align=True)
        narrow = ui.narrow(width)
        line.prop(settings, f"{part}_seed", **({"text": ""} if narrow else {}))
        line.operator("avatarclip.vary", text="", icon="FILE_REFRESH").part = part
        verb = "Queue" if session.running() else "Generate"
        text = verb if narrow else f"{verb} {flow.LABELS[part]}"
        column.operator("avatarclip.generate", text=text, icon="PLAY").part = part
        made = request_of(folder)
        if icon and made is not None and flow.outdated(part, properties.wishes(context), made):
            note = column.row()
            note.active = False
            note.label(text="Changed" if narrow else "Changed since made")


def draw_reading(layout: bpy.types.UILayout, part: str, text: str, width: float) -> None:
    """Draw what the engine understands of a prompt, a line for each thing, and what has no effect."""
    found = reading.of(part, text)
    if found is None:
        return
    column = layout.column(align=True)
    things: dict[str, list[str]] = {}
    for item in found.understood:
        things.setdefault(item.layer, []).append(item.value if item.property != "not worn" else "none")
    shown = column.column(align=True)
    shown.active = False
    shown.scale_y = 0.8
    for layer, values in list(things.items())[:_MOST]:
        ui.wrapped(shown, f"{layer}: {', '.join(dict.fromkeys(values))}", width)
    for before, after in found.repaired:
        row = column.operator("avatarclip.replace_words", text=f"{before} → {after}?", icon="GREASEPENCIL")
        row.part, row.words, row.by = part, before, after
    for note in found.notes:
        ui.wrapped(column, note, width, "INFO")
    if found.ignored:
        ui.wrapped(column, f"No effect: {', '.join(found.ignored)}", width, "ERROR")


def thumbnail(folder: Path | None, part: str) -> Path | None:
    """Return the newest picture of a part in a job folder; None if there is none."""
    if folder is None:
        return None
    previews = folder / protocol.PREVIEWS_DIR / part
    best = previews / "candidate-1.png"
    return best if best.is_file() else max(previews.glob("*.png"), default=None)


class AVATARCLIP_PT_shape(PartPanel, bpy.types.Panel):
    """The body."""

    bl_label, bl_order, part = "Body", 1, "shape"


class AVATARCLIP_PT_appearance(PartPanel, bpy.types.Panel):
    """Skin, hair and clothes."""

    bl_label, bl_order, part = "Appearance", 2, "appearance"


class AVATARCLIP_PT_motion(PartPanel, bpy.types.Panel):
    """What it does."""

    bl_label, bl_order, part = "Motion", 3, "motion"


CLASSES = (AVATARCLIP_PT_shape, AVATARCLIP_PT_appearance, AVATARCLIP_PT_motion)
