"""The candidate poses: pictures to choose from, before the motion is made through them."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import disk, pictures, properties, ui
from ..contract import protocol
from ..operators.common import shown_folder
from ..operators.pick_pose import picked
from .base import AvatarPanel

_COLUMNS, _FEWER, _MOST = 5, 3, 10
_NARROW = 320
"""Pixels of the panel below which there are fewer columns, so that a pose can still be seen."""
_GAP, _ROW = 6, 20


class AVATARCLIP_PT_candidates(AvatarPanel, bpy.types.Panel):
    """Poses that stand for the motion's text."""

    bl_label = "Candidate Poses"
    bl_parent_id = "AVATARCLIP_PT_main"
    bl_order = 2

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show only if there are any."""
        return bool(candidates(shown_folder(context)))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw each with a button that tells its place among the chosen."""
        chosen = picked(properties.of(context.scene))
        width = ui.content_width(context.region.width)
        columns = _COLUMNS if width > _NARROW else _FEWER
        grid = self.layout.grid_flow(row_major=True, columns=columns, even_columns=True, align=True)
        for number, path in candidates(shown_folder(context)):
            column = grid.column(align=True)
            column.template_icon(icon_value=pictures.icon(path), scale=(width / columns - _GAP) / _ROW)
            place = f"{chosen.index(number) + 1}" if number in chosen else "Pick"
            column.operator("avatarclip.pick_pose", text=place, depress=number in chosen).number = number
        text = "Generate" if ui.narrow(context.region.width) else "Generate from Poses"
        self.layout.operator("avatarclip.use_poses", text=text, icon="PLAY")


@disk.remembered
def candidates(folder: Path | None) -> list[tuple[int, Path]]:
    """Return the numbers and pictures of the candidate poses in a job folder, the best first."""
    if folder is None:
        return []
    previews = folder / protocol.PREVIEWS_DIR / "motion"
    found = [
        (int(path.stem.removeprefix("candidate-")), path)
        for path in previews.glob("candidate-*.png")
        if path.stem.removeprefix("candidate-").isdigit()
    ]
    return sorted(found)[:_MOST]


CLASSES = (AVATARCLIP_PT_candidates,)
