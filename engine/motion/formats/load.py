"""A motion file on a body: read, retargeted, resampled, stood on the floor."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.motion.candidates import distinct
from engine.motion.formats.amass import read_amass
from engine.motion.formats.bvh import read_bvh
from engine.motion.formats.retarget import retarget
from engine.motion.generate import Stage
from engine.motion.manner import strengthen
from engine.motion.rotations import Array, about_y, array, to_axis_angle, to_matrix, yaw_of
from engine.motion.sequence import Sequence
from engine.motion.skeleton import REFERENCE_LEG, resample

LONGEST = 36000
"""Frames; twenty minutes at 30 fps."""


def from_file(path: Path, stage: Stage) -> tuple[Sequence, float, Array]:
    """Read a BVH or AMASS file and bring it onto the stage's body, facing +z at first, at the conf's frame rate.

    Returns:
        The motion, its frames a second, and its most distinct poses (K,24,3), which stand for candidates.
    Raises:
        EngineError: ``bad_request`` with one sentence if the file is missing, broken, or of another kind.
    """
    if not path.is_file():
        raise EngineError("bad_request", f"The motion file {path} does not exist.")
    kind = path.suffix.lower()
    if kind == ".bvh":
        source = read_bvh(path)
        poses, root = retarget(source, path.name, stage.marks.joints)
        rate = source.fps
    elif kind == ".npz":
        poses, root, rate = read_amass(path)
        root = root * (stage.marks.leg / REFERENCE_LEG)
    else:
        raise EngineError(
            "bad_request",
            f"{path.name} is neither a .bvh nor an .npz file.",
            "Motion can be brought as BVH or AMASS npz.",
        )
    fps = stage.conf.fps
    frames = max(2, round((len(poses) - 1) / rate * fps) + 1)
    if frames > LONGEST:
        raise EngineError(
            "bad_request",
            f"{path.name} lasts {frames / fps / 60:.0f} minutes; at most {LONGEST / fps / 60:.0f} can be used.",
        )
    poses, root = resample(poses, root, np.arange(frames) * (rate / fps)) if len(poses) > 1 else _held(poses, root)
    poses, root = strengthen(facing_front(poses, root), stage.conf.strength)
    # One shift brings the lowest contacts to the floor: jumps, steps and falls stay as they were.
    low = np.percentile(stage.skin.lowest(poses, root, stage.marks), 2)
    root = root - array([0, low, 0])
    every = poses[:: max(1, len(poses) // 200)].copy()
    every[:, 0] = 0
    best = every[distinct(every, stage.conf.candidates, threshold=0.12)]
    return (poses, root), fps, best


def _held(poses: Array, root: Array) -> Sequence:
    return np.repeat(poses, 2, 0), np.repeat(root, 2, 0)


def facing_front(poses: Array, root: Array) -> Sequence:
    """Turn a motion so that it begins facing +z; a pelvis that only swings in its gait is left as it is."""
    local = to_matrix(poses[:, 0])
    heading = yaw_of(local[0])
    if abs(heading) < np.radians(25):
        return poses, root
    turn = about_y(-heading)
    out = poses.copy()
    out[:, 0] = to_axis_angle(turn @ local)
    return out, (root @ turn.T).astype(np.float32)
