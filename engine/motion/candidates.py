"""Candidate poses for a text: the pose prior's codebook, ranked by labels or by pictures (paper 4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open

from engine.body import Body
from engine.motion.matcher import Match
from engine.motion.pose_prior import PosePrior, load_pose_prior
from engine.motion.rotations import Array, array
from engine.render.camera import Camera
from engine.render.raycast import MeshRaycaster
from engine.render.stills import thumbnail
from engine.report import Reporter

ASSETS = Path(__file__).resolve().parent.parent / "assets"
POSE_CODES = ASSETS / "pose_codes.safetensors"
SHORTLIST = 40
"""Poses that are looked at before near-duplicates are dropped (paper 4)."""
THRESHOLD = 0.07
"""Radians: poses whose joint rotations differ less, on average, count as the same."""


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
            # A high power, so that a movement's second pose comes before another movement's first.
            worth = max((score.get(name, 0.0) ** 4 * weight for name, weight in names.items()), default=0.0)
            order.append((-worth, code))
        return [code for _, code in sorted(order)]


@cache
def load_pose_codes(folder: Path = ASSETS) -> PoseCodes:
    """The bundled pose prior and codebook."""
    with safe_open(folder / POSE_CODES.name, "np") as file:
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


def pictures_of(pose: Array, body: Body, betas: Array, size: int) -> torch.Tensor:
    """(2, 3, size, size) grey pictures of a pose (24,3), from the front and obliquely."""
    vertices, joints = (value[0] for value in body.pose(betas, pose[None]))
    caster = MeshRaycaster(vertices, body.faces)
    light, centre = array([0.35, 0.6, 0.72]), joints.mean(0)
    pictures = []
    for azimuth in (-0.15, 0.8):
        eye = centre + 2.6 * array([np.sin(azimuth), 0.1, np.cos(azimuth)])
        seen = caster.cast(Camera(eye, centre, array([0, 1, 0]), 45, size, size)).reshape(size, size)
        shade = 0.3 + 0.7 * np.clip(np.asarray(seen.normal) @ light, 0, 1)
        pictures.append(np.where(np.asarray(seen.mask), shade * 0.8, 1.0))
    return torch.from_numpy(np.stack(pictures).astype(np.float32))[:, None].expand(-1, 3, -1, -1)


def picture_scores(codes: PoseCodes, text: str, body: Body, perceptor: Any, report: Reporter) -> Array:
    """Cosines (N,) between a text and pictures of the codebook's poses on the mean body, embedded once and kept."""
    from engine.perceptor.codebook import embed_pictures, features
    from engine.perceptor.prompts import motion as motion_prompt

    poses = codes.prior.poses(codes.latents)
    betas = np.zeros(body.num_betas, np.float32)

    def embed(member: Any, index: int) -> torch.Tensor:
        return embed_pictures(member, pictures_of(poses[index], body, betas, member.input_size))

    seen = features(POSE_CODES, f"pictures.{body.checksum[:12]}", perceptor, len(poses), embed, report)
    found: Array = (seen @ perceptor.encode_text([motion_prompt(text)])[0].cpu()).numpy()
    return found


def contact_sheet(poses: Array, body: Body, betas: Array, columns: int = 3) -> NDArray[np.uint8]:
    """Small pictures of poses (N,24,3) in reading order on one sheet, uint8 (H,W,3)."""
    small = [thumbnail(vertices, body.faces) for vertices in body.pose(betas, poses)[0]]
    small += [np.full_like(small[0], small[0][0, 0])] * (-len(small) % columns)
    return np.concatenate([np.concatenate(small[i : i + columns], 1) for i in range(0, len(small), columns)], 0)


def candidates(
    codes: PoseCodes, matches: list[Match], count: int, text: str, body: Body, judge: Any | None, report: Reporter
) -> tuple[Array, Array]:
    """The best `count` distinct poses for a text, the best first.

    Args:
        matches: movements ranked for the text.
        judge: a perceptor that ranks the shortlist by its pictures, or None to trust the labels.
    Returns:
        Poses (K,24,3), root upright, and their latents (K,32).
    """
    order = codes.rank(matches)[: SHORTLIST if judge is None else 2 * SHORTLIST]
    if judge is not None:
        scores = picture_scores(codes, text, body, judge, report)
        order.sort(key=lambda code: -scores[code])
    poses = codes.prior.poses(codes.latents[order])
    kept = distinct(poses, count)
    return poses[kept], codes.latents[[order[i] for i in kept]]
