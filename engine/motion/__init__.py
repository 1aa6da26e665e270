"""Stage 5: from a sentence to a motion on a given body (paper 4 and 5, and a library of key-posed movements)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from engine.body import Body
from engine.config import MotionConfig
from engine.motion.cleanup import sample_skin
from engine.motion.codes import load_codes
from engine.motion.generate import Stage, close_loop, distinct, movement, perform, turn_to_front
from engine.motion.io import Motion, load_motion, save_motion
from engine.motion.landmarks import measure
from engine.motion.matcher import CONFIDENT, Concept, Match, Matcher, advise, load_matcher
from engine.motion.rotations import Array, array
from engine.motion.texts import Part, parse, part_of
from engine.report import Reporter

__all__ = ["Motion", "load_motion", "run", "save_motion"]

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

    Args:
        prompt: what the avatar does ("waving", "walking and then sitting down").
        betas: (S,) shape coefficients of `body`.
        perceptor: text and image encoder that is asked where words leave doubt, or None.
    Returns:
        A motion of ``conf.frames`` frames whose feet stand at the lowest point of the rest pose.
    """
    report.progress(0, 4)
    matcher = load_matcher()
    codes = load_codes()
    steps, ranked = understand(prompt, matcher, perceptor, report)
    report.progress(1, 4, score=ranked[0].score)
    vertices, joints = body.rest_vertices(betas), body.rest_joints(betas)
    marks = measure(joints, vertices)
    floor = array([0, vertices[:, 1].min(), 0])
    stage = Stage(marks, sample_skin(vertices - floor, body.weights), codes, conf, generator)
    made = turn_to_front(perform(steps, conf.frames, stage))
    if conf.loop:
        made = close_loop(made, conf.fps)
    report.progress(2, 4)
    poses, root = made
    candidates = candidate_poses(poses, ranked, conf.candidates, stage)
    report.progress(3, 4)
    # The root is placed over the origin with its floor at 0; the body's own frame has it at `floor`.
    trans = root - marks.joints[0]
    used = [concept for step in steps for concept, _ in step]
    source = "+".join(sorted({"prior" if concept.learned else "library" for concept in used}))
    report.progress(4, 4, score=ranked[0].score)
    return Motion(
        poses.reshape(len(poses), 72).astype(np.float32),
        trans.astype(np.float32),
        conf.fps,
        np.asarray(betas, np.float32),
        candidates,
        tuple(concept.texts[0] for concept in used),
        source,
    )


def understand(prompt: str, matcher: Matcher, perceptor: Any, report: Reporter) -> tuple[Steps, list[Match]]:
    """Which movements a prompt means, in order, and all movements ranked for its first part; warns when in doubt."""
    steps: Steps = []
    first: list[Match] = []
    doubtful = []
    for parts in parse(prompt).steps or ((part_of(prompt),),):
        whole = part_of(" and ".join(part.text for part in parts)) if len(parts) > 1 else parts[0]
        ranked = matcher.rank(whole)
        chosen = [(ranked[0], whole)]
        if len(parts) > 1 and ranked[0].score < 0.88:
            each = [(matcher.rank(part)[0], part) for part in parts]
            sure = [pair for pair in each if pair[0].score >= CONFIDENT]
            chosen = sure[:2] or chosen
        if chosen[0][0].score < CONFIDENT and perceptor is not None:
            ranked = advise(ranked, prompt, perceptor)
            chosen = [(ranked[0], whole)]
        if chosen[0][0].score < CONFIDENT:
            doubtful += ranked[:3]
        if chosen[0][0].score < HOPELESS:
            # Nothing in common with any text: standing is the least wrong.
            chosen = [(next(match for match in ranked if match.concept.name == "stand"), whole)]
        first = first or ranked
        steps.append([(match.concept, part) for match, part in chosen])
    if doubtful:
        near = ", ".join(repr(match.concept.texts[0]) for match in doubtful[:3])
        report.warning(
            f"No movement fits the text {prompt[:80]!r} well; the closest are {near}, and the first was used."
        )
    return steps[:4], first


def candidate_poses(poses: Array, ranked: list[Match], count: int, stage: Stage) -> Array:
    """(K,72) distinct poses: those of the motion first, then those of the next best movements (paper 4)."""
    pool = [poses[:: max(1, len(poses) // 12)]]
    if len(distinct(pool[0], count)) < count:
        plain = Part("", ())
        for match in ranked[1:4]:
            pool.append(movement(match.concept, plain, 24, replace(stage, conf=replace(stage.conf, fps=10.0)))[0][::4])
    everything = np.concatenate(pool)
    kept = distinct(everything, count)
    return everything[kept].reshape(len(kept), 72).astype(np.float32)
