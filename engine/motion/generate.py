"""One matched movement on a body: from the library or the motion prior, in its manner, cleaned up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.motion import paths, sequence
from engine.motion.arrays import array
from engine.motion.cleanup import Skin, filter_jitter, plant_feet, settle
from engine.motion.codes import Codes
from engine.motion.follow import Traits, follow
from engine.motion.keyposes import Entry, Foot, solve
from engine.motion.landmarks import Landmarks
from engine.motion.library import entries
from engine.motion.limits import limited
from engine.motion.manner import MANNERS, in_manner, strengthen
from engine.motion.matcher import Concept
from engine.motion.noise import wander
from engine.motion.sequence import Sequence
from engine.motion.skeleton import REFERENCE_LEG, reference_joints, resample
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


@dataclass(frozen=True)
class Done:
    """One movement as it was performed."""

    made: Sequence
    heading: float
    """Degrees by which it ends turned to the left."""
    unmet: tuple[str, ...]
    """Words that it could not follow."""


SLIGHT = 0.5
"""Share of its usual angle by which something turns slightly."""


def entry_of(concept: Concept, part: Part) -> Entry:
    """A movement of the library; a turn by the angle that was asked for."""
    entry = entries()[concept.name]
    if entry.of_angle is None:
        return entry
    natural, asked = entry.keys[-1].turn[1], part.asked
    usual = abs(natural) * (SLIGHT if "weak" in part.manners else 1.0)
    angle = (asked.degrees or usual) * (1 if asked.steps else asked.count or 1)
    return replace(entry, keys=entry.of_angle(angle * (asked.way or float(np.sign(natural)))))


def natural_seconds(concept: Concept, part: Part, codes: Codes) -> float:
    """How long a movement takes by itself; one cycle of a cyclic one."""
    if concept.learned:
        return codes.seconds(concept.name) / codes.pace(concept.name)
    return entry_of(concept, part).keys[-1].time


def cyclic(concept: Concept, stage: Stage) -> bool:
    """Whether a movement repeats by itself."""
    return stage.codes.cyclic(concept.name) if concept.learned else entries()[concept.name].loop


def from_library(entry: Entry, part: Part, frames: int, stage: Stage) -> Sequence:
    """Solve a library movement for `frames` frames; loops at their own speed get whole cycles."""
    entry = stationary(entry) if part.asked.in_place else entry
    fps, period = stage.conf.fps, entry.keys[-1].time
    seconds = frames / fps * part.speed
    if entry.loop:
        whole = max(1, round(seconds / period))
        # At another speed whole cycles would round it away.
        cycles = whole if part.speed == 1 or stage.conf.loop else seconds / period
        if part.asked.count and not part.asked.steps:
            cycles = part.asked.count / entry.beats
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
    if part.asked.in_place:
        return poses, root - sequence.drift(root)
    return (poses if airborne else plant_feet(poses, root, stage.marks, stage.conf.fps)), root


def movement(concept: Concept, part: Part, frames: int, stage: Stage) -> Done:
    """One movement for `frames` frames, in the manner and the directions that were asked for."""
    made, traits = as_it_is(concept, part, frames, stage)
    made, unmet = follow(made, part.asked, traits, stage.marks, stage.conf.fps)
    for name in part.manners:
        # A movement that already is of that manner ("walking sadly") is not bent twice.
        if not any(word in text.split() for word in MANNERS[name].words for text in concept.texts):
            made = in_manner(made, name, stage.conf.fps)
    asked = traits.turns or part.asked.degrees is not None
    return Done(made, paths.net_turn(made, stage.marks.joints, 5.0 if asked else 35.0), tuple(unmet))


def as_it_is(concept: Concept, part: Part, frames: int, stage: Stage) -> tuple[Sequence, Traits]:
    """A movement before it is bent to what was asked, and what is known of it."""
    repeats = cyclic(concept, stage)
    if concept.learned:
        traits = Traits(repeats, stage.codes.airborne(concept.name), False)
        return from_prior(concept, part, frames, stage), traits
    entry = entry_of(concept, part)
    traits = Traits(repeats, "jump" in entry.tags, entry.of_angle is not None)
    return from_library(entry, part, frames, stage), traits


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
