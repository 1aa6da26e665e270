"""Fit the armature to the shape that the keys give the body."""

import bpy
import numpy as np

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


def misfit(rig: bpy.types.Object) -> float:
    """Return how far the bones are at most from where the shaped body has its joints, in metres; 0 without keys."""
    if shape_keys.shaped_mesh(rig) is None:
        return 0.0
    heads = np.array([rig.data.bones[name].head_local for name in armature.names_of(rig)], np.float64)
    return float(np.linalg.norm(shape_keys.fitted_joints(rig) - heads, axis=1).max())


class AVATARCLIP_OT_fit_rig(OnAvatar, bpy.types.Operator):
    """Move the bones to where the body has its joints now; press it after changing the body's shape"""

    bl_idname = "avatarclip.fit_rig"
    bl_label = "Fit Rig to Shape"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context, rig: bpy.types.Object) -> None:
        """Fit it."""
        fit_rig(context, rig)
