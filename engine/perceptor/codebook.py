"""Embeddings of a codebook, made once per perceptor: shipped for the bundled one, cached for others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.perceptor.clip import Perceptor


def cache_folder() -> Path:
    """Where this user's caches go; ``AVATARCLIP_CACHE`` names another place."""
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "avatarclip_blender"
    return Path(os.environ.get("AVATARCLIP_CACHE", default))


def features(asset: Path, name: str, perceptor: Perceptor, make: Callable[[], Tensor]) -> Tensor:
    """(N, D) unit vectors of a codebook's entries by one perceptor.

    Args:
        asset: the codebook's file; it may hold the features of one perceptor, named in its metadata.
        name: which features, for codebooks that have several.
        perceptor: who embeds.
        make: embeds all entries; called only when neither the asset nor the cache has them.
    """
    with safe_open(asset, "pt") as file:
        metadata = file.metadata() or {}
        if metadata.get("perceptor") == perceptor.checksum and name in file.keys():  # noqa: SIM118
            return F.normalize(file.get_tensor(name).float(), dim=-1)
    version = metadata.get("version", "0")
    path = cache_folder() / f"{asset.stem}-{name}-{version}-{perceptor.checksum[:16]}.safetensors"
    if path.exists():
        with safe_open(path, "pt") as file:
            return F.normalize(file.get_tensor(name).float(), dim=-1)
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    save_file({name: made.half().contiguous()}, temporary)
    os.replace(temporary, path)
    return made


@torch.no_grad()
def embed_pictures(perceptor: Perceptor, pictures: Tensor) -> Tensor:
    """(D,) the normalised mean embedding of one entry's pictures (N, 3, H, W)."""
    return F.normalize(perceptor.encode_image(pictures).mean(0), dim=-1)
