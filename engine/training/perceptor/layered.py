"""Render training figures that wear layers, as avatars do: ``python -m engine.training.perceptor.layered SHAPES OUT``.

Cloth falls slowly and colours are free. So each body is dressed a few times in colours that tell its garments apart;
heads, tops, bottoms and shoes of these dressings are put together anew, posed, seen by several cameras, and every
picture is coloured many times. Shards are those of `engine.training.perceptor.figures`.

Its numbers are set by hand.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.body import load_body, stand_pose
from engine.geometry.skinning import bone_transforms, skin
from engine.protocol import PARENTS
from engine.render.raycast import MeshRaycaster
from engine.training.perceptor import wardrobe
from engine.training.perceptor.figures import (
    POSED,
    Figure,
    ShapeSpace,
    albedo_of,
    body_camera,
    face_camera,
    form_of,
    labelled_poses,
    regions,
    write_shards,
)
from engine.training.perceptor.grammar import hard_negative, lexis
from engine.training.perceptor.outfit_captions import told_of
from engine.training.perceptor.words import Sample, flatten, render
from engine.wardrobe.attribute_space import pose_attributes
from engine.wardrobe.cloth import drape
from engine.wardrobe.dressing import layers_of
from engine.wardrobe.layers import BODY, Layer, joined
from engine.wardrobe.outfit import (
    COLORS,
    CUTS,
    GARMENT_KINDS,
    HAIR_COLORS,
    HUMAN_SKINS,
    NATURAL_HAIR,
    SKINS,
    Garment,
    Look,
    Shape,
)
from engine.wardrobe.parts import PARTS

DRESSINGS, OUTFITS, CAMERAS, COLORINGS = 3, 14, 5, 8
"""Of a body; put together of these; of an outfit in one pose; of these pictures."""
SUBSTEPS = 4
"""Of a frame in which cloth falls: enough for pictures of 64 pixels, in less than half the time."""
CUT = 0.5
"""Share of garments that are made in one of the cuts of their kind."""
KEYS = ("red", "green", "blue", "yellow", "magenta", "cyan", "orange", "purple", "lime", "turquoise")
"""Colours of the garments of a dressing, by which layers are known again."""
KEY_HAIR, KEY_SKIN = "light brown", "fair"
BASIC = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "black", "white", "brown", "grey")
UNITS = {
    "hair": "head", "beard": "head", "skin": "head", "head": "head", "face": "head", "eyes": "head",
    "torso": "torso", "over": "torso", "back": "torso", "chest": "torso", "neck": "torso", "shoulders": "torso",
    "waist": "torso", "hands": "torso", "wrists": "torso", "legs": "legs", "knees": "legs", "feet": "feet",
    "shins": "feet", "body": "torso",
}  # fmt: skip
"""What is exchanged together, by part."""
FACE = ("Hair", "Beard", "Brows", "Lashes", "Eyes", "Mouth", "Teeth")
"""Names of layers of the head that are no garments."""
LIKE = 0.5
"""How far at most a vertex's colour, brightest channel at one, is from the key that it is a shade of."""


@dataclass(frozen=True)
class Piece:
    """A layer and whose it is."""

    layer: Layer
    part: str
    """Of `PARTS`."""
    garment: Garment | None
    """In its key colours."""


@dataclass(frozen=True)
class Dressing:
    """A look in key colours and its pieces, the skin first."""

    look: Look
    pieces: list[Piece]

    def unit(self, name: str) -> list[Piece]:
        """The pieces that are exchanged together; with clothes in one piece the legs go along with the torso."""
        return [piece for piece in self.pieces[1:] if UNITS[piece.part] == name]

    @property
    def whole(self) -> bool:
        """Whether top and bottom are one."""
        return any(GARMENT_KINDS[garment.kind][0] == "body" for garment in self.look.garments)


def keyed(look: Look, dice: random.Random) -> Look:
    """The look in key colours, with some garments in a cut of their kind."""
    free = iter(KEYS)
    garments = []
    for garment in look.garments[: len(KEYS) // 2]:
        cut = dice.choice(CUTS[garment.kind]) if garment.kind in CUTS and dice.random() < CUT else None
        accent = next(free) if garment.accent else None
        garments.append(replace(garment, color=next(free), accent=accent, cut=cut))
    return replace(look, skin=KEY_SKIN, hair_color=KEY_HAIR, beard_color=KEY_HAIR, garments=tuple(garments), extras=())


def _likeness(colors: NDArray, key: str) -> NDArray:
    """(N,) how far colours (N, 3) are from being shades of a key colour."""
    wanted = np.array(COLORS[key])
    scaled = colors / np.maximum(colors.max(-1, keepdims=True), 0.05)
    found: NDArray = np.linalg.norm(scaled - wanted / wanted.max(), axis=-1)
    return found


def pieces_of(look: Look, layers: list[Layer]) -> list[Piece]:
    """Layers with their parts: garments by their key colours, what has none by the layer before it."""
    found: list[Piece] = []
    for layer in layers:
        if layer.name == BODY or layer.name.split()[0] in FACE:
            part = {"Hair": "hair", "Beard": "beard"}.get(layer.name.split()[0], "skin")
            found.append(Piece(layer, part, None))
            continue
        far = [np.median(_likeness(layer.colors, garment.color)) for garment in look.garments]
        nearest = int(np.argmin(far))
        garment = look.garments[nearest]
        if far[nearest] > LIKE and found[-1].garment is not None:
            garment = found[-1].garment
        found.append(Piece(layer, GARMENT_KINDS[garment.kind][0], garment))
    return found


def put_together(dressings: list[Dressing], dice: random.Random) -> tuple[Look, list[Piece]]:
    """Head, torso, legs and feet of different dressings of one body; the skin is that of the feet's."""
    head, torso, legs, feet = (dice.choice(dressings) for _ in range(4))
    if torso.whole or legs.whole:
        legs = torso
    chosen = [*torso.unit("torso"), *legs.unit("legs"), *feet.unit("feet"), *head.unit("head")]
    garments = tuple(dict.fromkeys(piece.garment for piece in chosen if piece.garment is not None))
    # what no layer was made of, as armour stands for it, is left out
    return replace(head.look, garments=garments), [feet.pieces[0], *chosen]


def colored(look: Look, dice: random.Random) -> Look:
    """The look in random colours."""

    def color() -> str:
        return dice.choice(BASIC) if dice.random() < 0.6 else dice.choice(list(COLORS))

    skins = HUMAN_SKINS if dice.random() < 0.75 else tuple(SKINS)
    hair = dice.choice(NATURAL_HAIR if dice.random() < 0.7 else tuple(HAIR_COLORS))
    beard = hair if dice.random() < 0.8 else dice.choice(NATURAL_HAIR)
    one = color() if dice.random() < 0.1 else None
    garments = tuple(replace(g, color=one or color(), accent=g.accent and color()) for g in look.garments)
    return replace(look, skin=dice.choice(skins), hair_color=hair, beard_color=beard, garments=garments)


def recolored(piece: Piece, worn: Garment | None, look: Look) -> NDArray[np.float32]:
    """(V, 3) the piece's colours in a look: shades of its keys become the same shades of the new colours."""
    colors = piece.layer.colors.copy()
    if piece.garment is not None and worn is not None:
        pairs = [(piece.garment.color, worn.color), (piece.garment.accent, worn.accent)]
        known = [(old, new) for old, new in pairs if old and new]
        far = np.stack([_likeness(piece.layer.colors, old) for old, _ in known])
        for index, (old, new) in enumerate(known):
            rows = (far.argmin(0) == index) & (far[index] < LIKE)
            level = piece.layer.colors[rows].max(1) / max(COLORS[old])
            colors[rows] = np.array(COLORS[new]) * np.clip(level, 0.3, 1.3)[:, None]
    elif piece.part in ("hair", "beard") or piece.layer.name.startswith("Brows"):
        grown = HAIR_COLORS[look.beard_color if piece.part == "beard" else look.hair_color]
        level = piece.layer.colors.mean(1) / np.mean(HAIR_COLORS[KEY_HAIR])
        colors = np.array(grown) * np.clip(level, 0.3, 1.7)[:, None]
    elif piece.layer.name == BODY:
        colors = colors / np.array(SKINS[KEY_SKIN]) * np.array(SKINS[look.skin])
    return colors.clip(0, 1).astype(np.float32)


class LayeredStudio:
    """Makes figures that wear layers."""

    def __init__(self, shapes_file: Path, seed: int) -> None:
        self.body = load_body()
        self.space = ShapeSpace(shapes_file)
        self.poses, _ = labelled_poses()
        self.rng = np.random.default_rng(seed)
        self.dice = random.Random(seed)

    def figures(self) -> Iterator[Figure]:
        """All figures of one random body."""
        shape = wardrobe.random_shape(self.dice)
        betas = self.space.betas(shape, self.rng)
        seed = self.dice.randrange(2**30)
        dressings = []
        for _ in range(DRESSINGS):
            look = keyed(wardrobe.random_look(self.dice, shape), self.dice)
            dressings.append(Dressing(look, pieces_of(look, layers_of(look, self.body, betas, seed))))
        for _ in range(OUTFITS):
            yield from self._outfit(*put_together(dressings, self.dice), shape, betas)

    def _outfit(self, look: Look, pieces: list[Piece], shape: Shape, betas: NDArray) -> Iterator[Figure]:
        """One outfit in one pose, seen by all cameras and coloured again and again."""
        whole = joined([piece.layer for piece in pieces])
        pose = self.poses[self.rng.integers(len(self.poses))] if self.rng.random() < POSED else stand_pose()
        rest = self.body.rest_joints(betas)
        stood, posed = (bone_transforms(rest, p[None].astype(np.float32), PARENTS)[0] for p in (stand_pose(), pose))
        vertices = skin(whole.vertices, whole.weights, (posed @ np.linalg.inv(stood))[None])[0]
        joints = np.einsum("jab,jb->ja", posed[:, :3, :3], rest) + posed[:, :3, 3]
        caster = MeshRaycaster(vertices, whole.faces)
        scale = float(np.clip(np.linalg.norm(rest[15] - rest[12]) / 0.105, 0.5, 1.4))
        names = ["body", "body", "side", "back", "face"][:CAMERAS]
        cameras = [
            face_camera(joints[15], scale, self.rng) if n == "face" else body_camera(vertices, n, self.rng)
            for n in names
        ]
        seen = [(caster.cast(camera), np.stack([*camera.axes()[:2], -camera.axes()[2]], 1)) for camera in cameras]
        part = np.concatenate([np.full(len(p.layer.vertices), 1 + PARTS.index(p.part), np.uint8) for p in pieces])
        region = np.concatenate([regions(canonical) for canonical in _canonical(pieces)])
        forms = [form_of(hits, axes, whole.faces, part, region) for hits, axes in seen]
        truth = pose_attributes(joints[None])[0]
        for _ in range(COLORINGS):
            new = colored(look, self.dice)
            worn = dict(zip(look.garments, new.garments))
            colors = np.concatenate([recolored(p, worn.get(p.garment) if p.garment else None, new) for p in pieces])
            chosen = [0, *self.rng.choice(np.arange(1, CAMERAS), 2, replace=False)]
            normal, mask, parts, places = (np.stack([forms[i][k] for i in chosen]) for k in range(4))
            albedo = np.stack([albedo_of(seen[i][0], whole.faces, colors) for i in chosen])
            caption, negatives = self._words(new, shape)
            yield Figure(
                albedo,
                normal,
                mask,
                parts,
                places,
                shape.numbers(),
                truth,
                [names[i] for i in chosen],
                caption,
                negatives,
                "outfit",
                new,
            )

    def _words(self, look: Look, shape: Shape) -> tuple[str, list[str]]:
        """A caption of a look and hard negatives."""
        items = told_of(self.dice, lexis(False), look, shape)
        sample = Sample(render(items), look, shape, "outfit", "body", flatten(items), "{}", tuple(items))
        return sample.caption, [hard_negative(sample, self.rng) for _ in range(3)]


def _canonical(pieces: list[Piece]) -> list[NDArray]:
    """(V, 3) of each piece where its points belong; of what grows on the head, where the skin nearest to it is."""
    skin_ = pieces[0].layer
    tree = cKDTree(skin_.vertices)
    return [
        skin_.canonical[tree.query(piece.layer.vertices)[1]]
        if piece.layer.name.split()[0] in FACE
        else piece.layer.canonical
        for piece in pieces
    ]


def _layered(shapes: Path, seed: int) -> Iterator[Figure]:
    drape.SUBSTEPS = SUBSTEPS
    studio = LayeredStudio(shapes, seed)
    while True:
        yield from studio.figures()


if __name__ == "__main__":
    write_shards(__doc__, _layered)
