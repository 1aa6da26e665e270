"""Candidates and motions by the weights of the original that a user imported (`motion.backend = original`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from engine.errors import EngineError
from engine.imported import available, require
from engine.motion.arrays import Array
from engine.motion.candidates import SHORTLIST, PoseCodes, distinct
from engine.motion.codes import Codes
from engine.motion.generators import SAMPLES, Candidates, Query
from engine.motion.original_models import ConditionalFlow, OriginalMotionPrior
from engine.motion.pose_prior import load_pose_prior
from engine.perceptor.prompts import motion as motion_prompt

SETTING = "motion.backend = original"
GENERATORS = ("codebook", "pictures", "flow")
"""The codebook's own features are those of pictures."""


def with_their_prior(query: Query) -> Query:
    """The query with VPoser in place of the bundled pose prior.

    Raises:
        EngineError: if VPoser was not imported.
    """
    prior = load_pose_prior(require("pose_prior", SETTING))
    return replace(query, codes=PoseCodes(prior, np.zeros((0, 32), np.float32), []))


def candidates(query: Query, generator: str, prompt: str, perceptor: Any) -> Candidates:
    """Poses (K,24,3), the best first, and VPoser's latents (K,32), from the original's codebook or its RealNVP.

    Args:
        query: with VPoser as its prior (`with_their_prior`).
        generator: ``codebook`` (or ``pictures``, which is the same here) or ``flow``.
        prompt: what the avatar does.
        perceptor: the CLIP model whose features the weights were made with: 512 numbers, ViT-B/32's.

    Raises:
        EngineError: if the weights were not imported, or the perceptor has other features.
    """
    if generator not in GENERATORS:
        raise EngineError(
            "bad_config", f"{SETTING} has no motion.generator {generator!r}.", f"Use {' or '.join(GENERATORS)}."
        )
    wanted = perceptor.encode_text([motion_prompt(prompt)])[0].cpu().float()
    if generator != "flow":
        stored = load_file(require("pose_codes", SETTING))
        _check_width(stored["features"].shape[1], len(wanted))
        features = stored["features"] / np.linalg.norm(stored["features"], axis=1, keepdims=True)
        latents: Array = stored["latents"][np.argsort(-features @ wanted.numpy())[:SHORTLIST]]
    else:
        flow = ConditionalFlow(require("pose_flow", SETTING))
        _check_width(flow.condition, len(wanted))
        latents = flow.sample(wanted, SAMPLES, query.random).numpy()
    poses = query.codes.prior.poses(latents)
    if query.judge is not None:
        order = np.argsort(-query.judge.rank(poses[: 2 * SHORTLIST]))
        poses, latents = poses[order], latents[order]
    kept = distinct(poses, query.count)
    return poses[kept], latents[kept]


def _check_width(theirs: int, ours: int) -> None:
    if theirs != ours:
        raise EngineError(
            "bad_config",
            f"{SETTING} needs the CLIP model its weights were made with ({theirs} features, not {ours}).",
            "Set clip.model to OpenAI's ViT-B/32, or motion.backend to auto.",
        )


def motion_codes(codes: Codes) -> Codes:
    """The codes with the imported motion VAE as their prior, if there is one."""
    path = available().get("motion_prior")
    return codes if path is None else Codes(OriginalMotionPrior(path), codes.latents, codes.table)  # type: ignore[arg-type]
