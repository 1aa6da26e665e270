"""From matched movements to one motion on a body: library and prior side by side, manner, speed, order, clean-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from engine.config import MotionConfig
from engine.motion import sequence
from engine.motion.cleanup import Skin, clear_arms, filter_jitter, plant_feet, settle
from engine.motion.codes import Codes
from engine.motion.keyposes import Entry, solve, swap_sides
from engine.motion.landmarks import Landmarks
from engine.motion.library import entries
from engine.motion.matcher import Concept
from engine.motion.noise import wander
from engine.motion.rotations import array, euler, slerp, to_axis_angle, to_matrix
from engine.motion.sequence import Sequence
from engine.motion.skeleton import JOINT, REFERENCE_LEG, mirror, reference_joints, resample
from engine.motion.texts import Part

BLEND_SECONDS = 0.4


@dataclass(frozen=True)
class Stage:
    """What all movements of one motion share."""

    marks: Landmarks
    skin: Skin
    codes: Codes
    conf: MotionConfig
    generator: torch.Generator


def natural_seconds(concept: Concept, codes: Codes) -> float:
    """How long a movement takes by itself; one cycle of a cyclic one."""
    if concept.learned:
        return codes.seconds(concept.name)
    return entries()[concept.name].keys[-1].time


def from_library(entry: Entry, part: Part, frames: int, stage: Stage) -> Sequence:
    """Solve a library movement for `frames` frames; loops get a whole number of cycles."""
    entry = swap_sides(entry) if part.left else entry
    fps, period = stage.conf.fps, entry.keys[-1].time
    seconds = frames / fps * part.speed
    if entry.loop:
        cycles = max(1, round(seconds / period))
        times = np.linspace(0, cycles * period, frames, endpoint=False)
    else:
        # Given more time than it needs, a movement rests at its end, still breathing; given less, it hurries.
        times = np.arange(frames) / fps * part.speed * max(1.0, period / max(seconds - 0.2, 0.5))
    noise = wander(frames, fps, stage.generator)
    poses, root = solve(entry, times.astype(np.float32), stage.marks, noise)
    if not entry.grounded:
        # Swimming, flying, climbing: the height is what was written, only never below the floor.
        sunk = min(float(stage.skin.lowest(poses, root, stage.marks).min()), 0.0)
        return poses, root - array([0, sunk, 0])
    return poses, settle(poses, root, stage.marks, stage.skin, airborne="jump" in entry.tags)


def from_prior(concept: Concept, part: Part, frames: int, stage: Stage) -> Sequence:
    """Decode a movement of the motion prior for `frames` frames on this body."""
    poses, root, fps = stage.codes.decode(concept.name)
    if part.left:
        poses, root = mirror(poses, root)
    wanted = int(np.ceil((frames - 1) / stage.conf.fps * fps * part.speed)) + 2
    if stage.codes.cyclic(concept.name):
        start, end = sequence.find_cycle(poses, root, reference_joints())
        poses, root = sequence.repeat(poses, root, (start, end), int(np.ceil(wanted / (end - start))) + 1)
    times = np.arange(frames) * fps / stage.conf.fps * part.speed
    if not stage.codes.cyclic(concept.name) and times[-1] > len(poses) - 1 and frames / stage.conf.fps < 1.0:
        times *= (len(poses) - 1) / times[-1]
    poses, root = resample(poses, root, times)
    scale = stage.marks.leg / REFERENCE_LEG
    root = root * scale
    root[:, 1] += stage.marks.joints[0, 1] - 0.97 * scale
    poses, root = filter_jitter(poses, root)
    root = settle(poses, root, stage.marks, stage.skin, stage.codes.airborne(concept.name))
    if not stage.codes.airborne(concept.name):
        poses = plant_feet(poses, root, stage.marks, stage.conf.fps)
    return poses, root


def movement(concept: Concept, part: Part, frames: int, stage: Stage) -> Sequence:
    """One movement for `frames` frames, in the manner that was asked for."""
    make = from_prior if concept.learned else None
    if make is not None:
        made = make(concept, part, frames, stage)
    else:
        made = from_library(entries()[concept.name], part, frames, stage)
    return in_manner(made, part, concept)


_MANNERS = {
    "sad": {"spine2": (10, 0, 0), "neck": (14, 0, 0), "head": (10, 0, 0)},
    "happy": {"spine2": (-6, 0, 0), "neck": (-4, 0, 0), "head": (-5, 0, 0)},
    "angry": {"spine1": (6, 0, 0), "spine2": (6, 0, 0), "neck": (-4, 0, 0)},
    "old": {"spine1": (8, 0, 0), "spine2": (16, 0, 0), "neck": (-6, 0, 0), "head": (-10, 0, 0)},
}


def in_manner(made: Sequence, part: Part, concept: Concept) -> Sequence:
    """Bend spine and head as a manner word asks, unless the movement already is of that manner."""
    if part.manner is None or any(part.manner in text for text in concept.texts):
        return made
    poses = made[0].copy()
    for name, angles in _MANNERS[part.manner].items():
        joint = JOINT[name]
        poses[:, joint] = to_axis_angle(to_matrix(poses[:, joint]) @ euler(*angles))
    return poses, made[1]


def one_after_another(steps: list[list[tuple[Concept, Part]]], stage: Stage) -> list[list[tuple[Concept, Part]]]:
    """Put movements that both need the legs ("jumping and kicking") one after the other instead of together."""
    out = []
    for step in steps:
        tries = [movement(concept, part, 30, stage) for concept, part in step] if len(step) > 1 else []
        busy = [sequence.leg_activity(made, stage.marks.joints) > 0.45 * stage.marks.leg for made in tries]
        out += [[one] for one in step] if sum(busy) > 1 else [step]
    return out


def perform(steps: list[list[tuple[Concept, Part]]], frames: int, stage: Stage) -> Sequence:
    """Perform steps one after another, each of one or more movements at the same time, in `frames` frames."""
    fps = stage.conf.fps
    steps = one_after_another(steps, stage)
    blend = round(BLEND_SECONDS * fps) if len(steps) > 1 else 0
    shares = np.array([min(max(natural_seconds(c, stage.codes) / p.speed for c, p in step), 4.0) for step in steps])
    shares = np.maximum(shares / shares.sum(), 0.15)
    lengths = np.round(shares / shares.sum() * (frames + blend * (len(steps) - 1))).astype(int)
    lengths = np.maximum(lengths, 8)
    out: Sequence | None = None
    for step, length in zip(steps, lengths.tolist()):
        made = [movement(concept, part, length, stage) for concept, part in step]
        made.sort(key=lambda m: -sequence.leg_activity(m, stage.marks.joints))
        whole = made[0]
        for gesture in made[1:]:
            whole = sequence.overlay(whole, gesture, stage.marks.joints)
        out = whole if out is None else sequence.join(out, whole, blend)
    assert out is not None
    if len(out[0]) != frames:
        out = resample(*out, np.linspace(0, len(out[0]) - 1, frames))
    return clear_arms(out[0], stage.marks), out[1]


def placed(made: Sequence, frames: int, stage: Stage) -> Sequence:
    """Bring a sequence of the reference skeleton's size onto this body and its floor, in `frames` frames."""
    poses, root = resample(*made, np.linspace(0, len(made[0]) - 1, frames))
    root = root * (stage.marks.leg / REFERENCE_LEG)
    poses, root = filter_jitter(poses, root)
    root = settle(poses, root, stage.marks, stage.skin, airborne=False)
    return plant_feet(poses, root, stage.marks, stage.conf.fps), root


def close_loop(made: Sequence, fps: float) -> Sequence:
    """Lead the end of a motion back to its beginning, so that it can be repeated without a jump (in place)."""
    poses, root = made
    count = min(round(0.5 * fps), len(poses) // 3)
    share = np.linspace(0, 1, count + 1, dtype=np.float32)[1:]
    share = share * share * (3 - 2 * share)
    matrices = to_matrix(poses)
    mixed = slerp(
        matrices[-count:],
        np.broadcast_to(matrices[:1], (count, 24, 3, 3)),
        np.broadcast_to(share[:, None], (count, 24)),
    )
    drift = np.linspace(0, 1, len(root), dtype=np.float32)[:, None] * (root[-1] - root[0]) * array([1, 0, 1])
    root = root - drift
    root[-count:, 1] += share * (root[0, 1] - root[-1, 1])
    return np.concatenate([poses[:-count], to_axis_angle(mixed)]), root.astype(np.float32)


def turn_to_front(made: Sequence) -> Sequence:
    """Move a motion so that its first frame stands over the origin."""
    poses, root = made
    return poses, root - root[:1] * array([1, 0, 1])
