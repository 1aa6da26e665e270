"""Cloth that has come to rest, kept: other colours on the same cut need not fall again."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.wardrobe.cloth.piece import CARRIED, Piece
from engine.wardrobe.cloth.records import Record

log = logging.getLogger(__name__)
VERSION = 6
"""Changes when cloth falls differently."""
MOST = 150
"""Pieces that are kept; those that were used longest ago go first. Set by hand."""


class Drapes:
    """A folder of pieces at rest, by what decides them: cut, body and what is beneath."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self, record: Record, *arrays: NDArray) -> str:
        """Of a cut on a body over what is beneath, given by their arrays; how it is finished does not matter."""
        bare = replace(record, name="", material="", details=(), layer=0.0, rim=0.0, folds=0.0)
        digest = hashlib.sha256(f"{VERSION} {bare}".encode())
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:24]

    def get(self, key: str) -> Piece | None:
        """The piece that was kept, or None."""
        path = self.folder / f"{key}.safetensors"
        try:
            arrays = load_file(path)
            piece = Piece(faces=arrays.pop("faces"), **{name: arrays[name] for name in CARRIED})
            os.utime(path)
        except (OSError, SafetensorError, KeyError):
            return None
        return piece

    def put(self, key: str, piece: Piece) -> None:
        """Keep a piece; a folder that cannot be written keeps nothing."""
        arrays = {name: np.ascontiguousarray(getattr(piece, name)) for name in (*CARRIED, "faces")}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".part-{key}-{os.getpid()}"
            save_file(arrays, part)
            part.replace(self.folder / f"{key}.safetensors")
            kept = sorted(self.folder.glob("*.safetensors"), key=lambda path: path.stat().st_mtime)
            for path in kept[:-MOST]:
                path.unlink(missing_ok=True)
        except OSError as error:
            log.info("cloth at rest is not kept (%s)", error)
