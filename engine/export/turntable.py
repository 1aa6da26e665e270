"""``motion.mp4``: the camera goes once round the moving avatar in the studio, with its shadow.

A frame takes a second or two, so ``export.formats`` lists it only where it is wanted.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.export.scene import Scene
from engine.protocol import MOTION_MP4
from engine.render.camera import Camera
from engine.render.scene import Scene as Studio
from engine.render.stills import FIELD_OF_VIEW, Picture, framing
from engine.render.video import write_mp4
from engine.rig import Avatar, pose_avatar, uncover, with_hands
from engine.rig.pictures import surface_of

SIZE = (480, 640)
"""Width and height in pixels."""
ELEVATION = 6.0
"""Degrees by which the camera looks down."""


def write(scene: Scene, folder: Path) -> list[str]:
    """Write the film; none where there is no motion."""
    if scene.source is None or scene.source[1] is None:
        return []
    rig, motion = scene.source[:2]
    avatar = uncover(rig)
    poses = with_hands(avatar, motion.poses, motion.hands)
    write_mp4(folder / MOTION_MP4, frames(avatar, poses, motion.trans, SIZE), float(motion.fps))
    return [MOTION_MP4]


def frames(avatar: Avatar, poses: NDArray, trans: NDArray | None, size: tuple[int, int]) -> Iterator[Picture]:
    """A picture uint8 (H, W, 3) of each pose.

    Args:
        avatar: whom to show, in the T-pose.
        poses: (T, J, 3) axis-angle.
        trans: (T, 3) metres, where it goes; the camera goes along.
        size: width and height in pixels.
    """
    surface = surface_of(avatar)
    moved = [
        pose_avatar(avatar, pose[None], None if trans is None else trans[k : k + 1])[0] for k, pose in enumerate(poses)
    ]
    floor = min(float(points[:, 1].min()) for points in moved)
    middles = np.array([points.mean(0) * [1, 0, 1] for points in moved], np.float32)
    still = np.concatenate([points - middle for points, middle in zip(moved, middles)])
    far = max((framing(still, azimuth, size, ELEVATION) for azimuth in (0.0, 90.0)), key=_distance)
    for number, points in enumerate(moved):
        azimuth = 360.0 * number / len(moved)
        studio = Studio(points, avatar.faces, avatar.colors, floor=floor, surface=surface)
        studio.light_from(azimuth)
        yield studio.photograph(
            Camera.orbit(far.target + middles[number], _distance(far), azimuth, ELEVATION, FIELD_OF_VIEW, size)
        )


def _distance(camera: Camera) -> float:
    return float(np.linalg.norm(camera.eye - camera.target))
