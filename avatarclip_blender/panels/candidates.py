"""The candidate poses: pictures to choose from, before the motion is made through them."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import pictures, properties
from ..contract import protocol
from ..operators.common import shown_folder
from ..operators.pick_pose import picked
from .base import AvatarPanel

_COLUMNS, _SCALE, _MOST = 5, 2.6, 10


class AVATARCLIP_PT_candidates(AvatarPanel, bpy.types.Panel):
    """Poses that stand for the motion's text."""

    bl_label = "Candidate Poses"
    bl_parent_id = "AVATARCLIP_PT_motion"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Show only if there are any."""
        return bool(candidates(shown_folder(context)))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw each with a button that tells its place among the chosen."""
        chosen = picked(properties.of(context.scene))
        grid = self.layout.grid_flow(row_major=True, columns=_COLUMNS, even_columns=True, align=True)
        for number, path in candidates(shown_folder(context)):
            column = grid.column(align=True)
            column.template_icon(icon_value=pictures.icon(path), scale=_SCALE)
            place = f"{chosen.index(number) + 1}" if number in chosen else " "
            column.operator("avatarclip.pick_pose", text=place, depress=number in chosen).number = number
        self.layout.operator("avatarclip.use_poses", icon="PLAY")


def candidates(folder: Path | None) -> list[tuple[int, Path]]:
    """Return the numbers and pictures of the candidate poses in a job folder, the best first."""
    if folder is None:
        return []
    previews = folder / protocol.PREVIEWS_DIR / "motion"
    found = [(int(path.stem.removeprefix("candidate-")), path) for path in previews.glob("candidate-*.png")
             if path.stem.removeprefix("candidate-").isdigit()]  # fmt: skip
    return sorted(found)[:_MOST]


CLASSES = (AVATARCLIP_PT_candidates,)
