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
from engine.motion.text_rules import Clause
from engine.settings import MotionConfig


@dataclass(frozen=True)
class MotionSetup:
    """What all movements of one motion share."""

    marks: Landmarks
    skin: Skin
    codes: Codes
    conf: MotionConfig
    generator: torch.Generator


@dataclass(frozen=True)
class Performance:
    """One movement as it was performed."""

    made: Sequence
    heading: float
    """Degrees by which it ends turned to the left."""
    unmet: tuple[str, ...]
    """Words that it could not follow."""


SLIGHT = 0.5
"""Share of its usual angle by which something turns slightly. Set by hand."""


def entry_of(concept: Concept, clause: Clause) -> Entry:
    """A movement of the library; a turn by the angle that was asked for."""
    entry = entries()[concept.name]
    if entry.of_angle is None:
        return entry
    natural, asked = entry.keys[-1].turn[1], clause.asked
    usual = abs(natural) * (SLIGHT if "weak" in clause.manners else 1.0)
    angle = (asked.degrees or usual) * (1 if asked.steps else asked.count or 1)
    return replace(entry, keys=entry.of_angle(angle * (asked.way or float(np.sign(natural)))))


def natural_seconds(concept: Concept, clause: Clause, codes: Codes) -> float:
    """How long a movement takes by itself; one cycle of a cyclic one."""
    if concept.learned:
        return codes.seconds(concept.name) / codes.pace(concept.name)
    return entry_of(concept, clause).keys[-1].time


def cyclic(concept: Concept, setup: MotionSetup) -> bool:
    """Whether a movement repeats by itself."""
    return setup.codes.cyclic(concept.name) if concept.learned else entries()[concept.name].loop


def from_library(entry: Entry, clause: Clause, frames: int, setup: MotionSetup) -> Sequence:
    """Solve a library movement for `frames` frames; loops at their own speed get whole cycles."""
    entry = stationary(entry) if clause.asked.in_place else entry
    fps, period = setup.conf.fps, entry.keys[-1].time
    seconds = frames / fps * clause.speed
    if entry.loop:
        whole = max(1, round(seconds / period))
        # At another speed whole cycles would round it away.
        cycles = whole if clause.speed == 1 or setup.conf.loop else seconds / period
        if clause.asked.count and not clause.asked.steps:
            cycles = clause.asked.count / entry.beats
        times = np.linspace(0, cycles * period, frames, endpoint=False)
    else:
        # Given more time than it needs, a movement rests at its end, still breathing; given less, it hurries.
        times = np.arange(frames) / fps * clause.speed * max(1.0, period / max(seconds - 0.2, 0.5))
    noise = wander(frames, fps, setup.generator)
    made = solve(entry, times.astype(np.float32), setup.marks, noise)
    # Hands that touch something would miss it: a manner makes only gaits larger or smaller, the setting everything.
    strength = setup.conf.strength * (clause.strength if any(entry.travel) else 1.0)
    poses, root = strengthen(made, strength)
    poses = limited(poses)
    if not entry.grounded:
        # Swimming, flying, climbing: the height is what was written, only never below the floor.
        sunk = min(float(setup.skin.lowest(poses, root, setup.marks).min()), 0.0)
        return poses, root - array([0, sunk, 0])
    root = settle(poses, root, setup.marks, setup.skin, airborne="jump" in entry.tags)
    return (poses if strength == 1.0 else plant_feet(poses, root, setup.marks, fps)), root


def stationary(entry: Entry) -> Entry:
    """A library movement that steps where it stands instead of travelling."""

    def stay(foot: Foot) -> Foot:
        return replace(foot, place=(foot.place[0], foot.place[1], 0.0))

    if not any(entry.travel):
        return entry
    keys = tuple(replace(k, left_foot=stay(k.left_foot), right_foot=stay(k.right_foot)) for k in entry.keys)
    return replace(entry, keys=keys, travel=(0.0, 0.0, 0.0))


def from_prior(concept: Concept, clause: Clause, frames: int, setup: MotionSetup) -> Sequence:
    """Decode a movement of the motion prior for `frames` frames on this body."""
    poses, root, fps = setup.codes.decode(concept.name)
    pace, airborne = clause.speed * setup.codes.pace(concept.name), setup.codes.airborne(concept.name)
    wanted = int(np.ceil((frames - 1) / setup.conf.fps * fps * pace)) + 2
    if setup.codes.cyclic(concept.name):
        start, end = sequence.find_cycle(poses, root, reference_joints())
        poses, root = sequence.repeat(poses, root, (start, end), int(np.ceil(wanted / (end - start))) + 1)
    times = np.arange(frames) * fps / setup.conf.fps * pace
    if setup.conf.loop and setup.codes.cyclic(concept.name):
        # A whole number of cycles, so that the last frame goes over into the first one.
        period = float(end - start)
        times *= max(1, round((times[-1] + times[1]) / period)) * period / (times[-1] + times[1])
    if not setup.codes.cyclic(concept.name) and times[-1] > len(poses) - 1 and frames / setup.conf.fps < 1.0:
        times *= (len(poses) - 1) / times[-1]
    poses, root = resample(poses, root, times)
    scale = setup.marks.leg / REFERENCE_LEG
    root = root * scale
    root[:, 1] += setup.marks.joints[0, 1] - 0.97 * scale
    poses, root = filter_jitter(*strengthen((poses, root), setup.conf.strength * clause.strength))
    poses = limited(poses)
    root = settle(poses, root, setup.marks, setup.skin, airborne)
    if clause.asked.in_place:
        return poses, root - sequence.drift(root)
    return (poses if airborne else plant_feet(poses, root, setup.marks, setup.conf.fps)), root


def movement(concept: Concept, clause: Clause, frames: int, setup: MotionSetup) -> Performance:
    """One movement for `frames` frames, in the manner and the directions that were asked for."""
    made, traits = as_it_is(concept, clause, frames, setup)
    made, unmet = follow(made, clause.asked, traits, setup.marks, setup.conf.fps)
    for name in clause.manners:
        # A movement that already is of that manner ("walking sadly") is not bent twice.
        if not any(word in text.split() for word in MANNERS[name].words for text in concept.texts):
            made = in_manner(made, name, setup.conf.fps)
    asked = traits.turns or clause.asked.degrees is not None
    return Performance(made, paths.net_turn(made, setup.marks.joints, 5.0 if asked else 35.0), tuple(unmet))


def as_it_is(concept: Concept, clause: Clause, frames: int, setup: MotionSetup) -> tuple[Sequence, Traits]:
    """A movement before it is bent to what was asked, and what is known of it."""
    repeats = cyclic(concept, setup)
    if concept.learned:
        traits = Traits(repeats, setup.codes.airborne(concept.name), False)
        return from_prior(concept, clause, frames, setup), traits
    entry = entry_of(concept, clause)
    traits = Traits(repeats, "jump" in entry.tags, entry.of_angle is not None)
    return from_library(entry, clause, frames, setup), traits


def placed(made: Sequence, frames: int, setup: MotionSetup) -> Sequence:
    """Bring a sequence of the reference skeleton's size onto this body and its floor, in `frames` frames."""
    poses, root = resample(*made, np.linspace(0, len(made[0]) - 1, frames))
    root = root * (setup.marks.leg / REFERENCE_LEG)
    poses, root = filter_jitter(poses, root)
    root = settle(poses, root, setup.marks, setup.skin, airborne=False)
    return plant_feet(poses, root, setup.marks, setup.conf.fps), root
