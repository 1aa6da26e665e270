"""Reads the motion-capture pack (175 clips on the SMPL skeleton) that the motion priors are trained on.

The pack itself is not part of the project: `engine/assets/README.md` names its public sources, and any folder with
the same two files (``mocap.npz``: NAME/poses (T,24,3) axis-angle and NAME/trans (T,3); ``clips.json``: name, label,
tags) serves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.motion.arrays import Array
from engine.motion.motion_prior import FRAMES
from engine.motion.sequence import find_cycle, repeat
from engine.motion.skeleton import mirror, reference_joints, resample

HELD_OUT = (
    "cmu_01_12", "cmu_02_08", "cmu_basketball_2", "cmu_basketball_signal_2", "cmu_jumping_4", "cmu_running_3",
    "cmu_soccer_3", "cmu_walking_18", "cmu_walking_40", "cmu_131_02", "m2m_fighting_left_jab", "kk_stab_2h",
    "kk_hit_light", "kk_push_ups", "kk_sneak", "kk_magic_shoot",
)  # fmt: skip
"""Clips that no training sees; each has a near relative that it does see."""


@dataclass(frozen=True)
class Clip:
    """One captured or keyed clip at 30 fps."""

    name: str
    poses: Array
    """(T,24,3) axis-angle."""
    trans: Array
    """(T,3) pelvis, metres on the reference skeleton, floor at y = 0."""
    label: str
    tags: tuple[str, ...]


def load_pack(folder: Path) -> dict[str, Clip]:
    """All clips of the pack by name."""
    arrays = np.load(folder / "mocap.npz")
    entries = json.loads((folder / "clips.json").read_text())
    return {
        e["name"]: Clip(
            e["name"], arrays[e["name"] + "/poses"], arrays[e["name"] + "/trans"], e["label"], tuple(e["tags"])
        )
        for e in entries
    }


def lengthened(clip: Clip, frames: int = FRAMES) -> Clip:
    """A clip of at least `frames` frames: short walks and runs are cycled, other short clips hold their last frame."""
    missing = frames - len(clip.poses)
    if missing <= 0:
        return clip
    if {"run", "walk"} & set(clip.tags):
        cycle = find_cycle(clip.poses, clip.trans, reference_joints())
        poses, trans = repeat(clip.poses, clip.trans, cycle, -(-frames // (cycle[1] - cycle[0])))
        poses, trans = poses[:frames], trans[:frames]
    else:
        poses = np.concatenate([clip.poses, np.repeat(clip.poses[-1:], missing, 0)])
        trans = np.concatenate([clip.trans, np.repeat(clip.trans[-1:], missing, 0)])
    return Clip(clip.name, poses, trans, clip.label, clip.tags)


def variants(clip: Clip, speeds: tuple[float, ...] = (1.0,)) -> list[tuple[Array, Array]]:
    """The clip and its mirror image, each at the given speeds (1.2 = a fifth faster), as (poses, trans)."""
    out = []
    for speed in speeds:
        times = np.arange(0, len(clip.poses) - 1 + 1e-6, speed)
        fast = Clip(clip.name, *resample(clip.poses, clip.trans, times), clip.label, clip.tags)
        fast = lengthened(fast)
        out += [(fast.poses, fast.trans), mirror(fast.poses, fast.trans)]
    return out
