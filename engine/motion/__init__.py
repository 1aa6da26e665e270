"""Stage 5: from a sentence to a motion on a given body (paper 4 and 5, and a library of key-posed movements)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine import config
from engine.body import Body
from engine.errors import EngineError
from engine.motion import original
from engine.motion.candidates import candidate_pictures, contact_sheet, load_pose_codes, pick
from engine.motion.cleanup import sample_skin
from engine.motion.codes import STRIDE, load_codes
from engine.motion.collision import free_arms, sample_flesh
from engine.motion.expression import face_of
from engine.motion.flow import load_pose_flow
from engine.motion.formats import from_file
from engine.motion.generate import Stage, placed, turn_to_front
from engine.motion.generators import GENERATORS, Query
from engine.motion.hands import Span, hands_of
from engine.motion.io import Motion, load_motion, save_motion
from engine.motion.judge import picture_judge
from engine.motion.landmarks import measure
from engine.motion.library import entries
from engine.motion.loops import close_loop
from engine.motion.manner import strengthen
from engine.motion.matcher import CONFIDENT, Concept, Match, Matcher, advise, load_matcher
from engine.motion.motion_prior import FRAMES
from engine.motion.perform import LEAST_SECONDS, perform, span_of
from engine.motion.rotations import Array, array
from engine.motion.sequence import Sequence
from engine.motion.texts import Part, parse, part_of
from engine.motion.through import Terms, frames_at_prior_rate, interpolate, lengthened, optimise, window_count
from engine.report import Reporter
from engine.settings import MotionConfig
from engine.stems import stem

__all__ = ["Motion", "load_motion", "run", "save_motion"]

SURE = 0.6
"""From this score on a part of a text, such as what stands after "and", counts as a movement of its own."""
WHOLE = 0.95
"""From this score on a text with "and" or "while" is one movement, such as "walking back and forth"."""
HOPELESS = 0.36
"""Below this score a text has nothing in common with any movement's."""

MOST_STEPS = 12
"""Movements one after another in one motion."""
SIDE = stem("side")
VAGUE = frozenset(stem(word) for word in ("moving", "using", "bending", "swinging", "lifting"))

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
    """Generate a motion for a text, or bring the motion of a file onto the body.

    Raises:
        EngineError: ``bad_config`` if the conf asks for something impossible, ``bad_request`` if its file is no motion.

    Args:
        prompt: what the avatar does ("waving", "walking and then sitting down").
        betas: (S,) shape coefficients of `body`.
        perceptor: text and image encoder that is asked where words leave doubt, or None.
    Returns:
        A motion of ``conf.frames`` frames, or where that is 0 of as many as the text takes (of a file: its own
        frames), whose feet stand at the lowest point of the rest pose.
    """
    check(conf)
    backend = backend_of(conf)
    vertices, joints = body.rest_vertices(betas), body.rest_joints(betas)
    floor = array([0, vertices[:, 1].min(), 0])
    skin = sample_skin(vertices - floor, body.weights)
    stage = Stage(measure(joints, vertices), skin, load_codes(), conf, generator)
    report.progress(0, 4)
    if backend == "file" and conf.file is not None:
        brought = from_file(Path(conf.file).expanduser(), stage, body, betas, report.warning)
        made, fps, best, own, fingers = brought.made, brought.fps, brought.best, brought.own, brought.hands
        spans: list[Span] = []
        source = "file"
        labels: tuple[str, ...] = (Path(conf.file).name,)
    else:
        fps, own, fingers = conf.fps, False, None
        made, best, labels, source, spans = _from_text(prompt, body, betas, perceptor, stage, report, backend)
    if not (own and conf.strength == 1.0):
        poses, root = turn_to_front(made)
        made = free_arms(poses, sample_flesh(vertices, body.faces, body.weights, joints), fps), root
    poses, root = close_loop(made) if conf.loop else made
    report.progress(4, 4)
    if body.fingers is None and fingers is not None:
        report.warning(f"The motion has fingers, which {body.name} has not; they are left out.")
        fingers = None
    elif body.fingers is not None and fingers is None:
        fingers = hands_of((poses, root), spans, stage.marks.joints, fps, generator, conf.loop)
    # `root` has the floor at 0; the file's positions are relative to the pelvis at rest.
    trans = root - stage.marks.joints[0]
    return Motion(
        poses.reshape(len(poses), 72).astype(np.float32), trans.astype(np.float32), fps,
        np.asarray(betas, np.float32), best.reshape(len(best), 72).astype(np.float32), labels, source,
        body.gender, fingers, _face(prompt, body, len(poses), fps, conf, generator),
    )  # fmt: skip


def _face(
    prompt: str, body: Body, frames: int, fps: float, conf: MotionConfig, generator: torch.Generator
) -> Array | None:
    """(T,52) of the face shapes; None where they are not wanted, or the body has none."""
    if not conf.expression or not body.is_standard:
        return None
    seed = int(torch.randint(2**31, (1,), generator=generator))
    return face_of(prompt, frames, fps, np.random.default_rng(seed))


def _from_text(
    prompt: str, body: Body, betas: Array, perceptor: Any, stage: Stage, report: Reporter, backend: str
) -> tuple[Sequence, Array, tuple[str, ...], str, list[Span]]:
    """The motion for a text, its candidates (K,24,3), the captions of the movements that answered, what answered, and
    what is done when."""
    conf, matcher = stage.conf, load_matcher()
    steps, ranked = understand(prompt, matcher, perceptor, report)
    report.progress(1, 4, score=ranked[0].score)
    judge = picture_judge(prompt, body, betas, perceptor) if conf.judge_pictures and perceptor is not None else None
    query = Query(
        ranked, matcher.meaning(part_of(prompt), ranked[0]), conf.candidates, load_pose_codes(), load_pose_flow(),
        judge,
        conf.iterations, stage.generator,
    )  # fmt: skip
    if backend == "original":
        query = original.with_their_prior(query)
        shown, latents = original.candidates(query, conf.generator, prompt, perceptor)
    else:
        shown, latents = GENERATORS[conf.generator](query)
    pictures = candidate_pictures(shown, body, betas)
    for number, picture in enumerate(pictures, 1):
        report.preview(f"candidate-{number}", picture)
    report.preview("candidates", contact_sheet(pictures))
    best, latents = pick(shown, latents, conf.pick)
    report.progress(2, 4, score=ranked[0].score)
    if backend == "library":
        made, notes, spans = perform(steps, conf.frames, stage)
        if notes:
            report.warning(f"In {prompt[:80]!r}: " + " ".join(notes))
        used = [concept for step in steps for concept, _ in step]
        labels = tuple(concept.texts[0] for concept in used)
        answered = "+".join(sorted({"prior" if concept.learned else "library" for concept in used}))
        return made, best, labels, answered, spans
    stage = replace(stage, conf=replace(conf, frames=conf.frames or round(LEAST_SECONDS * conf.fps)))
    through = through_candidates(backend, query, best, latents, stage, report)
    made = placed(strengthen(through, conf.strength), stage.conf.frames, stage)
    spans = [span_of([(ranked[0].concept, part_of(prompt))], 0, len(made[0]))]
    return made, best, (ranked[0].concept.texts[0],), conf.optimise.method, spans


def backend_of(conf: MotionConfig) -> str:
    """Who makes the motion: as `MotionConfig.backend` says, or by its rule where that is ``auto``."""
    if conf.backend != "auto":
        return conf.backend
    return "file" if conf.file is not None else "optimise" if conf.pick else "library"


def check(conf: MotionConfig) -> None:
    """Raise `EngineError` with one sentence if the motion's settings can't be used."""
    config.check(conf, "motion")
    if conf.frames == 1:
        raise EngineError("bad_config", "motion.frames must be from 2 to 3000, or 0, not 1.")
    if conf.backend == "file" and conf.file is None:
        raise EngineError("bad_config", "motion.backend is 'file', but motion.file names none.")


def through_candidates(
    backend: str, query: Query, best: Array, latents: Array, stage: Stage, report: Reporter
) -> Sequence:
    """A motion through the candidates at 30 fps and the reference skeleton's size, as long as the conf asks."""
    conf, prior, method = stage.conf, query.codes.prior, stage.conf.optimise.method
    frames = frames_at_prior_rate(conf.frames, conf.fps)
    length = max(frames, FRAMES) if method == "interpolate" else FRAMES + (window_count(frames) - 1) * STRIDE
    start = interpolate(prior, latents, length, keep_order=bool(conf.pick))
    if method == "interpolate":
        return start[:length], np.tile(array([0, 0.97, 0]), (length, 1))
    see = query.judge.see if query.judge is not None else None
    terms = (
        Terms(conf.optimise.delta, conf.optimise.clip, True, see) if method == "optimise" else Terms(0.0, 0.0, False)
    )

    def tell(step: int, loss: float) -> None:
        if step % 10 == 0:
            report.progress(2 * conf.iterations + step, 4 * conf.iterations, loss=loss)

    codes = original.motion_codes(stage.codes) if backend == "original" else stage.codes
    made = optimise(codes, start, best, terms, conf.iterations, stage.generator, tell)
    return lengthened(made, frames)


def understand(prompt: str, matcher: Matcher, perceptor: Any, report: Reporter) -> tuple[Steps, list[Match]]:
    """Which movements a prompt means, in order, and all movements ranked for its first part; warns when in doubt."""
    steps: Steps = []
    first: list[Match] = []
    doubtful: list[Match] = []
    left_out: list[str] = []
    read = parse(prompt)
    stands = part_of("standing still" if read.refused else prompt)
    parsed = read.steps or ((stands,),)
    context = matcher.objects(part for parts in parsed for part in parts)
    for parts in parsed[:MOST_STEPS]:
        whole = part_of(" and ".join(part.text for part in parts)) if len(parts) > 1 else parts[0]
        ranked = ranking(matcher, whole, context)
        chosen = [(ranked[0], whole)]
        # A list of three or more is no movement by itself.
        if len(parts) > 2 or (len(parts) > 1 and ranked[0].score < WHOLE):
            each = [(ranking(matcher, part, context)[0], part) for part in parts if matcher.starts_movement(part)]
            sure = [pair for pair in each if pair[0].score >= SURE]
            left_out += [part.text for match, part in each if match.score < SURE]
            # Two parts may mean the same movement ("lies down and sleeps"): it is performed once.
            chosen = list({(match.concept.name, part.asked): (match, part) for match, part in sure}.values()) or chosen
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
    left_out += [" and ".join(part.text for part in parts) for parts in parsed[MOST_STEPS:]]
    left_out += ["not " + part.text for part in read.refused if still_done(part, steps, matcher, context)]
    if left_out:
        report.warning(f"In {prompt[:80]!r}: {', '.join(map(repr, left_out))} could not be followed.")
    return steps, first


def still_done(part: Part, steps: Steps, matcher: Matcher, context: frozenset[str]) -> bool:
    """Whether what a text says is not done may be done all the same by the movements that were chosen."""
    match = ranking(matcher, part, context)[0]
    # "Without moving the head" is no movement that is left undone.
    vague = part.words[0] in VAGUE and len(part.words) > 1
    return vague or match.score < SURE or match.concept in [concept for step in steps for concept, _ in step]


def ranking(matcher: Matcher, part: Part, context: frozenset[str]) -> list[Match]:
    """All movements ranked for a part; one that goes "to the left" may be one "to the side".

    A gait can be led to the left as it is; what stays where it is, and steps that are counted, go to the side.
    """
    ranked = matcher.rank(part, context)
    if part.asked.heading in ("left", "right") and SIDE not in part.words:
        aside = replace(part, words=(*part.words, SIDE), forms=(*part.forms, "side"))
        other = matcher.rank(aside, context)
        gait = travels(ranked[0].concept) and not part.asked.steps
        ranked = other if other[0].score > ranked[0].score + (0.02 if gait else -0.02) else ranked
    return ranked


def travels(concept: Concept) -> bool:
    """Whether a movement gets somewhere by itself."""
    return load_codes().travels(concept.name) if concept.learned else any(entries()[concept.name].travel)
