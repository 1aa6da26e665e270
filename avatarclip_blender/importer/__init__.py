"""Builds an avatar in the scene from the engine's result: mesh, material, armature, action."""

from .action import CurveOptions
from .edit_take import is_looped, key_count, loop_take, reduce_keys, unloop_take
from .pose_library import make_pose_library
from .result import Avatar, Motion, ResultError, load_avatar, load_motion
from .scene import ImportedAvatar, import_avatar
from .takes import add_take, is_avatar, play_range, retarget_take, takes_of, use_take

__all__ = [
    "Avatar",
    "CurveOptions",
    "ImportedAvatar",
    "Motion",
    "ResultError",
    "add_take",
    "import_avatar",
    "is_avatar",
    "is_looped",
    "key_count",
    "load_avatar",
    "load_motion",
    "loop_take",
    "make_pose_library",
    "play_range",
    "reduce_keys",
    "retarget_take",
    "takes_of",
    "unloop_take",
    "use_take",
]
