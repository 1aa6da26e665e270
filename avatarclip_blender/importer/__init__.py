"""Builds an avatar in the scene from the engine's result: mesh, material, armature, action."""

from .result import Avatar, Motion, ResultError, load_avatar, load_motion
from .scene import ImportedAvatar, import_avatar

__all__ = ["Avatar", "ImportedAvatar", "Motion", "ResultError", "import_avatar", "load_avatar", "load_motion"]
