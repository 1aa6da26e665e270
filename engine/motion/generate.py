"""One matched movement on a body: from the library or the motion prior, in its manner, cleaned up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.motion import sequence
from engine.motion.cleanup import Skin, filter_jitter, plant_feet, settle
from engine.motion.codes import Codes
from engine.motion.keyposes import Entry, Foot, solve, swap_sides
from engine.motion.landmarks import Landmarks
from engine.motion.library import entries
from engine.motion.limits import limited
from engine.motion.manner import MANNERS, in_manner, strengthen
from engine.motion.matcher import Concept
from engine.motion.noise import wander
from engine.motion.rotations import array
from engine.motion.sequence import Sequence
from engine.motion.skeleton import REFERENCE_LEG, mirror, reference_joints, resample
from engine.motion.texts import Part
from engine.settings import MotionConfig


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
        return codes.seconds(concept.name) / codes.pace(concept.name)
    return entries()[concept.name].keys[-1].time


def from_library(entry: Entry, part: Part, frames: int, stage: Stage) -> Sequence:
    """Solve a library movement for `frames` frames; loops get a whole number of cycles."""
    entry = swap_sides(entry) if part.left else entry
    entry = stationary(entry) if part.in_place else entry
    fps, period = stage.conf.fps, entry.keys[-1].time
    seconds = frames / fps * part.speed
    if entry.loop:
        cycles = part.count or max(1, round(seconds / period))
        times = np.linspace(0, cycles * period, frames, endpoint=False)
    else:
        # Given more time than it needs, a movement rests at its end, still breathing; given less, it hurries.
        times = np.arange(frames) / fps * part.speed * max(1.0, period / max(seconds - 0.2, 0.5))
    noise = wander(frames, fps, stage.generator)
    made = solve(entry, times.astype(np.float32), stage.marks, noise)
    # Hands that touch something would miss it: a manner makes only gaits larger or smaller, the setting everything.
    strength = stage.conf.strength * (part.strength if any(entry.travel) else 1.0)
    poses, root = strengthen(made, strength)
    poses = limited(poses)
    if not entry.grounded:
        # Swimming, flying, climbing: the height is what was written, only never below the floor.
        sunk = min(float(stage.skin.lowest(poses, root, stage.marks).min()), 0.0)
        return poses, root - array([0, sunk, 0])
    root = settle(poses, root, stage.marks, stage.skin, airborne="jump" in entry.tags)
    return (poses if strength == 1.0 else plant_feet(poses, root, stage.marks, fps)), root


def stationary(entry: Entry) -> Entry:
    """A library movement that steps where it stands instead of travelling."""

    def stay(foot: Foot) -> Foot:
        return replace(foot, place=(foot.place[0], foot.place[1], 0.0))

    if not any(entry.travel):
        return entry
    keys = tuple(replace(k, left_foot=stay(k.left_foot), right_foot=stay(k.right_foot)) for k in entry.keys)
    return replace(entry, keys=keys, travel=(0.0, 0.0, 0.0))


def from_prior(concept: Concept, part: Part, frames: int, stage: Stage) -> Sequence:
    """Decode a movement of the motion prior for `frames` frames on this body."""
    poses, root, fps = stage.codes.decode(concept.name)
    if part.left:
        poses, root = mirror(poses, root)
    pace, airborne = part.speed * stage.codes.pace(concept.name), stage.codes.airborne(concept.name)
    wanted = int(np.ceil((frames - 1) / stage.conf.fps * fps * pace)) + 2
    if stage.codes.cyclic(concept.name):
        start, end = sequence.find_cycle(poses, root, reference_joints())
        poses, root = sequence.repeat(poses, root, (start, end), int(np.ceil(wanted / (end - start))) + 1)
    times = np.arange(frames) * fps / stage.conf.fps * pace
    if stage.conf.loop and stage.codes.cyclic(concept.name):
        # A whole number of cycles, so that the last frame goes over into the first one.
        period = float(end - start)
        times *= max(1, round((times[-1] + times[1]) / period)) * period / (times[-1] + times[1])
    if not stage.codes.cyclic(concept.name) and times[-1] > len(poses) - 1 and frames / stage.conf.fps < 1.0:
        times *= (len(poses) - 1) / times[-1]
    poses, root = resample(poses, root, times)
    scale = stage.marks.leg / REFERENCE_LEG
    root = root * scale
    root[:, 1] += stage.marks.joints[0, 1] - 0.97 * scale
    poses, root = filter_jitter(*strengthen((poses, root), stage.conf.strength * part.strength))
    poses = limited(poses)
    root = settle(poses, root, stage.marks, stage.skin, airborne)
    if part.in_place:
        return poses, root - sequence.drift(root)
    return (poses if airborne else plant_feet(poses, root, stage.marks, stage.conf.fps)), root


def movement(concept: Concept, part: Part, frames: int, stage: Stage) -> Sequence:
    """One movement for `frames` frames, in the manner that was asked for."""
    if concept.learned:
        made = from_prior(concept, part, frames, stage)
    else:
        made = from_library(entries()[concept.name], part, frames, stage)
    for name in part.manners:
        # A movement that already is of that manner ("walking sadly") is not bent twice.
        if not any(word in text.split() for word in MANNERS[name].words for text in concept.texts):
            made = in_manner(made, name, stage.conf.fps)
    return made


def placed(made: Sequence, frames: int, stage: Stage) -> Sequence:
    """Bring a sequence of the reference skeleton's size onto this body and its floor, in `frames` frames."""
    poses, root = resample(*made, np.linspace(0, len(made[0]) - 1, frames))
    root = root * (stage.marks.leg / REFERENCE_LEG)
    poses, root = filter_jitter(poses, root)
    root = settle(poses, root, stage.marks, stage.skin, airborne=False)
    return plant_feet(poses, root, stage.marks, stage.conf.fps), root


def turn_to_front(made: Sequence) -> Sequence:
    """Move a motion so that its first frame stands over the origin."""
    poses, root = made
    return poses, root - root[:1] * array([1, 0, 1])
