"""The motion prior's labelled codes: which latents decode to which movement (`training/motion_codes.py` makes them)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open

from engine.motion.arrays import Array
from engine.motion.concepts import LEARNED
from engine.motion.motion_prior import FPS, FRAMES, MotionPrior, decode_frames, load_motion_prior
from engine.motion.sequence import Sequence, join

ASSETS = Path(__file__).resolve().parent.parent / "assets"
STRIDE = 44
"""Frames between the starts of two windows of one movement; the rest overlaps and is cross-faded. Set by hand."""


class Codes:
    """Latents by movement, decoded on demand.

    Args:
        prior: the motion prior.
        latents: (N,256).
        table: for each movement ``{"rows": [...], "frames": n, "airborne": bool}``, rows in order of time.
    """

    def __init__(self, prior: MotionPrior, latents: Array, table: dict[str, dict[str, Any]]) -> None:
        self.prior, self.latents, self.table = prior, latents, table
        self._cyclic = {c.name for c in LEARNED if c.cyclic}
        self._pace = {c.name: c.pace for c in LEARNED}

    def __contains__(self, name: str) -> bool:
        return name in self.table

    def cyclic(self, name: str) -> bool:
        """Whether the movement can be repeated without end."""
        return name in self._cyclic

    def pace(self, name: str) -> float:
        """By how much the movement is played faster than it was learned."""
        return self._pace.get(name, 1.0)

    def airborne(self, name: str) -> bool:
        """Whether the movement leaves the floor or hangs above it."""
        return bool(self.table[name]["airborne"])

    def travels(self, name: str) -> bool:
        """Whether the movement gets somewhere."""
        way = self.decode(name)[1]
        return float(np.hypot(*(way[-1] - way[0])[[0, 2]])) > 0.7

    def seconds(self, name: str) -> float:
        """Length of the movement."""
        return float(self.table[name]["frames"]) / FPS

    def decode(self, name: str) -> tuple[Array, Array, float]:
        """Poses (T,24,3), pelvis positions (T,3) at the reference skeleton's size, and frames a second."""
        entry = self.table[name]
        with torch.no_grad():
            windows = self.prior.decode(torch.from_numpy(self.latents[entry["rows"]])).numpy()
        poses, root = join_windows(windows)
        return poses[: entry["frames"]], root[: entry["frames"]], FPS


def join_windows(windows: Array) -> Sequence:
    """Overlapping decoded windows (W,60,135) as one motion (60 + 44·(W-1) frames), cross-faded."""
    made = decode_frames(windows[0])
    for window in windows[1:]:
        made = join(made, decode_frames(window), FRAMES - STRIDE)
    return made


@cache
def load_codes(folder: Path = ASSETS) -> Codes:
    """The bundled prior and its codes."""
    with safe_open(folder / "motion_codes.safetensors", "np") as file:
        latents = file.get_tensor("latents").astype(np.float32)
        table = json.loads(file.metadata()["movements"])
    return Codes(load_motion_prior(folder / "motion_prior.safetensors"), latents, table)
