"""What animators see of the bones: colours by side, and rings round the body to grab."""

from __future__ import annotations

import bpy
import numpy as np

from .armature import INDEX, names_of

RING = "AvatarCLIP Ring"
_SEGMENTS = 32
_COLORS = {"left": "THEME04", "right": "THEME01"}
_WIRE = 2.0
"""Pixels."""
_MARGIN = 1.3
"""How much wider than the body a ring is."""
_WIDEST = {"pelvis": 0.3}
_WIDE = 0.22
"""Metres; beyond it a ring would be in the way of others (a cloak, a skirt)."""


def set_bone_display(
    rig: bpy.types.Object, vertices: np.ndarray, weights: np.ndarray, collection: bpy.types.Collection
) -> None:
    """Colour the bones, and give each a ring that goes round its part of the body.

    Args:
        rig: as `build_armature` makes it.
        vertices: (V,3) of the mesh in the armature's space.
        weights: (V,J).
        collection: the hidden one of the avatar, which gets the ring.
    """
    ring = _ring(collection)
    for name in names_of(rig):
        bone, pose_bone = rig.data.bones[name], rig.pose.bones[name]
        side = name.split("_")[0]
        bone.color.palette = _COLORS.get(side, "THEME09")
        pose_bone.custom_shape = ring
        pose_bone.use_custom_shape_bone_size = False
        pose_bone.custom_shape_wire_width = _WIRE
        radius = ring_radius(bone, vertices, weights[:, INDEX[name]])
        pose_bone.custom_shape_scale_xyz = (radius, radius, radius)
        pose_bone.custom_shape_translation = (0.0, 0.5 * bone.length, 0.0)


def ring_radius(bone: bpy.types.Bone, vertices: np.ndarray, weight: np.ndarray) -> float:
    """Return the radius of a ring round what a bone moves most, in metres."""
    head, axis = np.array(bone.head_local), np.array(bone.tail_local - bone.head_local)
    length = max(float(np.linalg.norm(axis)), 1e-6)
    own = vertices[weight > 0.5] - head
    along = own @ axis / length
    near = own[(along > 0.0) & (along < length)]
    if len(near) < 8:
        return 0.5 * length
    away = np.linalg.norm(near - np.outer(near @ axis, axis) / length**2, axis=1)
    return min(_MARGIN * float(np.percentile(away, 90)), _WIDEST.get(bone.name, _WIDE))


def _ring(collection: bpy.types.Collection) -> bpy.types.Object:
    """A ring of radius 1 in the plane across a bone: the avatar's own, so that it goes where the avatar goes."""
    angle = np.linspace(0, 2 * np.pi, _SEGMENTS, endpoint=False)
    points = np.stack((np.cos(angle), np.zeros(_SEGMENTS), np.sin(angle)), axis=1)
    mesh = bpy.data.meshes.new(RING)
    mesh.from_pydata(points.tolist(), [(i, (i + 1) % _SEGMENTS) for i in range(_SEGMENTS)], [])
    ring = bpy.data.objects.new(RING, mesh)
    ring.hide_viewport = ring.hide_render = ring.hide_select = True
    collection.objects.link(ring)
    return ring
