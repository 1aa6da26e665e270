"""Where this user's caches go: embeddings of codebooks and downloaded perceptors."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """This user's cache folder; ``AVATARCLIP_CACHE`` names another place."""
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "avatarclip_blender"
    return Path(os.environ.get("AVATARCLIP_CACHE", default))
