"""Pictures for people: anti-aliased studio stills, motion frames, thumbnails and the preview sheet.

Pictures are uint8 (H, W, 3) sRGB. Frame: metres, +y up, the avatar faces +z; azimuth 0 is its front, 90 its left.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from engine.device import available_cores
from engine.render.camera import Camera
from engine.render.raycast import MeshRaycaster
from engine.render.scene import Picture, Scene
from engine.render.shade import shade
from engine.render.surface import Surface

__all__ = ["Picture", "Scene", "body_views", "framing", "motion_row", "preview_sheet", "thumbnail"]

FIELD_OF_VIEW = 22.0
"""Degrees: a long lens, as portraits of whole figures are taken. Set by hand."""
VIEW_WIDTHS = {"front": 450, "side": 340, "back": 450, "head": 360}
"""Pixels; a figure with spread arms needs more room from the front than from the side. Set by hand."""


def framing(
    points: np.ndarray, azimuth: float, size: tuple[int, int], elevation: float = 4.0, margin: float = 1.1
) -> Camera:
    """A long-lens camera that shows all points (N, 3), metres, from this azimuth; ``size`` is (width, height)."""
    low, high = points.min(0), points.max(0)
    target = 0.5 * (low + high)
    distance = 8.0
    for _ in range(3):  # perspective changes with the distance: a few rounds settle it
        camera = Camera.orbit(target, distance, azimuth, elevation, FIELD_OF_VIEW, size)
        pixels, _ = camera.project(points)
        offset = np.abs(pixels - np.array([size[0] / 2.0, size[1] / 2.0]))
        distance *= float((offset / np.array([size[0] / 2.0, size[1] / 2.0])).max()) * margin
    return Camera.orbit(target, distance, azimuth, elevation, FIELD_OF_VIEW, size)


def body_views(
    vertices: np.ndarray,
    faces: np.ndarray,
    colors: np.ndarray,
    head: np.ndarray,
    height: int = 640,
    surface: Surface | None = None,
) -> dict[str, Picture]:
    """Front, side, back and head of one avatar, as wide as `VIEW_WIDTHS`.

    Args:
        vertices: (V, 3) in the pose to show.
        faces: (F, 3).
        colors: (V, 3) sRGB 0-1.
        head: (3,) position of the head joint in that pose (the base of the skull).
        height: of each picture in pixels.
        surface: what the mesh is made of; None is matt.
    """
    sizes = {name: (width, height) for name, width in VIEW_WIDTHS.items()}
    scene = Scene(vertices, faces, colors, surface=surface)
    reach = framing(scene.vertices, 0.0, sizes["front"], margin=1.05)
    deep = framing(scene.vertices, 78.0, sizes["side"], margin=1.0)  # of a horse's body, or a long train
    distance = max(float(np.linalg.norm(camera.eye - camera.target)) for camera in (reach, deep))
    pictures: dict[str, Picture] = {}
    for name, azimuth in (("front", 0.0), ("side", 78.0), ("back", 180.0)):
        scene.light_from(azimuth)
        pictures[name] = scene.photograph(
            Camera.orbit(reach.target, distance, azimuth, 4.0, FIELD_OF_VIEW, sizes[name])
        )
    scene.light_from(24.0)
    pictures["head"] = scene.photograph(_head_camera(scene.vertices, head, sizes["head"]))
    return pictures


def _head_camera(vertices: np.ndarray, head: np.ndarray, size: tuple[int, int]) -> Camera:
    """A three-quarter close-up of the head and shoulders."""
    near = vertices[(np.abs(vertices[:, [0, 2]] - head[[0, 2]]) < 0.25).all(1)]
    top = float(near[:, 1].max()) if len(near) else float(head[1]) + 0.2
    height = max(top - float(head[1]), 0.1)
    target = np.array([head[0], head[1] + 0.18 * height, head[2] + 0.02])
    tall = 1.62 * height * size[1] / size[0]
    distance = tall / 2.0 / np.tan(np.radians(FIELD_OF_VIEW) / 2.0)
    return Camera.orbit(target, distance, 24.0, 3.0, FIELD_OF_VIEW, size)


def motion_row(
    frames: np.ndarray,
    faces: np.ndarray,
    colors: np.ndarray,
    count: int = 8,
    size: tuple[int, int] = (200, 280),
    surface: Surface | None = None,
) -> Picture:
    """``count`` frames of a motion (T, V, 3), evenly spaced in time, side by side at one scale on one floor."""
    chosen = frames[np.linspace(0, len(frames) - 1, count).round().astype(int)]
    floor = float(chosen[..., 1].min())
    middle = chosen.mean(1, keepdims=True)  # (count, 1, 3), which a lifted arm hardly moves
    still = chosen - middle * np.array([1.0, 0.0, 1.0], np.float32)  # a walk stays in its picture
    camera = framing(still.reshape(-1, 3), 22.0, size, margin=1.06)

    def taken(vertices: np.ndarray) -> Picture:
        scene = Scene(vertices, faces, colors, floor=floor, surface=surface)
        scene.light_from(22.0)
        return scene.photograph(camera)

    first = taken(still[0])  # alone, for it compiles and loads the kernels
    with ThreadPoolExecutor(available_cores()) as threads:  # rays and arrays leave Python to the others
        return np.concatenate([first, *threads.map(taken, still[1:])], axis=1)


def preview_sheet(views: Picture, motion: Picture) -> Picture:
    """Views side by side, and the row of motion frames below at their full width."""
    if motion.shape[1] != views.shape[1]:
        raise ValueError(f"the motion row is {motion.shape[1]} px wide, the views {views.shape[1]} px")
    line = np.full((4, views.shape[1], 3), 255, np.uint8)
    return np.concatenate([views, line, motion], axis=0)


def thumbnail(
    vertices: np.ndarray,
    faces: np.ndarray,
    colors: np.ndarray | None = None,
    size: int = 160,
    azimuth: float = 20.0,
    surface: Surface | None = None,
) -> Picture:
    """A small picture of one pose, square: quick, on light grey, or in the studio when a surface is given.

    It is of neutral clay when there are no colours.
    """
    vertices = np.asarray(vertices, np.float32)
    if colors is None:
        colors = np.full_like(vertices, 0.72)
    if surface is not None:
        scene = Scene(vertices, faces, colors, surface=surface)
        scene.light_from(azimuth)
        return scene.photograph(framing(vertices, azimuth, (size, size)))
    camera = framing(vertices, azimuth, (2 * size, 2 * size))
    hits = MeshRaycaster(vertices, faces).cast(camera)
    picture = shade(hits, faces, colors, np.array([-0.3, 0.7, 1.0]), 0.35, 0.9)
    small = picture.reshape(size, 2, size, 2, 3).mean((1, 3))
    return (np.clip(small, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
