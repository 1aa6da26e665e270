"""Folders of this user: what was made once and can be made again (cache), and what was brought along (data)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path, user_data_path
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

NAME = "avatarclip_blender"
Arrays = dict[str, NDArray]


def cache_folder() -> Path:
    """Where embeddings, drapes and downloads go; ``AVATARCLIP_CACHE`` names another place."""
    return Path(os.environ.get("AVATARCLIP_CACHE") or user_cache_path(NAME, appauthor=False))


def data_folder() -> Path:
    """Where imported weights and the user's own records are; ``AVATARCLIP_DATA`` names another place."""
    return Path(os.environ.get("AVATARCLIP_DATA") or user_data_path(NAME, appauthor=False))


def cached(name: str, make: Callable[[], Arrays]) -> Path:
    """The path of ``name``.safetensors in the cache, made if it is not there or broken."""
    path = cache_folder() / f"{name}.safetensors"
    try:
        load_file(path)
    except (OSError, SafetensorError):
        store(path, make())
    return path


def store(path: Path, arrays: Mapping[str, NDArray], metadata: dict[str, str] | None = None) -> None:
    """Write arrays as safetensors, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, temporary, metadata)
    os.replace(temporary, path)
