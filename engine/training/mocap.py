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

from engine.motion.motion_prior import FRAMES
from engine.motion.rotations import Array, about_y, to_axis_angle, to_matrix, yaw_of
from engine.motion.skeleton import MOVING, mirror, positions_of, reference_joints, resample

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


def find_cycle(poses: Array, trans: Array, shortest: int = 14) -> tuple[int, int]:
    """Frames (start, end) between which a cyclic motion repeats best, by joint positions and their velocity."""
    turned = to_matrix(poses)
    turned[:, 0] = about_y(-yaw_of(turned[:, 0])) @ turned[:, 0]
    centred = positions_of(to_axis_angle(turned), trans * [0, 1, 0], reference_joints())[:, :MOVING].reshape(
        len(poses), -1
    )
    state = np.concatenate([centred, np.gradient(centred, axis=0) * 4], 1)
    distance = np.linalg.norm(state[:, None] - state[None], axis=-1)
    gap = np.arange(len(poses))[None] - np.arange(len(poses))[:, None]
    distance[gap < shortest] = np.inf
    start, end = np.unravel_index(np.argmin(distance), distance.shape)
    return int(start), int(end)


def repeat_cycle(poses: Array, trans: Array, frames: int, cycle: tuple[int, int]) -> tuple[Array, Array]:
    """Repeat the cycle of a motion until it has `frames` frames, carrying heading and travel on."""
    start, end = cycle
    matrices = to_matrix(poses)
    period = end - start
    turn_step = yaw_of(matrices[end, 0]) - yaw_of(matrices[start, 0])
    turn_step = float((turn_step + np.pi) % (2 * np.pi) - np.pi)
    if abs(turn_step) < 0.25:
        turn_step = 0.0
    flat = np.float32([1, 0, 1])
    out_poses, out_trans = [], []
    turn, place = np.eye(3, dtype=np.float32), trans[start] * flat
    while sum(map(len, out_poses)) < frames:
        piece = matrices[start:end].copy()
        # The seam's mismatch is spread over the whole cycle, so that its end meets its start.
        ramp = (np.arange(period) / period)[:, None]
        piece[:, 0] = turn @ piece[:, 0]
        out_poses.append(to_axis_angle(piece))
        lift = (trans[start, 1] - trans[end, 1]) * ramp * [[0, 1, 0]]
        out_trans.append(((trans[start:end] - trans[start] * flat) @ turn.T + place + lift).astype(np.float32))
        place = place + turn @ ((trans[end] - trans[start]) * flat)
        turn = about_y(turn_step) @ turn
    return np.concatenate(out_poses)[:frames], np.concatenate(out_trans)[:frames]


def lengthened(clip: Clip, frames: int = FRAMES) -> Clip:
    """A clip of at least `frames` frames: short walks and runs are cycled, other short clips hold their last frame."""
    missing = frames - len(clip.poses)
    if missing <= 0:
        return clip
    if {"run", "walk"} & set(clip.tags):
        poses, trans = repeat_cycle(clip.poses, clip.trans, frames, find_cycle(clip.poses, clip.trans))
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
