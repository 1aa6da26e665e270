"""Stage 5: from a sentence to a motion on a given body (paper 4 and 5, and a library of key-posed movements)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from engine.body import Body
from engine.config import MotionConfig
from engine.errors import EngineError
from engine.motion.candidates import PoseCodes, candidates, contact_sheet, load_pose_codes
from engine.motion.cleanup import sample_skin
from engine.motion.codes import load_codes
from engine.motion.generate import Stage, close_loop, perform, placed, turn_to_front
from engine.motion.io import Motion, load_motion, save_motion
from engine.motion.landmarks import measure
from engine.motion.matcher import CONFIDENT, Concept, Match, Matcher, advise, load_matcher
from engine.motion.motion_prior import FRAMES
from engine.motion.rotations import Array, array
from engine.motion.texts import Part, parse, part_of
from engine.motion.through import interpolate, optimise
from engine.report import Reporter

__all__ = ["Motion", "load_motion", "run", "save_motion"]

METHODS = ("auto", "interpolate", "optimise")

SURE = 0.6
"""From this score on a part of a text, such as what stands after "and", counts as a movement of its own."""
WHOLE = 0.95
"""From this score on a text with "and" or "while" is one movement, such as "walking back and forth"."""
HOPELESS = 0.2
"""Below this score a text has nothing in common with any movement's."""

Steps = list[list[tuple[Concept, Part]]]


def run(
    prompt: str,
    body: Body,
    betas: Array,
    perceptor: Any,
    conf: MotionConfig,
    generator: torch.Generator,
    report: Reporter,
) -> Motion:
    """Generate a motion for a text.

    Raises:
        EngineError: ``bad_config`` if the conf asks for an unknown method or an impossible length.

    Args:
        prompt: what the avatar does ("waving", "walking and then sitting down").
        betas: (S,) shape coefficients of `body`.
        perceptor: text and image encoder that is asked where words leave doubt, or None.
    Returns:
        A motion of ``conf.frames`` frames whose feet stand at the lowest point of the rest pose.
    """
    check(conf)
    report.progress(0, 4)
    matcher, codes, pose_codes = load_matcher(), load_codes(), load_pose_codes()
    steps, ranked = understand(prompt, matcher, perceptor, report)
    report.progress(1, 4, score=ranked[0].score)
    vertices, joints = body.rest_vertices(betas), body.rest_joints(betas)
    floor = array([0, vertices[:, 1].min(), 0])
    stage = Stage(measure(joints, vertices), sample_skin(vertices - floor, body.weights), codes, conf, generator)
    judge = perceptor if conf.judge_pictures else None
    best, latents = candidates(pose_codes, ranked, conf.candidates, prompt, body, judge, report)
    report.preview("candidates", contact_sheet(best, body, betas))
    report.progress(2, 4, score=ranked[0].score)
    if conf.method == "auto":
        made = perform(steps, conf.frames, stage)
        used = [concept for step in steps for concept, _ in step]
        source = "+".join(sorted({"prior" if concept.learned else "library" for concept in used}))
        labels = tuple(concept.texts[0] for concept in used)
    else:
        made = placed(through_candidates(pose_codes, best, latents, stage, report), conf.frames, stage)
        source, labels = conf.method, (ranked[0].concept.texts[0],)
    made = turn_to_front(made)
    poses, root = close_loop(made, conf.fps) if conf.loop else made
    report.progress(4, 4, score=ranked[0].score)
    # `root` has the floor at 0; the file's positions are relative to the pelvis at rest.
    trans = root - stage.marks.joints[0]
    return Motion(
        poses.reshape(len(poses), 72).astype(np.float32),
        trans.astype(np.float32),
        conf.fps,
        np.asarray(betas, np.float32),
        best.reshape(len(best), 72).astype(np.float32),
        labels,
        source,
    )


def check(conf: MotionConfig) -> None:
    """Raise `EngineError` with one sentence if the motion's settings can't be used."""
    if conf.method not in METHODS:
        raise EngineError("bad_config", f"There is no motion.method {conf.method!r}.", f"Use {', '.join(METHODS)}.")
    if not 2 <= conf.frames <= 3000:
        raise EngineError("bad_config", f"motion.frames must be from 2 to 3000, not {conf.frames}.")
    if not 1 <= conf.fps <= 240:
        raise EngineError("bad_config", f"motion.fps must be from 1 to 240, not {conf.fps:g}.")
    if not 1 <= conf.candidates <= 20:
        raise EngineError("bad_config", f"motion.candidates must be from 1 to 20, not {conf.candidates}.")


def through_candidates(
    pose_codes: PoseCodes, best: Array, latents: Array, stage: Stage, report: Reporter
) -> tuple[Array, Array]:
    """A motion through the candidates by the method of the conf; 60 frames at the reference skeleton's size."""
    start = interpolate(pose_codes.prior, latents, FRAMES)
    if stage.conf.method == "interpolate":
        return start, np.tile(array([0, 0.97, 0]), (FRAMES, 1))
    total = stage.conf.iterations

    def tell(step: int, loss: float) -> None:
        if step % 10 == 0:
            report.progress(2 * total + step, 4 * total, loss=loss)

    return optimise(stage.codes, start, best, total, tell)


def understand(prompt: str, matcher: Matcher, perceptor: Any, report: Reporter) -> tuple[Steps, list[Match]]:
    """Which movements a prompt means, in order, and all movements ranked for its first part; warns when in doubt."""
    steps: Steps = []
    first: list[Match] = []
    doubtful = []
    for parts in parse(prompt).steps or ((part_of(prompt),),):
        whole = part_of(" and ".join(part.text for part in parts)) if len(parts) > 1 else parts[0]
        ranked = matcher.rank(whole)
        chosen = [(ranked[0], whole)]
        if len(parts) > 1 and ranked[0].score < WHOLE:
            each = [(matcher.rank(part)[0], part) for part in parts if part.words[part.lead] in matcher.verbs]
            sure = [pair for pair in each if pair[0].score >= SURE]
            # Two parts may mean the same movement ("lies down and sleeps"): it is performed once.
            chosen = list({match.concept.name: (match, part) for match, part in sure[:2]}.values()) or chosen
        if chosen[0][0].score < CONFIDENT:
            # The bundled perceptor knows no words that the matcher doesn't: it settles doubt but replaces no match.
            small = perceptor is None or perceptor.name == "bundled"
            if perceptor is not None and not (small and ranked[0].score < HOPELESS):
                ranked = advise(ranked, prompt, perceptor)
                chosen = [(ranked[0], whole)]
            elif ranked[0].score < HOPELESS:
                # Nothing in common with any text, and nobody to ask: standing is the least wrong.
                chosen = [(next(match for match in ranked if match.concept.name == "stand"), whole)]
            doubtful += ranked[:3]
        first = first or ranked
        steps.append([(match.concept, part) for match, part in chosen])
    if doubtful:
        near = ", ".join(repr(match.concept.texts[0]) for match in doubtful[:3])
        used = steps[0][0][0].texts[0]
        report.warning(f"No movement fits {prompt[:80]!r} well; the closest are {near}; {used!r} was used.")
    return steps[:4], first
