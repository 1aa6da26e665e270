"""Stage 5: from a sentence to a motion on a given body (paper 4 and 5, and a library of key-posed movements)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from engine import config, registry
from engine.body import Body
from engine.errors import EngineError
from engine.motion.arrays import Array, array
from engine.motion.cleanup import sample_skin
from engine.motion.codes import load_codes
from engine.motion.collision import free_arms, sample_flesh
from engine.motion.expression import face_of
from engine.motion.generate import MotionSetup
from engine.motion.hands import hands_of
from engine.motion.interfaces import BACKENDS, Backend, MotionInputs
from engine.motion.io import Motion, load_motion, save_motion
from engine.motion.landmarks import measure
from engine.motion.loops import close_loop
from engine.motion.sequence import start_at_origin
from engine.motion.understanding import understand
from engine.report import Reporter
from engine.settings import MotionConfig

__all__ = ["Motion", "load_motion", "run", "save_motion", "understand"]


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
    backend: Backend = registry.find(BACKENDS, backend_of(conf))
    vertices, joints = body.rest_vertices(betas), body.rest_joints(betas)
    floor = array([0, vertices[:, 1].min(), 0])
    skin = sample_skin(vertices - floor, body.weights)
    setup = MotionSetup(measure(joints, vertices), skin, load_codes(), conf, generator)
    report.progress(0, 4)
    found = backend(MotionInputs(prompt, body, betas, perceptor), setup, report)
    made, fps, fingers = found.motion, found.fps, found.hands
    if not found.finished:
        poses, root = start_at_origin(made)
        made = free_arms(poses, sample_flesh(vertices, body.faces, body.weights, joints), fps), root
    poses, root = close_loop(made) if conf.loop else made
    report.progress(4, 4)
    if body.fingers is None and fingers is not None:
        report.warning(f"The motion has fingers, which {body.name} has not; they are left out.")
        fingers = None
    elif body.fingers is not None and fingers is None:
        fingers = hands_of((poses, root), list(found.spans), setup.marks.joints, fps, generator, conf.loop)
    # `root` has the floor at 0; the file's positions are relative to the pelvis at rest.
    trans = root - setup.marks.joints[0]
    best = found.candidates
    return Motion(
        poses.reshape(len(poses), 72).astype(np.float32),
        trans.astype(np.float32),
        fps,
        np.asarray(betas, np.float32),
        best.reshape(len(best), 72).astype(np.float32),
        found.labels,
        found.source,
        body.gender,
        fingers,
        _face(prompt, body, len(poses), fps, conf, generator),
    )


def _face(
    prompt: str, body: Body, frames: int, fps: float, conf: MotionConfig, generator: torch.Generator
) -> Array | None:
    """(T,52) of the face shapes; None where they are not wanted, or the body has none."""
    if not conf.expression or not body.is_standard:
        return None
    seed = int(torch.randint(2**31, (1,), generator=generator))
    return face_of(prompt, frames, fps, np.random.default_rng(seed))


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
