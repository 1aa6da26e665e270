"""Numpy's own format, documented in `engine.protocol`: what the add-on imports, with the game mesh's textures."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.export.scene import Scene
from engine.protocol import TEXTURES


def write(scene: Scene, folder: Path) -> list[str]:
    """Copy ``avatar.npz``, ``motion.npz`` and the textures as the stages stored them."""
    files = {**scene.stored, **{TEXTURES[name]: path for name, path in scene.textures.items()}}
    for name, path in files.items():
        shutil.copyfile(path, folder / name)
    return list(files)
