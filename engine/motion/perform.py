"""Several movements as one motion: how long each lasts, what happens together, and how they go over into each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.motion import sequence
from engine.motion.cleanup import clear_arms
from engine.motion.generate import Stage, movement, natural_seconds
from engine.motion.library import entries
from engine.motion.matcher import Concept, concepts
from engine.motion.sequence import Sequence
from engine.motion.skeleton import resample
from engine.motion.texts import Part, part_of

BLEND_SECONDS = 0.4
LONGEST_SHARE = 4.0
"""Seconds that one step of several counts at most when time is shared out."""
Step = list[tuple[Concept, Part]]


def perform(steps: list[Step], frames: int, stage: Stage) -> Sequence:
    """Perform steps one after another, each of one or more movements at the same time, in `frames` frames."""
    planned = share_out(repeated(one_after_another(steps, stage), stage), frames, stage)
    blend = round(BLEND_SECONDS * stage.conf.fps)
    out: Sequence | None = None
    for step, length in planned:
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


def one_after_another(steps: list[Step], stage: Stage) -> list[Step]:
    """Take apart steps whose movements can't be, or aren't meant to be, at the same time.

    "Turns around and walks away", "picks up a box and carries it": what happens once is over before
    the next begins, unless
    the text says "while". Of two movements that both need the legs ("jumping and kicking") one also waits for the
    other.
    """
    out: list[Step] = []
    for step in steps:
        if len(step) == 1:
            apart = False
        elif not any(part.during for _, part in step) and not all(cyclic(concept, stage) for concept, _ in step):
            apart = True
        else:
            tries = [movement(concept, part, 30, stage) for concept, part in step]
            apart = sum(sequence.leg_activity(m, stage.marks.joints) > 0.45 * stage.marks.leg for m in tries) > 1
        out += [[one] for one in step] if apart else [step]
    return out


def repeated(steps: list[Step], stage: Stage) -> list[Step]:
    """Steps with those that happen once but are counted ("kicks three times") written out that often."""
    out: list[Step] = []
    for step in steps:
        count = max((part.count or 1 for _, part in step), default=1)
        once = count > 1 and not any(cyclic(concept, stage) for concept, _ in step)
        out += [[(c, replace(p, count=None)) for c, p in step]] * count if once else [step]
    return out


def cyclic(concept: Concept, stage: Stage) -> bool:
    """Whether a movement repeats by itself."""
    return stage.codes.cyclic(concept.name) if concept.learned else entries()[concept.name].loop


def share_out(steps: list[Step], frames: int, stage: Stage) -> list[tuple[Step, int]]:
    """How many frames each step gets, blends included; after counted movements the figure stands for the rest."""
    blend = round(BLEND_SECONDS * stage.conf.fps)
    seconds = [max(step_seconds(c, p, stage) for c, p in step) for step in steps]
    left = frames / stage.conf.fps - sum(seconds)
    if left > 1.0 and any(part.count for _, part in steps[-1]):
        stand = next(concept for concept in concepts() if concept.name == "stand")
        steps, seconds = [*steps, [(stand, part_of("standing still"))]], [*seconds, left]
    shares = np.maximum(np.array(seconds) / sum(seconds), 0.15)
    lengths = np.round(shares / shares.sum() * (frames + blend * (len(steps) - 1))).astype(int)
    return list(zip(steps, np.maximum(lengths, 8).tolist()))


def step_seconds(concept: Concept, part: Part, stage: Stage) -> float:
    """Seconds that a movement asks for."""
    seconds = natural_seconds(concept, stage.codes) / part.speed
    return seconds * part.count if part.count else min(seconds, LONGEST_SHARE)
