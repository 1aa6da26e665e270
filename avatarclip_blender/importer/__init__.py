"""Builds an avatar in the scene from the engine's result: mesh, material, armature, action."""

from .action import CurveOptions
from .pose_library import make_pose_library
from .result import Avatar, Motion, ResultError, load_avatar, load_motion
from .scene import ImportedAvatar, import_avatar
from .takes import add_take, is_avatar, retarget_take, takes_of, use_take

__all__ = [
    "Avatar", "CurveOptions", "ImportedAvatar", "Motion", "ResultError", "add_take", "import_avatar", "is_avatar",
    "load_avatar",
    "load_motion", "make_pose_library", "retarget_take", "takes_of", "use_take",
]  # fmt: skip
