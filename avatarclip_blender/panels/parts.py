"""Body, Appearance, Motion: each with its prompt, its seed, its own Generate and its result."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import disk, flow, pictures, properties, reading, session, ui
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


class AVATARCLIP_PT_parts(AvatarPanel, bpy.types.Panel):
    """Body, appearance and motion one by one: pictures, seeds, and a Generate for each."""

    bl_label = "Part by Part"
    bl_parent_id = "AVATARCLIP_PT_main"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the parts."""
        for part in flow.PARTS:
            draw_part(self.layout, context, part)


def draw_prompt(layout: bpy.types.UILayout, context: bpy.types.Context, part: str) -> None:
    """Draw a part's prompt, the whole of it if it is long, and what the engine understands of it."""
    settings, width = properties.of(context.scene), context.region.width
    column = layout.column(align=True)
    column.use_property_split = False
    head = column.row()
    head.label(text=flow.LABELS[part])
    if part == flow.PARTS[0]:
        side = head.row()
        side.alignment = "RIGHT"
        side.menu("AVATARCLIP_MT_examples")
    column.prop(settings, part, text="", placeholder=protocol.DEFAULT_PROMPTS[part] or "From the appearance")
    text = getattr(settings, part)
    if not ui.fits(text, width):
        whole = column.column()
        whole.active = False
        ui.wrapped(whole, text, width)
    draw_reading(column, part, text, width)


def draw_part(layout: bpy.types.UILayout, context: bpy.types.Context, part: str) -> None:
    """Draw a part's picture, seed and Generate."""
    settings, width, folder = properties.of(context.scene), context.region.width, shown_folder(context)
    icon, narrow = pictures.icon(thumbnail(folder, part)), ui.narrow(width)
    row = layout
    if icon:
        row = layout.split(factor=_SHARE)
        row.template_icon(icon_value=icon, scale=min(ui.content_width(width) * _SHARE / _ROW, _LARGEST))
    column = row.column(align=True)
    line = column.row(align=True)
    line.prop(settings, f"{part}_seed", text="" if narrow else f"{flow.LABELS[part]} Seed")
    line.operator("avatarclip.vary", text="", icon="FILE_REFRESH").part = part
    verb = "Queue" if session.running() else "Generate"
    text = flow.LABELS[part] if narrow else f"{verb} {flow.LABELS[part]}"
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


@disk.remembered
def thumbnail(folder: Path | None, part: str) -> Path | None:
    """Return the newest picture of a part in a job folder; None if there is none."""
    if folder is None:
        return None
    previews = folder / protocol.PREVIEWS_DIR / part
    best = previews / "candidate-1.png"
    return best if best.is_file() else max(previews.glob("*.png"), default=None)


CLASSES = (AVATARCLIP_PT_parts,)
