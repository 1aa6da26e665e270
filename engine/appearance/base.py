"""The surface that sculpting starts from: the coarse body in its clothes, in the stand pose.

It answers what the original spends hours of reconstruction on (AvatarCLIP, section 3.3): signed distance and colour at
any point, exactly, because the mesh is known.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.body import NEUTRAL_GREY, Body, stand_pose
from engine.render.raycast import MeshRaycaster, query_device
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.layers import Joined
from engine.wardrobe.outfit import Look, look_from_dict
from engine.wardrobe.paint import paint

Floats = NDArray[np.float32]
FAR = 0.10
"""Metres beyond a part's box from which its distance is only bounded, not measured. Set by hand."""
DEEP = 0.012
"""Metres inside a piece from which a quick sign is not believed; most pieces are thinner. Set by hand."""
EDGE = 0.0015
"""Half width in metres of painted borders. Set by hand."""


@dataclass(frozen=True)
class Nearest:
    """What of the surface is nearest to each of N points."""

    distance: Floats  # (N,) signed, negative inside, metres
    face: NDArray[np.int64]  # (N,)
    bary: Floats  # (N, 3)


@dataclass(frozen=True)
class Skin:
    """A mesh in the stand pose with what is known of its vertices."""

    vertices: Floats  # (V, 3) metres
    faces: NDArray[np.int32]  # (F, 3)
    colors: Floats  # (V, 3) sRGB 0-1
    weights: Floats  # (V, 24) skinning weights
    canonical: Floats  # (V or those of the first part, 3) places on the standard figure, which paint the skin


class BaseSurface:
    """A dressed body: closed parts that may enter each other; their union is the solid."""

    def __init__(
        self,
        skin: Skin,
        parts: NDArray[np.int64],
        look: Look | None,
        device: object = "cpu",
        layers: Joined | None = None,
    ) -> None:
        """``parts`` (P, 4): first and last vertex and face of each closed part; ``look`` paints the skin, without one
        vertex colours are used.

        ``device``, a torch device or its name, is where rays and nearest points are looked for. ``layers`` are what
        the vertices belong to: then colours are the vertices', and surfaces may be open.
        """
        vertices, faces = skin.vertices, skin.faces
        self.vertices, self.faces, self.colors, self.weights = vertices, faces, skin.colors, skin.weights
        self.canonical, self.parts, self.look, self.layers = skin.canonical, parts, look, layers
        place = query_device(device)
        self.whole = MeshRaycaster(vertices, faces, place)
        self._casters = [MeshRaycaster(vertices[a:b], faces[c:d] - a, place) for a, b, c, d in parts.tolist()]
        self._boxes = [(vertices[a:b].min(0), vertices[a:b].max(0)) for a, b, _, _ in parts.tolist()]
        self.normals: Floats = np.concatenate([caster.normals for caster in self._casters])

    @staticmethod
    def dressed(
        body: Body, betas: NDArray, look: Look | None, wardrobe: Wardrobe | None = None, device: object = "cpu"
    ) -> BaseSurface:
        """The body of shape ``betas`` (S,) in a look, or bare in neutral grey, in the stand pose."""
        wardrobe = wardrobe or Wardrobe(body)
        if look is None:
            vertices = body.pose(betas, stand_pose()[None])[0][0]
            grey = np.full_like(vertices, NEUTRAL_GREY)
            parts = np.array([[0, len(vertices), 0, len(body.faces)]])
            bare = Skin(vertices, body.faces, grey, body.weights, wardrobe.canonical)
            return BaseSurface(bare, parts, None, device)
        figure = wardrobe.dress(look, betas)
        vertices = figure.posed(stand_pose())
        skin = Skin(vertices, figure.faces, figure.colors, figure.weights, wardrobe.canonical)
        return BaseSurface(skin, np.array(figure.parts), look, device)

    @staticmethod
    def layered(layers: Joined, look: Look | None, device: object = "cpu") -> BaseSurface:
        """What is seen of layers, as one surface; ``look`` is what they were made from."""
        shown = layers.faces[~layers.covered[layers.faces].all(1)]
        parts = np.array([[0, len(layers.vertices), 0, len(shown)]])
        skin = Skin(layers.vertices, shown, layers.colors, layers.weights, layers.canonical)
        return BaseSurface(skin, parts, look, device, layers)

    def mesh(self) -> tuple[Floats, NDArray[np.int32], Floats]:
        """Vertices (V, 3), faces (F, 3) and colours (V, 3)."""
        return self.vertices, self.faces, self.colors

    def pieces(self) -> list[tuple[MeshRaycaster, tuple[Floats, Floats]]]:
        """Each closed part's caster and the corners (3,) of its box."""
        return list(zip(self._casters, self._boxes))

    def nearest(self, points: NDArray, exact_sign: bool = True) -> Nearest:
        """The nearest part of the union: the least signed distance among the parts.

        Without ``exact_sign`` the side is told from the normal at the nearest point, which is four times quicker and
        only wrong near sharp folds. A piece that claims to hold a point deeply, as a curtain of hair with ragged ends
        can from afar, is asked again.
        """
        points = np.ascontiguousarray(points, np.float32)
        if self.layers is not None:  # open surfaces have a side at each place, but no inside
            face, bary, distance = self.whole.closest_point(points, signed=False)
            return Nearest(self._sided(0, points, face, bary, distance), face.astype(np.int64), bary)
        best = Nearest(np.full(len(points), np.inf, np.float32), np.zeros(len(points), np.int64), np.zeros_like(points))
        for index, (low, high) in enumerate(self._boxes):
            outside = np.maximum(np.maximum(low - points, points - high), 0)
            box = np.sqrt((outside**2).sum(1))
            near = np.flatnonzero(box < (np.inf if index == 0 else FAR))
            if len(near) == 0:
                continue
            face, bary, distance = self._casters[index].closest_point(points[near], exact_sign)
            if not exact_sign:
                distance = self._sided(index, points[near], face, bary, distance)
                deep = np.flatnonzero(distance < -DEEP) if index else near[:0]
                if len(deep):
                    face[deep], bary[deep], distance[deep] = self._casters[index].closest_point(points[near[deep]])
            better = distance < best.distance[near]
            chosen = near[better]
            best.distance[chosen] = distance[better]
            best.face[chosen] = face[better] + self.parts[index, 2]
            best.bary[chosen] = bary[better]
        return best

    def _sided(self, index: int, points: NDArray, face: NDArray, bary: NDArray, distance: NDArray) -> Floats:
        """Distances (N,) with the sign of the part's smooth normal at the nearest point."""
        first = self.parts[index, 2]
        corners = self.faces[face + first]
        at = np.einsum("nk,nkc->nc", bary, self.vertices[corners])
        normal = np.einsum("nk,nkc->nc", bary, self.normals[corners])
        signed: Floats = np.where(((points - at) * normal).sum(1) < 0, -distance, distance)
        return signed

    def interpolate(self, nearest: Nearest, values: NDArray) -> Floats:
        """(N, C) vertex values at the nearest surface points."""
        out: Floats = np.einsum("nk,nkc->nc", nearest.bary, values[self.faces[nearest.face]]).astype(np.float32)
        return out

    def color(self, nearest: Nearest) -> Floats:
        """(N, 3) sRGB at the nearest surface points; the skin and what is painted on it have sharp borders."""
        out = self.interpolate(nearest, self.colors)
        if self.look is not None and self.layers is None:
            skin = nearest.face < self.parts[0, 3]
            corners = self.canonical[self.faces[nearest.face[skin]]]
            out[skin] = paint(self.look, np.einsum("nk,nkc->nc", nearest.bary[skin], corners), EDGE)
        return out

    def to_arrays(self) -> dict[str, NDArray]:
        """Everything as arrays, for a checkpoint."""
        text = json.dumps(None if self.look is None else asdict(self.look))
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in (*SKIN_ARRAYS, "parts")}
        arrays |= {"look": np.frombuffer(text.encode(), np.uint8).copy()}
        if self.layers is None:
            return arrays
        names = json.dumps([self.layers.names, self.layers.materials])
        kept = {f"layers.{name}": np.ascontiguousarray(getattr(self.layers, name)) for name in LAYER_ARRAYS}
        return arrays | kept | {"layers": np.frombuffer(names.encode(), np.uint8).copy()}

    @staticmethod
    def from_arrays(arrays: dict[str, NDArray], device: object = "cpu") -> BaseSurface:
        """The inverse of `to_arrays`, for queries on a device."""
        raw = json.loads(arrays["look"].tobytes().decode())
        look = None if raw is None else look_from_dict(raw)
        skin = Skin(**{name: arrays[name] for name in SKIN_ARRAYS})
        layers = None
        if "layers" in arrays:
            names, materials = (tuple(values) for values in json.loads(arrays["layers"].tobytes().decode()))
            own: dict[str, Any] = {n: arrays[f"layers.{n}"] for n in LAYER_ARRAYS if f"layers.{n}" in arrays}
            shared = {name: arrays[name] for name in ("vertices", "colors", "weights", "canonical")}
            layers = Joined(names=names, materials=materials, **own, **shared)
        return BaseSurface(skin, arrays["parts"], look, device, layers)


LAYER_ARRAYS = ("faces", "face_layers", "vertex_layers", "uvs", "roughness", "metallic", "opacity", "covered")
SKIN_ARRAYS = ("vertices", "faces", "colors", "weights", "canonical")
