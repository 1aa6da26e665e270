"""Several movements as one motion: how long each lasts, what happens together, and how they go over into each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.motion import paths, sequence
from engine.motion.cleanup import clear_arms
from engine.motion.generate import MotionSetup, Performance, as_it_is, cyclic, movement, natural_seconds
from engine.motion.hands import Span
from engine.motion.library import entries
from engine.motion.matcher import Concept, concepts
from engine.motion.sequence import Sequence
from engine.motion.skeleton import JOINT, positions_of, resample
from engine.motion.text_rules import Clause, clause_of

BLEND_SECONDS = 0.4
"""Seconds for which one movement passes into the one after it. Set by hand."""
LEAST_SECONDS, MOST_SECONDS = 3.0, 100.0
"""How long a motion is whose length was not set. Set by hand."""
A_WHILE, A_MOMENT = 2.4, 1.2
"""Seconds for which a movement without an end goes on among others, and what may be left of them. Set by hand."""
A_REST = 0.5
"""Seconds that must be left for standing after what was counted. Set by hand."""
LONGEST_SHARE = 4.0
"""Seconds that a learned movement counts at most among others. Set by hand."""
CIRCLE_SECONDS = 4.5
"""Least seconds for once round a circle. Set by hand."""
HURRIED = 1.2
"""From this many times faster than by itself on a motion is called hurried. Set by hand."""
Step = list[tuple[Concept, Clause]]


@dataclass(frozen=True)
class Share:
    """The time of one step, in seconds."""

    seconds: float
    least: float
    """What it can do with before it has to hurry."""
    exact: bool
    """Counted or measured: more time does not make it longer."""


def perform(steps: list[Step], frames: int, setup: MotionSetup) -> tuple[Sequence, list[str], list[Span]]:
    """Perform steps one after another, each of one or more movements at the same time.

    Args:
        frames: how many; 0 for as many as it takes.
    Returns:
        The motion, sentences about what of the texts could not be followed, and what is done when.
    """
    steps, notes = one_after_another(merged(steps), setup)
    planned, frames, hurry = share_out(repeated(steps, setup), frames, setup)
    if hurry > HURRIED:
        notes.append(f"{frames} frames are few for all that; it happens {hurry:.1f} times faster than by itself.")
    blend = round(BLEND_SECONDS * setup.conf.fps)
    out: Sequence | None = None
    heading = 0.0
    spans: list[Span] = []
    for number, (step, length) in enumerate(planned):
        # What was counted ends before it goes over into the next, which would hide its last time.
        pause = blend if number + 1 < len(planned) and all(counted(c, p, setup) for c, p in step) else 0
        done = together([(c, returning(p, heading)) for c, p in step], max(length - pause, 8), setup)
        done = replace(done, made=held(done.made, pause))
        notes += [f"{words!r} could not be followed." for words in done.unmet]
        first = 0 if out is None else len(out[0]) - blend // 2
        out = done.made if out is None else sequence.join(out, done.made, blend, heading)
        spans = [*spans[:-1], *(replace(span, last=first) for span in spans[-1:])]
        spans.append(span_of(step, first, len(out[0])))
        heading += done.heading
    assert out is not None
    if len(out[0]) != frames:
        pace = frames / len(out[0])
        spans = [replace(span, first=round(span.first * pace), last=round(span.last * pace)) for span in spans]
        out = resample(*out, np.linspace(0, len(out[0]) - 1, frames))
    return (clear_arms(out[0], setup.marks), out[1]), list(dict.fromkeys(notes)), spans


def span_of(step: Step, first: int, last: int) -> Span:
    """What a step does from one frame to before another."""
    side = next((clause.asked.side for _, clause in step if clause.asked.side), "")
    return Span(first, last, tuple(concept.name for concept, _ in step), tuple(clause.text for _, clause in step), side)


def returning(clause: Clause, heading: float) -> Clause:
    """A clause that goes "back" after the figure has turned about: it goes back by going ahead."""
    weak = clause.asked.heading == "backward" and "heading" not in clause.asked.said
    if not weak or abs(paths.wrapped(heading)) < 120:
        return clause
    return replace(clause, asked=replace(clause.asked, heading="forward"))


def together(step: Step, frames: int, setup: MotionSetup) -> Performance:
    """The movements of one step at the same time: the one with the most active legs carries the others' arms."""
    done = [movement(concept, clause, frames, setup) for concept, clause in step]
    done.sort(key=lambda one: -sequence.leg_activity(one.made, setup.marks.joints))
    whole = done[0].made
    for gesture in done[1:]:
        whole = sequence.overlay(whole, gesture.made, setup.marks.joints)
    return Performance(whole, done[0].heading, tuple(words for one in done for words in one.unmet))


def counted(concept: Concept, clause: Clause, setup: MotionSetup) -> bool:
    """Whether a movement that would go on for ever was asked for so often or so far."""
    return bool(clause.asked.count or clause.asked.metres) and cyclic(concept, setup)


def held(made: Sequence, frames: int) -> Sequence:
    """A motion with its last pose held for some more frames."""
    return np.concatenate([made[0], made[0][-1:].repeat(frames, 0)]), np.concatenate(
        [made[1], made[1][-1:].repeat(frames, 0)]
    )


def merged(steps: list[Step]) -> list[Step]:
    """Steps in which a turn during another movement ("walking while turning left") is a bend of that one's path."""
    out: list[Step] = []
    for step in steps:
        turns = [pair for pair in step if not pair[0].learned and entries()[pair[0].name].of_angle]
        others = [pair for pair in step if pair not in turns]
        if turns and others and any(clause.during for _, clause in step):
            concept, clause = turns[0]
            natural = entries()[concept.name].keys[-1].turn[1]
            way = clause.asked.way or int(np.sign(natural))
            first, rest = others[0], others[1:]
            said = {**first[1].asked.said, "degrees": clause.text}
            asked = replace(first[1].asked, degrees=clause.asked.degrees or abs(natural), spin=way, said=said)
            out.append([(first[0], replace(first[1], asked=asked)), *rest])
        else:
            out.append(step)
    return out


def one_after_another(steps: list[Step], setup: MotionSetup) -> tuple[list[Step], list[str]]:
    """Take apart steps whose movements can't be, or aren't meant to be, at the same time.

    "Turns around and walks away", "picks up a box and carries it": what happens once is over before the next begins,
    unless the text says "while". Of two movements that both need the legs ("jumping and kicking") one also waits for
    the other. A list of three or more is told in its order.
    """
    out: list[Step] = []
    notes: list[str] = []
    for step in steps:
        during = any(clause.during for _, clause in step)
        if len(step) == 1:
            apart = False
        elif not during and (len(step) > 2 or not all(cyclic(concept, setup) for concept, _ in step)):
            apart = True
        else:
            tries = [movement(concept, clause, 30, setup).made for concept, clause in step]
            apart = sum(sequence.leg_activity(m, setup.marks.joints) > 0.45 * setup.marks.leg for m in tries) > 1
            if apart and during:
                names = " and ".join(repr(concept.texts[0]) for concept, _ in step)
                notes.append(f"{names} can't happen at the same time; one follows the other.")
        out += [[one] for one in step] if apart else [step]
    return out, notes


def repeated(steps: list[Step], setup: MotionSetup) -> list[Step]:
    """Steps with those that happen once but are counted ("kicks three times") written out that often."""
    out: list[Step] = []
    for step in steps:
        count = max((clause.asked.count or 1 for _, clause in step if not clause.asked.steps), default=1)
        turns = any(not concept.learned and entries()[concept.name].of_angle for concept, _ in step)
        once = count > 1 and not turns and not any(cyclic(concept, setup) for concept, _ in step)
        out += [[(c, replace(p, asked=replace(p.asked, count=None))) for c, p in step]] * count if once else [step]
    return out


def share_out(steps: list[Step], frames: int, setup: MotionSetup) -> tuple[list[tuple[Step, int]], int, float]:
    """How many frames each step gets, blends included; all frames; and how much faster than it should it happens.

    What is counted or measured gets its time first; what goes on for ever, more or less.
    """
    fps, blend = setup.conf.fps, round(BLEND_SECONDS * setup.conf.fps)
    shares = [
        max((share_of(c, p, setup, len(steps) == 1) for c, p in step), key=lambda s: (s.exact, s.seconds))
        for step in steps
    ]
    rests = [all(counted(c, p, setup) for c, p in step) for step in steps]
    shares = [longer(share, BLEND_SECONDS) if rest else share for share, rest in zip(shares[:-1], rests)] + shares[-1:]
    blends = blend * (len(steps) - 1)
    needed = sum(share.seconds for share in shares) * fps - blends
    total = frames or round(float(np.clip(needed, LEAST_SECONDS * fps, MOST_SECONDS * fps)))
    down = all(is_down(concept) for concept, _ in steps[-1])
    if not frames and shares[-1].exact and (down or 0 < (total - needed) / fps <= A_REST):
        total = min(total, round(needed))  # too little is left to stand in
    if shares[-1].exact and not down and (total - needed) / fps > A_REST:
        # Whoever has done what was counted stands for the rest.
        stand = next(concept for concept in concepts() if concept.name == "stand")
        pause = BLEND_SECONDS if rests[-1] else 0.0
        shares[-1] = longer(shares[-1], pause)
        rest = (total - needed + blend) / fps - pause
        steps, shares, blends = (
            [*steps, [(stand, clause_of("standing still"))]],
            [*shares, Share(rest, rest, True)],
            blends + blend,
        )
    wanted, least = (np.array([getattr(share, name) for share in shares]) for name in ("seconds", "least"))
    room = (total + blends) / fps
    flexible = np.array([not share.exact for share in shares])
    if room < wanted.sum():
        give = wanted - least
        wanted = wanted - give * min(1.0, (wanted.sum() - room) / max(float(give.sum()), 1e-6))
    elif flexible.any():
        wanted[flexible] *= 1 + (room - wanted.sum()) / wanted[flexible].sum()
    else:
        wanted *= room / wanted.sum()
    hurry = max(1.0, float(wanted.sum()) / room)
    # What has to hurry is made slower and played faster, but not from any number of frames.
    lengths = np.maximum(np.round(wanted * fps * min(1.0, 4.0 / hurry)).astype(int), 8)
    if hurry < 1.02:
        lengths[int(np.argmax(lengths))] += total + blends - int(lengths.sum())
    return list(zip(steps, np.maximum(lengths, 8).tolist())), total, hurry


def is_down(concept: Concept) -> bool:
    """Whether a movement of the library ends near the floor, from where nobody stands up in a moment."""
    return not concept.learned and entries()[concept.name].keys[-1].root[1] < -0.3


def longer(share: Share, seconds: float) -> Share:
    """A share with so much more time."""
    return replace(share, seconds=share.seconds + seconds, least=share.least + seconds)


def share_of(concept: Concept, clause: Clause, setup: MotionSetup, alone: bool) -> Share:
    """The time that a movement asks for."""
    asked, period = clause.asked, natural_seconds(concept, clause, setup.codes) / clause.speed
    turns = not concept.learned and entries()[concept.name].of_angle is not None
    if asked.seconds:
        return Share(asked.seconds, asked.seconds, True)
    if asked.steps or asked.metres:
        seconds = measured_seconds(concept, clause, setup)
        if seconds is not None:
            return Share(seconds, seconds, True)
    if not cyclic(concept, setup):
        seconds = min(period, LONGEST_SHARE) if concept.learned and not alone else period
        return Share(seconds, seconds if turns else min(seconds, A_MOMENT), turns)
    if asked.count and not asked.steps:
        period /= 1 if concept.learned else entries()[concept.name].beats
        return Share(period * asked.count, period * asked.count, True)
    if asked.path in ("circle", "eight"):
        seconds = CIRCLE_SECONDS * (asked.degrees or 720.0) / 360.0
        return Share(seconds, seconds * 0.6, False)
    seconds = LEAST_SECONDS if alone else max(1, round(A_WHILE / period)) * period
    return Share(seconds, min(seconds, A_MOMENT), False)


def measured_seconds(concept: Concept, clause: Clause, setup: MotionSetup) -> float | None:
    """How long a gait takes for the asked steps or metres, by a sample of it; None if it doesn't get anywhere."""
    fps, asked, joints = setup.conf.fps, clause.asked, setup.marks.joints
    sample, _ = as_it_is(concept, clause, round(4 * fps), setup)
    sample = paths.straightened(sample, joints)
    far, way = paths.travel(sample)
    if far < 0.3 or not cyclic(concept, setup):
        return None
    if asked.metres:
        return 4 * asked.metres / far
    places = positions_of(*sample, joints)
    apart = places[:, JOINT["left_ankle"]] - places[:, JOINT["right_ankle"]]
    way = np.radians(way)
    lead = apart @ np.array([np.sin(way), 0, np.cos(way)])
    swings = max(1, swings_of(lead - lead.mean()))
    # Legs that pass each other make a step with each swing, legs that close up again one with every two.
    passing = lead.min() < 0 < lead.max()
    return 4 * (asked.count or 1) * (1 if passing else 2) / swings


def swings_of(signal: np.ndarray) -> int:
    """How often a signal (T,) about zero changes its sign for good."""
    far = signal[np.abs(signal) > 0.3 * np.abs(signal).max()]
    return int((np.diff(np.sign(far)) != 0).sum())
