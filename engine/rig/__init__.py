"""Stage 4: skinning weights for the sculpted mesh, its T-pose, and the avatar's own file."""

from engine.rig.avatar import (
    Avatar,
    GameAvatar,
    load_avatar,
    pose_avatar,
    save_avatar,
    uncover,
    visible_faces,
    with_hands,
)
from engine.rig.rest import in_rest_pose, on_floor, relative_to
from engine.rig.rig import run

__all__ = [
    "Avatar",
    "GameAvatar",
    "in_rest_pose",
    "load_avatar",
    "on_floor",
    "pose_avatar",
    "relative_to",
    "run",
    "save_avatar",
    "uncover",
    "visible_faces",
    "with_hands",
]
