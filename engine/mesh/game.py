"""The game mesh: few triangles, texture coordinates, and textures that carry what the triangles cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.geometry.edges import compact
from engine.geometry.measures import face_areas, vertex_normals
from engine.mesh.bake import Textures, bake, baking_error
from engine.mesh.chart_regions import SkinnedBody, as_on, regions
from engine.mesh.decimate import decimate, shares
from engine.mesh.features import LENS, for_faces, magnified, shaved
from engine.mesh.full import FullSurface, Paint, uncovered
from engine.mesh.strands import fewer_pieces
from engine.mesh.surface import Floats, Indices
from engine.mesh.uv import unwrap
from engine.protocol import JOINT_NAMES
from engine.render.raycast import MeshRaycaster
from engine.settings import MeshConfig
from engine.wardrobe.layers import Joined
from engine.wardrobe.materials import MATERIALS

FOCUS, RAMP = 3.0, 0.06
"""How many times larger the head counts than the body, and the metres below it over which that sets in. Set by hand."""
HAND, REACH = 1.8, 0.2
"""How many times larger the hands count, and the metres from the wrist within which they do."""
GIVEN = 0.1
"""Share of their triangles that other layers give at most to locks of hair that must stay. Set by hand."""
SOLID = "plain"
"""The material of a surface that is not made of layers."""


@dataclass(frozen=True)
class GameMesh:
    """A light mesh in the stand pose with its textures."""

    vertices: Floats
    """(V, 3) metres."""
    faces: Indices
    """(F, 3) counter-clockwise seen from outside."""
    colors: Floats
    """(V, 3) sRGB 0-1."""
    uvs: Floats
    """(F, 3, 2) of the faces' corners, v up."""
    face_layers: Indices
    """(F,) the layer of each face."""
    source: Indices
    """(V, 3) the vertices of the full mesh between which each vertex lies, all of its own layer."""
    share: Floats
    """(V, 3) how much each of them counts, rows sum to 1."""
    textures: Textures
    psnr: float
    """Decibels between the textured mesh and the full one's colours, over 8 views."""
    silhouette: float
    """Intersection over union with the full mesh's silhouettes, over 8 views."""

    def carried(self, values: np.ndarray) -> Floats:
        """Values (V, C) of the full mesh's vertices at those of this one."""
        return _mixed(values, self.source, self.share)


def _mixed(values: np.ndarray, source: Indices, share: Floats) -> Floats:
    """Values (B, C) mixed (V, C) from three rows each."""
    return np.einsum("vk,vkc->vc", share, values[source]).astype(np.float32)


def solid(vertices: Floats, faces: Indices, colors: Floats, figure: SkinnedBody) -> Joined:
    """A surface that is not made of layers as one layer; skinning weights are those of the nearest of the figure's."""
    count, material = len(vertices), MATERIALS[SOLID]
    weights = as_on(figure, vertices)[0]
    return Joined(
        names=("Avatar",),
        materials=(SOLID,),
        vertices=vertices,
        faces=faces,
        face_layers=np.zeros(len(faces), np.int32),
        vertex_layers=np.zeros(count, np.int32),
        colors=colors,
        weights=weights,
        canonical=np.zeros_like(vertices),
        uvs=np.zeros((len(faces), 3, 2), np.float32),
        roughness=np.full(count, material.roughness, np.float32),
        metallic=np.full(count, material.metallic, np.float32),
        covered=np.zeros(count, bool),
    )


def build(full: Joined, paint: Paint | None, figure: SkinnedBody, conf: MeshConfig) -> GameMesh:
    """Decimate, unwrap and bake; each layer by itself, covered faces left out.

    Args:
        full: the layers in the stand pose; one for a solid mesh.
        paint: sRGB of spots of the surface, or None to interpolate the vertices' colours.
        figure: the body beneath, which says where head and hands are and where the charts of a solid mesh are cut.
        conf: triangle count, texture size, occlusion rays.
    """
    wide = enlarged(full.vertices, full.weights, figure.joints)
    smooth = np.array([material != "hair" for material in full.materials])[full.vertex_layers]  # strokes need no lens
    wide[smooth] = magnified(wide[smooth], full.canonical[smooth])
    points, triangles, owners = _lightened(full, wide, conf.game_faces)
    light, source, share = _places(full, wide, points, owners)
    normals = vertex_normals(light, triangles)
    if full.materials == (SOLID,):
        normals = as_on(figure, light)[1]
    region = regions(triangles, _mixed(full.weights, source, share), normals, figure)
    triangles, uvs = unwrap(points, triangles, region, conf.texture_size)
    face_layers = owners[triangles[:, 0]]
    surface = FullSurface(full, paint, conf.occlusion_rays)
    textures = bake(light, triangles, uvs, face_layers, surface, conf.texture_size)
    psnr, silhouette = baking_error(light, triangles, uvs, textures.color, surface)
    colors = np.zeros_like(light)
    for layer in np.unique(owners).tolist():
        own = owners == layer
        colors[own] = surface.color(surface.at(layer, light[own]))
    return GameMesh(light, triangles, colors, uvs, face_layers, source, share, textures, psnr, silhouette)


def _lightened(full: Joined, wide: Floats, count: int) -> tuple[Floats, Indices, Indices]:
    """About ``count`` faces (F, 3), their vertices (V, 3) as ``wide`` has them, and the layer (V,) of each vertex."""
    seen = uncovered(full.faces, full.covered)
    faces, layers = full.faces[seen], full.face_layers[seen]
    has = np.bincount(layers)
    wanted = shaved(shares(wide, faces, layers, count), full.materials, has, count)
    wanted = for_faces(wanted, full.materials, has, count)
    made: dict[int, tuple[Floats, Indices]] = {}
    for layer in sorted(np.unique(layers).tolist(), key=lambda layer: full.materials[layer] != "hair"):
        lit, left = decimate(*compact(wide, faces[layers == layer]), int(wanted[layer]), insist=True)
        if full.materials[layer] == "hair":  # comes first: of locks that must stay the other layers make room
            lit, left = fewer_pieces(lit, left, int(wanted[layer]))
            others = np.array([index not in made and index != layer for index in range(len(wanted))])
            over, room = len(left) - wanted[layer], wanted[others].sum()
            wanted[others] = (wanted[others] * (1 - np.clip(over / max(room, 1), 0, GIVEN))).astype(int)
        made[layer] = compact(lit, left)
    first = np.cumsum([0, *(len(made[layer][0]) for layer in sorted(made))])
    return (
        np.concatenate([made[layer][0] for layer in sorted(made)]).astype(np.float32),
        np.concatenate([made[layer][1] + start for layer, start in zip(sorted(made), first)]).astype(np.int32),
        np.concatenate([np.full(len(made[layer][0]), layer, np.int32) for layer in sorted(made)]),
    )


def _places(full: Joined, wide: Floats, points: Floats, owners: Indices) -> tuple[Floats, Indices, Floats]:
    """Bring light vertices back from the enlarged surface ``wide`` to the true one, by their places on their layers.

    Returns:
        Their true positions (V, 3), and `GameMesh.source` and `GameMesh.share`.
    """
    source, share = np.zeros((len(points), 3), np.int32), np.zeros((len(points), 3), np.float32)
    offset = np.zeros((len(points), 3), np.float32)
    for layer in np.unique(owners).tolist():
        own, of = np.flatnonzero(owners == layer), full.faces[full.face_layers == layer]
        face, bary, _ = MeshRaycaster(wide, of).closest_point(points[own], signed=False)
        source[own], share[own] = of[face], bary
        scale = np.sqrt(face_areas(wide, of[face]) / np.maximum(face_areas(full.vertices, of[face]), 1e-12))
        away = points[own] - _mixed(wide, of[face], bary)
        offset[own] = away / np.clip(scale, 1.0, FOCUS * (1.0 + LENS))[:, None]
    return _mixed(full.vertices, source, share) + offset, source, share


def enlarged(vertices: Floats, weights: Floats, joints: Floats) -> Floats:
    """The figure with a large head and large hands, so that what measures in metres spends more on them.

    A point at height y goes to the integral of the scale over y, and its distance from the head's axis is scaled, from
    the neck upwards; what the wrists move is scaled about them.

    Args:
        vertices: (V, 3) in the stand pose.
        weights: (V, 24).
        joints: (24, 3) in that pose.
    """
    points = vertices.astype(np.float64)
    neck = float(joints[JOINT_NAMES.index("head"), 1])
    for side in ("left", "right"):
        wrist = joints[JOINT_NAMES.index(f"{side}_wrist")]
        share = weights[:, [JOINT_NAMES.index(f"{side}_{part}") for part in ("wrist", "hand")]].sum(1)
        arm = points - wrist
        near = REACH / np.maximum(np.linalg.norm(arm, axis=1), REACH)
        points = points + ((HAND - 1.0) * share * near)[:, None] * arm
    high = points[vertices[:, 1] > neck]
    axis = 0.5 * (high.min(0) + high.max(0))[[0, 2]] if len(high) else points.mean(0)[[0, 2]]
    y = points[:, 1]
    heights = np.array([min(y.min(), neck) - 1.0, neck - RAMP, neck, max(y.max(), neck) + 1.0])
    scales = np.array([1.0, 1.0, FOCUS, FOCUS])
    raised = heights[0] + np.append(0.0, np.cumsum(np.diff(heights) * 0.5 * (scales[1:] + scales[:-1])))
    scale = np.interp(y, heights, scales)
    interval = np.clip(np.searchsorted(heights, y) - 1, 0, 2)
    up = raised[interval] + 0.5 * (scales[interval] + scale) * (y - heights[interval])
    flat = axis + (points[:, [0, 2]] - axis) * scale[:, None]
    return np.stack((flat[:, 0], up, flat[:, 1]), -1).astype(np.float32)
