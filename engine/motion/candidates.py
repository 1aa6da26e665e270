"""Candidate poses for a text: the pose prior's codebook, ranked by labels or by pictures (paper 4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from engine.body import Body
from engine.errors import EngineError
from engine.motion.arrays import Array
from engine.motion.matcher import Match
from engine.motion.pose_prior import PosePrior, load_pose_prior
from engine.render.stills import thumbnail

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SHORTLIST = 40
"""Poses that are looked at before near-duplicates are dropped: the release's ``pre_topk``."""
THRESHOLD = 0.07
"""Radians: poses whose joint rotations differ less, on average, are the same: the release's ``filter_threshold``."""

DECIDED = 4
"""Power of a movement's score: a high one, so that its second pose comes before another movement's first. Set by hand.
Set by hand."""


@dataclass(frozen=True)
class PoseCodes:
    """The codebook: latents of the pose prior with the movements they stand for."""

    prior: PosePrior
    latents: Array
    """(N,32)."""
    movements: list[dict[str, float]]
    """For each code how well it stands for movements, 1 for a movement's best code."""

    def rank(self, matches: list[Match]) -> list[int]:
        """Codes, the best first, by the scores of the movements that they stand for."""
        score = {match.concept.name: match.score for match in matches}
        order = []
        for code, names in enumerate(self.movements):
            worth = max((score.get(name, 0.0) ** DECIDED * weight for name, weight in names.items()), default=0.0)
            order.append((-worth, code))
        return [code for _, code in sorted(order)]


@cache
def load_pose_codes(folder: Path = ASSETS) -> PoseCodes:
    """The bundled pose prior and codebook."""
    with safe_open(folder / "pose_codes.safetensors", "np") as file:
        latents = file.get_tensor("latents").astype(np.float32)
        movements = json.loads(file.metadata()["movements"])
    return PoseCodes(load_pose_prior(folder / "pose_prior.safetensors"), latents, movements)


def distinct(poses: Array, count: int, threshold: float = THRESHOLD) -> list[int]:
    """Indices of the first `count` poses (N,24,3) that differ from all kept ones by `threshold` (paper 4)."""
    kept: list[int] = []
    for index, pose in enumerate(poses):
        if all(np.abs(pose[1:22] - poses[other][1:22]).mean() >= threshold for other in kept):
            kept.append(index)
        if len(kept) == count:
            break
    return kept


def candidate_pictures(poses: Array, body: Body, betas: Array) -> list[NDArray[np.uint8]]:
    """A small square picture uint8 (H,W,3) of each of poses (N,24,3)."""
    return [thumbnail(vertices, body.faces) for vertices in body.pose(betas, poses)[0]]


def contact_sheet(pictures: list[NDArray[np.uint8]], columns: int = 3) -> NDArray[np.uint8]:
    """Pictures in reading order on one sheet, uint8 (H,W,3)."""
    small = list(pictures)
    small += [np.full_like(small[0], small[0][0, 0])] * (-len(small) % columns)
    return np.concatenate([np.concatenate(small[i : i + columns], 1) for i in range(0, len(small), columns)], 0)


def picture_order(codes: PoseCodes, order: list[int], rank: Callable[[Array], Array] | None) -> tuple[Array, list[int]]:
    """The shortlist's poses (N,24,3) and codes, ranked by pictures where `rank` judges them."""
    order = order[: SHORTLIST if rank is None else 2 * SHORTLIST]
    poses = codes.prior.poses(codes.latents[order])
    if rank is not None:
        ranking = np.argsort(-rank(poses))
        poses, order = poses[ranking], [order[i] for i in ranking]
    return poses, order


def pick(poses: Array, latents: Array, numbers: tuple[int, ...]) -> tuple[Array, Array]:
    """The candidates that the user keeps, in the user's order, by the numbers of their pictures from 1 on.

    Raises:
        EngineError: ``bad_config`` if there is no such candidate, or one is named twice.
    """
    if not numbers:
        return poses, latents
    wrong = [number for number in numbers if not 1 <= number <= len(poses)]
    if wrong or len(set(numbers)) < len(numbers):
        problem = f"there is no candidate {wrong[0]}" if wrong else "it names one candidate twice"
        raise EngineError(
            "bad_config",
            f"motion.pick can't be followed: {problem}.",
            f"Use numbers from 1 to {len(poses)}, each once.",
        )
    rows = [number - 1 for number in numbers]
    return poses[rows], latents[rows]
