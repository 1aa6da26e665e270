"""A mesh in a photographer's studio: light, shadows, materials and the floor, pixel by pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from engine.geometry.measures import face_vectors
from engine.geometry.vectors import dot, unit
from engine.render.camera import Camera
from engine.render.occlusion import Arriving, Places, shares, trace
from engine.render.raycast import GBuffer, MeshRaycaster
from engine.render.shade import to_linear, to_srgb
from engine.render.studio import Illumination, Studio
from engine.render.surface import Embossed, Surface

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

BACKDROP_TOP, BACKDROP_MIDDLE, BACKDROP_BOTTOM = 0.70, 0.86, 0.74
"""Grey (sRGB) of the backdrop at the picture's upper edge, at the horizon's height and at the lower edge. Set by
hand."""
SHADOW_REACH = 1.3
"""Metres from the avatar's middle at which its shadow on the floor has faded out. Set by hand."""
FLOOR_BLUR = 1.6
"""Pixels by which shadows on the floor are smoothed. Set by hand."""
DIELECTRIC = 0.04
"""What all but metals mirror when looked at straight. The value of glTF's material model."""
LAYERS_SEEN, HARDLY = 5, 0.02
"""How many surfaces a ray passes at most, and the share of a pixel below which what is behind does not count. Set by
hand."""
THIN = 1e-4
"""Metres behind a sheer surface from which on a ray looks further. Set by hand."""
DARKEST = 0.014
"""Black cloth gives back about so much light. Set by hand."""
BENEATH = (0.26, 0.08, 0.04)
"""How far red, green and blue light go beneath skin, as the cosine by which they pass the terminator. Set by hand."""
FIBRES = 0.5
"""The cosine by which light passes the terminator where fibres scatter all of it. Set by hand."""
PIGMENT = 0.04
"""Albedo of fibres through which half of that light goes. Set by hand."""
SHEEN = 0.14
"""Of rough surfaces at their outline, as cloth and skin have it. Set by hand."""


class Scene:
    """A coloured mesh in one pose on a studio's floor, ready to be photographed from anywhere."""

    def __init__(
        self,
        vertices: np.ndarray,
        faces: np.ndarray,
        colors: np.ndarray,
        floor: float | None = None,
        surface: Surface | None = None,
        studio: Studio | None = None,
        device: str = "cpu",
    ) -> None:
        """Set the mesh on the floor, the key light at the camera's left of a camera at azimuth 0.

        Args:
            vertices: (V, 3) metres.
            faces: (F, 3).
            colors: (V, 3) sRGB 0-1.
            floor: height of the floor, or None for the mesh's lowest point.
            surface: what the mesh is made of; None is matt.
            studio: where it stands.
            device: where the rays are cast.
        """
        self.vertices = np.asarray(vertices, np.float32)
        self.faces = np.asarray(faces, np.int32)
        self.surface = surface or Surface()
        finish = self.surface.finish(len(self.vertices))
        darkest = DARKEST * (1.0 - finish[:, 2:3])  # what lies beneath dark skin is no grey
        self._attributes = np.hstack((darkest + (1.0 - darkest) * to_linear(colors), finish))  # (V, 7)
        self.floor = float(self.vertices[:, 1].min()) if floor is None else floor
        self.raycaster = self.blocking = MeshRaycaster(self.vertices, self.faces, device)
        sheer = None if self.surface.opacity is None else self.surface.opacity[self.faces].min(1) < 1.0
        if sheer is not None and sheer.any():  # what is seen through throws no shadow
            self.blocking = MeshRaycaster(self.vertices, self.faces[~sheer], device)
        self._embossed = Embossed(self.surface, self.vertices, self.faces)
        self.studio = studio or Studio()
        self.light_from(0.0)

    def light_from(self, azimuth: float) -> None:
        """Turn the studio so that its key light shows the side at this azimuth in degrees, normally the camera's."""
        self.light = Illumination(self.studio.turned(azimuth))

    def photograph(self, camera: Camera, supersample: int = 2) -> Picture:
        """A still of the camera's size, with ``supersample`` squared rays a pixel."""
        covered = self._covered(camera, supersample)
        picture = self._backdrop(camera, covered[..., 3] < 1.0)
        return _developed(covered[..., :3] + (1.0 - covered[..., 3:]) * picture)

    def _covered(self, camera: Camera, supersample: int) -> Floats:
        """(H, W, 4) the mesh's linear colour, times the share of the pixel that it covers, and that share."""
        picture = np.zeros((camera.height, camera.width, 4), np.float32)
        rows, columns = self._extent(camera)
        fine = replace(camera, width=camera.width * supersample, height=camera.height * supersample)
        rays = fine.rays(*(slice(part.start * supersample, part.stop * supersample) for part in (rows, columns)))
        height, width = rows.stop - rows.start, columns.stop - columns.start
        hits = self.raycaster.cast_rays(*rays)
        found = np.flatnonzero(hits.mask)
        if not len(found):
            return picture
        pixels = np.stack(np.divmod(found, width * supersample), -1).astype(np.float32)
        pixels = ((pixels + 0.5) / supersample).astype(np.float32)
        origins, directions = (part[found] for part in rays)
        seen = self._through(_some(hits, found), origins, directions, pixels, (height, width), camera)
        cells = _cells(pixels, width)
        sums = np.stack([np.bincount(cells, part, height * width) for part in seen.T], -1)
        picture[rows, columns] = (sums / supersample**2).reshape(height, width, 4)
        return picture

    def _through(
        self, hits: GBuffer, origins: Floats, directions: Floats, pixels: Floats, shape: tuple[int, int], camera: Camera
    ) -> Floats:
        """(M, 4) linear colours of M rays that hit, and behind what they hit where that is sheer, times how much of the
        ray's light they give, and the sum of these shares; arguments as in `_skin`."""
        seen, rest, at = np.zeros((len(directions), 4)), np.ones(len(directions)), np.arange(len(directions))
        for _ in range(LAYERS_SEEN):
            colors = self._skin(hits, origins, directions[at], pixels[at], shape, camera)
            if self.surface.opacity is None:
                opacity = np.ones(len(at))
            else:
                opacity = hits.interpolate(self.faces, self.surface.opacity[:, None])[:, 0]
            share = rest[at] * opacity
            seen[at] += share[:, None] * np.concatenate([colors, np.ones((len(at), 1))], 1)
            rest[at] -= share
            on = rest[at] > HARDLY
            if not on.any():
                break
            origins = (origins + (hits.depth + THIN)[:, None] * directions[at])[on]
            at = at[on]
            hits = self.raycaster.cast_rays(origins, directions[at])
            met = np.flatnonzero(hits.mask)
            hits, origins, at = _some(hits, met), origins[met], at[met]
            if not len(at):
                break
        return seen.astype(np.float32)

    def _extent(self, camera: Camera) -> tuple[slice, slice]:
        """Rows and columns of the picture that the mesh can touch."""
        pixels, _ = camera.project(self.vertices)
        low = np.clip(np.floor(pixels.min(0)) - 1, 0, (camera.width, camera.height)).astype(int)
        high = np.clip(np.ceil(pixels.max(0)) + 1, 0, (camera.width, camera.height)).astype(int)
        return slice(low[1], high[1]), slice(low[0], high[0])

    def _skin(
        self,
        hits: GBuffer,
        origins: Floats,
        directions: Floats,
        pixels: Floats,
        shape: tuple[int, int],
        camera: Camera,
    ) -> Floats:
        """Linear colours (M, 3) of M rays that hit, at row and column ``pixels`` (M, 2) of a picture of this shape."""
        attributes = hits.interpolate(self.faces, self._attributes)
        places = self._places(hits, origins, directions, pixels, attributes[:, 3], camera)
        first = np.unique(_cells(pixels, shape[1]), return_index=True)[1]
        few = places.of(first)
        traced = trace(self.blocking, self.light, self._rounded(few, hits, first))
        arriving = shares(traced, few, places, shape, self.raycaster)
        normals, unseen = self._embossed.tilt(hits, places.normals, places.footprints)
        glossy, bright = self._embossed.combed(hits, normals, directions, places.footprints)
        attributes[:, :3] *= bright[:, None]
        return _rolled_off(shaded(self.light, attributes, normals, unseen, directions, arriving, glossy))

    def _places(
        self, hits: GBuffer, origins: Floats, directions: Floats, pixels: Floats, roughness: Floats, camera: Camera
    ) -> Places:
        """Where rays hit, seen from the side that they came from: sheets of cloth have two."""
        facing = unit(face_vectors(self.vertices, self.faces[hits.face]))
        side = np.where(dot(facing, directions) > 0.0, np.float32(-1.0), np.float32(1.0))
        facing, normals = facing * side, hits.normal * side
        return Places(
            pixels,
            origins + hits.depth[:, None] * directions,
            normals,
            facing,
            hits.depth * _pixel_angle(camera),
            _mirrored(directions, normals),
            np.clip(roughness, 0.0, 1.0) ** 2,
        )

    def _rounded(self, places: Places, hits: GBuffer, chosen: NDArray) -> Places:
        """The same places on the round surface that their normals tell of, where faces throw no shadow on themselves.

        Hanika, "Hacking the shadow terminator" (2021).
        """
        corners = self.faces[hits.face[chosen]]
        side = np.sign(dot(places.normals, hits.normal[chosen]))
        points = places.points.copy()
        for k in range(3):
            normals = self.raycaster.normals[corners[:, k]] * side
            height = np.maximum(dot(self.vertices[corners[:, k]] - places.points, normals), 0.0)
            points += hits.bary[chosen, k : k + 1] * height * normals
        return replace(places, points=points)

    def _backdrop(self, camera: Camera, seen: NDArray[np.bool_]) -> Floats:
        """Linear picture (H, W, 3) of the seamless backdrop, darkened by the avatar's shadow where ``seen`` (H, W)."""
        height, width = camera.height, camera.width
        rows = np.linspace(0.0, 1.0, height, dtype=np.float32)
        grey = np.interp(rows, (0.0, 0.62, 1.0), (BACKDROP_TOP, BACKDROP_MIDDLE, BACKDROP_BOTTOM))
        picture = to_linear(np.repeat(grey[:, None], width, axis=1))
        origins, directions = camera.rays()
        down = np.flatnonzero((directions[:, 1] < -1e-4) & seen.ravel())
        distance = (self.floor - origins[down, 1]) / directions[down, 1]
        spots = origins[down] + directions[down] * distance[:, None]
        middle = 0.5 * (self.vertices.min(0) + self.vertices.max(0))
        away = np.hypot(*(spots - middle)[:, [0, 2]].T)
        near = (away < SHADOW_REACH) & (distance > 0.0)
        if near.any():
            fade = np.clip((SHADOW_REACH - away[near]) / (0.6 * SHADOW_REACH), 0.0, 1.0)
            shadow = self._floor_light(spots[near], distance[near], down[near], camera)
            picture.reshape(-1)[down[near]] *= 1.0 - fade * (1.0 - shadow)
        return np.repeat(picture[..., None], 3, axis=2)

    def _floor_light(self, spots: Floats, distance: Floats, pixels: NDArray, camera: Camera) -> Floats:
        """Share (N,) of the light that arrives at spots (N, 3) of the floor, seen in these pixels (N,)."""
        row, column = np.divmod(pixels, camera.width)
        up = np.zeros_like(spots)
        up[:, 1] = 1.0
        centres = (np.stack((row, column), -1) + 0.5).astype(np.float32)
        none = np.zeros(len(spots), np.float32)
        at = Places(centres, spots, up, up, distance * _pixel_angle(camera), -up, none)
        traced = trace(self.blocking, self.light, at)
        found = shares(traced, at, at, (camera.height, camera.width), self.raycaster)
        ambient, key = float(self.light.ambient(up[:1]).mean()), float(self.light.key(up[:1]).mean())
        share, known = np.zeros((2, camera.height, camera.width), np.float32)
        share[row, column] = (found.ambient * ambient + found.key * key) / (ambient + key)
        known[row, column] = 1.0
        # The key light's rays are few, so shadows are smoothed; pixels of which nothing is known take no part.
        smooth, weight = (gaussian_filter(part, FLOOR_BLUR)[row, column] for part in (share, known))
        return np.asarray(smooth / weight)


def shaded(
    light: Illumination,
    attributes: Floats,
    normals: Floats,
    unseen: Floats,
    directions: Floats,
    arriving: Arriving,
    glossy: Floats | None = None,
) -> Floats:
    """Linear colours (M, 3) of surfaces in a light.

    Args:
        light: of the studio.
        attributes: (M, 7) linear albedo, roughness, metalness, softness, scatter.
        normals: (M, 3) unit, on the side that is seen.
        unseen: (M,) variance of slopes finer than a pixel, which make a surface rougher.
        directions: (M, 3) unit, of the viewing rays.
        arriving: shares of the light.
        glossy: (M, 3) unit, the normals by which they mirror; None: the same.
    """
    albedo, roughness, metallic = attributes[:, :3], attributes[:, 3:4], attributes[:, 4:5]
    through = attributes[:, 6:]
    spread = attributes[:, 5:6] * np.array(BENEATH, np.float32) + FIBRES * through
    blur: Floats = np.sqrt(np.clip(roughness**4 + unseen[:, None], 0.0, 1.0))  # alpha of GGX
    around, key = (share[:, None] + through * (1.0 - share[:, None]) for share in (arriving.ambient, arriving.key))
    open_light = light.ambient(normals) * _bounced(around, albedo)
    matt = open_light + light.key(normals, spread) * key ** (1.0 - spread)
    facing = np.clip(-dot(normals, directions), 1e-3, 1.0)
    base = np.asarray(DIELECTRIC + metallic * (albedo - DIELECTRIC), np.float32)
    mirror = _mirror_share(base, np.sqrt(blur).astype(np.float32), facing)
    # A rough surface mirrors more of what lies along its normal than along the mirrored ray (Lagarde 2014).
    glossy = normals if glossy is None else glossy
    towards = unit(glossy + (_mirrored(directions, glossy) - glossy) * ((1.0 - blur) * (np.sqrt(1.0 - blur) + blur)))
    around = light.studio.radiance(towards, blur[:, 0])
    around += blur**2 * (light.ambient(towards) + light.key(towards) - around)  # its lobe nears a matt surface's
    seen = arriving.mirrored[:, None]
    mirrored = around * seen + (1.0 - seen) * 0.5 * matt * albedo
    hue = 0.5 + 0.5 * albedo / albedo.max(1, keepdims=True)  # fibres keep some of their dye
    sheen = SHEEN * (1.0 - metallic) * np.clip(2.0 * roughness - 0.8, 0.0, 1.0) * (1.0 - facing) ** 2 * hue
    # Some of what fibres throw back went through them; through dark ones goes little.
    mirrored *= 1.0 + 2.0 * through * (hue - 1.0) * (1.0 - PIGMENT / (PIGMENT + albedo.max(1, keepdims=True)))
    return (albedo * (1.0 - metallic) * (1.0 - mirror) * matt + mirror * mirrored + sheen * matt).astype(np.float32)


def _mirrored(directions: Floats, normals: Floats) -> Floats:
    """Viewing rays (N, 3) thrown back by surfaces with these normals (N, 3), never into them."""
    return unit(directions - 2.0 * np.minimum(dot(directions, normals), -0.02) * normals)


def _mirror_share(base: Floats, roughness: Floats, facing: Floats) -> Floats:
    """Share (N, 3) of light that a GGX surface mirrors: Karis' fit (2014) to its integral over all directions.

    What a rough surface throws back after two or more bounces is added (Fdez-Agüera 2019): white metal stays white.
    """
    first = 1.0 - roughness
    bend = np.minimum(first**2, np.exp2(-9.28 * facing)) * first + 0.0425 - 0.0275 * roughness
    scale, offset = 1.04 - 0.572 * roughness - 1.04 * bend, 0.022 * roughness - 0.04 + 1.04 * bend
    share: Floats = (base * scale + offset) * (1.0 + base * (1.0 / (scale + offset) - 1.0))
    return share


def _bounced(open_share: Floats, albedo: Floats) -> Floats:
    """Share of light (N, 3) in a hollow, light from its own walls included (Jimenez et al. 2016)."""
    a, b, c = 2.0404 * albedo - 0.3324, -4.7951 * albedo + 0.6417, 2.7552 * albedo + 0.6903
    return np.maximum(open_share, ((open_share * a + b) * open_share + c) * open_share)


def _cells(pixels: Floats, width: int) -> NDArray[np.int64]:
    """(N,) which pixel of a picture of this width, row by row, holds positions (N, 2) as row and column."""
    whole = pixels.astype(np.int64)
    return np.asarray(whole[:, 0] * width + whole[:, 1])


def _pixel_angle(camera: Camera) -> np.float32:
    """Radians that a pixel spans, near enough for a long lens."""
    return np.float32(2.0 * np.tan(np.radians(camera.fov_degrees) / 2.0) / camera.height)


def _some(hits: GBuffer, chosen: NDArray) -> GBuffer:
    """Some of loose rays' hits."""
    return GBuffer(hits.face[chosen], hits.bary[chosen], hits.normal[chosen], hits.depth[chosen])


def _rolled_off(linear: Floats) -> Floats:
    """Bend linear values above the knee towards 1, so that folds of a white shirt stay visible in the key light."""
    knee = 0.5
    bent = 1.0 - (1.0 - knee) * np.exp(-np.maximum(linear - knee, 0.0) / (1.0 - knee))
    return np.where(linear > knee, bent, linear).astype(np.float32)


def _developed(linear: Floats) -> Picture:
    """SRGB bytes of a linear picture."""
    return (to_srgb(linear) * 255.0 + 0.5).astype(np.uint8)
