"""What the panels share."""

from __future__ import annotations


class AvatarPanel:
    """Where the panels are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Avatar"
