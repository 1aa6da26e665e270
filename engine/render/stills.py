"""Pictures for people: anti-aliased studio stills, motion frames, thumbnails and the preview sheet.

Pictures are uint8 (H, W, 3) sRGB. Frame: metres, +y up, the avatar faces +z; azimuth 0 is its front, 90 its left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial import cKDTree

from engine.render.camera import Camera
from engine.render.raycast import GBuffer, MeshRaycaster
from engine.render.shade import DIRECTIONS, Illumination, Studio, shade, to_linear, to_srgb, visibility

Picture = NDArray[np.uint8]

FIELD_OF_VIEW = 22.0
"""Degrees: a long lens, as portraits of whole figures are taken."""
BACKDROP_TOP, BACKDROP_MIDDLE, BACKDROP_BOTTOM = 0.70, 0.86, 0.74
"""Grey (sRGB) of the backdrop at the picture's upper edge, at the horizon's height and at the lower edge."""
SHADOW_GRID, SHADOW_EXTENT = 56, 2.0
"""Cells and metres along each side of the floor's shadow map."""
VIEW_WIDTHS = {"front": 450, "side": 340, "back": 450, "head": 360}
"""Pixels; a figure with spread arms needs more room from the front than from the side."""


class Scene:
    """A coloured mesh in one pose on a studio's floor, ready to be photographed from anywhere."""

    def __init__(
        self,
        vertices: np.ndarray,
        faces: np.ndarray,
        colors: np.ndarray,
        floor: float | None = None,
        light_points: int = 9000,
        device: str = "cpu",
    ) -> None:
        """Trace what each point of the surface and of the floor sees.

        Args:
            vertices: (V, 3) metres.
            faces: (F, 3).
            colors: (V, 3) sRGB 0-1.
            floor: height of the floor, or None for the mesh's lowest point.
            light_points: vertices at which shadows are traced; the others take theirs from the nearest of these.
            device: where the rays are cast.
        """
        self.vertices = np.asarray(vertices, np.float32)
        self.faces = np.asarray(faces, np.int32)
        self.albedo = to_linear(colors)
        self.floor = float(self.vertices[:, 1].min()) if floor is None else floor
        self.raycaster = MeshRaycaster(self.vertices, self.faces, device)
        self.traced = np.arange(0, len(self.vertices), max(1, len(self.vertices) // light_points))
        self.visible = visibility(self.raycaster, self.vertices[self.traced], self.raycaster.normals[self.traced])
        # Points that face each other across an armpit are near in space, so normals take part in the distance.
        features = np.hstack((self.vertices, 0.05 * self.raycaster.normals))
        distance, self.near = cKDTree(features[self.traced]).query(features, k=min(4, len(self.traced)))
        weight = 1.0 / (distance + 5e-3)
        self.blend = weight / weight.sum(1, keepdims=True)
        self.floor_shadow = self._trace_floor()
        self.light_from(0.0)

    def light_from(self, azimuth: float) -> None:
        """Turn the studio so that its key light shows the side at this azimuth in degrees, normally the camera's."""
        self.light = Illumination(Studio().turned(azimuth))
        normals = self.raycaster.normals
        share = self.light.share(normals[self.traced], self.visible)
        self.shadowing = np.einsum("vk,vkc->vc", self.blend, share[self.near]).astype(np.float32)

    def photograph(self, camera: Camera, supersample: int = 2) -> Picture:
        """A still of the camera's size, with ``supersample`` squared rays a pixel."""
        picture = self._backdrop(camera)
        rows, columns = self._extent(camera)
        fine = replace(camera, width=camera.width * supersample, height=camera.height * supersample)
        rays = fine.rays(*(slice(part.start * supersample, part.stop * supersample) for part in (rows, columns)))
        height, width = rows.stop - rows.start, columns.stop - columns.start
        hits = self.raycaster.cast_rays(*rays)
        covered = np.zeros((len(rays[1]), 4), np.float32)  # linear colour times coverage, coverage
        covered[hits.mask, :3] = self._skin(hits, rays[1])
        covered[hits.mask, 3] = 1.0
        blocks = covered.reshape(height, supersample, width, supersample, 4).mean((1, 3))
        picture[rows, columns] = blocks[..., :3] + (1.0 - blocks[..., 3:]) * picture[rows, columns]
        return (to_srgb(picture) * 255.0 + 0.5).astype(np.uint8)

    def _extent(self, camera: Camera) -> tuple[slice, slice]:
        """Rows and columns of the picture that the mesh can touch."""
        pixels, _ = camera.project(self.vertices)
        low = np.clip(np.floor(pixels.min(0)) - 1, 0, (camera.width, camera.height)).astype(int)
        high = np.clip(np.ceil(pixels.max(0)) + 1, 0, (camera.width, camera.height)).astype(int)
        return slice(low[1], high[1]), slice(low[0], high[0])

    def _skin(self, hits: GBuffer, directions: np.ndarray) -> NDArray[np.float32]:
        """Linear colours (M, 3) of the M rays (of N with these directions) that hit."""
        mask = hits.mask
        both = hits.interpolate(self.faces, np.hstack((self.albedo, self.shadowing)))[mask]
        albedo, shadowing = both[:, :3], both[:, 3:]
        normals = hits.normal[mask]
        light = self.light.open(normals) * shadowing
        # A faint sheen towards grazing angles lifts the outline from the backdrop, as cloth and skin do.
        facing = np.clip(-(normals * directions[mask]).sum(1, keepdims=True), 0.0, 1.0)
        sheen = 0.05 * (1.0 - facing) ** 3
        return _roll_off(albedo * light + sheen * light)

    def _backdrop(self, camera: Camera) -> NDArray[np.float32]:
        """Linear picture (H, W, 3) of the seamless backdrop, darkened where the avatar takes light from the floor."""
        height, width = camera.height, camera.width
        rows = np.linspace(0.0, 1.0, height, dtype=np.float32)
        grey = np.interp(rows, (0.0, 0.62, 1.0), (BACKDROP_TOP, BACKDROP_MIDDLE, BACKDROP_BOTTOM))
        picture = to_linear(np.repeat(grey[:, None], width, axis=1))
        origins, directions = camera.rays()
        down = directions[:, 1] < -1e-4
        distance = (self.floor - origins[down, 1]) / directions[down, 1]
        spot = origins[down] + directions[down] * distance[:, None]
        cells = (spot[:, [0, 2]] - self._floor_centre()) / SHADOW_EXTENT + 0.5
        shadow = map_coordinates(self.floor_shadow, (cells * SHADOW_GRID - 0.5).T, order=1, cval=1.0)
        flat = picture.reshape(-1)
        flat[down] *= shadow.astype(np.float32)
        return np.repeat(picture[..., None], 3, axis=2)

    def _floor_centre(self) -> NDArray[np.float32]:
        """(x, z) of the shadow map's middle."""
        return (0.5 * (self.vertices.min(0) + self.vertices.max(0)))[[0, 2]]

    def _trace_floor(self) -> NDArray[np.float32]:
        """Shadow map (G, G) over x and z: 1 where the floor is open, less under the avatar."""
        axis = ((np.arange(SHADOW_GRID) + 0.5) / SHADOW_GRID - 0.5) * SHADOW_EXTENT
        x, z = np.meshgrid(axis + self._floor_centre()[0], axis + self._floor_centre()[1], indexing="ij")
        points = np.stack((x.ravel(), np.full(x.size, self.floor), z.ravel()), -1).astype(np.float32)
        up = np.broadcast_to(np.array([0.0, 1.0, 0.0], np.float32), points.shape)
        cosine = np.maximum(DIRECTIONS[:, 1], 0.0)  # an even sky, which leaves soft shadows where feet are near
        share = visibility(self.raycaster, points, up) @ cosine / cosine.sum()
        edge = np.clip((SHADOW_EXTENT / 2.0 - np.hypot(*(points - points.mean(0))[:, [0, 2]].T)) / 0.4, 0.0, 1.0)
        shadow = 1.0 - edge * (1.0 - share)  # fades out before the map's border
        return gaussian_filter(shadow.reshape(SHADOW_GRID, SHADOW_GRID), 0.9).astype(np.float32)


def _roll_off(linear: np.ndarray) -> NDArray[np.float32]:
    """Bend linear values above 0.6 towards 1, so that folds of a white shirt stay visible in the key light."""
    knee = 0.6
    bent = 1.0 - (1.0 - knee) * np.exp(-(linear - knee) / (1.0 - knee))
    return np.where(linear > knee, bent, linear).astype(np.float32)


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
    vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray, head: np.ndarray, height: int = 640
) -> dict[str, Picture]:
    """Front, side, back and head of one avatar, as wide as `VIEW_WIDTHS`.

    Args:
        vertices: (V, 3) in the pose to show.
        faces: (F, 3).
        colors: (V, 3) sRGB 0-1.
        head: (3,) position of the head joint in that pose (the base of the skull).
        height: of each picture in pixels.
    """
    sizes = {name: (width, height) for name, width in VIEW_WIDTHS.items()}
    scene = Scene(vertices, faces, colors)
    reach = framing(scene.vertices, 0.0, sizes["front"], margin=1.05)
    distance = float(np.linalg.norm(reach.eye - reach.target))
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
    frames: np.ndarray, faces: np.ndarray, colors: np.ndarray, count: int = 8, size: tuple[int, int] = (200, 280)
) -> Picture:
    """``count`` frames of a motion (T, V, 3), evenly spaced in time, side by side at one scale on one floor."""
    chosen = frames[np.linspace(0, len(frames) - 1, count).round().astype(int)]
    floor = float(chosen[..., 1].min())
    middle = chosen.mean(1, keepdims=True)  # (count, 1, 3), which a lifted arm hardly moves
    still = chosen - middle * np.array([1.0, 0.0, 1.0], np.float32)  # a walk stays in its picture
    camera = framing(still.reshape(-1, 3), 22.0, size, margin=1.06)
    pictures = [_frame(v, faces, colors, floor, camera) for v in still]
    return np.concatenate(pictures, axis=1)


def _frame(vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray, floor: float, camera: Camera) -> Picture:
    """One small picture: fewer shadow points do."""
    scene = Scene(vertices, faces, colors, floor=floor, light_points=3000)
    scene.light_from(22.0)
    return scene.photograph(camera)


def preview_sheet(
    views: dict[str, Picture], motion: Picture | None = None, order: Sequence[str] = ("front", "side", "back", "head")
) -> Picture:
    """Views side by side and, when there is one, the row of motion frames below, at the views' full width."""
    sheet = np.concatenate([views[name] for name in order], axis=1)
    if motion is None:
        return sheet
    if motion.shape[1] != sheet.shape[1]:
        raise ValueError(f"the motion row is {motion.shape[1]} px wide, the views {sheet.shape[1]} px")
    line = np.full((4, sheet.shape[1], 3), 255, np.uint8)
    return np.concatenate([sheet, line, motion], axis=0)


def thumbnail(
    vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray | None = None, size: int = 160, azimuth: float = 20.0
) -> Picture:
    """A small quick picture of one pose, square, on light grey; neutral clay when there are no colours."""
    vertices = np.asarray(vertices, np.float32)
    if colors is None:
        colors = np.full_like(vertices, 0.72)
    camera = framing(vertices, azimuth, (2 * size, 2 * size))
    hits = MeshRaycaster(vertices, faces).cast(camera)
    picture = shade(hits, faces, colors, np.array([-0.3, 0.7, 1.0]), 0.35, 0.9)
    small = picture.reshape(size, 2, size, 2, 3).mean((1, 3))
    return (np.clip(small, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
