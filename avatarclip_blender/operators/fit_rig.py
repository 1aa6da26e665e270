"""Fit the armature to the shape that the keys give the body."""

import bpy

from .. import controls, twist
from ..importer import armature, shape_keys
from ..modes import mode_of
from .avatar_verbs import OnAvatar


def fit_rig(context: bpy.types.Context, rig: bpy.types.Object) -> None:
    """Move the bones at rest to where the shaped body has its joints; the motion stays.

    Raises:
        ValueError: if there are no shape keys, or other bones stand on the 24.
    """
    joints = shape_keys.fitted_joints(rig)
    if controls.has_controls(rig) or twist.has_twist(rig):
        raise ValueError("Bake the IK controls and remove the twist bones first, then fit and add them again")
    with mode_of(context, rig, "EDIT"):
        armature.place_bones(rig.data, joints)


class AVATARCLIP_OT_fit_rig(OnAvatar, bpy.types.Operator):
    """Move the bones to where the body has its joints now; press it after changing the body's shape"""

    bl_idname = "avatarclip.fit_rig"
    bl_label = "Fit Rig to Shape"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Fit it."""
        fit_rig(context, rig)
