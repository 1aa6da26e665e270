"""Three small avatars for every format and reader: a child in a skirt, a giant in armour, a user's own body."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image
from scipy.spatial import cKDTree

from engine.body.fingers import full_joints
from engine.body.hands import both_hands
from engine.body.model import load_open_body
from engine.export import Scene
from engine.export.gltf import strongest
from engine.geometry.edges import compact
from engine.mesh.decimate import decimate
from engine.motion.io import Motion, save_motion
from engine.protocol import AVATAR_NPZ, FACE_SHAPES, MANIFEST_FILE, MOTION_NPZ, PARENTS, SKELETON_PARENTS, TEXTURES
from engine.rig import Avatar
from engine.rig.avatar import GameAvatar, layered, save_avatar
from engine.rig.face_shapes import FaceShapes
from engine.settings import ExportConfig
from engine.wardrobe.layers import Layer, joined
from tests.body import smpl_like
from tests.mesh import dressed

FRAMES, FPS = 13, 30.0
NAMES = ("child", "giant", "own")
PATCHES = ((230, 64, 26), (51, 140, 89), (8, 20, 128))
"""Colours of three squares, sRGB of 8 bits; from left to right as +z sees them."""


def skirt() -> Layer:
    """A cone from the waist to the knees that hangs from the hips and goes with the thighs."""
    turn, down = (
        part.ravel() for part in np.meshgrid(np.linspace(0, 2 * np.pi, 33)[:-1], np.linspace(0, 1, 9), indexing="ij")
    )
    radius = 0.17 + 0.2 * down
    points = np.stack((radius * np.sin(turn), 0.1 - 0.5 * down, radius * np.cos(turn)), 1).astype(np.float32)
    start = (np.arange(32)[:, None] * 9 + np.arange(8)).ravel()
    across = (start + 9) % len(points)
    faces = np.concatenate(
        (np.stack((start, start + 1, across), 1), np.stack((start + 1, across + 1, across), 1))
    ).astype(np.int32)
    weights = np.zeros((len(points), 24), np.float32)
    weights[:, 0] = 1 - 0.6 * down
    weights[np.arange(len(points)), np.where(points[:, 0] > 0, 1, 2)] = 0.6 * down
    return Layer(
        "Skirt", "cotton", points, faces, np.full((len(points), 3), [0.7, 0.1, 0.1], np.float32), weights, points
    )


def four(weights: np.ndarray) -> np.ndarray:
    """The strongest four of each row."""
    index, strong = strongest(weights)
    kept = np.zeros_like(weights)
    np.add.at(kept, (np.arange(len(kept))[:, None], index), strong)
    return kept


def scaled(avatar: Avatar, factor: float) -> Avatar:
    return dataclasses.replace(avatar, vertices=avatar.vertices * factor, joints=avatar.joints * factor)


def with_game(avatar: Avatar, faces: int = 1500) -> Avatar:
    """With a game mesh, a layer of which has so many faces, and face shapes."""
    layers = np.zeros(len(avatar.faces), np.int32) if avatar.face_layers is None else avatar.face_layers
    made = [decimate(*compact(avatar.vertices, avatar.faces[layers == k]), faces) for k in np.unique(layers)]
    first = np.cumsum([0, *(len(points) for points, _ in made)])
    points = np.concatenate([points for points, _ in made])
    triangles = np.concatenate([found + start for (_, found), start in zip(made, first)])
    near = cKDTree(avatar.vertices).query(points)[1]
    uvs = np.stack((points[:, 0], points[:, 1]), 1)[triangles] * 0.4 + 0.5
    game = GameAvatar(
        points.astype(np.float32),
        triangles.astype(np.int32),
        avatar.colors[near],
        four(avatar.weights[near]),
        np.clip(uvs, 0, 1).astype(np.float32),
        np.repeat(np.unique(layers), [len(found) for _, found in made]).astype(np.int32),
    )
    rows = np.tile(np.arange(30), 52)
    shapes = np.repeat(np.arange(52), 30).astype(np.uint8)
    deltas = np.random.default_rng(4).normal(0, 0.01, (len(rows), 3)).astype(np.float32)
    face = FaceShapes(shapes, rows.astype(np.int32), deltas)
    return dataclasses.replace(avatar, game=dataclasses.replace(game, face=face), face=face)


@cache
def avatars() -> dict[str, Avatar]:
    """By `NAMES`; the giant has fingers."""
    full, bare = joined((*dressed.layers()[:1], skirt())), dressed.mannequin()
    parents = np.array(PARENTS, np.int32)
    child = Avatar(full.vertices, full.faces, full.colors, four(full.weights), bare.joints, parents, **layered(full))
    body = load_open_body()
    armour = joined(dressed.layers())
    wide = np.zeros((len(armour.vertices), 54), np.float32)
    wide[:, :24] = four(armour.weights)
    giant = Avatar(
        armour.vertices,
        armour.faces,
        armour.colors,
        wide,
        full_joints(body, np.zeros(body.num_betas)),
        np.array(SKELETON_PARENTS, np.int32),
        hands=both_hands("relaxed", "fist"),
        holds=np.array([False, True]),
        **layered(armour),
    )
    made = smpl_like.arrays()
    points, joints = made["v_template"].astype(np.float32), (made["J_regressor"] @ made["v_template"])
    grey, weights = np.full(points.shape, 0.6, np.float32), four(made["weights"].astype(np.float32))
    own = Avatar(points, made["f"].astype(np.int32), grey, weights, joints.astype(np.float32), parents)
    return {"child": with_game(scaled(child, 0.6)), "giant": with_game(scaled(giant, 1.4)), "own": with_game(own)}


def patched() -> Avatar:
    """Three squares of `PATCHES` on the bare skeleton, side by side 0.5 m apart, 0.4 m large, facing +z.

    Vertices and game mesh have the same colours, the latter by a texture of three columns.
    """
    corner = np.float32([(-0.2, 0, 0), (0.2, 0, 0), (0.2, 0.4, 0), (-0.2, 0.4, 0)])
    points = np.concatenate([corner + np.float32((0.5 * (k - 1), 0, 0)) for k in range(3)])
    faces = np.concatenate([np.int32([(0, 1, 2), (0, 2, 3)]) + 4 * k for k in range(3)])
    colors = np.repeat(np.float32(PATCHES) / 255, 4, axis=0)
    weights = np.zeros((len(points), 24), np.float32)
    weights[:, 0] = 1
    uvs = np.repeat((np.arange(3, dtype=np.float32) + 0.5) / 3, 6)[:, None] * [1, 0] + [0, 0.5]
    uvs = (uvs.reshape(-1, 3, 2) + np.float32([(-0.05, -0.2), (0.05, -0.2), (0.05, 0.2)])).astype(np.float32)
    game = GameAvatar(points, faces, colors, weights, uvs)
    joints = dressed.mannequin().joints
    return Avatar(points, faces, colors, weights, joints, np.array(PARENTS, np.int32), game)


def motion(seed: int = 3) -> Any:
    """What the motion stage gives: a motion that travels, its hands and face.

    Joints turn and travel evenly, so that engines which thin out keys (Godot by up to 0.01 rad a joint) lose nothing.
    """
    rng = np.random.default_rng(seed)
    share = np.linspace(0.1, 1, FRAMES)[:, None]
    poses = (share * rng.normal(0, 0.4, 72)).reshape(-1, 24, 3).astype(np.float32)
    trans = (share * [0.4, 0.1, 0.7]).astype(np.float32)
    hands = rng.normal(0, 0.2, (FRAMES, 2, 45)).astype(np.float32)
    face = rng.uniform(size=(FRAMES, len(FACE_SHAPES))).astype(np.float32)
    return SimpleNamespace(poses=poses, trans=trans, fps=FPS, hands=hands, face=face)


def scene(name: str, folder: Path, conf: ExportConfig | None = None, moving: bool = True, loops: bool = False) -> Scene:
    """One of the avatars with its motion; its textures are written into the folder."""
    paint(folder)
    return Scene.of(avatars()[name], motion() if moving else None, folder, {}, conf, loops)


def paint(folder: Path, color: Any = ((200, 100, 40),)) -> None:
    """Write the game mesh's textures: one colour each, the first in columns."""
    folder.mkdir(parents=True, exist_ok=True)
    colors = {"color": color, "normal": ((128, 128, 255),), "orm": ((255, 160, 30),)}
    for picture, file in TEXTURES.items():
        columns = np.repeat(np.uint8(colors[picture]), 16, axis=0)
        Image.fromarray(np.tile(columns, (16, 1, 1))).save(folder / file)


def result(avatar: Avatar, folder: Path, moves: Any = None) -> Path:
    """Write what Blender's add-on imports into a folder that has textures: avatar, and a motion if there is one."""
    save_avatar(avatar, folder / AVATAR_NPZ)
    if moves is not None:
        none = np.zeros((1, 72), np.float32)
        poses = np.asarray(moves.poses, np.float32).reshape(len(moves.poses), 72)
        made = Motion(poses, moves.trans, moves.fps, none[0, :1], none, (), hands=moves.hands, face=moves.face)
        save_motion(made, folder / MOTION_NPZ)
    (folder / MANIFEST_FILE).write_text(json.dumps({"prompts": {"appearance": "figure"}}), encoding="utf-8")
    return folder
