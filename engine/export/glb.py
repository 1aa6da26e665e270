"""GLB: ``avatar.glb``, a node a layer in its vertices' colours, and ``game.glb``, the game mesh textured."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from engine.export.gltf import Layout, renew_animation, write_glb
from engine.export.lods import levels_of
from engine.export.scene import Scene
from engine.protocol import AVATAR_GLB, GAME_GLB


def write(scene: Scene, folder: Path) -> list[str]:
    """Write the avatar, and its game mesh if it has one, each with the motion if there is one."""
    with_root = scene.conf.root_motion == "root"
    write_glb(folder / AVATAR_GLB, scene.avatar, scene.take, scene.name, with_root=with_root)
    if scene.game is None:
        return [AVATAR_GLB]
    layout = layout_of(scene)
    if layout is not None:
        layout = dataclasses.replace(layout, lower=levels_of(scene.game, scene.conf.lods))
    write_glb(folder / GAME_GLB, scene.game, scene.take, scene.name, layout, scene.conf.layers_apart, with_root)
    return [AVATAR_GLB, GAME_GLB]


def renew(scene: Scene, folder: Path, before: Path) -> list[str]:
    """Write the files of ``before`` with the scene's motion in place of theirs."""
    assert scene.take is not None
    files = [AVATAR_GLB] if scene.game is None else [AVATAR_GLB, GAME_GLB]
    for name in files:
        renew_animation(before / name, folder / name, scene.avatar.joints, scene.take)
    return files


def layout_of(scene: Scene) -> Layout | None:
    """Texture coordinates and pictures of the scene's game mesh, if it has any."""
    if scene.game is None or scene.game.uvs is None or not scene.textures:
        return None
    pictures = {name: path.read_bytes() for name, path in scene.textures.items()}
    return Layout(scene.game.uvs, pictures["color"], pictures["normal"], pictures["orm"])
