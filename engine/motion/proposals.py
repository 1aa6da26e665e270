"""Candidate poses for a prompt (paper 4), and the way through them (paper 5): what several backends share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.motion.arrays import Array, array
from engine.motion.candidates import candidate_pictures, contact_sheet, load_pose_codes, pick
from engine.motion.codes import STRIDE, Codes
from engine.motion.flow import load_pose_flow
from engine.motion.generate import MotionSetup, placed
from engine.motion.generators import GENERATORS, Candidates, Query
from engine.motion.interfaces import Made, MotionInputs
from engine.motion.judge import picture_judge
from engine.motion.latent_motion import Terms, frames_at_prior_rate, interpolate, lengthened, optimise, window_count
from engine.motion.manner import strengthen
from engine.motion.matcher import Match, load_matcher
from engine.motion.motion_prior import FRAMES
from engine.motion.perform import LEAST_SECONDS, span_of
from engine.motion.sequence import Sequence
from engine.motion.text_rules import clause_of
from engine.motion.understanding import Steps, understand
from engine.perceptor.load import is_bundled
from engine.report import Reporter
from engine.settings import MotionConfig

Propose = Callable[[Query], Candidates]


@dataclass(frozen=True)
class Proposal:
    """What a prompt means, and the candidates for it."""

    steps: Steps
    ranked: list[Match]
    """All movements, the best first."""
    query: Query
    candidates: Array
    """(K,24,3) those that are kept, the best first."""
    latents: Array
    """(K,32) theirs in the pose prior."""


def propose(
    inputs: MotionInputs,
    setup: MotionSetup,
    report: Reporter,
    generator: Propose | None = None,
    change: Callable[[Query], Query] = lambda query: query,
) -> Proposal:
    """Read the prompt, and show its candidates as pictures.

    Args:
        inputs: prompt and body.
        setup: settings and chance.
        report: sees the pictures.
        generator: who proposes, or None for the one that the settings name.
        change: makes another query of the usual one, with other weights.
    """
    conf, matcher, prompt = setup.conf, load_matcher(), inputs.prompt
    steps, ranked = understand(prompt, matcher, inputs.perceptor, report)
    report.progress(1, 4, score=ranked[0].score)
    judge = None
    if looked_at(conf, inputs.perceptor):
        judge = picture_judge(prompt, inputs.body, inputs.betas, inputs.perceptor, report)
    query = change(
        Query(
            ranked,
            matcher.meaning(clause_of(prompt), ranked[0]),
            conf.candidates,
            load_pose_codes(),
            load_pose_flow(),
            judge,
            conf.iterations,
            setup.generator,
        )
    )
    shown, latents = (generator or GENERATORS[conf.generator])(query)
    pictures = candidate_pictures(shown, inputs.body, inputs.betas)
    for number, picture in enumerate(pictures, 1):
        report.preview(f"candidate-{number}", picture)
    report.preview("candidates", contact_sheet(pictures))
    best, latents = pick(shown, latents, conf.pick)
    report.progress(2, 4, score=ranked[0].score)
    return Proposal(steps, ranked, query, best, latents)


def looked_at(conf: MotionConfig, perceptor: Any) -> bool:
    """Whether the perceptor judges pictures of candidates: as the settings say, and where they say nothing, if their
    generator needs it or it is another than the bundled one."""
    if perceptor is None:
        return False
    if conf.judge_pictures is not None:
        return conf.judge_pictures
    if conf.backend == "original":  # whose weights know what the perceptor thinks of pictures
        return False
    return not is_bundled(perceptor) or conf.generator == "pictures"


def connect_candidates(
    found: Proposal, inputs: MotionInputs, setup: MotionSetup, codes: Codes, report: Reporter
) -> Made:
    """The motion through the candidates, joined by the settings' method with the motion prior of ``codes``."""
    conf = setup.conf
    setup = replace(setup, conf=replace(conf, frames=conf.frames or round(LEAST_SECONDS * conf.fps)))
    joined = _joined(found, setup, codes, report)
    motion = placed(strengthen(joined, conf.strength), setup.conf.frames, setup)
    concept = found.ranked[0].concept
    spans = (span_of([(concept, clause_of(inputs.prompt))], 0, len(motion[0])),)
    return Made(motion, conf.fps, found.candidates, (concept.texts[0],), conf.optimise.method, spans)


def _joined(found: Proposal, setup: MotionSetup, codes: Codes, report: Reporter) -> Sequence:
    """The motion through the candidates at 30 fps and the reference skeleton's size, as long as the conf asks."""
    conf, own, query = setup.conf, setup.conf.optimise, found.query
    frames = frames_at_prior_rate(conf.frames, conf.fps)
    straight = own.method == "interpolate"
    length = max(frames, FRAMES) if straight else FRAMES + (window_count(frames) - 1) * STRIDE
    start = interpolate(query.codes.prior, found.latents, length, keep_order=bool(conf.pick))
    if straight:
        return start[:length], np.tile(array([0, 0.97, 0]), (length, 1))
    see = query.judge.see if query.judge is not None else None
    terms = Terms(own.delta, own.clip, True, see) if own.method == "optimise" else Terms(0.0, 0.0, False)
    terms = replace(terms, iterations=conf.iterations)

    def tell(step: int, loss: float) -> None:
        if step % 10 == 0:
            report.progress(2 * conf.iterations + step, 4 * conf.iterations, loss=loss)

    made = optimise(codes, start, found.candidates, terms, setup.generator, tell)
    return lengthened(made, frames)
