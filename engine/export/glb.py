"""GLB: ``avatar.glb``, a node a layer in its vertices' colours, and ``game.glb``, the game mesh textured."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from engine.export.gltf import Layout, renew_animation, write_glb
from engine.export.lods import levels_of
from engine.export.scene import Scene
from engine.protocol import AVATAR_GLB, GAME_GLB


def write(scene: Scene, folder: Path) -> list[str]:
    """Write the avatar, and its game mesh if it has one, each with the motion if there is one."""
    moves: dict[str, Any] = {} if scene.take is None else dataclasses.asdict(scene.take)
    if scene.take is None and scene.conf.root_motion == "root":
        moves["root"] = np.zeros((1, 3))
    write_glb(folder / AVATAR_GLB, scene.avatar, **moves, name=scene.name)
    if scene.game is None:
        return [AVATAR_GLB]
    layout = layout_of(scene)
    lower = [] if layout is None else levels_of(scene.game, scene.conf.lods)
    write_glb(
        folder / GAME_GLB,
        scene.game,
        **moves,
        name=scene.name,
        layout=layout,
        lower=lower,
        apart=scene.conf.layers_apart,
    )
    return [AVATAR_GLB, GAME_GLB]


def renew(scene: Scene, folder: Path, before: Path) -> list[str]:
    """Write the files of ``before`` with the scene's motion in place of theirs."""
    assert scene.take is not None
    files = [AVATAR_GLB] if scene.game is None else [AVATAR_GLB, GAME_GLB]
    for name in files:
        renew_animation(before / name, folder / name, scene.avatar.joints, **dataclasses.asdict(scene.take))
    return files


def layout_of(scene: Scene) -> Layout | None:
    """Texture coordinates and pictures of the scene's game mesh, if it has any."""
    if scene.game is None or scene.game.uvs is None or not scene.textures:
        return None
    return Layout(scene.game.uvs, **{name: path.read_bytes() for name, path in scene.textures.items()})
