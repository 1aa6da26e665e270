"""Dress a body in a look: one mesh of skin, clothes and attached pieces that can be posed and rendered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from engine.body import Body
from engine.geometry.edges import edge_matrix
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import row_means
from engine.geometry.skinning import bone_transforms, skin
from engine.protocol import PARENTS
from engine.wardrobe.canonical import canonical_coordinates
from engine.wardrobe.holding import gripping, nearer
from engine.wardrobe.outfit import Look
from engine.wardrobe.paint import paint, thickness
from engine.wardrobe.props import Binding, Prop, bind, props_of
from engine.wardrobe.skin import Skin

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class DressedBody:
    """The body's mesh with its pieces behind it; rest space is the T-pose in metres.

    ``parts`` gives each piece's (first vertex, last + 1, first face, last + 1): the skin first, each part closed.
    """

    vertices: Floats  # (V, 3) T-pose
    faces: NDArray[np.int32]  # (F, 3)
    colors: Floats  # (V, 3) sRGB
    weights: Floats  # (V, 24)
    joints: Floats  # (24, 3)
    parts: tuple[tuple[int, int, int, int], ...]

    def posed(self, pose: NDArray, trans: NDArray | None = None) -> Floats:
        """(V, 3) the mesh in a pose (24, 3), axis-angle."""
        transforms = bone_transforms(self.joints, np.asarray(pose, np.float32)[None], PARENTS)
        moved: Floats = skin(self.vertices, self.weights, transforms)[0]
        return moved if trans is None else moved + np.asarray(trans, np.float32)


class Wardrobe:
    """Dresses one body model; what does not depend on look or shape is kept."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.skin = Skin.of(body)
        self.canonical: Floats = np.asarray(self.skin.mix @ canonical_coordinates(body), np.float32)
        self._adjacency = row_means(
            edge_matrix(self.skin.faces, len(self.canonical)) + sparse.eye(len(self.canonical), dtype=np.float32)
        )
        self._bound: dict[bytes, Binding] = {}

    def dress(self, look: Look, betas: NDArray) -> DressedBody:
        """The dressed body of one shape.

        Args:
            look: skin, hair and garments.
            betas: (S,) shape coefficients.
        """
        rest = np.asarray(self.skin.mix @ self.body.rest_vertices(betas), np.float32)
        joints = self.body.rest_joints(betas)
        colors = paint(look, self.canonical)
        vertices = self._stand_off(rest, look, scale=_size(joints))
        shift = vertices - self.canonical
        vertices = gripping(vertices, look, self.body, betas, self.skin.mix)
        parts = [(0, len(vertices), 0, len(self.skin.faces))]
        pieces = [(vertices, self.skin.faces, colors, self.skin.weights)]
        for prop in props_of(look):
            binding = self._bind(prop)
            placed = prop.vertices + np.einsum("pk,pkc->pc", binding.shares, shift[binding.neighbours])
            placed += nearer(look, self.body, prop.joints, _size(joints))
            first_vertex, first_face = parts[-1][1], parts[-1][3]
            parts.append((first_vertex, first_vertex + len(placed), first_face, first_face + len(prop.faces)))
            pieces.append((placed, prop.faces + first_vertex, prop.colors, binding.weights))
        columns = [np.concatenate(column) for column in zip(*pieces)]
        return DressedBody(
            columns[0].astype(np.float32), columns[1], columns[2], columns[3].astype(np.float32), joints, tuple(parts)
        )

    def _stand_off(self, rest: Floats, look: Look, scale: float) -> Floats:
        """Smooth the skin under clothes and move it outwards by their thickness."""
        offset, smooth = thickness(look, self.canonical)
        if smooth.any():
            soft = rest
            for _ in range(12):
                soft = self._adjacency @ soft
            rest = rest + smooth[:, None] * (soft - rest)
        moved: Floats = rest + offset[:, None] * scale * vertex_normals(rest, self.skin.faces)
        return moved

    def _bind(self, prop: Prop) -> Binding:
        key = prop.vertices.tobytes()
        if key not in self._bound:
            self._bound[key] = bind(prop, self.skin.weights, self.canonical)
        return self._bound[key]


def _size(joints: Floats) -> float:
    """A body's size against the standard figure, from trunk and legs; clothes on children are thinner."""
    return float(np.clip(np.linalg.norm(joints[15] - joints[7]) / 1.52, 0.3, 1.3))
