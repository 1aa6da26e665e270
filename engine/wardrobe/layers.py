"""What an avatar is made of from the wardrobe to Blender: layers, each a surface of its own on one bare body.

Everything stands in the stand pose (`engine.body.stand_pose`): metres, +y up, facing +z, left arm to +x.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.body import Body, stand_pose
from engine.geometry.measures import vertex_normals
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import canonical_coordinates

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]
BODY = "Body"
"""The name of the layer that all others lie on."""


@dataclass(frozen=True)
class Layer:
    """One surface: the skin, a garment, hair, eyes, something attached or held. Nothing downstream asks which."""

    name: str
    """What a person calls it: "Shirt", "Cargo Trousers"; unique within an avatar."""
    material: str
    """Of `materials.MATERIALS`."""
    vertices: Floats
    """(V, 3) in the stand pose."""
    faces: Indices
    """(F, 3) counter-clockwise seen from outside; open surfaces are seen from both sides."""
    colors: Floats
    """(V, 3) sRGB 0-1."""
    weights: Floats
    """(V, 24) skinning weights, rows sum to 1."""
    canonical: Floats
    """(V, 3) pattern coordinates: where on the standard figure a point belongs (`wardrobe.canonical`), metres; of
    hair, metres across and along its locks and nought."""
    uvs: Floats = field(default_factory=lambda: np.zeros((0, 3, 2), np.float32))
    """(F, 3, 2) texture coordinates of the faces' corners in 0-1, v up, or (0, 3, 2) where none are made yet."""
    roughness: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    """(V,) 0-1; empty: the material's."""
    metallic: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    """(V,) 0-1; empty: the material's."""
    opacity: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    """(V,) 0-1, below 1 where what is beneath shows through; empty: the material's."""
    covered: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    """(V,) hidden beneath another layer for good, so that it need not be shown; empty: nowhere."""

    def __post_init__(self) -> None:
        from engine.wardrobe.materials import MATERIALS

        count, made = len(self.vertices), MATERIALS[self.material]
        for name, value in (("roughness", made.roughness), ("metallic", made.metallic), ("opacity", made.opacity)):
            if len(getattr(self, name)) != count:
                object.__setattr__(self, name, np.full(count, value, np.float32))
        if len(self.covered) != count:
            object.__setattr__(self, "covered", np.zeros(count, bool))

    def moved(self, vertices: NDArray) -> Layer:
        """The same surface elsewhere."""
        return replace(self, vertices=np.asarray(vertices, np.float32))


def merged(layers: Sequence[Layer]) -> Layer:
    """Layers as one, by the name and of the material of the first."""
    if len(layers) == 1:
        return layers[0]
    whole = joined(layers)
    names = (
        "vertices",
        "faces",
        "colors",
        "weights",
        "canonical",
        "roughness",
        "metallic",
        "opacity",
        "covered",
    )
    return Layer(layers[0].name, layers[0].material, **{name: getattr(whole, name) for name in names})


@dataclass(frozen=True)
class Mannequin:
    """The bare body in the stand pose on which layers are made."""

    vertices: Floats  # (V, 3)
    faces: Indices  # (F, 3)
    weights: Floats  # (V, 24)
    canonical: Floats  # (V, 3)
    joints: Floats  # (24, 3) posed
    rest_joints: Floats  # (24, 3) in the T-pose
    labels: dict[str, NDArray[np.int32]]
    """Names of vertex groups (`iris.L`, ...), empty for a body other than the open one."""
    has_fingers: bool = False
    """Whether its fingers are bones, which close round what is held."""
    drawn: bool = False
    """Whether its face is drawn out into a muzzle (`beings.muzzle`)."""

    @staticmethod
    def of(body: Body, betas: NDArray) -> Mannequin:
        """A body of shape ``betas`` (S,)."""
        vertices, joints = (array[0] for array in body.pose(betas, stand_pose()[None]))
        canonical = canonical_coordinates(body)
        return Mannequin(vertices, body.faces, body.weights, canonical, joints, body.rest_joints(betas), body.labels)

    @property
    def size(self) -> float:
        """Length of trunk and legs against the standard figure's; clothes on children are thinner."""
        return float(np.clip(np.linalg.norm(self.joints[15] - self.joints[7]) / 1.52, 0.3, 1.3))

    @cached_property
    def normals(self) -> Floats:
        """(V, 3) outward."""
        return vertex_normals(self.vertices, self.faces)

    @cached_property
    def caster(self) -> MeshRaycaster:
        """Rays and closest points on it."""
        return MeshRaycaster(self.vertices, self.faces)


@dataclass(frozen=True)
class Joined:
    """Layers as one mesh: their arrays one behind the other."""

    names: tuple[str, ...]
    materials: tuple[str, ...]
    """Of each layer."""
    vertices: Floats
    faces: Indices
    face_layers: Indices
    """(F,) which of `names` a face belongs to."""
    vertex_layers: Indices
    """(V,)."""
    colors: Floats
    weights: Floats
    canonical: Floats
    uvs: Floats
    roughness: Floats
    metallic: Floats
    covered: NDArray[np.bool_]
    opacity: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    """(V,) as a layer's; empty: 1 everywhere."""

    def __post_init__(self) -> None:
        if len(self.opacity) != len(self.vertices):
            object.__setattr__(self, "opacity", np.ones(len(self.vertices), np.float32))


def joined(layers: Sequence[Layer]) -> Joined:
    """Layers, the innermost first, as one mesh."""
    counts = [len(layer.vertices) for layer in layers]
    first = np.cumsum([0, *counts[:-1]])

    def stacked(name: str) -> NDArray:
        return np.concatenate([getattr(layer, name) for layer in layers])

    def uvs(layer: Layer) -> Floats:
        return layer.uvs if len(layer.uvs) == len(layer.faces) else np.zeros((len(layer.faces), 3, 2), np.float32)

    return Joined(
        tuple(layer.name for layer in layers),
        tuple(layer.material for layer in layers),
        stacked("vertices").astype(np.float32),
        np.concatenate([layer.faces + start for layer, start in zip(layers, first)]).astype(np.int32),
        np.repeat(np.arange(len(layers)), [len(layer.faces) for layer in layers]).astype(np.int32),
        np.repeat(np.arange(len(layers)), counts).astype(np.int32),
        stacked("colors").astype(np.float32),
        stacked("weights").astype(np.float32),
        stacked("canonical").astype(np.float32),
        np.concatenate([uvs(layer) for layer in layers]).astype(np.float32),
        stacked("roughness").astype(np.float32),
        stacked("metallic").astype(np.float32),
        stacked("covered"),
        stacked("opacity").astype(np.float32),
    )
