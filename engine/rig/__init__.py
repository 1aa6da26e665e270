"""Stage 4: skinning weights for the sculpted mesh, its T-pose, and the avatar's own file."""

from engine.rig.avatar import Avatar, GameAvatar, load_avatar, pose_avatar, save_avatar
from engine.rig.rig import run

__all__ = ["Avatar", "GameAvatar", "load_avatar", "pose_avatar", "run", "save_avatar"]
