"""The avatar's preview sheet. Its numbers are set by hand."""

from __future__ import annotations

import numpy as np

from engine.body import stand_pose
from engine.geometry.skinning import bone_transforms
from engine.protocol import PARENTS
from engine.render.stills import Picture, body_views, motion_row, preview_sheet
from engine.render.surface import Surface
from engine.rig.avatar import Avatar, pose_avatar, uncover, with_hands
from engine.wardrobe.surfaces import surface_of as surface_of_layers

VIEW_HEIGHT = 640
"""Pixels of the views' row. Set by hand."""
FRAMES = 8
"""Frames of the motion in the sheet."""


def surface_of(avatar: Avatar) -> Surface | None:
    """How an avatar of layers takes light; None for a solid one, which is matt."""
    if avatar.layer_materials is None or avatar.face_layers is None:
        return None
    owners = np.zeros(len(avatar.vertices), np.int64)
    owners[avatar.faces] = avatar.face_layers[:, None]
    return surface_of_layers(
        avatar.layer_materials,
        owners,
        avatar.face_layers,
        roughness=avatar.roughness,
        metallic=avatar.metallic,
        opacity=avatar.opacity,
        canonical=avatar.canonical,
    )


def avatar_preview(
    avatar: Avatar,
    poses: np.ndarray | None = None,
    trans: np.ndarray | None = None,
    hands: np.ndarray | None = None,
    before: Picture | None = None,
) -> Picture:
    """Front, side, back and head in the stand pose; below, eight frames of the motion if ``poses`` (T, 72) are given.

    Args:
        avatar: whom to show.
        poses: of the motion.
        trans: (T, 3) metres, where it goes.
        hands: (T, 2, 45) poses of its fingers, or None for relaxed ones.
        before: the sheet of the same avatar with another motion or none, whose views are taken over.

    Returns:
        uint8 (H, 1600, 3) sRGB.
    """
    avatar, stand = uncover(avatar), stand_pose()[None]
    surface = surface_of(avatar)
    views = _views(avatar, stand, surface) if before is None else before[:VIEW_HEIGHT]
    if poses is None:
        return views
    chosen = np.linspace(0, len(poses) - 1, FRAMES).round().astype(int)
    trans, hands = (None if of is None else of[chosen] for of in (trans, hands))
    frames = pose_avatar(avatar, with_hands(avatar, poses[chosen], hands), trans)
    return preview_sheet(views, motion_row(frames, avatar.faces, avatar.colors, FRAMES, surface=surface))


def _views(avatar: Avatar, stand: np.ndarray, surface: Surface | None) -> Picture:
    """Front, side, back and head side by side."""
    head = (
        bone_transforms(avatar.joints[: stand.shape[1]], stand, PARENTS)[0, 15] @ np.append(avatar.joints[15], 1.0)
    )[:3]
    posed = pose_avatar(avatar, with_hands(avatar, stand))[0]
    pictures = body_views(posed, avatar.faces, avatar.colors, head, VIEW_HEIGHT, surface)
    return np.concatenate(list(pictures.values()), axis=1)
